import { afterAll, describe, expect, it } from 'vitest'
import type { Tensor } from '../index.ts'
import { Generator, IndexError, dispatch, randint, randn, tensor } from '../index.ts'
import { useKernels } from './index.ts'

// Compiled gather and scatter beside the reference, bit for bit, on shapes that nobody chose.

afterAll(() => useKernels())

function expectReference(run: () => Tensor): void {
  useKernels('reference')
  const want = run()
  useKernels()
  const got = run()
  expect(got.shape).toEqual(want.shape)
  expect(got.dataSync()).toEqual(want.dataSync())
}

describe('gather and scatter by compiled kernels', () => {
  for (let trial = 0; trial < 40; trial++) {
    const generator = new Generator(trial)
    const whole = (from: number, to: number): number => from + (generator.uint32() % (to - from + 1))
    const shape = Array.from({ length: whole(1, 4) }, () => whole(1, 6))
    const dim = whole(0, shape.length - 1)
    const picked = shape.with(dim, whole(0, 9))
    // Some leave out lines, which the reference must serve.
    const smaller = trial % 4 === 0 ? picked.map((n) => Math.max(1, n - 1)) : picked
    const dtype = trial % 3 === 0 ? 'int32' : 'int64'

    it(`are the reference's: [${smaller}] of [${shape}] along ${dim}, ${dtype}`, () => {
      const index = randint(0, shape[dim]!, smaller, { generator }).to(dtype)
      const x = randn(shape, { generator })
      const values = randn(smaller, { generator })
      const wholes = x.mul(9).to('int32')
      expectReference(() => dispatch('gather', [x, index], { dim }))
      expectReference(() => dispatch('gather', [wholes, index], { dim }))
      expectReference(() => dispatch('scatter', [x, index, values], { dim, reduce: 'add' }))
      const turned = [x, index, values].map((t) => t.transpose(0, -1)) as [Tensor, Tensor, Tensor]
      const turnedDim = dim === 0 ? shape.length - 1 : dim === shape.length - 1 ? 0 : dim
      expectReference(() => dispatch('gather', turned.slice(0, 2), { dim: turnedDim }))
    })
  }

  it('names an index that is out of range', () => {
    const index = tensor([[0, 3]], { dtype: 'int64' })
    const [x, ones] = [randn([1, 3]), randn([1, 2])]
    expect(() => dispatch('gather', [x, index], { dim: 1 })).toThrow(IndexError)
    expect(() => dispatch('scatter', [x, index, ones], { dim: 1, reduce: 'add' })).toThrow(IndexError)
  })
})
