import type { Peer } from './peer.ts'
import { startPeers } from './peer.ts'
import { profile } from './profile.ts'
import type { Measured, Row } from './row.ts'
import { misses } from './row.ts'
import { measure, quantile, warmUp } from './timing.ts'
import type { Workload } from './workloads.ts'
import { workloads } from './workloads.ts'

// Times one workload here and in the peers, in turn, so that all see the same machine, and in processes that did nothing before:
// what an engine learned from other work would be in the figures. Prints the row as JSON.
// Usage: node dist/measure-row.js NAME ROUNDS

const [wanted, rounds] = [process.argv[2], Number(process.argv[3])]

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

async function rowOf(workload: Workload, peers: readonly Peer[]): Promise<Row> {
  const { name, accept, goal, calls, setup } = workload
  const call = setup()
  await warmUp(call, calls)
  const counts = await callsOf(peers, workload)
  const own: number[] = []
  const others = new Map<string, number[]>([...counts.keys()].map((peer) => [peer.name, []]))
  for (let round = 0; round < rounds; round++) {
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

const workload = workloads.find(({ name }) => name === wanted)
if (workload === undefined) throw new Error(`bench: there is no workload "${wanted}". See workloads.ts.`)
const peers = await startPeers()
const measured: Measured = {
  row: await rowOf(workload, peers),
  peers: peers.map(({ name, version }) => ({ name, version })),
}
console.log(JSON.stringify(measured))
for (const peer of peers) peer.close()
