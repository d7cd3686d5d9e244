import type { Kernels } from '../wasm/loader.ts'
import { byChannels, byExamples, convolution } from './convolution.ts'
import type { Pitch } from './elementwise.ts'
import { elementwise } from './elementwise.ts'
import type { Split } from './parts.ts'
import { product } from './product.ts'

/** A function of some thirty instructions. */
const long = 8
const single = elementwise(2, [4, 4])
const longSingle = elementwise(2, [4, 4], long)
const double = elementwise(2, [8, 8])
const pairPitches = (out: number, bytes: number): readonly Pitch[] => [out, { bytes, stride: 4 }, { bytes, stride: 5 }]
const pair = (out: number, bytes: number, cost?: number): Split => elementwise(3, pairPitches(out, bytes), cost)
const gradient = elementwise(3, [4, 4, 4])

const each = <Name extends string>(names: readonly Name[], split: Split): { [name in Name]: Split } =>
  Object.fromEntries(names.map((name) => [name, split])) as { [name in Name]: Split }

/** A row per kernel that threads share: how its arguments are divided. None sums over what is divided, so the numbers stay the same. */
export const splits: { readonly [name in keyof Kernels]?: Split } = {
  gemmF32: product(4),
  gemmF64: product(8),
  convF32: convolution(({ batch, groups, image, out, plane, weights }) =>
    batch === 1 && groups === 1 ? byChannels(plane, 0, weights, 4) : byExamples(out, image, 0, 0),
  ),
  convBackwardInputF32: convolution(({ image, out }) => byExamples(image, out, 0)),
  // They sum over the examples. Channels of several groups do not lie side by side.
  convBackwardWeightsF32: convolution(({ groups, plane, weights }) =>
    groups === 1 ? byChannels(weights, plane, 0) : undefined,
  ),
  ...each(['expF32', 'logF32', 'tanhF32', 'sigmoidF32', 'erfF32', 'geluF32', 'siluF32'], longSingle),
  ...each(['softplusF32', 'logSigmoidF32', 'sinF32', 'cosF32'], longSingle),
  ...each(['negF32', 'absF32', 'sqrtF32', 'squareF32', 'reciprocalF32', 'rsqrtF32', 'signF32', 'reluF32'], single),
  ...each(['floorF32', 'ceilF32', 'truncF32', 'roundF32', 'clampF32', 'negI32', 'absI32'], single),
  ...each(['negF64', 'absF64', 'sqrtF64', 'squareF64'], double),
  ...each(['addF32', 'subF32', 'mulF32', 'divF32', 'maximumF32', 'minimumF32'], pair(4, 4)),
  ...each(['addI32', 'subI32', 'mulI32', 'maximumI32', 'minimumI32'], pair(4, 4)),
  ...each(['addF64', 'subF64', 'mulF64', 'divF64', 'maximumF64', 'minimumF64'], pair(8, 8)),
  ...each(['eqF32', 'neF32', 'ltF32', 'leF32', 'eqI32', 'neI32', 'ltI32', 'leI32'], pair(1, 4)),
  powF32: pair(4, 4, long),
  ...each(['sigmoidBackwardF32', 'tanhBackwardF32', 'reluBackwardF32'], gradient),
  bceWithLogitsF32: elementwise(3, [4, 4, 4], long),
  where32: elementwise(4, [4, { bytes: 1, stride: 5 }, { bytes: 4, stride: 6 }, { bytes: 4, stride: 7 }]),
  dropoutF32: elementwise(3, [4, 4, 1]),
  sgdF32: elementwise(3, [4, 4, 4]),
  adamF32: elementwise(4, [4, 4, 4, 4], long),
}
