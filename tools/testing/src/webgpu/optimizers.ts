import { Linear, Sequential, Tanh } from '@metagrad/nn'
import { LBFGS } from '@metagrad/optim'
import type { Device, Tensor } from '@metagrad/tensor'
import { cpu, manualSeed, randn } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import type { OptimizerRow } from '../rows/optimizers.ts'
import { optimizerRows, optimizersWithoutRow } from '../rows/optimizers.ts'
import type { Suite } from './check.ts'
import { assertEqual, assertThrows, suiteOf } from './check.ts'
import { assertSame } from './compare.ts'

const STEPS = 6

/** The parameters of a small network after a few steps. */
function trained(row: OptimizerRow, device: Device): Tensor[] {
  manualSeed(11)
  const model = new Sequential(new Linear(3, 5), new Tanh(), new Linear(5, 2))
  const [x, y] = [randn(8, 3), randn(8, 2)].map((each) => each.to(device))
  model.to(device)
  const parameters = model.parameters()
  const { update, optimizer } = row(parameters)
  for (let i = 0; i < STEPS; i++) {
    optimizer.zeroGrad()
    model.forward(x!).sub(y!).square().mean().backward()
    update()
  }
  return parameters.map((parameter) => parameter.detach())
}

/** Every optimizer goes as on the CPU and reads nothing on the way; the one that must read says so. */
export function optimizerSuite(gpu: WebGPUDevice): Suite {
  const checks = Object.entries(optimizerRows).map(
    ([name, row]) =>
      [
        `${name} moves parameters as on the CPU`,
        async () => {
          const [got, want] = [trained(row, gpu), trained(row, cpu)]
          for (let i = 0; i < want.length; i++) await assertSame(got[i]!, want[i]!, 3e-5)
        },
      ] as const,
  )
  return suiteOf('optimizers on the GPU', {
    async 'are all that there are'() {
      assertEqual(optimizersWithoutRow(), [], 'optimizers without a row')
    },
    ...Object.fromEntries(checks),
    async 'LBFGS, whose search looks at values, says that the GPU cannot be read at once'() {
      const x = randn([3], { device: gpu }).requiresGrad_()
      const optimizer = new LBFGS([x])
      const closure = (): Tensor => {
        optimizer.zeroGrad()
        const loss = x.square().sum()
        loss.backward()
        return loss
      }
      await assertThrows(() => optimizer.step(closure), /cannot be read synchronously/)
    },
  })
}
