import { tutorial } from './workloads.ts'

// The tutorial's loop without a pause; prints the resident megabytes after a tenth of the steps and at the end.
const steps = Number(process.argv[2])
const megabytes = (): number => Math.round(process.memoryUsage().rss / 2 ** 20)
const step = tutorial()
for (let i = 0; i < steps / 10; i++) step()
const early = megabytes()
for (let i = 0; i < steps * 0.9; i++) step()
console.log(early, megabytes())
