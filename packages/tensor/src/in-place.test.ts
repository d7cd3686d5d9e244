import { describe, expect, it } from 'vitest'
import { Generator, arange, manualSeed, ones, tensor, zeros } from './index.ts'
import type { Tensor } from './index.ts'

const a = (): Tensor => tensor([1, 2, 3])
const b = tensor([4, 5, 6])

/** Every in-place method beside the function whose result it must store. */
const pairs: readonly (readonly [string, (x: Tensor) => Tensor, (x: Tensor) => Tensor])[] = [
  ['add_', (x) => x.add_(b), (x) => x.add(b)],
  ['add_ with alpha', (x) => x.add_(b, { alpha: 0.5 }), (x) => x.add(b, { alpha: 0.5 })],
  ['sub_', (x) => x.sub_(2), (x) => x.sub(2)],
  ['mul_', (x) => x.mul_(b), (x) => x.mul(b)],
  ['div_', (x) => x.div_(b), (x) => x.div(b)],
  ['pow_', (x) => x.pow_(2), (x) => x.pow(2)],
  ['neg_', (x) => x.neg_(), (x) => x.neg()],
  ['exp_', (x) => x.exp_(), (x) => x.exp()],
  ['log_', (x) => x.log_(), (x) => x.log()],
  ['sqrt_', (x) => x.sqrt_(), (x) => x.sqrt()],
  ['tanh_', (x) => x.tanh_(), (x) => x.tanh()],
  ['sigmoid_', (x) => x.sigmoid_(), (x) => x.sigmoid()],
  ['relu_', (x) => x.relu_(), (x) => x.relu()],
  ['clamp_', (x) => x.clamp_(1.5, 2.5), (x) => x.clamp(1.5, 2.5)],
  ['addcmul_', (x) => x.addcmul_(b, b, { value: 0.1 }), (x) => x.addcmul(b, b, { value: 0.1 })],
  ['addcdiv_', (x) => x.addcdiv_(b, b, { value: 0.1 }), (x) => x.addcdiv(b, b, { value: 0.1 })],
  ['lerp_', (x) => x.lerp_(b, 0.25), (x) => x.lerp(b, 0.25)],
  ['fill_', (x) => x.fill_(7), () => tensor([7, 7, 7])],
  ['zero_', (x) => x.zero_(), () => zeros(3)],
  ['copy_', (x) => x.copy_(b), () => b],
  ['maskedFill_', (x) => x.maskedFill_(x.gt(1), -1), (x) => x.maskedFill(x.gt(1), -1)],
]

describe('in-place methods', () => {
  it.each(pairs)('%s stores what its function returns, and returns its tensor', (_, inPlace, functional) => {
    const x = a()
    const want = functional(a()).tolistSync()
    expect(inPlace(x)).toBe(x)
    expect(x.tolistSync()).toEqual(want)
  })

  it.each(pairs)('%s writes through a strided view, and nowhere else', (_, inPlace, functional) => {
    const base = tensor([
      [1, 2, 3],
      [9, 9, 9],
    ]).T.contiguous().T
    inPlace(base.select(0, 0))
    expect(base.tolistSync()).toEqual([functional(a()).tolistSync(), [9, 9, 9]])
  })

  it.each(pairs)('%s raises the version that all views share', (_, inPlace) => {
    const base = ones(2, 3)
    const view = base.select(0, 1)
    const before = view.storage.version
    inPlace(base.select(0, 0))
    expect(view.storage.version).toBeGreaterThan(before)
  })

  it('keep the dtype of their tensor', () => {
    expect(ones(2, { dtype: 'float64' }).add_(ones(2)).dtype).toBe('float64')
    expect(ones(2, { dtype: 'int32' }).add_(ones(2, { dtype: 'int64' })).dtype).toBe('int32')
  })

  it('uniform_, normal_, exponential_ and bernoulli_ draw from the generator they are given', () => {
    const draw = (x: Tensor, generator: Generator): Tensor[] => [
      x.clone().uniform_(-1, 1, { generator }),
      x.clone().normal_(2, 3, { generator }),
      x.clone().exponential_(2, { generator }),
      x.clone().bernoulli_(0.3, { generator }),
    ]
    const lists = [new Generator(5), new Generator(5)].map((generator) =>
      draw(zeros(20), generator).map((x) => x.tolistSync()),
    )
    expect(lists[0]).toEqual(lists[1])
    expect(new Set(lists[0]!.map(String)).size).toBe(4)
  })

  it('uniform_ on a view draws in its order', () => {
    manualSeed(1)
    const plain = zeros(2, 3).uniform_()
    manualSeed(1)
    const transposed = zeros(3, 2)
    transposed.T.uniform_()
    expect(transposed.T.tolistSync()).toEqual(plain.tolistSync())
  })

  it('refuse arguments outside their range', () => {
    expect(() => zeros(2).uniform_(1, 0)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: uniform_: needs from <= to, got 1 and 0.]`,
    )
    expect(() => zeros(2).normal_(0, -1)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: normal_: std must be >= 0, got -1.]`,
    )
    expect(() => zeros(2).bernoulli_(2)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: bernoulli_: needs 0 <= p <= 1, got 2.]`,
    )
    expect(() => zeros(2).exponential_(0)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: exponential_: lambda must be > 0, got 0.]`,
    )
    expect(() => arange(3).copy_(zeros(2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: expand: [2] does not expand to [3]: only dims of size 1 grow.]`,
    )
  })
})
