import { Session } from 'node:inspector/promises'
import { basename, dirname } from 'node:path'
import { inTurns } from './timing.ts'

/** A function and its share of the samples in which it itself ran, from 0 to 1. */
export interface Share {
  readonly name: string
  readonly share: number
}

const intervalMicroseconds = 100
const profileMilliseconds = 1000

/** Where V8 found a call, in turns as it was measured, when it looked: the functions in which most of the time went, first. */
export async function profile(call: () => unknown, calls: number): Promise<readonly Share[]> {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: intervalMicroseconds })
    await session.post('Profiler.start')
    await inTurns(call, calls, profileMilliseconds)
    const { profile: found } = await session.post('Profiler.stop')
    return sharesOf(found)
  } finally {
    session.disconnect()
  }
}

interface Frame {
  readonly functionName: string
  readonly url: string
}

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame }[]
  readonly samples?: readonly number[] | undefined
  readonly timeDeltas?: readonly number[] | undefined
}

/** Nothing of a call: the rests, and what V8 finds outside of any function. */
const idle: ReadonlySet<string> = new Set(['(idle)', '(program)'])

/** Time between two samples counts for the one that it leads to. The first are of the profiler's own start. */
export function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profile): readonly Share[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const times = new Map<string, number>()
  const begin = samples.findIndex((id) => id !== samples[0])
  samples.forEach((id, i) => {
    const name = names.get(id)!
    if (i >= begin && !idle.has(name)) times.set(name, (times.get(name) ?? 0) + timeDeltas[i]!)
  })
  const total = [...times.values()].reduce((sum, time) => sum + time, 0)
  return [...times].map(([name, time]) => ({ name, share: time / total })).sort((a, b) => b.share - a.share)
}

/** `(garbage collector)` and the like have no file. */
function nameOf({ functionName, url }: Frame): string {
  const name = functionName === '' ? 'anonymous' : functionName
  if (url === '') return name
  if (url.startsWith('wasm:')) return `kernel ${name}`
  const place = url.includes('/packages/') ? url.split('/packages/')[1]!.split('/')[0]! : basename(dirname(url))
  return `${name} (${place})`
}
