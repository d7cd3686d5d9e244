import type { Tensor } from '@metagrad/tensor'
import { ArgumentError, full } from '@metagrad/tensor'
import { checkSizes } from '../check.ts'
import * as F from '../functional/activations.ts'
import { Module } from '../module.ts'
import { Parameter } from '../parameter.ts'
import type { LayerOptions } from './linear.ts'

/** A layer that is a function of one tensor and some fixed settings. */
export abstract class Activation extends Module {
  abstract override forward(x: Tensor): Tensor
}

export type ActivationClass<Settings extends readonly unknown[] = []> = new (...settings: Settings) => Activation

/** The class of a function: its settings are named, with their defaults (undefined where there is none), for reading and printing. */
/* @__NO_SIDE_EFFECTS__ */
function activation<Settings extends readonly unknown[]>(
  name: string,
  formula: (x: Tensor, ...settings: Settings) => Tensor,
  defaults: Readonly<Record<string, unknown>> = {},
): ActivationClass<Settings> {
  const Class = class extends Activation {
    readonly #settings: Settings

    constructor(...settings: Settings) {
      super()
      this.#settings = settings
      for (const [i, [key, fallback]] of Object.entries(defaults).entries()) {
        const value = settings[i] ?? fallback
        if (value === undefined) throw new ArgumentError(`${name}: ${key} is missing.`)
        Reflect.set(this, key, value)
      }
    }

    override forward(x: Tensor): Tensor {
      return formula(x, ...this.#settings)
    }
  }
  Object.defineProperty(Class, 'name', { value: name })
  return Class
}

// Each is the function of its name in `functional`, which tells the formula.
export const CELU: ActivationClass<[alpha?: number]> = activation('CELU', F.celu, { alpha: 1 })
export const ELU: ActivationClass<[alpha?: number]> = activation('ELU', F.elu, { alpha: 1 })
export const GELU: ActivationClass<[approximate?: 'none' | 'tanh']> = activation('GELU', F.gelu, {
  approximate: 'none',
})
export const GLU: ActivationClass<[dim?: number]> = activation('GLU', F.glu, { dim: -1 })
export const Hardshrink: ActivationClass<[lambda?: number]> = activation('Hardshrink', F.hardshrink, { lambda: 0.5 })
export const Hardsigmoid: ActivationClass = activation('Hardsigmoid', F.hardsigmoid)
export const Hardswish: ActivationClass = activation('Hardswish', F.hardswish)
export const Hardtanh: ActivationClass<[min?: number, max?: number]> = activation('Hardtanh', F.hardtanh, {
  min: -1,
  max: 1,
})
export const LeakyReLU: ActivationClass<[negativeSlope?: number]> = activation('LeakyReLU', F.leakyRelu, {
  negativeSlope: 0.01,
})
export const LogSigmoid: ActivationClass = activation('LogSigmoid', F.logSigmoid)
export const LogSoftmax: ActivationClass<[dim: number]> = activation('LogSoftmax', F.logSoftmax, { dim: undefined })
export const Mish: ActivationClass = activation('Mish', F.mish)
export const ReLU: ActivationClass = activation('ReLU', F.relu)
export const ReLU6: ActivationClass = activation('ReLU6', F.relu6)
export const SELU: ActivationClass = activation('SELU', F.selu)
export const SiLU: ActivationClass = activation('SiLU', F.silu)
export const Sigmoid: ActivationClass = activation('Sigmoid', F.sigmoid)
export const Softmax: ActivationClass<[dim: number]> = activation('Softmax', F.softmax, { dim: undefined })
export const Softmin: ActivationClass<[dim: number]> = activation('Softmin', F.softmin, { dim: undefined })
export const Softplus: ActivationClass<[beta?: number, limit?: number]> = activation('Softplus', F.softplus, {
  beta: 1,
  limit: 20,
})
export const Softshrink: ActivationClass<[lambda?: number]> = activation('Softshrink', F.softshrink, { lambda: 0.5 })
export const Softsign: ActivationClass = activation('Softsign', F.softsign)
export const Tanh: ActivationClass = activation('Tanh', F.tanh)
export const Tanhshrink: ActivationClass = activation('Tanhshrink', F.tanhshrink)
export const Threshold: ActivationClass<[threshold: number, value: number]> = activation('Threshold', F.threshold, {
  threshold: undefined,
  value: undefined,
})

/**
 * x for x > 0, else weight x, with a weight that is learned: one, or one per channel. It begins as 1 / 4.
 *
 * @see K. He et al., "Delving Deep into Rectifiers", 2015; https://pytorch.org/docs/stable/generated/torch.nn.PReLU.html
 */
export class PReLU extends Module {
  readonly numParameters: number
  readonly weight: Parameter

  constructor(
    numParameters = 1,
    { init = 0.25, ...options }: Omit<LayerOptions, 'generator'> & { readonly init?: number } = {},
  ) {
    super()
    checkSizes('PReLU', { numParameters })
    this.numParameters = numParameters
    this.weight = new Parameter(full([numParameters], init, options))
  }

  forward(x: Tensor): Tensor {
    return F.prelu(x, this.weight)
  }
}
