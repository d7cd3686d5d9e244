import { grad } from '@metagrad/autograd'
import { cpu, manualSeed, randn, tensor } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import type { Suite } from './check.ts'
import { assertEqual, assertThrows, suiteOf } from './check.ts'
import { assertSame } from './compare.ts'

/** What depends on values: the form that waits, and what the other one says. */
export function waitingSuite(gpu: WebGPUDevice): Suite {
  manualSeed(9)
  const x = randn(4, 5)
  const y = x.to(gpu)
  const mask = x.gt(0.2)
  return suiteOf('what depends on values, on the GPU', {
    async 'nonzeroAsync() gives rows, or a tensor per dim'() {
      await assertSame(await mask.to(gpu).nonzeroAsync(), mask.nonzero(), 0)
      const [got, want] = [await mask.to(gpu).nonzeroAsync({ asTuple: true }), mask.nonzero({ asTuple: true })]
      for (let dim = 0; dim < want.length; dim++) await assertSame(got[dim]!, want[dim]!, 0)
      assertEqual((await tensor(3, { device: gpu }).nonzeroAsync()).shape, [1, 0], 'of a 0-d tensor')
    },
    async 'maskedSelectAsync(mask) broadcasts and has a gradient'() {
      const w = y.detach().requiresGrad_()
      const picked = await w.maskedSelectAsync(mask.to(gpu))
      await assertSame(picked.detach(), x.maskedSelect(mask), 0)
      const [slope] = grad([picked.sum()], [w])
      await assertSame(slope!, mask.float(), 0)
      const row = mask.narrow(0, 1, 1)
      await assertSame(await y.maskedSelectAsync(row.to(gpu)), x.maskedSelect(row), 0)
    },
    async 'allcloseAsync(other) and equalAsync(other) tell'() {
      const near = y.add(1e-7)
      assertEqual([await y.allcloseAsync(near), await y.allcloseAsync(y.add(1))], [true, false], 'allclose')
      assertEqual(
        [await y.equalAsync(y.clone()), await y.equalAsync(y.neg()), await y.equalAsync(y.T)],
        [true, false, false],
        'equal',
      )
    },
    async 'toAsync(device) brings tensors back, and to(device) takes what the GPU can hold'() {
      const back = await y.T.toAsync(cpu)
      assertEqual([back.device === cpu, (await y.toAsync(gpu)) === y], [true, true], 'devices')
      await assertSame(back, x.T, 0)
      const whole = tensor([1, 2], { dtype: 'int64' }).to({ dtype: 'int32', device: gpu })
      assertEqual([whole.dtype, await whole.tolist()], ['int32', [1, 2]], 'int64 as int32')
    },
    async 'the forms that read at once name those that wait'() {
      const m = mask.to(gpu)
      await assertThrows(() => m.nonzero(), /^nonzero: device "webgpu" .* Use await t\.nonzeroAsync\(\)\.$/)
      await assertThrows(
        () => y.maskedSelect(m),
        /^index: device "webgpu" .* Use await t\.maskedSelectAsync\(mask\)\.$/,
      )
      await assertThrows(() => y.equal(y), /^equal: device "webgpu" .* Use await t\.equalAsync\(other\)\.$/)
      await assertThrows(() => y.to(cpu), /^to: device "webgpu" .* Use await t\.toAsync\(device\)\.$/)
      await assertThrows(() => y.unique(), /^unique.*: device "webgpu" .* Use await t\.toAsync\(cpu\) first\.$/)
      await assertThrows(() => y.histc(), /^histc: device "webgpu" .* Use await t\.toAsync\(cpu\) first\.$/)
    },
  })
}
