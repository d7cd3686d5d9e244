import { Linear, Sequential, Tanh } from '@metagrad/nn'
import * as optim from '@metagrad/optim'
import type { Device, Tensor } from '@metagrad/tensor'
import { cpu, manualSeed, randn } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import type { Suite } from './check.ts'
import { assertEqual, assertThrows, suiteOf } from './check.ts'
import { assertSame } from './compare.ts'

type Parameters = readonly Tensor[]

/** What a training calls after each `backward()`. */
type Update = () => void

const plain =
  (make: (parameters: Parameters) => { step(): unknown }) =>
  (parameters: Parameters): Update => {
    const optimizer = make(parameters)
    return () => void optimizer.step()
  }

const scheduled =
  (make: (optimizer: optim.SGD) => { step(): unknown }) =>
  (parameters: Parameters): Update => {
    const optimizer = new optim.SGD(parameters, { lr: 0.1, momentum: 0.5 })
    const scheduler = make(optimizer)
    return () => {
      optimizer.step()
      scheduler.step()
    }
  }

/** Every optimizer with its options, and what else changes parameters or rates, by its name in `@metagrad/optim`. */
const rows: Readonly<Record<string, (parameters: Parameters) => Update>> = {
  SGD: plain((p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 })),
  Adam: plain((p) => new optim.Adam(p, { lr: 0.05, amsgrad: true, weightDecay: 0.01 })),
  AdamW: plain((p) => new optim.AdamW(p, { lr: 0.05 })),
  NAdam: plain((p) => new optim.NAdam(p, { lr: 0.05 })),
  RAdam: plain((p) => new optim.RAdam(p, { lr: 0.05 })),
  Adamax: plain((p) => new optim.Adamax(p, { lr: 0.05 })),
  Adagrad: plain((p) => new optim.Adagrad(p, { lr: 0.05 })),
  Adadelta: plain((p) => new optim.Adadelta(p, { lr: 1 })),
  RMSprop: plain((p) => new optim.RMSprop(p, { lr: 0.02, centered: true, momentum: 0.5 })),
  clipGradNorm_: (p) => {
    const optimizer = new optim.SGD(p, { lr: 0.1 })
    return () => {
      optim.clipGradNorm_(p, 0.3)
      optimizer.step()
    }
  },
  clipGradValue_: (p) => {
    const optimizer = new optim.SGD(p, { lr: 0.1 })
    return () => {
      optim.clipGradValue_(p, 0.05)
      optimizer.step()
    }
  },
  StepLR: scheduled((o) => new optim.StepLR(o, { stepSize: 2 })),
  CosineAnnealingLR: scheduled((o) => new optim.CosineAnnealingLR(o, { tMax: 5 })),
  OneCycleLR: scheduled((o) => new optim.OneCycleLR(o, { maxLr: 0.3, totalSteps: 9 })),
}

const STEPS = 6

/** The parameters of a small network after a few steps. */
function trained(update: (parameters: Parameters) => Update, device: Device): Tensor[] {
  manualSeed(11)
  const model = new Sequential(new Linear(3, 5), new Tanh(), new Linear(5, 2))
  const [x, y] = [randn(8, 3), randn(8, 2)].map((each) => each.to(device))
  model.to(device)
  const parameters = model.parameters()
  const step = update(parameters)
  for (let i = 0; i < STEPS; i++) {
    for (const parameter of parameters) parameter.grad = undefined
    model.forward(x!).sub(y!).square().mean().backward()
    step()
  }
  return parameters.map((parameter) => parameter.detach())
}

/** Every optimizer goes as on the CPU and reads nothing on the way; the one that must read says so. */
export function optimizerSuite(gpu: WebGPUDevice): Suite {
  const checks = Object.entries(rows).map(
    ([name, update]) =>
      [
        `${name} moves parameters as on the CPU`,
        async () => {
          const [got, want] = [trained(update, gpu), trained(update, cpu)]
          for (let i = 0; i < want.length; i++) await assertSame(got[i]!, want[i]!, 3e-5)
        },
      ] as const,
  )
  return suiteOf('optimizers on the GPU', {
    async 'are all that there are'() {
      const isOptimizer = (value: unknown): boolean =>
        typeof value === 'function' && value.prototype instanceof optim.Optimizer
      const apart = new Set(['FirstOrderOptimizer', 'LBFGS'])
      const names = Object.entries(optim).filter(([name, value]) => isOptimizer(value) && !apart.has(name))
      assertEqual(
        names.map(([name]) => name).filter((name) => !(name in rows)),
        [],
        'optimizers without a row',
      )
    },
    ...Object.fromEntries(checks),
    async 'LBFGS, whose search looks at values, says that the GPU cannot be read at once'() {
      const x = randn([3], { device: gpu }).requiresGrad_()
      const optimizer = new optim.LBFGS([x])
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
