import { noGrad } from '@metagrad/autograd'
import { functional as F } from '@metagrad/nn'
import type { Tensor } from '@metagrad/tensor'
import { cat, randn, where } from '@metagrad/tensor'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Wrap } from './eager-and-compiled.ts'
import { bits, expectSame } from './eager-and-compiled.ts'

/** What may be done with matrices of one shape, so that any two can be joined: views, broadcasts, writes and draws among them. */
const operations: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = {
  add: (a, b) => a.add(b),
  mul: (a, b) => a.mul(b),
  div: (a, b) => a.div(b.square().add(1)),
  maximum: (a, b) => a.maximum(b),
  where: (a, b) => where(a.gt(b), a.mul(2), b),
  tanh: (a) => a.tanh(),
  relu: (a) => a.relu(),
  'sqrt of the absolute': (a) => a.abs().sqrt(),
  'exp of the sigmoid': (a) => a.sigmoid().exp(),
  softmax: (a) => a.softmax(1),
  'a mean that is broadcast': (a, b) => a.mean([1], { keepDim: true }).sub(b),
  'a sum over the other dim': (a, b) => a.sum([0]).mul(0.1).add(b),
  'products with a transposed': (a, b) => a.matmul(b.t()).mul(0.1).matmul(b),
  'halves of two': (a, b) => cat([a.narrow(1, 2, 2), b.narrow(1, 0, 2)], 1),
  'a row for all': (a, b) => a.select(0, 1).add(b),
  flip: (a) => a.flip([0]),
  'a copy in another order': (a) => a.t().contiguous().t(),
  cumsum: (a) => a.cumsum(0).mul(0.3),
  'a copy that is written': (a, b) => a.clone().add_(b),
  'a part that is written': (a, b) => {
    const copy = a.mul(1.5)
    copy.select(1, 3).mul_(b.select(1, 0).detach())
    return copy
  },
  detach: (a, b) => a.detach().sub(b),
  'a part without gradients': (a, b) => noGrad(() => a.mul(0.5)).add(b),
  dropout: (a) => F.dropout(a, 0.3),
}

/** One operation on two of the tensors that are there by then. */
const step = fc.record({ name: fc.constantFrom(...Object.keys(operations)), left: fc.nat(), right: fc.nat() })

interface Step {
  readonly name: string
  readonly left: number
  readonly right: number
}

/** Trains two matrices by a graph for a few steps, with gradients of their own or with those of all steps. */
function train(graph: readonly Step[], gathers: boolean, wrap: Wrap): unknown {
  const weights = [randn(3, 4).requiresGrad_(), randn(3, 4).requiresGrad_()]
  const learn = wrap((x: Tensor) => {
    if (!gathers) for (const weight of weights) weight.grad = undefined
    const tensors = [x, ...weights]
    for (const { name, left, right } of graph) {
      const count = tensors.length
      tensors.push(operations[name]!(tensors[left % count]!, tensors[right % count]!))
    }
    const last = tensors.slice(-3)
    const loss = last.reduce((sum, each) => sum.add(each), weights[0]!.square()).mean()
    loss.backward()
    noGrad(() => {
      for (const weight of weights) if (weight.grad !== undefined) weight.sub_(weight.grad.mul(0.1))
    })
    return [loss, last]
  })
  return Array.from({ length: 7 }, () => {
    const results = learn(randn(3, 4))
    return bits([results, weights, weights.map(({ grad }) => grad)])
  })
}

it('a random graph that is compiled trains as it does eagerly, bit for bit', () => {
  expect.hasAssertions()
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), fc.boolean(), (graph, gathers) => {
      expectSame((wrap) => train(graph, gathers, wrap))
    }),
    { numRuns: 150 },
  )
})
