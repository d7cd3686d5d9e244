import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { memoryText, residentMemory } from './memory.ts'
import type { Peer } from './peer.ts'
import { limitName, startPeers } from './peer.ts'
import { performancePage } from './page.ts'
import type { Share } from './profile.ts'
import { profile } from './profile.ts'
import { measure, quantile, warmUp } from './timing.ts'
import type { Workload } from './workloads.ts'
import { workloads } from './workloads.ts'

// Times each workload here and in the peers, in turn, so that all see the same machine. Only the ratios mean something.
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
  /** Microseconds per call of the others: medians. */
  readonly peers: { readonly [name: string]: number }
  /** Of what misses: where its time goes. */
  readonly shares?: readonly Share[]
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    markdown: { type: 'string' },
  },
})

/** A peer's measurement takes about this long. */
const peerMicroseconds = 60_000

/** How often each peer is called per round; peers that do not do this work are left out. */
async function callsOf(peers: readonly Peer[], { name, calls }: Workload): Promise<Map<Peer, number>> {
  const counts = new Map<Peer, number>()
  for (const peer of peers) {
    const once = await peer.measure(name, 1)
    if (once !== undefined) counts.set(peer, Math.max(1, Math.min(calls, Math.round(peerMicroseconds / once))))
  }
  return counts
}

async function bench(workload: Workload, peers: readonly Peer[]): Promise<Row> {
  const { name, accept, goal, calls, setup } = workload
  const call = setup()
  await warmUp(call, calls)
  const counts = await callsOf(peers, workload)
  const own: number[] = []
  const others = new Map<string, number[]>([...counts.keys()].map((peer) => [peer.name, []]))
  for (let round = 0; round < Number(values.rounds); round++) {
    own.push(measure(call, calls))
    for (const [peer, count] of counts) {
      const time = await peer.measure(name, count)
      if (time === undefined) counts.delete(peer)
      else others.get(peer.name)!.push(time)
    }
  }
  // Also none where it ended over the work.
  const torch = others.get('PyTorch') ?? []
  const row: Row = {
    workload: name,
    microseconds: quantile(own, 0.5),
    spread: [quantile(own, 0.25), quantile(own, 0.75)],
    accept,
    goal,
    ...(torch.length === 0
      ? {}
      : {
          ratio: quantile(
            torch.map((time, i) => time / own[i]!),
            0.5,
          ),
        }),
    peers: Object.fromEntries(
      [...others].flatMap(([peer, times]) => (times.length > 0 ? [[peer, quantile(times, 0.5)]] : [])),
    ),
  }
  return misses(row) ? { ...row, shares: await profile(call, calls) } : row
}

const slowerThan = ({ microseconds, peers }: Row): string[] =>
  Object.keys(peers).filter((name) => name !== 'PyTorch' && name !== limitName && peers[name]! < microseconds)

/** Whether less was reached than is asked for at least. */
const misses = (row: Row): boolean => (row.ratio !== undefined && row.ratio < row.accept) || slowerThan(row).length > 0

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

function tableOf(rows: readonly Row[], peers: readonly Peer[]): string {
  const names = peers.map(({ name }) => name)
  const head = `| workload | metagrad | middle half | ${names.map((name) => `${name} | `).join('')}x PyTorch | accept | goal | |`
  const rule = `|---|---:|---:|${names.map(() => '---:|').join('')}---:|---:|---:|---|`
  const lines = rows.map((row) => {
    const others = names.map((name) => `${figure(row.peers[name])} | `).join('')
    const [low, high] = row.spread
    return `| ${row.workload} | ${figure(row.microseconds)} | ${figure(low)} to ${figure(high)} | ${others}${figure(row.ratio)} | ${row.accept} | ${row.goal} | ${verdict(row)} |`
  })
  const versions = peers.map(({ name, version }) => `${name} ${version}`).join(', ')
  const machine = `${cpus()[0]?.model ?? arch()}, Node ${process.versions.node}${versions === '' ? '' : `, ${versions}`}, one thread each`
  return `${[head, rule, ...lines].join('\n')}\n\nMicroseconds per call: medians of ${values.rounds} rounds, all in turn. ${machine}.\n`
}

const peers = await startPeers()
const rows: Row[] = []
for (const workload of workloads.filter(({ name }) => name.includes(values.only))) {
  const row = await bench(workload, peers)
  rows.push(row)
  console.error(`${row.workload}: ${figure(row.microseconds)} us, ${figure(row.ratio)} x PyTorch (${verdict(row)})`)
}
for (const peer of peers) peer.close()
const memory = 'resident memory'.includes(values.only) ? [residentMemory()] : []
const report = `${tableOf(rows, peers)}${memory.map(memoryText).join('')}${profilesOf(rows)}`
console.log(report)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify([...rows, ...memory], undefined, 2)}\n`)
if (values.markdown !== undefined) {
  const before = existsSync(values.markdown) ? readFileSync(values.markdown, 'utf8') : ''
  writeFileSync(values.markdown, performancePage(before, report))
}
