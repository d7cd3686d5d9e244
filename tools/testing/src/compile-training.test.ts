import { compile } from '@metagrad/compile'
import { BCEWithLogitsLoss, Dropout, Linear, ReLU, Sequential } from '@metagrad/nn'
import * as optim from '@metagrad/optim'
import type { Scheduled } from '@metagrad/optim'
import type { Tensor } from '@metagrad/tensor'
import { Generator, manualSeed, rand, randn } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'

const steps = 20

interface Stepper {
  zeroGrad(): void
  step(): void
}

type Make = (params: Tensor[]) => Stepper & Scheduled

const optimizers: Readonly<Record<string, Make>> = {
  SGD: (params) => new optim.SGD(params, { lr: 0.1 }),
  'SGD with momentum': (params) => new optim.SGD(params, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  Adam: (params) => new optim.Adam(params, { lr: 0.1 }),
  'Adam with amsgrad': (params) => new optim.Adam(params, { lr: 0.1, amsgrad: true, weightDecay: 0.01 }),
  AdamW: (params) => new optim.AdamW(params, { lr: 0.1 }),
  NAdam: (params) => new optim.NAdam(params, { lr: 0.1 }),
  RAdam: (params) => new optim.RAdam(params, { lr: 0.1 }),
  Adamax: (params) => new optim.Adamax(params, { lr: 0.1 }),
  Adagrad: (params) => new optim.Adagrad(params, { lr: 0.1 }),
  Adadelta: (params) => new optim.Adadelta(params, { lr: 1 }),
  RMSprop: (params) => new optim.RMSprop(params, { lr: 0.01, momentum: 0.5, centered: true }),
}

type Schedule = (optimizer: Scheduled) => { step(): void }

const schedules: Readonly<Record<string, Schedule>> = {
  StepLR: (optimizer) => new optim.StepLR(optimizer, { stepSize: 2, gamma: 0.5 }),
  OneCycleLR: (optimizer) => new optim.OneCycleLR(optimizer, { maxLr: 0.2, totalSteps: 40, cycleMomentum: false }),
  CosineAnnealingLR: (optimizer) => new optim.CosineAnnealingLR(optimizer, { tMax: 10 }),
}

/** The losses and parameters of a training run. */
function train(make: Make, wrap: <T extends () => Tensor>(step: T) => T, schedule?: Schedule): number[] {
  manualSeed(5)
  const [x, y] = [randn(20, 3), rand(20, 1).gt(0.5).float()]
  const dropout = new Dropout(0.25, { generator: new Generator(3) })
  const model = new Sequential(new Linear(3, 8), new ReLU(), dropout, new Linear(8, 1))
  const loss = new BCEWithLogitsLoss()
  const optimizer = make(model.parameters())
  const scheduler = schedule?.(optimizer)
  const step = wrap(() => {
    optimizer.zeroGrad()
    const value = loss.forward(model.forward(x), y)
    value.backward()
    optimizer.step()
    scheduler?.step()
    return value
  })
  const losses = Array.from({ length: steps }, () => step().itemSync())
  return [
    ...losses,
    ...model.parameters().flatMap((p) => [...(p.dataSync() as Float32Array), ...(p.grad!.dataSync() as Float32Array)]),
  ]
}

describe('a compiled training step equals the eager one, bit for bit', () => {
  for (const [name, make] of Object.entries(optimizers)) {
    it(`with ${name}`, () => {
      let replayed = 0
      const eager = train(make, (step) => step)
      const compiled = train(make, (step) => {
        const fast = compile(step)
        return (() => {
          const value = fast()
          replayed = fast.explain().programs.reduce((sum, { calls }) => sum + calls, 0)
          return value
        }) as typeof step
      })
      expect(compiled).toEqual(eager)
      expect(replayed).toBeGreaterThan(3)
    })
  }

  for (const [name, schedule] of Object.entries(schedules)) {
    it(`with ${name}`, () => {
      const make = optimizers['SGD']!
      expect(train(make, compile as <T>(step: T) => T, schedule)).toEqual(train(make, (step) => step, schedule))
    })
  }
})
