import type { Kernels } from '../wasm/loader.ts'

/** How much work is worth a part of its own. */
export interface Grain {
  /** Products of a matrix product or a convolution. */
  readonly products: number
  /** Additions of element-wise work. */
  readonly elements: number
}

/** Some 5 us of one thread at least: to hand parts on and to wait for them takes 2 or 3. */
export const defaultGrain: Grain = { products: 1 << 17, elements: 1 << 16 }

/** What parts need besides the arguments of the call. */
export interface Room {
  readonly threads: number
  readonly grain: Grain
  readonly kernels: Kernels
  /** Bytes that nobody else uses until the next op begins. */
  place(bytes: number): number
  words(address: number, count: number): Int32Array
}

/** The arguments of the parts of a call, which together write what it would, bit for bit; nothing if it is done as one. */
export type Split = (args: readonly number[], room: Room) => readonly (readonly number[])[] | undefined

/** From where to where. */
type Range = readonly [start: number, end: number]

/**
 * As many stretches of `count` as are worth it, which begin at multiples of `step`. Only the last has a rest, so all go through the
 * same code as the whole.
 */
export function ranges(count: number, step: number, most: number): readonly Range[] | undefined {
  const steps = Math.floor(count / step)
  const parts = Math.min(Math.floor(most), steps)
  if (parts < 2) return undefined
  const startOf = (part: number): number => Math.floor((part * steps) / parts) * step
  return Array.from({ length: parts }, (_, part) => [startOf(part), part + 1 < parts ? startOf(part + 1) : count])
}
