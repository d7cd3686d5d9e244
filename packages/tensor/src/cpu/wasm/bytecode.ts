import type { Signature } from './signatures.ts'
import { valueType } from './signatures.ts'

// The words of the binary format that programs are written in.

/** Code, byte by byte. */
export type Code = readonly number[]

export const op = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  branchIf: 0x0d,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  f64Load: 0x2b,
  f32Store: 0x38,
  i32Const: 0x41,
  f32Const: 0x43,
  f64Const: 0x44,
  i32LtU: 0x49,
  i32GeS: 0x4e,
  i32LeU: 0x4d,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32DivU: 0x6e,
  i32And: 0x71,
  i32ShrU: 0x76,
  f64Add: 0xa0,
  f64Mul: 0xa2,
  f64Div: 0xa3,
  f32DemoteF64: 0xb6,
  f64ConvertI32S: 0xb7,
  f64PromoteF32: 0xbb,
} as const

/** i32.trunc_sat_f64_s. */
const truncate = [0xfc, 0x02] as const
export const noResult = 0x40
const functionType = 0x60

/** A number in groups of seven bits, the lowest first. */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) + 128)
  }
}

/** The same in two's complement. */
function signed(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value | 0; ; rest >>= 7) {
    const low = rest & 0x7f
    if (rest >> 6 === 0 || rest >> 6 === -1) return [...bytes, low]
    bytes.push(low | 0x80)
  }
}

const bytesOf = (array: Float32Array | Float64Array): number[] => [...new Uint8Array(array.buffer)]
export const list = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()]
export const sized = (bytes: Code): number[] => [...unsigned(bytes.length), ...bytes]
export const text = (name: string): number[] => sized(Array.from(name, (letter) => letter.charCodeAt(0)))
export const typeOf = ({ params, results }: Signature): number[] => [functionType, ...sized(params), ...sized(results)]

/** A constant of a type. JavaScript converts the arguments of kernels in the same way. */
export function constant(value: number, type: number): number[] {
  if (type === valueType.f32) return [op.f32Const, ...bytesOf(Float32Array.of(value))]
  if (type === valueType.f64) return [op.f64Const, ...bytesOf(Float64Array.of(value))]
  return [op.i32Const, ...signed(value)]
}

/** Turns the float64 on the stack into a type. */
export function fromFloat64(type: number): Code {
  if (type === valueType.f32) return [op.f32DemoteF64]
  return type === valueType.f64 ? [] : truncate
}

/** Turns what is on the stack into a float64. */
export function toFloat64(type: number): Code {
  if (type === valueType.f32) return [op.f64PromoteF32]
  return type === valueType.f64 ? [] : [op.f64ConvertI32S]
}

/** A whole number. */
export const integer = (value: number): number[] => constant(value, valueType.i32)
export const get = (local: number): number[] => [op.localGet, ...unsigned(local)]
export const set = (local: number): number[] => [op.localSet, ...unsigned(local)]
export const added = (offset: number): number[] => (offset === 0 ? [] : [...integer(offset), op.i32Add])

/** An instruction on vectors, or between a vector and memory. */
export const vector = (instruction: number, ...rest: readonly number[]): number[] => [
  0xfd,
  ...unsigned(instruction),
  ...rest,
]

/** Its numbers in the binary format. */
export const lane = {
  load: 0x00,
  load8Splat: 0x07,
  load32Splat: 0x09,
  store: 0x0b,
  i32Splat: 0x11,
  f32Splat: 0x13,
  f32Eq: 0x41,
  f32Ne: 0x42,
  f32Lt: 0x43,
  f32Gt: 0x44,
  f32Le: 0x45,
  i32Ne: 0x38,
  and: 0x4e,
  andNot: 0x4f,
  xor: 0x51,
  select: 0x52,
  store8Lane: 0x58,
  store16Lane: 0x59,
  store32Lane: 0x5a,
  store64Lane: 0x5b,
  load32Zero: 0x5c,
  i8Neg: 0x61,
  narrowTo8: 0x65,
  ceil: 0x67,
  floor: 0x68,
  trunc: 0x69,
  nearest: 0x6a,
  narrowTo16: 0x85,
  widenTo16: 0x89,
  widenTo32: 0xa9,
  abs: 0xe0,
  neg: 0xe1,
  sqrt: 0xe3,
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  min: 0xe8,
  max: 0xe9,
  pmin: 0xea,
  pmax: 0xeb,
} as const
