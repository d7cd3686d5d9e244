import { arange, manualSeed, rand, randint, randn, tensor } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import type { Suite } from './check.ts'
import { assertAtMost, assertEqual, suiteOf } from './check.ts'
import { difference } from './compare.ts'

const lengths = [1, 3, 65, 127, 500, 1025, 100_003]

/** A line of so many elements through everything that goes along a line. */
async function compareLine(length: number, gpu: WebGPUDevice): Promise<void> {
  manualSeed(length)
  const x = randn(length)
  const y = x.to(gpu)
  assertAtMost(await difference(y.sum(), x.sum()), 1e-4, 'sum')
  assertEqual(await difference(y.amin(), x.amin()), 0, 'amin')
  assertEqual(await y.argmax().item(), x.argmax().itemSync(), 'argmax')
  assertAtMost(await difference(y.cumsum(0), x.cumsum(0)), 1e-5, 'cumsum')
  assertAtMost(await difference(y.logSoftmax(0), x.logSoftmax(0)), 1e-5, 'logSoftmax')
  const [got, want] = [y.sort(0, { descending: true }), x.sort(0, { descending: true })]
  assertEqual(await difference(got.values, want.values), 0, 'sorted values')
  assertEqual(await difference(got.indices, want.indices), 0, 'their places')
  const [places, values] = [randint(0, 50, [length], { dtype: 'int32' }), randn(length, 3)]
  const zeros = rand(50, 3).mul(0)
  const sums = zeros.to(gpu).indexAdd(0, places.to(gpu), values.to(gpu))
  assertAtMost(await difference(sums, zeros.indexAdd(0, places, values)), 1e-5, 'indexAdd')
}

/** Odd lengths, and grids that one dimension of workgroups cannot hold. */
export function sizeSuite(gpu: WebGPUDevice): Suite {
  const lines = lengths.map(
    (length) => [`reductions, scans and sorts of ${length} are the CPU's`, () => compareLine(length, gpu)] as const,
  )
  return suiteOf('odd and large shapes on the GPU', {
    ...Object.fromEntries(lines),
    async 'more than 65,535 workgroups are folded'() {
      const length = 65_535 * 64 + 65
      const x = arange(length, { dtype: 'int32', device: gpu })
      const places = tensor([0, 65_535 * 64 - 1, 65_535 * 64, length - 1], { dtype: 'int32', device: gpu })
      const ends = x.add(1).indexSelect(0, places)
      assertEqual(await ends.tolist(), [1, 65_535 * 64, 65_535 * 64 + 1, length], 'ends')
      assertEqual(await x.gt(5).sum().item(), length - 6, 'count')
      assertEqual(await x.amax().item(), length - 1, 'amax')
    },
    async 'more than 65,535 rows with a workgroup each are folded'() {
      const [a, b] = [rand(65_540, 64), rand(64, 1)]
      assertAtMost(await difference(a.to(gpu).matmul(b.to(gpu)), a.matmul(b)), 1e-5, 'difference')
    },
    async 'lines of many rows sort apart, equal elements in their order'() {
      const x = randint(0, 9, [7, 300, 3], { dtype: 'int32' })
      const [got, want] = [x.to(gpu).sort(1), x.sort(1)]
      assertEqual(await difference(got.values, want.values), 0, 'values')
      assertEqual(await difference(got.indices, want.indices), 0, 'places')
    },
    async 'views of nine dims need no copy'() {
      const x = arange(512, { dtype: 'int32' }).reshape(2, 2, 2, 2, 2, 2, 2, 2, 2)
      const dims = [8, 3, 1, 0, 7, 2, 6, 5, 4]
      assertEqual(await difference(x.to(gpu).permute(dims).add(1), x.permute(dims).add(1)), 0, 'difference')
    },
  })
}
