import type { View } from '../device.ts'
import type { UpdatePrimitives } from '../primitives.ts'
import { cpuEngine } from './engine.ts'
import type { Fast } from './operands.ts'
import { isFloat32 } from './operands.ts'
import { hold, pointer } from './storage.ts'

/** Whether a compiled step can run: it writes where it reads, in order. */
function inPlace(outputs: readonly View[], inputs: readonly View[]): boolean {
  if (outputs[0]!.storage !== inputs[0]!.storage) return false
  for (let i = 0; i < inputs.length; i++) {
    if (!isFloat32(inputs[i]!) || !inputs[i]!.layout.isContiguous) return false
  }
  return true
}

/** Compiled optimizer steps. They write several operands, so all must be in place before the first address is taken. */
export const updates: { readonly [P in keyof UpdatePrimitives]: Fast<UpdatePrimitives[P]> } = {
  sgdStep(outputs, inputs, { lr, momentum, dampening, weightDecay, nesterov, isFirst }) {
    if (!inPlace(outputs, inputs)) return false
    hold(inputs)
    const grad = pointer(inputs[1]!)
    const velocity = inputs.length > 2 ? pointer(inputs[2]!) : 0
    const param = pointer(inputs[0]!)
    const n = inputs[0]!.layout.numel
    const { sgdF32 } = cpuEngine().kernels
    sgdF32(param, grad, velocity, n, lr, momentum, dampening, weightDecay, nesterov, isFirst)
    return true
  },
  adamStep(outputs, inputs, options) {
    if (!inPlace(outputs, inputs)) return false
    hold(inputs)
    const { lr, beta1, beta2, eps, weightDecay, isDecoupled, correction1, correction2 } = options
    const grad = pointer(inputs[1]!)
    const first = pointer(inputs[2]!)
    const second = pointer(inputs[3]!)
    const param = pointer(inputs[0]!)
    const n = inputs[0]!.layout.numel
    const { adamF32 } = cpuEngine().kernels
    adamF32(param, grad, first, second, n, lr, beta1, beta2, eps, weightDecay, isDecoupled, correction1, correction2)
    return true
  },
}

/** Which arguments of its kernel are an update's numbers, and how they are written in that order, for programs to read them there. */
export interface UpdateNumbers<Params = never> {
  readonly first: number
  readonly count: number
  readonly write: (params: Params, to: Float64Array, at: number) => void
}

/** A row per compiled step: it hands its numbers on as they are, whatever they are. */
export const updateNumbers: { readonly [P in keyof UpdatePrimitives]: UpdateNumbers<UpdatePrimitives[P]> } = {
  sgdStep: {
    first: 4,
    count: 6,
    write({ lr, momentum, dampening, weightDecay, nesterov, isFirst }, to, at) {
      to[at] = lr
      to[at + 1] = momentum
      to[at + 2] = dampening
      to[at + 3] = weightDecay
      to[at + 4] = nesterov ? 1 : 0
      to[at + 5] = isFirst ? 1 : 0
    },
  },
  adamStep: {
    first: 5,
    count: 8,
    write({ lr, beta1, beta2, eps, weightDecay, isDecoupled, correction1, correction2 }, to, at) {
      to[at] = lr
      to[at + 1] = beta1
      to[at + 2] = beta2
      to[at + 3] = eps
      to[at + 4] = weightDecay
      to[at + 5] = isDecoupled ? 1 : 0
      to[at + 6] = correction1
      to[at + 7] = correction2
    },
  },
}
