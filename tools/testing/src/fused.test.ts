import { grad } from '@metagrad/autograd'
import { functional as F } from '@metagrad/nn'
import type { DType, Tensor } from '@metagrad/tensor'
import { Generator, fromData, randint, randn } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'
import { relativeError } from './tolerances.ts'

// What is one kernel for speed, against the same written in methods: values, gradients, and gradients of gradients.

type Form = (x: Tensor, weight: Tensor | undefined, bias: Tensor | undefined) => Tensor

const statistics = (x: Tensor, dims: number[], eps: number): Tensor => {
  const centered = x.sub(x.mean(dims, { keepDim: true }))
  return centered.mul(centered.square().mean(dims, { keepDim: true }).add(eps).rsqrt())
}

const random = new Generator(5)
const size = (most: number): number => 1 + (random.uint32() % most)
const numbers = (...shape: number[]): Tensor => randn(shape, { dtype: 'float64', generator: random })

interface Pair {
  readonly name: string
  readonly fused: Form
  readonly plain: Form
  /** Float inputs. */
  readonly draw: () => Tensor[]
}

const classes = 5
const labels = (...shape: number[]): Tensor => randint(classes, shape, { generator: random })
const channelsOf = (x: Tensor): number[] => x.shape.map((_, dim) => (dim === 1 ? -1 : 1))
const notChannels = (x: Tensor): number[] => x.shape.map((_, dim) => dim).filter((dim) => dim !== 1)

function crossEntropyPair(reduction: 'mean' | 'sum' | 'none', pixels: number[]): Pair {
  const target = labels(4, ...pixels)
  const options = { reduction, ignoreIndex: 1 }
  return {
    name: `crossEntropy, ${reduction}, [4, ${[classes, ...pixels].join(', ')}]`,
    fused: (x) => F.crossEntropy(x, target, options),
    plain: (x) => F.nllLoss(x.sub(x.logSumExp(1, { keepDim: true })), target, options),
    draw: () => [numbers(4, classes, ...pixels)],
  }
}

const pairs: readonly Pair[] = [
  ...[0, 1, 2].flatMap((dim): Pair[] => [
    {
      name: `softmax(${dim})`,
      fused: (x) => x.softmax(dim),
      plain: (x) => x.exp().div(x.exp().sum(dim, { keepDim: true })),
      draw: () => [numbers(size(6), size(40), size(6))],
    },
    {
      name: `logSoftmax(${dim})`,
      fused: (x) => x.logSoftmax(dim),
      plain: (x) => x.sub(x.logSumExp(dim, { keepDim: true })),
      draw: () => [numbers(size(6), size(40), size(6))],
    },
  ]),
  ...(['mean', 'sum', 'none'] as const).flatMap((reduction) => [
    crossEntropyPair(reduction, []),
    crossEntropyPair(reduction, [2, 3]),
  ]),
  ...[1, 2].map((dims): Pair => ({
    name: `layerNorm of ${dims}`,
    fused: (x, weight, bias) => F.layerNorm(x, x.shape.slice(-dims), { weight, bias, eps: 0.01 }),
    plain: (x, weight, bias) =>
      statistics(x, dims === 1 ? [-1] : [-2, -1], 0.01)
        .mul(weight!)
        .add(bias!),
    draw: () => {
      const shape = [3, 1 + size(5), 2 + size(40)]
      return [numbers(...shape), numbers(...shape.slice(-dims)), numbers(...shape.slice(-dims))]
    },
  })),
  ...[[], [3], [5, 9]].map((rest): Pair => ({
    name: `batchNorm of [N, C${rest.map((n) => `, ${n}`).join('')}]`,
    fused: (x, weight, bias) => F.batchNorm(x, undefined, undefined, { weight, bias, training: true, eps: 0.01 }),
    plain: (x, weight, bias) =>
      statistics(x, notChannels(x), 0.01)
        .mul(weight!.reshape(channelsOf(x)))
        .add(bias!.reshape(channelsOf(x))),
    draw: () => [numbers(7, 4, ...rest), numbers(4), numbers(4)],
  })),
]

/** Values, gradients and second gradients of a form, as one list of numbers. */
function derivatives(form: Form, inputs: readonly Tensor[], order: 1 | 2): number[] {
  const leaves = inputs.map((x) => x.detach().requiresGrad_())
  const out = form(leaves[0]!, leaves[1], leaves[2])
  const seed = (of: Tensor): Tensor =>
    fromData(
      Float64Array.from({ length: of.numel }, (_, i) => Math.sin(1 + i)),
      of.shape,
      'float64',
    ).to(of.dtype)
  const first = grad([out], leaves, { gradOutputs: [seed(out)], createGraph: order === 2, allowUnused: true })
  const results: (Tensor | undefined)[] = [out, ...first]
  if (order === 2) {
    const live = first.filter((g): g is Tensor => g?.requiresGrad === true)
    results.push(...grad(live, leaves, { gradOutputs: live.map(seed), allowUnused: true }))
  }
  return results.flatMap((x) => (x === undefined ? [] : Array.from(x.detach().contiguous().dataSync(), Number)))
}

function errorBetween(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length)
  const largest = b.reduce((most, x) => Math.max(most, Math.abs(x)), 1)
  return a.reduce((worst, x, i) => Math.max(worst, relativeError(x, b[i]!, largest)), 0)
}

const tolerance: { readonly [D in DType]?: number } = { float32: 2e-5, float64: 1e-11 }

describe('fused forms equal the same in methods', () => {
  for (const { name, fused, plain, draw } of pairs) {
    for (const dtype of ['float32', 'float64'] as const) {
      it(`${name} ${dtype}`, () => {
        const inputs = draw().map((x) => x.to(dtype))
        const turned = inputs.map((x) => x.T.contiguous().T)
        for (const given of [inputs, turned]) {
          for (const order of [1, 2] as const) {
            const got = derivatives(fused, given, order)
            expect(errorBetween(got, derivatives(plain, inputs, order))).toBeLessThanOrEqual(tolerance[dtype]!)
          }
        }
      })
    }
  }
})
