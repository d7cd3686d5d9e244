import type { Tensor } from '@metagrad/tensor'
import type { FirstOrderSettings } from './first-order.ts'
import { shared } from './first-order.ts'
import type { OptionTable } from './options.ts'
import { factorPair, nonNegative } from './options.ts'

/** Options of the optimizers that follow running means of the gradient and of its square. */
export interface MomentSettings extends FirstOrderSettings {
  /** How much of the running means of the gradient and of its square is kept. In [0, 1), default [0.9, 0.999]. */
  betas: readonly [number, number]
  /** Keeps the divisor from 0. >= 0, default 1e-8. */
  eps: number
}

export const momentOptions: Omit<OptionTable<MomentSettings>, 'lr'> = {
  betas: [[0.9, 0.999], factorPair],
  eps: [1e-8, nonNegative],
  ...shared,
}

/** Running means of the gradient and of its square. */
export type Moments = { step: number; expAvg: Tensor; expAvgSq: Tensor }

/** `expAvg = beta1 expAvg + (1 - beta1) g; expAvgSq = beta2 expAvgSq + (1 - beta2) g^2`. */
export function updateMoments(
  { expAvg, expAvgSq }: Moments,
  grad: Tensor,
  [beta1, beta2]: readonly [number, number],
): void {
  expAvg.lerp_(grad, 1 - beta1)
  expAvgSq.mul_(beta2).addcmul_(grad, grad, { value: 1 - beta2 })
}
