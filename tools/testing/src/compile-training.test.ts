import { CompileError, compile } from '@metagrad/compile'
import * as nn from '@metagrad/nn'
import { LBFGS, SGD } from '@metagrad/optim'
import type { Tensor } from '@metagrad/tensor'
import { manualSeed, randn, useKernels } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'
import type { Wrap } from './eager-and-compiled.ts'
import { bits, expectSame } from './eager-and-compiled.ts'
import { kernelChoices } from './kernel-choices.ts'
import type { LayerRow } from './rows/layers.ts'
import { layerRows, layersWithoutRow, tensorsOf } from './rows/layers.ts'
import type { OptimizerRow } from './rows/optimizers.ts'
import { optimizerRows, optimizersWithoutRow } from './rows/optimizers.ts'

const STEPS = 12

/** Losses, rates, parameters, gradients and every state of a small network's training. */
function trainNetwork(row: OptimizerRow, wrap: Wrap): unknown {
  const model = new nn.Sequential(new nn.Linear(3, 5), new nn.Tanh(), new nn.Dropout(0.2), new nn.Linear(5, 2))
  const parameters = model.parameters()
  const { update, optimizer, others } = row(parameters)
  const step = wrap((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad()
    const loss = model.forward(x).sub(y).square().mean()
    loss.backward()
    update()
    return loss
  })
  const history = Array.from({ length: STEPS }, () => {
    const loss = step(randn(8, 3), randn(8, 2))
    return [bits(loss), optimizer.paramGroups.map((group) => ({ ...group, params: undefined }))]
  })
  const gradients = parameters.map(({ grad }) => grad)
  return bits([history, parameters, gradients, optimizer.stateDict(), others.map((each) => each.stateDict())])
}

describe('a compiled training step equals the eager one, bit for bit, in losses, rates, parameters and states', () => {
  it('with every optimizer and scheduler that there is', () => expect(optimizersWithoutRow()).toEqual([]))

  for (const [name, row] of Object.entries(optimizerRows)) {
    it(`with ${name}`, () => expectSame((wrap) => trainNetwork(row, wrap)))
  }

  it('but for LBFGS, which reads its loss: that is said, and compiling its closure works', () => {
    const [x, y] = [randn(8, 3), randn(8, 2)]
    const start = (): { model: nn.Linear; optimizer: LBFGS; closure: () => Tensor } => {
      manualSeed(2)
      const model = new nn.Linear(3, 2)
      const optimizer = new LBFGS(model.parameters(), { lineSearchFn: 'strongWolfe' })
      const closure = (): Tensor => {
        optimizer.zeroGrad()
        const loss = model.forward(x).sub(y).square().mean()
        loss.backward()
        return loss
      }
      return { model, optimizer, closure }
    }
    const refused = start()
    const step = compile(() => void refused.optimizer.step(refused.closure))
    expect(step).toThrow(CompileError)
    expect(step).toThrow(/values cannot be read inside a compiled function/)

    expectSame((wrap) => {
      const { model, optimizer, closure } = start()
      const compiled = wrap(closure)
      for (let i = 0; i < 3; i++) optimizer.step(compiled)
      return bits([model.parameters(), optimizer.stateDict()])
    })
  })
})

/** Outputs, gradients of inputs, parameters and buffers of a module that learns, is evaluated, and learns on. */
function trainLayer({ make, inputs }: LayerRow, wrap: Wrap): unknown {
  const module = make()
  const parameters = module.parameters()
  const optimizer = parameters.length > 0 ? new SGD(parameters, { lr: 0.05, momentum: 0.9 }) : undefined
  const forward = (given: readonly Tensor[]): unknown => Reflect.apply(module.forward, module, given)
  const learn = wrap((...given: Tensor[]) => {
    optimizer?.zeroGrad()
    const outputs = forward(given)
    // Not a plain sum: normalised outputs have none, and squares have a gradient of their own for each element.
    const losses = tensorsOf(outputs).map((y) => y.add(1).square().mean())
    losses.reduce((total, loss) => total.add(loss)).backward()
    optimizer?.step()
    return outputs
  })
  const evaluate = wrap((...given: Tensor[]) => forward(given))
  const fresh = (isLearning: boolean): Tensor[] =>
    inputs().map((x) => (isLearning && x.isFloatingPoint ? x.requiresGrad_() : x))
  const learning = (): unknown => {
    const given = fresh(true)
    return bits([learn(...given), given.map(({ grad }) => grad)])
  }
  const evaluating = (): unknown => bits(evaluate(...fresh(false)))
  const phases = [true, false, true, false].map((isTraining) => {
    module.train(isTraining)
    return Array.from({ length: 5 }, isTraining ? learning : evaluating)
  })
  const gradients = parameters.map(({ grad }) => grad)
  return bits([phases, module.stateDict(), gradients, optimizer?.stateDict()])
}

describe('every layer and loss that there is', () => {
  it('has a row', () => expect(layersWithoutRow()).toEqual([]))
})

for (const choice of kernelChoices()) {
  describe(`with the ${choice} kernels, compiled training and evaluation equal eager ones, bit for bit`, () => {
    for (const [name, row] of Object.entries(layerRows)) {
      it(`of ${name}`, () => {
        useKernels(choice)
        try {
          expectSame((wrap) => trainLayer(row, wrap))
        } finally {
          useKernels()
        }
      })
    }
  })
}
