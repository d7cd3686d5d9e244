import { convolutionSamples } from './convolution.ts'
import { activationSamples } from './activations.ts'
import { creationSamples, randomSamples } from './creation.ts'
import { indexingSamples } from './indexing.ts'
import { linalgSamples } from './linalg.ts'
import { lossSamples } from './losses.ts'
import { normalizationSamples } from './normalization.ts'
import { pointwiseSamples, promotionSamples } from './pointwise.ts'
import { poolingSamples } from './pooling.ts'
import { productSamples } from './products.ts'
import { reductionSamples } from './reductions.ts'
import { statisticsSamples } from './statistics.ts'
import { shapeSamples } from './shape.ts'
import type { Sample } from './sample.ts'

/** Every sample, by family. A family has one golden file. */
export const families: { readonly [family: string]: readonly Sample[] } = {
  creation: creationSamples,
  random: randomSamples,
  shape: shapeSamples,
  indexing: indexingSamples,
  pointwise: pointwiseSamples,
  promotion: promotionSamples,
  products: productSamples,
  convolution: convolutionSamples,
  pooling: poolingSamples,
  reductions: reductionSamples,
  linalg: linalgSamples,
  statistics: statisticsSamples,
  normalization: normalizationSamples,
  losses: lossSamples,
  activations: activationSamples,
}
