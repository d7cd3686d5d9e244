import type { Layer } from '@metagrad/nn'
import { BCEWithLogitsLoss, CrossEntropyLoss, Linear, MSELoss, ReLU, Sequential, Tanh } from '@metagrad/nn'
import { Adam, SGD } from '@metagrad/optim'
import type { Device, Tensor } from '@metagrad/tensor'
import { cpu, manualSeed, rand, randn, stack } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import type { Suite } from './check.ts'
import { assertAtMost, suiteOf } from './check.ts'

/** A model with all that its training needs, made on the CPU. */
export interface Training {
  readonly model: Layer
  readonly x: Tensor
  readonly y: Tensor
  readonly lossOf: (output: Tensor, target: Tensor) => Tensor
  readonly optimizer: { step(): unknown; zeroGrad(): void }
}

/** Marks of two exams; who has many in both is admitted. */
function logisticRegression(): Training {
  const x = rand([99, 2]).mul(70).add(30)
  const y = x
    .sum(1, { keepDim: true })
    .add(randn([99, 1]).mul(8))
    .gt(130)
    .float()
  const model = new Linear(2, 1, { init: 'zeros' })
  const loss = new BCEWithLogitsLoss()
  return { model, x, y, lossOf: (a, b) => loss.forward(a, b), optimizer: new SGD(model.parameters(), { lr: 0.001 }) }
}

/** A network for numbers: the sine of a sum, with momentum. */
function perceptron(): Training {
  const x = randn([32, 4])
  const model = new Sequential(new Linear(4, 16), new Tanh(), new Linear(16, 8), new ReLU(), new Linear(8, 1))
  const loss = new MSELoss()
  const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 })
  return { model, x, y: x.sum(1, { keepDim: true }).sin(), lossOf: (a, b) => loss.forward(a, b), optimizer }
}

/** Three classes by sectors of the plane, with Adam. */
function classifier(): Training {
  const x = randn([48, 2])
  const sectors = [x.select(1, 0), x.select(1, 1), x.sum(1).neg()]
  const model = new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 3))
  const loss = new CrossEntropyLoss()
  const optimizer = new Adam(model.parameters(), { lr: 0.01 })
  return { model, x, y: stack(sectors, 1).argmax(1).int(), lossOf: (a, b) => loss.forward(a, b), optimizer }
}

export const trainings: Readonly<Record<string, () => Training>> = {
  "the tutorial's logistic regression": logisticRegression,
  'a multi-layer perceptron': perceptron,
  'a classifier with Adam': classifier,
}

const STEPS = 200

/** The losses of 200 steps, each before its step. */
async function lossCurve(make: () => Training, device: Device): Promise<number[]> {
  manualSeed(42)
  const { model, x, y, lossOf, optimizer } = make()
  model.to(device)
  const [input, target] = [x.to(device), y.to(device)]
  const losses: number[] = []
  for (let step = 0; step < STEPS; step++) {
    optimizer.zeroGrad()
    const loss = lossOf(model.forward(input), target)
    loss.backward()
    optimizer.step()
    losses.push(await loss.item())
  }
  return losses
}

/** Whole trainings follow the CPU's loss curve. */
export function curveSuite(gpu: WebGPUDevice): Suite {
  const checks = Object.entries(trainings).map(
    ([name, make]) =>
      [
        `${name} follows the CPU's loss within 1e-4 over ${STEPS} steps`,
        async () => {
          const [got, want] = [await lossCurve(make, gpu), await lossCurve(make, cpu)]
          assertAtMost(0.01, Math.abs(want.at(-1)! - want[0]!), 'what training changes')
          want.forEach((loss, step) => assertAtMost(Math.abs(got[step]! - loss), 1e-4, `step ${step}`))
        },
      ] as const,
  )
  return suiteOf('training on the GPU', Object.fromEntries(checks))
}
