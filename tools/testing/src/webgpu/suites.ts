import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import type { Suite } from './check.ts'
import { compiledSuite } from './compiled.ts'
import { conformance } from './conformance.ts'
import { curveSuite } from './curves.ts'
import { layerSuite } from './layers.ts'
import { numberSuite } from './numbers.ts'
import { optimizerSuite } from './optimizers.ts'
import { orderSuite } from './order.ts'
import { productSuite } from './products.ts'
import { sizeSuite } from './sizes.ts'
import { waitingSuite } from './waiting.ts'

/** All that a GPU must do, on whatever runs it. */
export function suites(gpu: WebGPUDevice): Suite[] {
  return [
    ...conformance(gpu),
    productSuite(gpu),
    sizeSuite(gpu),
    numberSuite(gpu),
    orderSuite(gpu),
    waitingSuite(gpu),
    layerSuite(gpu),
    optimizerSuite(gpu),
    compiledSuite(gpu),
    curveSuite(gpu),
  ]
}
