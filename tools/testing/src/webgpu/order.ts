import { backward, grad } from '@metagrad/autograd'
import { tensor, zeros } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import type { Suite } from './check.ts'
import { assertEqual, assertThrows, suiteOf } from './check.ts'

/** What only values can tell, and what holds while commands wait. */
export function orderSuite(gpu: WebGPUDevice): Suite {
  return suiteOf('faults and the order of things on the GPU', {
    async 'an index out of range is thrown by the next read, once'() {
      const x = tensor([1, 2, 3], { device: gpu })
      const picked = x.indexSelect(0, tensor([0, 7], { dtype: 'int32', device: gpu }))
      await assertThrows(() => picked.data(), /^indexSelect: index 7 is out of range for a dim of size 3\.$/)
      assertEqual(await x.tolist(), [1, 2, 3], 'the next read')
    },
    async 'an int divided by zero is thrown by the next read'() {
      const x = tensor([1, 2], { dtype: 'int32', device: gpu })
      const y = x.remainder(tensor([1, 0], { dtype: 'int32', device: gpu }))
      await assertThrows(() => y.data(), /divided by zero/)
    },
    async 'in-place writes are seen through views, and backward refuses what they spoiled'() {
      const x = zeros([2, 3], { device: gpu })
      x.select(0, 1).add_(2).mul_(x.select(0, 1))
      assertEqual(await x.flatten().tolist(), [0, 0, 0, 4, 4, 4], 'the base')
      const w = tensor([1, 2, 3], { device: gpu }).requiresGrad_()
      const y = w.mul(2)
      const z = y.square().sum()
      y.add_(1)
      await assertThrows(() => backward(z), /in place/)
    },
    async 'second derivatives are there'() {
      const w = tensor([-1.5, 0, 0.5, 2], { device: gpu }).requiresGrad_()
      const [slope] = grad([w.pow(3).sum()], [w], { createGraph: true })
      const [second] = grad([slope!.sum()], [w])
      assertEqual(await second!.tolist(), [-9, 0, 3, 12], '6 w')
    },
    async 'a pending op keeps the values it was called with when its input is overwritten'() {
      const x = tensor([1, 2, 3], { device: gpu })
      const y = x.neg()
      gpu.write(x.storage, Float32Array.of(7, 8, 9))
      assertEqual(await y.tolist(), [-1, -2, -3], 'the result')
      assertEqual(await x.tolist(), [7, 8, 9], 'the input')
    },
  })
}
