import { compile } from '@metagrad/compile'
import { Dropout, Linear, MSELoss, ReLU, Sequential } from '@metagrad/nn'
import { Adam } from '@metagrad/optim'
import type { Tensor } from '@metagrad/tensor'
import { manualSeed, randn } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import type { Suite } from './check.ts'
import { assertAtMost, assertEqual, suiteOf } from './check.ts'
import type { Training } from './curves.ts'
import { trainings } from './curves.ts'

const STEPS = 12

/** Draws at random in every step. */
function withDropout(): Training {
  const [x, y] = [randn(16, 4), randn(16, 2)]
  const model = new Sequential(new Linear(4, 12), new ReLU(), new Dropout(0.3), new Linear(12, 2))
  const loss = new MSELoss()
  return { model, x, y, lossOf: (a, b) => loss.forward(a, b), optimizer: new Adam(model.parameters(), { lr: 0.01 }) }
}

interface Run {
  readonly losses: readonly number[]
  readonly parameters: readonly Tensor[]
  /** Commands submitted by the last step. */
  readonly submits: number
  /** What a compiled step became. */
  readonly program: readonly string[]
}

/** A few steps of a training on the GPU, as they are written or compiled. */
async function run(make: () => Training, gpu: WebGPUDevice, isCompiled: boolean): Promise<Run> {
  manualSeed(42)
  const { model, x, y, lossOf, optimizer } = make()
  model.to(gpu)
  const step = (input: Tensor, target: Tensor): Tensor => {
    optimizer.zeroGrad()
    const loss = lossOf(model.forward(input), target)
    loss.backward()
    optimizer.step()
    return loss.detach()
  }
  const compiled = compile(step)
  const go = isCompiled ? compiled : step
  const losses: number[] = []
  let submits = 0
  for (let i = 0; i < STEPS; i++) {
    // Another batch each time, as a loader gives it.
    const [input, target] = [x.add(0.01 * i), y].map((each) => each.to(gpu))
    await gpu.synchronize()
    const before = gpu.submits
    const loss = go(input!, target!)
    submits = gpu.submits - before
    losses.push(await loss.item())
  }
  const program = compiled.explain().programs[0]?.lines ?? []
  return { losses, parameters: model.parameters(), submits, program }
}

/** A compiled step does what the step does, in one submit. */
export function compiledSuite(gpu: WebGPUDevice): Suite {
  const checks = Object.entries({ ...trainings, 'a network with dropout': withDropout }).map(
    ([name, make]) =>
      [
        `${name} goes as it does eagerly, with one submit for each step`,
        async () => {
          const [got, want] = [await run(make, gpu, true), await run(make, gpu, false)]
          assertEqual(got.submits, 1, 'submits of a step')
          assertEqual(got.program[0]?.startsWith('one submit of '), true, "the program is the GPU's own")
          want.losses.forEach((loss, i) => assertAtMost(Math.abs(got.losses[i]! - loss), 1e-6, `loss ${i}`))
          for (const [i, parameter] of want.parameters.entries()) {
            const [numbers, wanted] = [await got.parameters[i]!.data(), await parameter.data()]
            wanted.forEach((value: number | bigint, k: number) =>
              assertAtMost(Math.abs(Number(numbers[k]) - Number(value)), 1e-6, `parameter ${i}`),
            )
          }
        },
      ] as const,
  )
  return suiteOf('compiled steps on the GPU', Object.fromEntries(checks))
}
