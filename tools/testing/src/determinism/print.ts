import { trainedWeights } from './trained-weights.ts'

console.log(await trainedWeights())
