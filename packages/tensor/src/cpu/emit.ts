import type { Kernels } from './wasm/loader.ts'
import type { Signature } from './wasm/signatures.ts'
import { valueType } from './wasm/signatures.ts'

// A program's calls as one WebAssembly module, so that a run of many kernels is one call from JavaScript.

/**
 * An argument of a call. A program has a base in memory, which is given to each run: its own places count from there, and there
 * its table stands, of which each run reads the addresses and numbers that may change.
 */
export type Operand =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'place'; readonly offset: number }
  /** The address that is word `word` of the table, and what is added to it. */
  | { readonly kind: 'address'; readonly word: number; readonly offset: number }
  /** Float64 number `entry` of the table. */
  | { readonly kind: 'late'; readonly entry: number }
  /** 1 over the result of the call of that mark. */
  | { readonly kind: 'inverse'; readonly mark: number }

export interface Call {
  readonly name: keyof Kernels
  readonly args: readonly Operand[]
  /** The step that it belongs to. */
  readonly step: number
  /** Whether a result of 0 or more ends the run, for another kernel to serve the step. */
  readonly mayRefuse: boolean
  /** A number of its own, if others take what it returns. */
  readonly mark: number | undefined
}

/** A run of calls: takes the base, returns the step that refused, or -1. */
export type Run = (base: number) => number

const op = {
  if: 0x04,
  end: 0x0b,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  localGet: 0x20,
  localSet: 0x21,
  i32Load: 0x28,
  f64Load: 0x2b,
  i32Const: 0x41,
  f32Const: 0x43,
  f64Const: 0x44,
  i32GeS: 0x4e,
  i32Add: 0x6a,
  f64Div: 0xa3,
  f32DemoteF64: 0xb6,
  f64ConvertI32S: 0xb7,
  f64PromoteF32: 0xbb,
} as const

/** i32.trunc_sat_f64_s. */
const truncate = [0xfc, 0x02] as const
const noResult = 0x40
const functionType = 0x60

/** A number in groups of seven bits, the lowest first. */
function unsigned(value: number): number[] {
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
const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()]
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes]
const text = (name: string): number[] => sized(Array.from(name, (letter) => letter.charCodeAt(0)))
const typeOf = ({ params, results }: Signature): number[] => [functionType, ...sized(params), ...sized(results)]

/** A constant of a type. JavaScript converts the arguments of kernels in the same way. */
function constant(value: number, type: number): number[] {
  if (type === valueType.f32) return [op.f32Const, ...bytesOf(Float32Array.of(value))]
  if (type === valueType.f64) return [op.f64Const, ...bytesOf(Float64Array.of(value))]
  return [op.i32Const, ...signed(value)]
}

/** Turns the float64 on the stack into a type. */
function fromFloat64(type: number): readonly number[] {
  if (type === valueType.f32) return [op.f32DemoteF64]
  return type === valueType.f64 ? [] : truncate
}

/** Turns what is on the stack into a float64. */
function toFloat64(type: number): readonly number[] {
  if (type === valueType.f32) return [op.f64PromoteF32]
  return type === valueType.f64 ? [] : [op.f64ConvertI32S]
}

const base = [op.localGet, 0] as const
/** Locals of float64 follow the base. */
const markLocal = (mark: number): number[] => unsigned(1 + mark)
const added = (offset: number): number[] => (offset === 0 ? [] : [op.i32Const, ...signed(offset), op.i32Add])
const load = (opcode: number, align: number, offset: number): number[] => [...base, opcode, align, ...unsigned(offset)]

function argument(operand: Operand, type: number): number[] {
  switch (operand.kind) {
    case 'number':
      return constant(operand.value, type)
    case 'place':
      return [...base, ...added(operand.offset)]
    case 'address':
      return [...load(op.i32Load, 2, 4 * operand.word), ...added(operand.offset)]
    case 'late':
      return [...load(op.f64Load, 3, 8 * operand.entry), ...fromFloat64(type)]
    case 'inverse':
      return [...constant(1, valueType.f64), op.localGet, ...markLocal(operand.mark), op.f64Div, ...fromFloat64(type)]
  }
}

/** What becomes of a call's result. */
function afterwards({ mark, mayRefuse, step }: Call, [result]: readonly number[]): number[] {
  if (result === undefined) return []
  if (mark !== undefined) return [...toFloat64(result), op.localSet, ...markLocal(mark)]
  if (!mayRefuse) return [op.drop]
  return [
    ...constant(0, valueType.i32),
    op.i32GeS,
    op.if,
    noResult,
    ...constant(step, valueType.i32),
    op.return,
    op.end,
  ]
}

/**
 * The module that makes calls: run i is exported under the name `i`. It imports the memory and the kernels that are called from
 * the module `env`.
 */
export function emitModule(runs: readonly (readonly Call[])[], signatures: ReadonlyMap<string, Signature>): Uint8Array {
  const calls = runs.flat()
  const names = [...new Set(calls.map(({ name }) => name))]
  const runType = typeOf({ params: [valueType.i32], results: [valueType.i32] })
  const marks = calls.filter(({ mark }) => mark !== undefined).length

  const codeOf = (call: Call): number[] => {
    const { params, results } = signatures.get(call.name)!
    const args = call.args.flatMap((arg, at) => argument(arg, params[at]!))
    return [...args, op.call, ...unsigned(names.indexOf(call.name)), ...afterwards(call, results)]
  }
  const bodyOf = (run: readonly Call[]): number[] => [
    ...list([[...unsigned(marks), valueType.f64]]),
    ...run.flatMap(codeOf),
    ...constant(-1, valueType.i32),
    op.end,
  ]

  const env = text('env')
  const sections: readonly (readonly [id: number, items: readonly (readonly number[])[]])[] = [
    [1, [runType, ...names.map((name) => typeOf(signatures.get(name)!))]],
    [
      2,
      [...names.map((name, i) => [...env, ...text(name), 0, ...unsigned(1 + i)]), [...env, ...text('memory'), 2, 0, 0]],
    ],
    [3, runs.map(() => [0])],
    [7, runs.map((_, i) => [...text(`${i}`), 0, ...unsigned(names.length + i)])],
    [10, runs.map((run) => sized(bodyOf(run)))],
  ]
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
  return Uint8Array.from([...header, ...sections.flatMap(([id, items]) => [id, ...sized(list(items))])])
}
