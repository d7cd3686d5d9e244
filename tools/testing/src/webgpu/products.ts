import type { Shape, Tensor } from '@metagrad/tensor'
import { manualSeed, rand, randint, randn } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import type { Suite } from './check.ts'
import { assertAtMost, assertEqual, suiteOf } from './check.ts'
import { difference } from './compare.ts'

/** [a, b] of a product: each of the kernels, sizes around their tiles, and batches that broadcast. */
const products: readonly (readonly [Shape, Shape])[] = [
  [[1, 1], [1, 1]],
  [[3, 65], [65, 127]],
  [[1, 500], [500, 1]],
  [[65, 1025], [1025, 1]],
  [[1, 127], [127, 500]],
  [[8, 1025], [1025, 8]],
  [[127, 3], [3, 65]],
  [[500, 65], [65, 127]],
  [[64, 64], [64, 64]],
  [[260, 36], [36, 257]],
  [[3, 1, 65, 33], [2, 33, 65]],
  [[2, 65, 64], [64, 65]],
  [[40, 7, 9], [40, 9, 5]],
  [[65, 4099], [4099, 70]],
  [[2, 40, 2048], [2, 2048, 36]],
] // prettier-ignore

const LIMIT = 3e-6

async function compareProduct(left: Shape, right: Shape, gpu: WebGPUDevice): Promise<void> {
  manualSeed(left.length + left[0]!)
  const [a, b] = [randn(left), randn(right)]
  const want = a.matmul(b)
  const [x, y] = [a.to(gpu), b.to(gpu)]
  const turned = (z: Tensor): Tensor => z.mT.contiguous().mT
  assertAtMost(await difference(x.matmul(y), want), LIMIT, 'as they lie')
  assertAtMost(await difference(turned(x).matmul(y), want), LIMIT, 'left transposed')
  assertAtMost(await difference(x.matmul(turned(y)), want), LIMIT, 'right transposed')
}

/** Matrix products of odd and large shapes against the CPU. */
export function productSuite(gpu: WebGPUDevice): Suite {
  const shapes = products.map(
    ([left, right]) =>
      [
        `[${left.join(', ')}] @ [${right.join(', ')}] is the CPU's, either side transposed too`,
        () => compareProduct(left, right, gpu),
      ] as const,
  )
  return suiteOf('matmul(a, b) on the GPU', {
    ...Object.fromEntries(shapes),
    async '1025 x 65 @ 65 x 1025 has no tile of zeros'() {
      const [a, b] = [rand(1025, 65), rand(65, 1025)]
      assertAtMost(await difference(a.to(gpu).matmul(b.to(gpu)), a.matmul(b)), LIMIT, 'difference')
    },
    async 'wraps int32 as the CPU does'() {
      const a = randint(-50_000, 50_000, [33, 70], { dtype: 'int32' })
      assertEqual(await difference(a.to(gpu).matmul(a.T.to(gpu)), a.matmul(a.T)), 0, 'difference')
    },
  })
}
