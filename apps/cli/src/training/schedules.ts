import { CosineAnnealingLR, StepLR, type Scheduled, type Scheduler } from 'metagrad'
import type { TrainConfig } from '../options/train-options.ts'

/** How the learning rate goes over the epochs; undefined where it stays. */
export const schedules: Readonly<
  Record<TrainConfig['schedule'], (optimizer: Scheduled, epochs: number) => Scheduler | undefined>
> = {
  const: () => undefined,
  step: (optimizer, epochs) => new StepLR(optimizer, { stepSize: Math.max(1, Math.ceil(epochs / 3)), gamma: 0.1 }),
  cosine: (optimizer, epochs) => new CosineAnnealingLR(optimizer, { tMax: epochs }),
}
