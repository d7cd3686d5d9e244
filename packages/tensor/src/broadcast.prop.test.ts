import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DType, Tensor } from './index.ts'
import { broadcastShapes, fromData, resultType, tensor } from './index.ts'

/** A shape of up to four dims, and two shapes that broadcast to it: each leaves out leading dims and shrinks some to 1. */
const broadcastable = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }).chain((shape) => {
  const part = fc
    .tuple(fc.integer({ min: 0, max: shape.length }), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
    .map(([from, shrunk]) => shape.slice(from).map((size, dim) => (shrunk[dim]! ? 1 : size)))
  return fc.tuple(part, part)
})

const numbered = (shape: readonly number[], start: number): Tensor => {
  const numel = shape.reduce((n, size) => n * size, 1)
  return fromData(
    Float64Array.from({ length: numel }, (_, i) => start + i),
    shape,
    'float64',
  )
}

/** The slow obvious way: the element of a tensor at an index of the result, dims counted from the end, size 1 meaning 0. */
function at(x: Tensor, index: readonly number[]): number {
  const own = index.slice(index.length - x.ndim)
  let offset = 0
  x.shape.forEach((size, dim) => {
    offset = offset * size + (size === 1 ? 0 : own[dim]!)
  })
  return (x.dataSync() as Float64Array)[offset]!
}

function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (list, size) => list.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  )
}

describe('broadcasting', () => {
  it('pairs each element of the result with the elements that a loop would take', () => {
    fc.assert(
      fc.property(broadcastable, ([a, b]) => {
        const [x, y] = [numbered(a, 1), numbered(b, 100)]
        const sum = x.mul(1000).add(y)
        const shape = broadcastShapes('add', a, b)
        expect(sum.shape).toEqual(shape)
        expect(Array.from(sum.dataSync() as Float64Array)).toEqual(
          indicesOf(shape).map((index) => at(x, index) * 1000 + at(y, index)),
        )
        expect(Array.from(x.expand(shape).dataSync() as Float64Array)).toEqual(
          indicesOf(shape).map((index) => at(x, index)),
        )
      }),
    )
  })

  it('is undone by sumTo: each element returns as often as it was used', () => {
    fc.assert(
      fc.property(broadcastable, ([a, b]) => {
        const shape = broadcastShapes('add', a, b)
        const copies = shape.reduce((n, size) => n * size, 1) / a.reduce((n, size) => n * size, 1)
        expect(numbered(a, 1).expand(shape).sumTo(a).tolistSync()).toEqual(numbered(a, 1).mul(copies).tolistSync())
      }),
    )
  })

  it('refuses what differs in a dim where neither is 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 9 }), (a, b) => {
        fc.pre(a !== b)
        expect(() => numbered([3, a], 0).add(numbered([b], 0))).toThrow(`have ${a} vs ${b} in dim -1`)
      }),
    )
  })
})

const categories: Readonly<Record<DType, number>> = {
  bool: 0,
  uint8: 1,
  int32: 1,
  int64: 1,
  float16: 2,
  float32: 2,
  float64: 2,
}
const widths: Readonly<Record<DType, number>> = {
  bool: 0,
  uint8: 8,
  int32: 32,
  int64: 64,
  float16: 16,
  float32: 32,
  float64: 64,
}
const allDTypes = Object.keys(categories) as DType[]

/** PyTorch's rule in words: a higher kind wins; of one kind the wider; 0-d tensors count only where their kind is higher. */
function promoted(list: readonly { readonly dtype: DType; readonly ndim: number }[]): DType {
  const kindOf = ({ dtype }: { readonly dtype: DType }): number => categories[dtype]
  const dimensioned = list.filter(({ ndim }) => ndim > 0)
  const highest = Math.max(-1, ...dimensioned.map(kindOf))
  const zeroDim = list.filter(({ ndim }) => ndim === 0)
  const deciding = Math.max(-1, ...zeroDim.map(kindOf)) > highest ? [...zeroDim, ...dimensioned] : dimensioned
  const kind = Math.max(...deciding.map(kindOf))
  return deciding.filter((x) => kindOf(x) === kind).reduce((a, b) => (widths[b.dtype] > widths[a.dtype] ? b : a)).dtype
}

describe('promotion', () => {
  const operand = fc.tuple(fc.constantFrom(...allDTypes), fc.boolean()).map(([dtype, isScalar]) =>
    tensor(1)
      .to(dtype)
      .reshape(isScalar ? [] : [1]),
  )

  it('resultType(...tensors) follows the rule for any number of operands', () => {
    fc.assert(
      fc.property(fc.array(operand, { minLength: 1, maxLength: 4 }), (operands) => {
        expect(resultType(...operands)).toBe(promoted(operands))
      }),
    )
  })

  it('add and mul give the dtype that it says, and lose nothing that both hold', () => {
    fc.assert(
      fc.property(operand, operand, (a, b) => {
        const sum = a.add(b)
        expect(sum.dtype).toBe(promoted([a, b]))
        expect(a.mul(b).dtype).toBe(promoted([a, b]))
        expect(Number(sum.dataSync()[0])).toBe(sum.dtype === 'bool' ? 1 : 2)
      }),
    )
  })
})
