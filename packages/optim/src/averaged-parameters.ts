import { noGrad } from '@metagrad/autograd'
import { ArgumentError, StateDictError, Tensor, formatShape, late, sameShape } from '@metagrad/tensor'

/** Moves `average` toward `param`, in place; `count` values went into the average before. */
export type Averaging = (average: Tensor, param: Tensor, count: number) => void

/** The mean of all values: stochastic weight averaging. */
export const equalAverage: Averaging = (average, param, count) => {
  average.lerp_(param, 1 / (count + 1))
}

/**
 * An exponential moving average: `average = decay * average + (1 - decay) * param`.
 *
 * @param decay - in [0, 1], default 0.999
 * @throws ArgumentError outside of that
 */
export function exponentialAverage(decay = 0.999): Averaging {
  if (!(decay >= 0 && decay <= 1)) {
    throw new ArgumentError(`exponentialAverage: decay must be a number in [0, 1], got ${decay}.`)
  }
  return (average, param) => {
    average.lerp_(param, 1 - decay)
  }
}

export interface AveragedParametersStateDict {
  readonly nAveraged: number
  readonly averages: readonly Tensor[]
}

/**
 * Running averages of parameters, which often do better than the parameters themselves.
 *
 * @example
 * ```ts
 * const w = tensor([0])
 * const averaged = new AveragedParameters([w], exponentialAverage(0.5))
 * for (const trained of [1, 2, 3]) {
 *   w.fill_(trained)
 *   averaged.update()
 * }
 * averaged.use(() => w.itemSync()) // -> 2.25
 * w.itemSync() // -> 3
 * ```
 * @see https://pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema; P. Izmailov et al., "Averaging weights leads
 * to wider optima and better generalization", UAI 2018. Unlike PyTorch's AveragedModel it holds parameters, not a model.
 */
export class AveragedParameters {
  /** How many times `update` was called. */
  nAveraged = 0
  readonly params: readonly Tensor[]
  readonly averages: readonly Tensor[]
  readonly #average: Averaging

  constructor(params: Iterable<Tensor>, average: Averaging = equalAverage) {
    this.params = [...params]
    this.averages = noGrad(() => this.params.map((param) => param.clone()))
    this.#average = average
  }

  /** Takes in what the parameters are now; the first time the averages become equal to them. */
  update(): void {
    late(() => {
      noGrad(() =>
        this.averages.forEach((average, i) => {
          if (this.nAveraged === 0) average.copy_(this.params[i]!)
          else this.#average(average, this.params[i]!, this.nAveraged)
        }),
      )
      this.nAveraged++
    })
  }

  /** Runs a function while the parameters hold their averages, then gives them their own values back. */
  use<T>(run: () => T): T {
    this.#exchange()
    try {
      const result = run()
      if (result instanceof Promise) {
        throw new ArgumentError('AveragedParameters.use: the function must not be async. Use copyToParams().')
      }
      return result
    } finally {
      this.#exchange()
    }
  }

  /** Overwrites the parameters with their averages. */
  copyToParams(): void {
    noGrad(() => this.params.forEach((param, i) => param.copy_(this.averages[i]!)))
  }

  #exchange(): void {
    noGrad(() =>
      this.params.forEach((param, i) => {
        const own = param.clone()
        param.copy_(this.averages[i]!)
        this.averages[i]!.copy_(own)
      }),
    )
  }

  stateDict(): AveragedParametersStateDict {
    return { nAveraged: this.nAveraged, averages: this.averages }
  }

  /** @throws StateDictError if the averages do not fit the parameters; nothing is then changed */
  loadStateDict({ nAveraged, averages }: AveragedParametersStateDict): void {
    const fail = (what: string): StateDictError => new StateDictError(`AveragedParameters.loadStateDict: ${what}`)
    if (!Number.isSafeInteger(nAveraged) || nAveraged < 0) throw fail(`nAveraged must be a count, got ${nAveraged}.`)
    if (averages.length !== this.averages.length) {
      throw fail(`number of averages differs: got ${averages.length} vs ${this.averages.length} here.`)
    }
    averages.forEach((average, i) => {
      const { shape } = this.averages[i]!
      if (!(average instanceof Tensor) || !sameShape(average.shape, shape)) {
        throw fail(`average ${i} must be a tensor of shape ${formatShape(shape)}.`)
      }
    })
    noGrad(() => this.averages.forEach((average, i) => average.copy_(averages[i]!)))
    this.nAveraged = nAveraged
  }
}
