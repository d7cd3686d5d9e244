export { loadSafetensors, type Safetensors } from './read.ts'
export { saveSafetensors, saveSafetensorsSync } from './write.ts'
