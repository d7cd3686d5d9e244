import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { einsum, fromData, observe, ones, randn, tensor, tensordot } from '../index.ts'
import type { Tensor } from '../index.ts'

/** One operand of a random equation: labels (hidden dims as digits, aligned to the right), and the size of each dim. */
interface Term {
  readonly labels: readonly string[]
  readonly sizes: readonly number[]
  readonly text: string
  readonly seed: number
}

interface Problem {
  readonly terms: readonly Term[]
  readonly output: readonly string[]
  readonly equation: string
}

const letters = ['a', 'b', 'C', 'd']

/** Random equations over four letters and up to two hidden dims; any dim may have size 1 instead of its label's. */
const problems: fc.Arbitrary<Problem> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 6 }),
    terms: fc.array(
      fc.record({
        letters: fc.array(fc.constantFrom(...letters), { maxLength: 3 }),
        single: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 6, maxLength: 6 }),
        hidden: fc.integer({ min: -1, max: 2 }),
        place: fc.nat(3),
        seed: fc.nat(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    order: fc.shuffledSubarray(letters),
    implicit: fc.boolean(),
    keepsHidden: fc.boolean(),
    hiddenPlace: fc.nat(4),
  })
  .map(({ sizes, terms: drawn, order, implicit, keepsHidden, hiddenPlace }) => {
    const sizeOf = (label: string): number =>
      sizes[letters.includes(label) ? letters.indexOf(label) : 4 + Number(label)]!
    const terms = drawn.map(({ letters: own, single, hidden, place, seed }): Term => {
      const at = Math.min(place, own.length)
      const dots = hidden < 0 ? [] : hidden === 0 ? [] : hidden === 1 ? ['0'] : ['1', '0']
      const labels = [...own.slice(0, at), ...dots, ...own.slice(at)]
      const isSingle = (label: string): boolean =>
        single[letters.includes(label) ? letters.indexOf(label) : 4 + Number(label)] === 0
      return {
        labels,
        sizes: labels.map((label) => (isSingle(label) ? 1 : sizeOf(label))),
        text: [...own.slice(0, at), ...(hidden < 0 ? [] : ['...']), ...own.slice(at)].join(''),
        seed,
      }
    })
    const all = terms.flatMap((term) => term.labels)
    const hidden = ['1', '0'].filter((label) => all.includes(label))
    const left = terms.map(({ text }) => text).join(',')
    if (implicit) {
      const named = all.filter((label) => letters.includes(label))
      const once = named.filter((label) => named.indexOf(label) === named.lastIndexOf(label)).sort()
      return { terms, output: [...hidden, ...once], equation: left }
    }
    const wanted = order.filter((label) => all.includes(label))
    const at = Math.min(hiddenPlace, wanted.length)
    const output = keepsHidden ? wanted.toSpliced(at, 0, ...hidden) : wanted
    const text = keepsHidden ? wanted.toSpliced(at, 0, '...') : wanted
    return { terms, output, equation: `${left}->${text.join('')}` }
  })

/** Small whole numbers, so that sums are exact in any order. */
function operand({ sizes, seed }: Term): Tensor {
  const count = sizes.reduce((n, size) => n * size, 1)
  return fromData(
    Float64Array.from({ length: count }, (_, i) => ((seed + i * 7919) % 7) - 3),
    sizes,
    'float64',
  )
}

/** Row-major positions of a shape. */
function* positionsOf(shape: readonly number[]): Generator<number[]> {
  const count = shape.reduce((n, size) => n * size, 1)
  for (let i = 0; i < count; i++) {
    let rest = i
    yield shape.map((size, dim) => {
      const step = shape.slice(dim + 1).reduce((n, next) => n * next, 1)
      const at = Math.floor(rest / step)
      rest -= at * step
      return at % size
    })
  }
}

/** The definition: a loop over all labels. */
function slowEinsum({ terms, output }: Problem, tensors: readonly Tensor[]): { shape: number[]; data: number[] } {
  const sizes = new Map<string, number>()
  for (const { labels, sizes: own } of terms) {
    labels.forEach((label, dim) => {
      if ((sizes.get(label) ?? 1) === 1) sizes.set(label, own[dim]!)
    })
  }
  const labels = [...sizes.keys()]
  const shape = output.map((label) => sizes.get(label)!)
  const data = Array.from({ length: shape.reduce((n, size) => n * size, 1) }, () => 0)
  const values = tensors.map((x) => x.dataSync())
  for (const position of positionsOf([...sizes.values()])) {
    const at = (label: string): number => position[labels.indexOf(label)]!
    const flat = (names: readonly string[], own: readonly number[]): number =>
      names.reduce((index, label, dim) => index * own[dim]! + (own[dim] === 1 ? 0 : at(label)), 0)
    const product = terms.reduce((total, term, i) => total * Number(values[i]![flat(term.labels, term.sizes)]), 1)
    data[flat(output, shape)]! += product
  }
  return { shape, data }
}

function primitivesOf(run: () => void): string[] {
  const names: string[] = []
  const stop = observe(({ primitive }) => names.push(primitive))
  run()
  stop()
  return names
}

describe('einsum(equation, ...tensors)', () => {
  it('gives what a loop over all labels gives', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const tensors = problem.terms.map(operand)
        const want = slowEinsum(problem, tensors)
        const got = einsum(problem.equation, ...tensors)
        expect(got.shape).toEqual(want.shape)
        expect([...got.dataSync()].map((value) => Number(value) + 0)).toEqual(want.data.map((value) => value + 0))
      }),
      { numRuns: 500 },
    )
  })

  it('makes one matrix product of one contraction, without copies where the dims lie in order', () => {
    const [a, b, c] = [randn(3, 4), randn(4, 5), randn(5, 4)]
    expect(primitivesOf(() => einsum('ij,jk->ik', a, b))).toEqual(['matmul'])
    expect(primitivesOf(() => einsum('ij,kj->ki', a, c)).filter((name) => name !== 'permute')).toEqual(['matmul'])
    const [q, k] = [randn(2, 3, 4, 5), randn(2, 3, 6, 5)]
    expect(primitivesOf(() => einsum('bhqd,bhkd->bhqk', q, k)).filter((name) => name !== 'permute')).not.toContain(
      'copy',
    )
  })

  it('takes a chain in the order that costs least', () => {
    const seen: number[] = []
    const [a, b, c] = [ones(100, 2), ones(2, 100), ones(100, 1)]
    const stop = observe(({ primitive, outputs }) => {
      if (primitive === 'matmul') seen.push(outputs[0]!.numel)
    })
    expect(einsum('ij,jk,kl->il', a, b, c).shape).toEqual([100, 1])
    stop()
    expect(seen).toEqual([2, 100])
  })

  it('promotes mixed dtypes and keeps ints ints', () => {
    const ints = tensor([[1, 2], [3, 4]], { dtype: 'int32' }) // prettier-ignore
    expect(einsum('ij,jk', ints, ints).dtype).toBe('int32')
    expect(einsum('ij->', ints).dtype).toBe('int32')
    expect(einsum('ij,jk', ints, ones(2, 2)).dtype).toBe('float32')
  })
})

describe('tensordot(a, b, dims)', () => {
  it('equals the einsum of its pairs', () => {
    const [a, b] = [randn(2, 3, 4), randn(4, 2, 5)]
    expect(tensordot(a, b, [[0, 2], [1, 0]]).dataSync()).toEqual(einsum('ijk,kil->jl', a, b).dataSync()) // prettier-ignore
  })
})
