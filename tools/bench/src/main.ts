import { writeFileSync } from 'node:fs'
import { arch, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { startTorch } from './torch.ts'
import type { Workload } from './workloads.ts'
import { workloads } from './workloads.ts'

// Times each workload here and in PyTorch, in turn, so that both see the same machine. Only the ratios mean something.
// Usage: pnpm bench [--rounds 9] [--only text] [--json FILE] [--markdown FILE]

interface Row {
  readonly workload: string
  /** Microseconds per call: median, and the middle half of the rounds. */
  readonly microseconds: number
  readonly spread: readonly [number, number]
  readonly accept: number
  readonly goal: number
  /** PyTorch's time over ours, round by round: the median. Missing without PyTorch. */
  readonly ratio?: number
  readonly peers: { readonly [name: string]: number }
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    markdown: { type: 'string' },
  },
})

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.round(q * (sorted.length - 1))]!
}

const ascending = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b)

function measure(call: () => unknown, calls: number): number {
  const start = performance.now()
  for (let i = 0; i < calls; i++) call()
  return ((performance.now() - start) * 1000) / calls
}

const torch = await startTorch()
if (torch === undefined) console.error('bench: no PyTorch found (Debian: python3-torch); printing our own times only.')

async function bench({ name, accept, goal, calls, setup }: Workload): Promise<Row> {
  const call = setup()
  for (let i = 0; i < 3; i++) measure(call, calls)
  const own: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    own.push(measure(call, calls))
    if (torch !== undefined) theirs.push(await torch.measure(name, calls))
  }
  const times = ascending(own)
  const row = {
    workload: name,
    microseconds: quantile(times, 0.5),
    spread: [quantile(times, 0.25), quantile(times, 0.75)] as const,
    accept,
    goal,
    peers: {},
  }
  if (torch === undefined) return row
  const ratios = ascending(theirs.map((time, i) => time / own[i]!))
  return { ...row, ratio: quantile(ratios, 0.5), peers: { pytorch: quantile(ascending(theirs), 0.5) } }
}

const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))

function verdict({ ratio, accept, goal }: Row): string {
  if (ratio === undefined) return ''
  return ratio >= goal ? 'goal' : ratio >= accept ? 'accepted' : 'below'
}

function tableOf(rows: readonly Row[]): string {
  const head =
    '| workload | us per call | middle half | x PyTorch | accept | goal | |\n|---|---:|---:|---:|---:|---:|---|'
  const lines = rows.map((row) => {
    const ratio = row.ratio === undefined ? '' : figure(row.ratio)
    const [low, high] = row.spread
    return `| ${row.workload} | ${figure(row.microseconds)} | ${figure(low)} to ${figure(high)} | ${ratio} | ${row.accept} | ${row.goal} | ${verdict(row)} |`
  })
  const machine = `${cpus()[0]?.model ?? arch()}, Node ${process.versions.node}${torch === undefined ? '' : `, PyTorch ${torch.version} on one thread`}`
  return `${[head, ...lines].join('\n')}\n\n${machine}; medians of ${values.rounds} rounds, both sides in turn.\n`
}

const rows: Row[] = []
for (const workload of workloads.filter(({ name }) => name.includes(values.only))) {
  const row = await bench(workload)
  rows.push(row)
  console.error(
    `${row.workload}: ${figure(row.microseconds)} us${row.ratio === undefined ? '' : `, ${figure(row.ratio)} x PyTorch (${verdict(row)})`}`,
  )
}
torch?.close()
console.log(tableOf(rows))
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`)
if (values.markdown !== undefined)
  writeFileSync(values.markdown, `# Performance\n\nWritten by \`pnpm bench --markdown\`.\n\n${tableOf(rows)}`)
