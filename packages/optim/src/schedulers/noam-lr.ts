import { elementary } from '@metagrad/tensor'
import type { OptionTable } from '../options.ts'
import { count, positive, resolveOptions } from '../options.ts'
import type { Scheduled } from './scheduler.ts'
import { Scheduler } from './scheduler.ts'

export interface NoamLRSettings {
  /** Width of the model. */
  modelSize: number
  /** Steps in which the rate rises. */
  warmupSteps: number
  /** Default 1. */
  factor: number
}

const table: OptionTable<NoamLRSettings> = {
  modelSize: [undefined, positive],
  warmupSteps: [undefined, count],
  factor: [1, positive],
}

/**
 * Rises linearly for `warmupSteps`, then falls with the root of the step:
 * `lr = factor * modelSize^-0.5 * min(n^-0.5, n * warmupSteps^-1.5)` with n = t + 1.
 *
 * @see A. Vaswani et al., "Attention is all you need", NeurIPS 2017, equation 3
 */
export class NoamLR extends Scheduler {
  readonly #settings: NoamLRSettings

  constructor(optimizer: Scheduled, options: Partial<NoamLRSettings> & Omit<NoamLRSettings, 'factor'>) {
    super(optimizer)
    this.#settings = resolveOptions('NoamLR', table, options)
    this.step()
  }

  protected override apply(): void {
    const { modelSize, warmupSteps, factor } = this.#settings
    const n = this.lastEpoch + 1
    const lr = (factor / Math.sqrt(modelSize)) * Math.min(1 / Math.sqrt(n), n * elementary.pow(warmupSteps, -1.5))
    for (const group of this.optimizer.paramGroups) group.lr = lr
  }
}
