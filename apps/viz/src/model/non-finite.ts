import { backward } from '@metagrad/autograd'
import type { Tensor } from '@metagrad/tensor'
import { observe } from '@metagrad/tensor'
import type { BuiltModel } from './build-model.ts'

/** Where the first number that is not finite came from. */
export interface NonFinite {
  readonly phase: 'forward' | 'backward' | 'update'
  /** The primitive, or the optimizer. */
  readonly op: string
  /** The layer or parameter concerned; empty when none. */
  readonly subject: string
}

/** Whether a tensor holds NaN or an infinity. */
export function hasNonFinite(x: Tensor): boolean {
  return x.isFloatingPoint && x.dataSync().some((value) => typeof value === 'number' && !Number.isFinite(value))
}

/**
 * Runs a step again under observation and names the first op whose inputs were finite and whose output was not.
 * Undefined when this time all is finite.
 */
export function findNonFinite(
  loss: () => Tensor,
  { model, titles }: Pick<BuiltModel, 'model' | 'titles'>,
): NonFinite | undefined {
  const broken = model.namedParameters().find(([, parameter]) => hasNonFinite(parameter))
  if (broken !== undefined) return { phase: 'update', op: 'a weight set by hand', subject: broken[0] }
  let phase: NonFinite['phase'] = 'forward'
  let subject = ''
  let found: NonFinite | undefined
  const removers = [...titles].flatMap(([layer, title]) => [
    layer.registerForwardPreHook(() => void (subject = title)),
    layer.registerForwardHook(() => void (subject = 'loss')),
  ])
  const end = observe(({ primitive, inputs, outputs }) => {
    if (found !== undefined || !outputs.some(hasNonFinite) || inputs.some(hasNonFinite)) return
    found = { phase, op: primitive, subject: phase === 'forward' ? subject : '' }
  })
  try {
    const result = loss()
    phase = 'backward'
    backward(result)
  } finally {
    end()
    for (const remove of removers) remove()
  }
  return found
}

/** What happened and what helps, in two sentences. */
export function explainNonFinite({ phase, op, subject }: NonFinite, lr: number): string {
  const where = {
    forward: `The op ${op}${subject === '' ? '' : ` in ${subject}`} made the first number that is not finite, in the forward pass.`,
    backward: `The op ${op} made the first gradient that is not finite, in the backward pass.`,
    update: `The update by ${op} made ${subject} overflow.`,
  }[phase]
  const calmer = Number((lr / 10).toPrecision(2))
  return `${where} Try a learning rate of ${calmer} or below, or smaller first weights, then reset.`
}
