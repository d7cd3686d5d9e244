import type { Program } from '../../program.ts'
import type { Unit } from './fuse.ts'
import type { Area } from './kernel-call.ts'

const roundUp = (bytes: number): number => Math.ceil(bytes / 16) * 16
/** Kernels may read a vector past the end. */
const slack = 64

/**
 * Where each area but those of outer slots lies in the arena: areas whose times of use do not overlap share room, behind the bytes
 * that are reserved at its beginning.
 */
export function arenaOf(
  { slots }: Program,
  units: readonly Unit[],
  areas: readonly Area[],
  reserved: number,
): { readonly places: readonly (number | undefined)[]; readonly bytes: number } {
  const firstUse = new Map<number, number>()
  const lastUse = new Map<number, number>()
  const use = (area: number, at: number): void => {
    if (!firstUse.has(area)) firstUse.set(area, at)
    lastUse.set(area, Math.max(at, lastUse.get(area) ?? at))
  }
  let time = 0
  for (const { calls, areas: held } of units) {
    for (const area of held) use(area, time)
    // Where there is no module, the calls of a loop run one after the other.
    for (const call of calls) {
      for (const area of call.areas) use(area, time)
      time++
    }
    if (calls.length === 0) time++
  }
  const places: (number | undefined)[] = areas.map(() => undefined)
  let bytes = roundUp(reserved)
  areas.forEach(({ words }, area) => {
    if (words === undefined) return
    places[area] = bytes
    bytes += roundUp(words.byteLength)
  })
  const live: { readonly start: number; readonly end: number; readonly until: number }[] = []
  const byFirstUse = [...firstUse].sort(([, a], [, b]) => a - b)
  const start = bytes
  for (const [area, from] of byFirstUse) {
    if (slots[area]?.kind === 'outer' || areas[area]!.words !== undefined) continue
    const size = roundUp(areas[area]!.bytes)
    const taken = live.filter(({ until }) => until >= from).sort((a, b) => a.start - b.start)
    let at = start
    for (const block of taken) {
      if (block.start - at >= size) break
      at = Math.max(at, block.end)
    }
    places[area] = at
    live.push({ start: at, end: at + size, until: lastUse.get(area)! })
    bytes = Math.max(bytes, at + size)
  }
  return { places, bytes: bytes + slack }
}
