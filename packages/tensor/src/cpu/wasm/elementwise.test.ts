import { describe, expect, test } from 'vitest'

import type { Kernels, Offset } from './loader.ts'
import type { Arena } from '../../../tools/arena.ts'
import { describeBuilds, differences, lengths, numbers } from '../../../tools/expect.ts'

type Named<F> = {
  [name in keyof Kernels]: Kernels[name] extends F ? (F extends Kernels[name] ? name : never) : never
}[keyof Kernels]
type Unary = (out: Offset, a: Offset, n: number) => void
type UnaryName = Named<Unary>

/** erf by its Taylor series, and by the continued fraction of erfc above 3. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x)
  if (Math.abs(x) > 3) {
    let fraction = 0
    for (let i = 60; i > 0; i--) fraction = i / 2 / (Math.abs(x) + fraction)
    return Math.sign(x) * (1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (Math.abs(x) + fraction))
  }
  let [term, sum] = [x, x]
  for (let i = 1; i < 120; i++) {
    term *= (2 * x * x) / (2 * i + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

function roundHalfEven(x: number): number {
  const below = Math.floor(x)
  if (x - below !== 0.5) return Math.round(x)
  return below % 2 === 0 ? below : below + 1
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))
const sign = (x: number): number => (x > 0 ? 1 : x < 0 ? -1 : 0)

interface UnaryCase {
  reference: (x: number) => number
  /** Largest relative error. */
  relative: number
  absolute?: number
}

const exact = { relative: 0, absolute: 0 }
const rounded = { relative: 6e-8 }
const unary: Partial<Record<UnaryName, UnaryCase>> = {
  negF32: { reference: (x) => -x, ...exact },
  absF32: { reference: Math.abs, ...exact },
  sqrtF32: { reference: Math.sqrt, ...rounded },
  squareF32: { reference: (x) => x * x, ...rounded },
  reciprocalF32: { reference: (x) => 1 / x, ...rounded },
  rsqrtF32: { reference: (x) => 1 / Math.sqrt(x), relative: 1.2e-7 },
  floorF32: { reference: Math.floor, ...exact },
  ceilF32: { reference: Math.ceil, ...exact },
  truncF32: { reference: Math.trunc, ...exact },
  roundF32: { reference: roundHalfEven, ...exact },
  signF32: { reference: sign, ...exact },
  reluF32: { reference: (x) => (x < 0 ? 0 : x), ...exact },
  expF32: { reference: Math.exp, relative: 1.3e-7 },
  logF32: { reference: Math.log, relative: 1.3e-7 },
  tanhF32: { reference: Math.tanh, relative: 1.6e-7 },
  sigmoidF32: { reference: sigmoid, relative: 2e-7 },
  erfF32: { reference: erf, relative: 2e-7 },
  geluF32: {
    reference: (x) => (x === -Infinity ? NaN : (x / 2) * (1 + erf(x / Math.SQRT2))),
    relative: 2e-7,
    absolute: 4e-7,
  },
  siluF32: { reference: (x) => x * sigmoid(x), relative: 2.6e-7, absolute: 4e-43 },
  softplusF32: { reference: softplus, relative: 2e-7 },
  logSigmoidF32: { reference: (x) => -softplus(-x), relative: 2e-7 },
  sinF32: { reference: Math.sin, relative: 2e-7 },
  cosF32: { reference: Math.cos, relative: 2e-7 },
}

const special = [
  0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-45, -1e-45, 1e-40, -3e-39, 1.1754944e-38, 88.7, 88.73, -87.4, -103.9,
  -104.1, 200, -200,
]
const extreme = [Infinity, -Infinity, NaN, 3.4e38, -3.4e38, 1e6, 1.5e6, -1e10, 8388609, 0.9, 0.625, 4, -4, 20, 1e-10]

/** Float32 numbers of every magnitude: random bits. */
function everyMagnitude(length: number): Float32Array {
  const bits = Int32Array.from(numbers(length, 2 ** 31, 7))
  return new Float32Array(bits.buffer)
}

function run(arena: Arena, name: UnaryName, values: Float32Array): Float32Array {
  const a = arena.put(values)
  const out = arena.space(Float32Array, values.length)
  arena.kernels[name](out, a, values.length)
  return arena.take(Float32Array, out, values.length)
}

describeBuilds('element-wise functions', (arena) => {
  for (const [key, { reference, relative, absolute }] of Object.entries(unary)) {
    const name = key as UnaryName
    describe(`${name}`, () => {
      test(`${name}(out, a, n) writes n values, for every n`, () => {
        for (const length of lengths) {
          const values = numbers(length)
          expect(
            differences(run(arena, name, values), Array.from(values, reference), relative, absolute ?? 1e-44),
          ).toEqual([])
        }
      })

      test(`${name}(out, a, n) is right for zeros, subnormals, infinities, NaN and numbers of every size`, () => {
        const values = Float32Array.of(...special, ...extreme, ...everyMagnitude(20_000), ...numbers(20_000, 12))
        const actual = run(arena, name, values)
        const expected = Array.from(values, reference)
        // Beyond float32 a function may overflow where its reference does not.
        const slack = key === 'sinF32' || key === 'cosF32' ? 1e-12 : 1e-44
        expect(differences(actual, expected, relative, absolute ?? slack)).toEqual([])
      })

      test(`${name}(out, a, n) gives a number the same result wherever it stands`, () => {
        const values = Float32Array.of(...numbers(37), ...extreme, ...everyMagnitude(60))
        const together = run(arena, name, values)
        const alone = Float32Array.from(values, (x) => run(arena, name, Float32Array.of(x))[0] ?? 0)
        expect(together).toEqual(alone)
      })
    })
  }

  test('zeros keep their sign in odd functions', () => {
    for (const name of ['tanhF32', 'erfF32', 'sinF32', 'negF32', 'sqrtF32'] satisfies UnaryName[]) {
      const expected = name === 'negF32' ? [-0, 0] : [0, -0]
      expect([name, ...run(arena, name, Float32Array.of(0, -0))]).toEqual([name, ...expected])
    }
  })
})

type Binary = Kernels['addF32']
type BinaryName = Named<Binary>

const sums: Partial<Record<BinaryName, (a: number, b: number) => number>> = {
  addF32: (a, b) => a + b,
  subF32: (a, b) => a - b,
  mulF32: (a, b) => a * b,
  divF32: (a, b) => a / b,
  maximumF32: Math.max,
  minimumF32: Math.min,
  powF32: (a, b) => (a === 1 || b === 0 ? 1 : a === -1 && Math.abs(b) === Infinity ? 1 : a ** b),
  addF64: (a, b) => a + b,
  subF64: (a, b) => a - b,
  mulF64: (a, b) => a * b,
  divF64: (a, b) => a / b,
  maximumF64: Math.max,
  minimumF64: Math.min,
  addI32: (a, b) => (a + b) | 0,
  subI32: (a, b) => (a - b) | 0,
  mulI32: Math.imul,
  maximumI32: Math.max,
  minimumI32: Math.min,
}

const comparisons: Partial<Record<BinaryName, (a: number, b: number) => boolean>> = {
  eqF32: (a, b) => a === b,
  neF32: (a, b) => a !== b,
  ltF32: (a, b) => a < b,
  leF32: (a, b) => a <= b,
  eqI32: (a, b) => a === b,
  neI32: (a, b) => a !== b,
  ltI32: (a, b) => a < b,
  leI32: (a, b) => a <= b,
}

const typeOf = (name: string): Float32ArrayConstructor | Float64ArrayConstructor | Int32ArrayConstructor =>
  name.endsWith('F64') ? Float64Array : name.endsWith('I32') ? Int32Array : Float32Array

/** Shapes with the strides of two operands: rows, columns, scalars, transposes, reversals, up to five dimensions. */
const views: { shape: number[]; a: number[]; b: number[] }[] = [
  { shape: [], a: [], b: [] },
  { shape: [7, 5], a: [5, 1], b: [0, 1] },
  { shape: [7, 5], a: [5, 1], b: [1, 0] },
  { shape: [9, 33], a: [1, 9], b: [33, 1] },
  { shape: [17, 2], a: [2, 1], b: [0, 0] },
  { shape: [3, 4, 5], a: [20, 5, 1], b: [1, 3, 12] },
  { shape: [2, 3, 4, 5], a: [0, 20, 5, 1], b: [60, 0, 0, 3] },
  { shape: [2, 2, 3, 2, 3], a: [36, 18, 6, 3, 1], b: [1, 2, 4, 12, 24] },
  { shape: [0, 4], a: [4, 1], b: [4, 1] },
  { shape: [6], a: [-1], b: [1] },
]

function offsets(shape: readonly number[], strides: readonly number[]): number[] {
  return shape.reduce<number[]>(
    (at, size, dim) => at.flatMap((offset) => Array.from({ length: size }, (_, i) => offset + i * (strides[dim] ?? 0))),
    [0],
  )
}

/** The descriptor of a view, as the kernels read it. */
function descriptor(shape: readonly number[], ...strides: readonly (readonly number[])[]): Int32Array {
  const dims =
    shape.length === 0
      ? [[1, ...strides.map(() => 0)]]
      : shape.map((size, dim) => [size, ...strides.map((s) => s[dim] ?? 0)])
  return Int32Array.of(dims.length, ...dims.flat())
}

describeBuilds('element-wise functions of two operands', (arena) => {
  for (const [key, reference] of Object.entries({ ...sums, ...comparisons })) {
    const name = key as BinaryName
    const Type = typeOf(name)
    const Out = key in comparisons ? Uint8Array : Type
    const relative = name === 'powF32' ? 2e-7 : key.endsWith('F32') ? 6e-8 : 0
    const scale = key.endsWith('I32') ? 3 : 4
    const values = (length: number, seed: number) => Type.from(numbers(length, scale, seed))
    const expected = (a: ArrayLike<number>, b: ArrayLike<number>, length: number) =>
      Array.from({ length }, (_, i) => Number(reference(a[i] ?? 0, b[i] ?? 0)))

    test(`${name}(out, a, b, n, strideA, strideB) takes two runs, a scalar on either side, any strides`, () => {
      for (const length of lengths) {
        for (const [strideA, strideB] of [
          [1, 1],
          [1, 0],
          [0, 1],
          [0, 0],
          [2, 3],
        ] as const) {
          arena.reset()
          const [a, b] = [values(2 * length + 1, 1), values(3 * length + 1, 2)]
          const out = arena.space(Out, length)
          arena.kernels[name](out, arena.put(a), arena.put(b), length, strideA, strideB)
          const pick = (x: ArrayLike<number>, stride: number) => Array.from({ length }, (_, i) => x[i * stride] ?? 0)
          expect(
            differences(arena.take(Out, out, length), expected(pick(a, strideA), pick(b, strideB), length), relative),
          ).toEqual([])
          expect(arena.damage()).toEqual([])
        }
      }
    })

    test(`${name}Nd(out, a, b, descriptor) broadcasts and reads strided views`, () => {
      for (const { shape, a: stridesA, b: stridesB } of views) {
        arena.reset()
        const [a, b] = [values(400, 1), values(400, 2)]
        const length = shape.reduce((product, size) => product * size, 1)
        const base = stridesA[0] === -1 ? 5 : 0
        const out = arena.space(Out, length)
        const operand = arena.put(a) + base * Type.BYTES_PER_ELEMENT
        const nd = arena.kernels[`${name}Nd` as 'addF32Nd']
        nd(out, operand, arena.put(b), arena.put(descriptor(shape, stridesA, stridesB)))
        const pick = (x: ArrayLike<number>, strides: number[], from: number) =>
          offsets(shape, strides).map((i) => x[i + from] ?? 0)
        expect(
          differences(
            arena.take(Out, out, length),
            expected(pick(a, stridesA, base), pick(b, stridesB, 0), length),
            relative,
          ),
        ).toEqual([])
        expect(arena.damage()).toEqual([])
      }
    })
  }

  for (const [key, reference] of Object.entries({ ...sums, ...comparisons }).filter(([name]) => name.endsWith('F32'))) {
    test(`${key}(out, a, b, n, strideA, strideB) treats NaN, infinities and zeros as IEEE 754 does`, () => {
      const odd = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, 1e-40, 3e38, -3e38, 1e-20]
      const a = Float32Array.from({ length: odd.length ** 2 }, (_, i) => odd[i % odd.length] ?? 0)
      const b = Float32Array.from({ length: odd.length ** 2 }, (_, i) => odd[Math.floor(i / odd.length)] ?? 0)
      const Out = key in comparisons ? Uint8Array : Float32Array
      const out = arena.space(Out, a.length)
      arena.kernels[key as BinaryName](out, arena.put(a), arena.put(b), a.length, 1, 1)
      const expected = Array.from(a, (x, i) => Number(reference(x, b[i] ?? 0)))
      const relative = key === 'powF32' ? 2e-7 : 6e-8
      expect(differences(arena.take(Out, out, a.length), expected, relative)).toEqual([])
    })
  }

  test('addF32(out, a, b, n, strideA, strideB) may write over its operands, a scalar one too', () => {
    const values = numbers(50)
    const a = arena.put(values)
    arena.kernels.addF32(a, a, a, 50, 1, 0)
    expect(
      differences(
        arena.take(Float32Array, a, 50),
        Array.from(values, (x) => x + (values[0] ?? 0)),
        6e-8,
      ),
    ).toEqual([])
  })

  test('where32(out, condition, a, b, n, ...strides) picks a where the byte is not zero', () => {
    for (const length of lengths) {
      for (const [strideCondition, strideA, strideB] of [
        [1, 1, 1],
        [1, 1, 0],
        [1, 0, 1],
        [1, 0, 0],
        [0, 1, 1],
        [2, 3, 1],
      ] as const) {
        arena.reset()
        const condition = Uint8Array.from({ length: 2 * length + 1 }, (_, i) => (i % 3 === 0 ? 0 : i % 251))
        const [a, b] = [numbers(3 * length + 1, 4, 1), numbers(length + 1, 4, 2)]
        const out = arena.space(Float32Array, length)
        const operands = [arena.put(condition), arena.put(a), arena.put(b)] as const
        arena.kernels.where32(out, ...operands, length, strideCondition, strideA, strideB)
        const expected = Array.from(
          { length },
          (_, i) => (condition[i * strideCondition] ? a[i * strideA] : b[i * strideB]) ?? 0,
        )
        expect([...arena.take(Float32Array, out, length)]).toEqual(expected)
        expect(arena.damage()).toEqual([])
      }
    }
  })

  test('where32Nd(out, condition, a, b, descriptor) broadcasts its three operands', () => {
    const condition = Uint8Array.of(1, 0, 7)
    const [a, b] = [numbers(15), numbers(5, 4, 2)]
    const out = arena.space(Float32Array, 15)
    const view = arena.put(descriptor([3, 5], [1, 0], [5, 1], [0, 1]))
    arena.kernels.where32Nd(out, arena.put(condition), arena.put(a), arena.put(b), view)
    const expected = Array.from({ length: 15 }, (_, i) => (condition[Math.floor(i / 5)] ? a[i] : b[i % 5]) ?? 0)
    expect([...arena.take(Float32Array, out, 15)]).toEqual(expected)
  })

  test('clampF32(out, a, n, low, high) keeps NaN, and high wins over low', () => {
    for (const length of lengths) {
      for (const [low, high] of [
        [-0.5, 0.75],
        [1, -1],
        [-Infinity, 0],
      ] as const) {
        arena.reset()
        const a = numbers(length)
        if (length > 2) a.set([NaN, -0])
        const out = arena.space(Float32Array, length)
        arena.kernels.clampF32(out, arena.put(a), length, low, high)
        const raised = Array.from(a, (x) => (x < low ? low : x))
        expect([...arena.take(Float32Array, out, length)]).toEqual(raised.map((x) => (x > high ? high : x)))
        expect(arena.damage()).toEqual([])
      }
    }
  })

  test('dropoutF32(out, a, mask, n, scale) multiplies with scale or 0', () => {
    for (const length of lengths) {
      arena.reset()
      const mask = Uint8Array.from({ length }, (_, i) => Number(i % 4 === 1))
      const a = numbers(length)
      if (length > 2) a.set([NaN, Infinity])
      const out = arena.space(Float32Array, length)
      arena.kernels.dropoutF32(out, arena.put(a), arena.put(mask), length, 4)
      expect([...arena.take(Float32Array, out, length)]).toEqual(Array.from(a, (x, i) => x * (mask[i] ? 4 : 0)))
    }
  })
})

describeBuilds('copies', (arena) => {
  const kinds = { copy8Nd: Uint8Array, copy32Nd: Float32Array, copy64Nd: Float64Array } as const
  for (const [key, Type] of Object.entries(kinds)) {
    const name = key as keyof typeof kinds
    test(`${name}(out, a, descriptor) copies a strided view into another`, () => {
      for (const { shape, a: first, b: second } of [...views, { shape: [37, 50], a: [1, 37], b: [0, 2] }]) {
        for (const strides of [first, second]) {
          arena.reset()
          const values = Type.from(numbers(2000, 100).map(Math.abs))
          const base = strides[0] === -1 ? 5 : 0
          const at = offsets(shape, strides)
          const plain = shape.map((_, dim) => shape.slice(dim + 1).reduce((product, size) => product * size, 1))
          // In order, with a gap after each element, and with one after each row.
          const inner = shape.at(-1)!
          const wide = plain.map((stride) => (stride < inner ? stride : (stride / inner) * (inner + 3)))
          for (const outStrides of [plain, plain.map((stride) => 2 * stride), wide]) {
            const to = offsets(shape, outStrides)
            const out = arena.put(new Type(1 + Math.max(0, ...to)))
            arena.kernels[name](
              out,
              arena.put(values) + base * Type.BYTES_PER_ELEMENT,
              arena.put(descriptor(shape, outStrides, strides)),
            )
            const expected = new Type(1 + Math.max(0, ...to))
            to.forEach((place, i) => (expected[place] = values[at[i]! + base]!))
            expect(arena.take(Type, out, expected.length)).toEqual(expected)
            expect(arena.damage()).toEqual([])
          }
        }
      }
    })
  }

  test('fillF32, fillF64 and fillI32(out, value, n) write n elements', () => {
    for (const length of lengths) {
      arena.reset()
      const [f32, f64, i32] = [
        arena.space(Float32Array, length),
        arena.space(Float64Array, length),
        arena.space(Int32Array, length),
      ]
      arena.kernels.fillF32(f32, 1.5, length)
      arena.kernels.fillF64(f64, 0.1, length)
      arena.kernels.fillI32(i32, -7, length)
      expect(arena.take(Float32Array, f32, length)).toEqual(new Float32Array(length).fill(1.5))
      expect(arena.take(Float64Array, f64, length)).toEqual(new Float64Array(length).fill(0.1))
      expect(arena.take(Int32Array, i32, length)).toEqual(new Int32Array(length).fill(-7))
      expect(arena.damage()).toEqual([])
    }
  })

  test('gatherRows and scatterAddRowsF32 follow int32 and int64 indices and name the first that is out of range', () => {
    const table = numbers(5 * 7)
    for (const [indices, shift] of [
      [Int32Array.of(3, 0, 4, 3), 2],
      [BigInt64Array.of(3n, 0n, 4n, 3n), 3],
    ] as const) {
      arena.reset()
      const [rows, at] = [arena.put(table), arena.put(indices)]
      const out = arena.space(Float32Array, 4 * 7)
      expect(arena.kernels.gatherRows(out, rows, at, 4, shift, 5, 28)).toBe(-1)
      const gathered = Array.from(
        { length: 28 },
        (_, i) => table[Number(indices[Math.floor(i / 7)]) * 7 + (i % 7)] ?? 0,
      )
      expect([...arena.take(Float32Array, out, 28)]).toEqual(gathered)

      const sum = arena.put(new Float32Array(35))
      expect(arena.kernels.scatterAddRowsF32(sum, out, at, 4, shift, 5, 7)).toBe(-1)
      const expected = new Float32Array(35)
      indices.forEach((row, i) => {
        for (let j = 0; j < 7; j++) expected[Number(row) * 7 + j]! += gathered[i * 7 + j] ?? 0
      })
      expect(arena.take(Float32Array, sum, 35)).toEqual(expected)
      expect(arena.kernels.gatherRows(out, rows, at, 4, shift, 4, 28)).toBe(2)
      expect(arena.kernels.scatterAddRowsF32(sum, out, at, 4, shift, 3, 7)).toBe(0)
    }
    expect(arena.kernels.gatherRows(0, 0, arena.put(Int32Array.of(-1)), 1, 2, 5, 28)).toBe(0)
  })
})
