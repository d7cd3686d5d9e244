import { expect, test } from 'vitest'
import { quickestBuild } from '../wasm/builds.ts'
import { moduleBytes } from '../wasm/embedded.ts'
import { compile, instantiate } from '../wasm/instantiate.ts'
import type { Kernels } from '../wasm/loader.ts'
import { kernelSignatures, signaturesOf, valueType } from '../wasm/signatures.ts'
import type { Call, Run } from './emit.ts'
import { emitModule } from './emit.ts'
import type { Operand } from './operand-code.ts'

const { i32, f32, f64 } = valueType

test('signaturesOf(module) tells the types of its exports', () => {
  const kernels = kernelSignatures(quickestBuild())
  expect(kernels.get('addF32')).toEqual({ params: [i32, i32, i32, i32, i32, i32], results: [] })
  expect(kernels.get('sumF32')!.params.at(-1)).toBe(f64)
  expect(kernels.get('dropoutF32')!.params.at(-1)).toBe(f32)
  expect(kernels.get('gatherRows')!.results).toEqual([i32])
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(Uint8Array.from(moduleBytes('plain'))))
  const functions = exported.filter(({ kind }) => kind === 'function').map(({ name }) => name)
  expect([...signaturesOf(moduleBytes('plain')).keys()]).toEqual(functions)
})

/** Runs calls of functions in JavaScript; returns what these got, and what the run returned. */
function runCalls(
  functions: {
    readonly [name: string]: { readonly params: number[]; readonly results: number[]; readonly value?: number }
  },
  calls: readonly (readonly [name: string, args: readonly Operand[], rest?: Partial<Call>])[],
  base = 0,
): { readonly got: (readonly number[])[]; readonly returned: number; readonly memory: WebAssembly.Memory } {
  const memory = new WebAssembly.Memory({ initial: 1 })
  new Float64Array(memory.buffer, base, 2).set([0.1, -3])
  new Int32Array(memory.buffer, base + 16, 1).set([5000])
  const got: number[][] = []
  const env = Object.fromEntries(
    Object.entries(functions).map(([name, { value }]) => [
      name,
      (...args: number[]) => {
        got.push(args)
        return value
      },
    ]),
  )
  const list = calls.map(([name, args, rest], step) => ({
    name: name as keyof Kernels,
    args,
    step,
    mayRefuse: false,
    mark: undefined,
    ...rest,
  }))
  const runs = [list.map((call) => ({ calls: [call], loop: undefined })), []]
  const module = compile(emitModule(runs, new Map(Object.entries(functions))))
  const exports = instantiate(module, { env: { ...env, memory } })
  const [first, second] = Object.values(exports as { readonly [name: string]: Run })
  expect(second!(base)).toBe(-1)
  return { got, returned: first!(base), memory }
}

const number = (value: number): Operand => ({ kind: 'number', value })

test('a module hands on constants of every type as a call from JavaScript does', () => {
  const values = [
    0,
    1,
    -1,
    63,
    64,
    -64,
    -65,
    127,
    128,
    8191,
    8192,
    2 ** 31 - 1,
    -(2 ** 31),
    0.1,
    -0,
    Infinity,
    NaN,
    1e300,
  ]
  const { got } = runCalls(
    { three: { params: [i32, f32, f64], results: [] } },
    values.map((value) => ['three', [number(value), number(value), number(value)]]),
  )
  expect(got).toEqual(values.map((value) => [value | 0, Math.fround(value), value]))
})

test('a module reads what changes from the table at its base, and counts places from there', () => {
  const { got } = runCalls(
    { four: { params: [i32, i32, f32, i32], results: [] } },
    [
      [
        'four',
        [
          { kind: 'place', offset: 40 },
          { kind: 'address', word: 4, offset: -8 },
          { kind: 'late', entry: 0 },
          { kind: 'late', entry: 1 },
        ],
      ],
    ],
    1024,
  )
  expect(got).toEqual([[1064, 4992, Math.fround(0.1), -3]])
})

test('a module hands results on, and stops at the step that refuses', () => {
  const functions = {
    count: { params: [], results: [i32], value: 3 },
    scale: { params: [f64], results: [] },
    done: { params: [], results: [i32], value: -1 },
    refuse: { params: [], results: [i32], value: 0 },
  }
  const { got, returned } = runCalls(functions, [
    ['count', [], { mark: 0 }],
    ['scale', [{ kind: 'inverse', mark: 0 }]],
    ['done', [], { mayRefuse: true }],
    ['refuse', []],
    ['refuse', [], { mayRefuse: true }],
    ['count', []],
  ])
  expect(got).toEqual([[], [1 / 3], [], [], []])
  expect(returned).toBe(4)
})
