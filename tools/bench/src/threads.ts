import { cpu } from '@metagrad/tensor'
import { startPyTorch } from './peer.ts'
import { measure, quantile } from './timing.ts'
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
  `Node ${process.versions.node}, ${torch?.version ?? 'without PyTorch'}; ms per call, medians of ${rounds} rounds\n`,
)
row(['workload', '1 thread', `${threads} threads`, 'gain', 'PyTorch, 1 thread', `of its speed with ${threads}`])
row(['---', '--:', '--:', '--:', '--:', '--:'])
for (const { name, calls, setup } of workloads.filter((workload) => names.test(workload.name))) {
  const call = setup()
  const times: [one: number, several: number, torch: number][] = []
  for (let round = 0; round < rounds; round++) {
    const [one, several] = [1, threads].map((count) => {
      cpu({ threads: count })
      // Workers that have just started are compiled anew, as are programs for other kernels.
      measure(call, 4 * calls)
      return measure(call, calls)
    })
    times.push([one!, several!, (await torch?.measure(name, calls)) ?? Number.NaN])
  }
  const median = (of: (time: (typeof times)[number]) => number): number => quantile(times.map(of), 0.5)
  row([
    name,
    milliseconds(median(([one]) => one)),
    milliseconds(median(([, several]) => several)),
    median(([one, several]) => one / several).toFixed(2),
    milliseconds(median(([, , peer]) => peer)),
    median(([, several, peer]) => peer / several).toFixed(2),
  ])
}
torch?.close()
