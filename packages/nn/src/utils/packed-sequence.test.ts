import { gradcheck } from '@metagrad/autograd'
import { randn, tensor, zeros } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import {
  PackedSequence,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  unpackSequence,
  unpadSequence,
} from './packed-sequence.ts'

const padded = tensor([[1, 2, 0], [4, 5, 6], [7, 0, 0]]) // prettier-ignore

describe('packPaddedSequence(x, lengths)', () => {
  test('takes out the padding, longest first', () => {
    const packed = packPaddedSequence(padded, [2, 3, 1], { batchFirst: true, enforceSorted: false })
    expect(packed.data.tolistSync()).toEqual([4, 1, 7, 5, 2, 6])
    expect(packed.batchSizes).toEqual([3, 2, 1])
    expect(packed.sortedIndices).toEqual([1, 0, 2])
    expect(packed.unsortedIndices).toEqual([1, 0, 2])
    expect(packed.lengths).toEqual([2, 3, 1])
  })

  test('takes the time first, lengths as a tensor, and more room than the longest needs', () => {
    const packed = packPaddedSequence(padded.T, tensor([2, 2, 1], { dtype: 'int64' }))
    expect(packed.data.tolistSync()).toEqual([1, 4, 7, 2, 5])
    expect(packed.sortedIndices).toBeUndefined()
  })

  test('passes gradients to all but the padding', () => {
    const x = zeros(3, 3).requiresGrad_()
    packPaddedSequence(x, [2, 3, 1], { batchFirst: true, enforceSorted: false }).data.sum().backward()
    expect(x.grad!.tolistSync()).toEqual([[1, 1, 0], [1, 1, 1], [1, 0, 0]]) // prettier-ignore
  })
})

describe('padPackedSequence(packed)', () => {
  test.each([true, false])('undoes packing with batchFirst %s', (batchFirst) => {
    const x = batchFirst ? padded : padded.T
    const packed = packPaddedSequence(x, [2, 3, 1], { batchFirst, enforceSorted: false })
    const [restored, lengths] = padPackedSequence(packed, { batchFirst })
    expect(restored.tolistSync()).toEqual(x.tolistSync())
    expect(lengths).toEqual([2, 3, 1])
  })

  test('fills with paddingValue up to totalLength', () => {
    const packed = packSequence([tensor([1, 2]), tensor([3])])
    expect(padPackedSequence(packed, { batchFirst: true, paddingValue: -1, totalLength: 3 })[0].tolistSync()).toEqual([
      [1, 2, -1],
      [3, -1, -1],
    ])
  })

  test('passes gradcheck from padded to padded', () => {
    const x = randn([4, 3, 2], { dtype: 'float64' }).requiresGrad_()
    const there = gradcheck(
      (input) => padPackedSequence(packPaddedSequence(input, [1, 4, 2], { enforceSorted: false }))[0].sin(),
      [x],
    )
    expect(there.error).toBeLessThan(1e-8)
  })
})

describe('packSequence(sequences)', () => {
  test('unpackSequence(packed) gives the sequences back, with gradients', () => {
    const sequences = [1, 3, 2].map((length) => randn(length, 2).requiresGrad_())
    const restored = unpackSequence(packSequence(sequences, { enforceSorted: false }))
    for (const [i, sequence] of restored.entries()) expect(sequence.equal(sequences[i]!)).toBe(true)
    restored[1]!.sum().backward()
    expect(sequences[1]!.grad!.tolistSync()).toEqual([[1, 1], [1, 1], [1, 1]]) // prettier-ignore
    expect(sequences[0]!.grad!.tolistSync()).toEqual([[0, 0]])
  })

  test('unpadSequence(padded, lengths) cuts each to its length', () => {
    const rows = unpadSequence(padded, [2, 3, 1], { batchFirst: true }).map((row) => row.tolistSync())
    expect(rows).toEqual([[1, 2], [4, 5, 6], [7]])
    expect(unpadSequence(padded.T, [2, 3, 1]).map((row) => row.tolistSync())).toEqual(rows)
  })
})

describe('PackedSequence', () => {
  test('withData(data) keeps sizes and order', () => {
    const packed = packSequence([tensor([1]), tensor([2, 3])], { enforceSorted: false })
    const squared = packed.withData(packed.data.square())
    expect(unpackSequence(squared).map((x) => x.tolistSync())).toEqual([[1], [4, 9]])
    expect(packed.to('float64').data.dtype).toBe('float64')
  })
})

test.each<[string, () => unknown]>([
  ['rising lengths', () => packPaddedSequence(padded, [2, 3, 1], { batchFirst: true })],
  ['too few lengths', () => packPaddedSequence(padded, [2, 1])],
  ['a length of 0', () => packPaddedSequence(padded, [2, 1, 0])],
  ['a length beyond the time', () => packPaddedSequence(padded, [4, 1, 1])],
  ['a vector', () => packPaddedSequence(zeros(3), [3])],
  ['no sequences', () => packSequence([])],
  ['an empty sequence', () => packSequence([zeros(2), zeros(0)])],
  ['different features', () => packSequence([zeros(2, 3), zeros(1, 2)])],
  ['a short totalLength', () => padPackedSequence(packSequence([zeros(3)]), { totalLength: 2 })],
  ['rising batchSizes', () => new PackedSequence(zeros(3), [1, 2])],
  ['batchSizes that miss rows', () => new PackedSequence(zeros(4), [2, 1])],
  ['an order that repeats', () => new PackedSequence(zeros(3), [2, 1], [0, 0])],
])('packing names what is wrong: %s', (_, wrong) => {
  expect(wrong).toThrowErrorMatchingSnapshot()
})
