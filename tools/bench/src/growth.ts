import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { noGrad } from '@metagrad/autograd'
import { compile } from '@metagrad/compile'
import { lineChart } from '@metagrad/plot'
import type { Peer } from './peer.ts'
import { startPyTorch } from './peer.ts'
import { pictures, type Family } from './pictures.ts'
import { measure, quantile } from './timing.ts'
import { add, chain, mlp } from './workloads.ts'

// Draws how the time of a call grows with the work: metagrad as it is and compiled, and PyTorch.
// Usage: pnpm bench:growth

/** What is timed at each size; torch_bench.py has it under the same name. */
const setups: { readonly [Name in Family]: (size: number) => () => unknown } = {
  add: (size) => {
    const call = add(size)()
    return () => noGrad(call)
  },
  batch: (size) => mlp(size),
  depth: (size) => chain(size),
}

const sizes: { readonly [Name in Family]: readonly number[] } = {
  add: [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000],
  batch: [1, 4, 16, 64, 256, 1024, 4096],
  depth: [1, 2, 5, 10, 20, 50, 100, 200],
}

const rounds = 9
const roundMicroseconds = 20_000

/** How many calls fill a round, once they are warm. */
async function callsOf(measureCalls: (calls: number) => number | Promise<number>): Promise<number> {
  let calls = 1
  for (let i = 0; i < 6; i++) calls = Math.max(1, Math.round(roundMicroseconds / (await measureCalls(calls))))
  return calls
}

/** Microseconds per call of each, all in turn: medians. */
async function timesAt(family: Family, size: number, torch: Peer | undefined): Promise<Map<string, number>> {
  const name = `growth ${family}=${size}`
  const [eager, compiled] = [setups[family](size), compile(setups[family](size))]
  const timed: [string, (calls: number) => number | Promise<number>][] = [
    ['metagrad', (calls) => measure(eager, calls)],
    ['metagrad, compiled', (calls) => measure(compiled, calls)],
  ]
  if (torch !== undefined) timed.push([torch.name, async (calls) => (await torch.measure(name, calls))!])
  const lanes = []
  for (const [lane, time] of timed) lanes.push({ lane, time, calls: await callsOf(time), times: [] as number[] })
  for (let round = 0; round < rounds; round++) {
    for (const { time, calls, times } of lanes) times.push(await time(calls))
  }
  return new Map(lanes.map(({ lane, times }) => [lane, quantile(times, 0.5)]))
}

const folder = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url))
mkdirSync(folder, { recursive: true })
const torch = await startPyTorch()
for (const { family, file, title, xTitle } of pictures) {
  const series = new Map<string, number[]>()
  for (const size of sizes[family]) {
    const times = await timesAt(family, size, torch)
    for (const [name, time] of times) series.set(name, [...(series.get(name) ?? []), time])
    console.log(
      `${title}, ${size}: ${[...times].map(([name, time]) => `${name} ${time.toPrecision(3)}`).join(', ')} us`,
    )
  }
  const lines = [...series].map(([name, y]) => ({ name, x: sizes[family], y }))
  const subtitle = `Node ${process.versions.node}, one thread; both axes logarithmic`
  const yTitle = 'microseconds per call'
  const chart = lineChart(lines, { title, subtitle, xTitle, yTitle, xScale: 'log', yScale: 'log', id: family })
  writeFileSync(join(folder, file), chart)
}
torch?.close()
