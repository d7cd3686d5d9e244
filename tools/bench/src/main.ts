import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { memoryText, residentMemory } from './memory.ts'
import { performancePage } from './page.ts'
import type { Share } from './profile.ts'
import type { Measured, Row } from './row.ts'
import { slowerThan } from './row.ts'
import { workloads } from './workloads.ts'

// Times each workload here and in the peers, and says what was reached. Only the ratios mean something.
// Usage: pnpm bench [--rounds 9] [--only text] [--json FILE] [--markdown FILE]

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    markdown: { type: 'string' },
  },
})

/** Runs `measure-row.js`: a row is of processes that did nothing before. */
function measured(name: string): Measured {
  const script = fileURLToPath(new URL('measure-row.js', import.meta.url))
  const args = [...process.execArgv, script, name, values.rounds]
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`bench: "${name}" failed. Run dist/measure-row.js by hand to see why.`)
  return JSON.parse(stdout)
}

const figure = (value: number | undefined): string =>
  value === undefined ? '' : value >= 100 ? value.toFixed(0) : value.toPrecision(3)

function verdict(row: Row): string {
  const besides = slowerThan(row)
    .map((name) => `, slower than ${name}`)
    .join('')
  const { ratio, accept, goal } = row
  if (ratio === undefined) return besides.slice(2)
  return (ratio >= goal ? 'goal' : ratio >= accept ? 'accepted' : 'below') + besides
}

/** Where the time of the rows goes that miss. */
function profilesOf(rows: readonly Row[]): string {
  const missed = rows.filter(({ shares }) => shares !== undefined)
  if (missed.length === 0) return ''
  const lines = missed.map(
    ({ workload, shares }) => `| ${workload} | ${shares!.slice(0, 8).map(shareText).join(', ')} |`,
  )
  return [
    "\nWhere V8's profiler found the rows that miss, at one sample in a tenth of a millisecond:\n",
    '| workload | share of the samples |',
    '|---|---|',
    ...lines,
    '',
  ].join('\n')
}

const shareText = ({ name, share }: Share): string => `${(100 * share).toFixed(0)} % ${name}`

function tableOf(rows: readonly Row[], versions: ReadonlyMap<string, string>): string {
  const names = [...versions.keys()]
  const head = `| workload | metagrad | middle half | ${names.map((name) => `${name} | `).join('')}x PyTorch | accept | goal | |`
  const rule = `|---|---:|---:|${names.map(() => '---:|').join('')}---:|---:|---:|---|`
  const lines = rows.map((row) => {
    const times = names.map((name) => `${figure(row.peers[name])} | `).join('')
    const [low, high] = row.spread
    return `| ${row.workload} | ${figure(row.microseconds)} | ${figure(low)} to ${figure(high)} | ${times}${figure(row.ratio)} | ${row.accept} | ${row.goal} | ${verdict(row)} |`
  })
  const others = [...versions].map(([name, version]) => `, ${name} ${version}`).join('')
  const machine = `${cpus()[0]?.model ?? arch()}, Node ${process.versions.node}${others}, one thread each`
  return `${[head, rule, ...lines].join('\n')}\n\nMicroseconds per call: medians of ${values.rounds} rounds, all in turn; each row in processes of its own. ${machine}.\n`
}

const rows: Row[] = []
const versions = new Map<string, string>()
for (const workload of workloads) {
  if (!workload.name.includes(values.only)) continue
  const { row, peers } = measured(workload.name)
  for (const { name, version } of peers) versions.set(name, version)
  rows.push(row)
  console.error(`${row.workload}: ${figure(row.microseconds)} us, ${figure(row.ratio)} x PyTorch (${verdict(row)})`)
}
const memory = 'resident memory'.includes(values.only) ? [residentMemory()] : []
const report = `${tableOf(rows, versions)}${memory.map(memoryText).join('')}${profilesOf(rows)}`
console.log(report)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify([...rows, ...memory], undefined, 2)}\n`)
if (values.markdown !== undefined) {
  const before = existsSync(values.markdown) ? readFileSync(values.markdown, 'utf8') : ''
  writeFileSync(values.markdown, performancePage(before, report))
}
