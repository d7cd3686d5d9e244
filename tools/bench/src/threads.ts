import { cpu } from '@metagrad/tensor'
import { startPyTorch } from './peer.ts'
import { measure } from './timing.ts'
import { workloads } from './workloads.ts'

// Times one thread and several in turns, in one process, beside PyTorch on one thread.
// Usage: pnpm bench:threads [THREADS]

const threads = Number(process.argv[2] ?? 2)
const rounds = 9
/** What large ops make most of. */
const names = /^(matmul|exp|SGD|Adam|conv|MLP)/
const milliseconds = (microseconds: number): string => (microseconds / 1000).toFixed(2)
const row = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`)

const torch = await startPyTorch()
console.log(
  `Node ${process.versions.node}, PyTorch ${torch?.version ?? 'missing'}; ms per call, the least of ${rounds} rounds`,
)
console.log('Threads that share a job wait for each other, and so for whatever else runs on their processors.\n')
row(['workload', '1 thread', `${threads} threads`, 'gain', 'PyTorch, 1 thread', `of its speed with ${threads}`])
row(['---', '--:', '--:', '--:', '--:', '--:'])
for (const { name, calls, setup } of workloads.filter((workload) => names.test(workload.name))) {
  const call = setup()
  const least = { one: Infinity, several: Infinity, torch: Infinity }
  const timeWith = (count: number): number => {
    cpu({ threads: count })
    // Workers that have just started are compiled anew, as are programs for other kernels.
    measure(call, 4 * calls)
    return measure(call, calls)
  }
  for (let round = 0; round < rounds; round++) {
    least.one = Math.min(least.one, timeWith(1))
    least.several = Math.min(least.several, timeWith(threads))
    least.torch = Math.min(least.torch, (await torch?.measure(name, calls)) ?? Number.NaN)
  }
  const { one, several, torch: peer } = least
  row([
    name,
    ...[one, several].map(milliseconds),
    (one / several).toFixed(2),
    milliseconds(peer),
    (peer / several).toFixed(2),
  ])
}
torch?.close()
