import { functional as F } from '@metagrad/nn'
import { zeros } from '@metagrad/tensor'
import type { Sample } from './sample.ts'
import { unaryCases, values } from './sample.ts'

/** All sizes, and both tails. */
const cases = [...unaryCases(), [values([7], [-30, -9, -4.2, -1.3, 2.7, 8, 40])]]

export const activationSamples: readonly Sample[] = [
  {
    name: 'gelu',
    torch: 'F.gelu(a)',
    run: (a) => F.gelu(a),
    cases,
    bad: { ints: () => F.gelu(zeros([2], { dtype: 'int32' })) },
  },
  { name: 'gelu', form: 'tanh', torch: "F.gelu(a, approximate='tanh')", run: (a) => F.gelu(a, 'tanh'), cases },
  {
    name: 'silu',
    torch: 'F.silu(a)',
    run: (a) => F.silu(a),
    cases,
    bad: { ints: () => F.silu(zeros([2], { dtype: 'int32' })) },
  },
  { name: 'elu', torch: 'F.elu(a, 0.7)', run: (a) => F.elu(a, 0.7), cases },
  { name: 'leakyRelu', torch: 'F.leaky_relu(a, 0.2)', run: (a) => F.leakyRelu(a, 0.2), cases },
  { name: 'hardswish', torch: 'F.hardswish(a)', run: (a) => F.hardswish(a), cases },
  // PyTorch rounds the 1 / 6 of its gradient to float32: half a unit is 3e-8.
  { name: 'hardsigmoid', torch: 'F.hardsigmoid(a)', run: (a) => F.hardsigmoid(a), cases, tolerance: { float64: 3e-8 } },
  { name: 'mish', torch: 'F.mish(a)', run: (a) => F.mish(a), cases },
  { name: 'softsign', torch: 'F.softsign(a)', run: (a) => F.softsign(a), cases },
]
