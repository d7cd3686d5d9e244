import type { Code } from '../../wasm/bytecode.ts'
import { get, integer, lane, op, unsigned, vector } from '../../wasm/bytecode.ts'
import { when } from '../../wasm/function-code.ts'
import type { Held } from './lanes.ts'
import { bytesOf } from './lanes.ts'

// How a loop reads and writes the elements of a span: four at a time, in lanes.

/** Alignment and offset of an access to memory, as bytes. */
export const access = (offset: number): number[] => [0, ...unsigned(offset)]

/** Bytes of float32 to those of elements of a size. */
export const scaled = (size: number): Code => (size === 4 ? [] : [...integer(2), op.i32ShrU])

/** The address of the element where a loop is. @param at the local of that, in bytes of float32 */
export const addressAt = (pointer: number, size: number, at: number): Code => [
  ...get(pointer),
  ...get(at),
  ...scaled(size),
  op.i32Add,
]

/** Four flags on the stack, in bytes, to masks. */
const toMasks: Code = [
  ...vector(lane.widenTo16),
  ...vector(lane.widenTo32),
  ...integer(0),
  ...vector(lane.i32Splat),
  ...vector(lane.i32Ne),
]

/** Reads four elements of a size. */
export const loadOf = (size: number): Code =>
  size === 4 ? vector(lane.load, ...access(0)) : [...vector(lane.load32Zero, ...access(0)), ...toMasks]

/** Reads one element into all lanes. */
export const splatOf = (size: number): Code =>
  size === 4 ? vector(lane.load32Splat, ...access(0)) : [...vector(lane.load8Splat, ...access(0)), ...toMasks]

/** Masks in lanes to flags in the lowest bytes. */
export function toFlags(masks: Code): Code {
  const halves = [...masks, ...masks, ...vector(lane.narrowTo16)]
  return [...halves, ...masks, ...vector(lane.narrowTo8), ...vector(lane.i8Neg)]
}

/** How results are written: numbers in lanes, flags as the lowest bytes. */
export type Store = { readonly [H in Held]: (address: Code, value: Code) => Code }

/** Writes four elements. */
export const storeWhole: Store = {
  number: (address, value) => [...address, ...value, ...vector(lane.store, ...access(0))],
  flag: (address, value) => [...address, ...value, ...vector(lane.store32Lane, ...access(0), 0)],
}

/** Writes the first one to three elements. @param left how many, times 4 */
export function storeRest(left: Code): Store {
  const some = (address: Code, value: Code, two: number, one: number, size: number): Code => {
    const put = (instruction: number, element: number, at: number): Code => [
      ...address,
      ...value,
      ...vector(instruction, ...access(element * size), at),
    ]
    const third = when([...left, ...integer(4), op.i32And], put(one, 2, 2))
    return when([...left, ...integer(8), op.i32And], [...put(two, 0, 0), ...third], put(one, 0, 0))
  }
  return {
    number: (address, value) => some(address, value, lane.store64Lane, lane.store32Lane, bytesOf.number),
    flag: (address, value) => some(address, value, lane.store16Lane, lane.store8Lane, bytesOf.flag),
  }
}
