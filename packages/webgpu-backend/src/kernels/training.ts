import type { Kernel, View } from '@metagrad/tensor'
import { Layout } from '@metagrad/tensor'
import { binaryKernels } from './elementwise.ts'
import { map } from './map.ts'
import { matmul } from './matmul.ts'
import { reduceKernels } from './reduce.ts'
import { withLayout, withViews } from './temporary.ts'

// What every training step runs, in few dispatches.

/** A vector as a matrix of one row. */
function asRows(view: View): View {
  const { shape, strides, offset } = view.layout
  return shape.length > 1 ? view : withLayout(view, new Layout([1, ...shape], [0, ...strides], offset))
}

export const linear: Kernel<'linear'> = ([out], [x, weight, bias]) => {
  const { shape, strides, offset } = weight!.layout
  const transposed = withLayout(weight!, new Layout(shape.toReversed(), strides.toReversed(), offset))
  matmul([asRows(out!)], [asRows(x!), transposed], {})
  if (bias !== undefined) binaryKernels.add([out!], [out!, bias], {})
}

export const bceWithLogitsSum: Kernel<'bceWithLogitsSum'> = ([out], [x, y], { scale }) => {
  const { shape } = x!.layout
  withViews(x!, [[x!.dtype, shape]], (losses) => {
    binaryKernels.bceWithLogits([losses!], [x!, y!], {})
    reduceKernels.sum([out!], [losses!], { dims: shape.map((_, dim) => dim), keepDim: false })
  })
  map({ op: 'bceWithLogitsSum', out: out!, inputs: [out!], expression: 'a * scale', floats: { scale } })
}

export const bceWithLogitsBackward: Kernel<'bceWithLogitsBackward'> = ([out], inputs, { scale }) =>
  map({
    op: 'bceWithLogitsBackward',
    out: out!,
    inputs,
    expression: 'a * scale * (logistic(b) - c)',
    floats: { scale },
  })

export const sgdStep: Kernel<'sgdStep'> = (outputs, [param, grad, velocity], options) => {
  const { lr, momentum, dampening, weightDecay, nesterov, isFirst } = options
  const descent = { weightDecay, lr }
  const [op, out] = ['sgdStep', outputs[0]!]
  if (momentum === 0) {
    map({ op, out, inputs: [param!, grad!], expression: 'a - lr * (b + weightDecay * a)', floats: descent })
    return
  }
  const taken = isFirst ? 'b + weightDecay * a' : 'momentum * c + (1.0 - dampening) * (b + weightDecay * a)'
  const inputs = [param!, grad!, velocity!]
  map({ op, out: outputs[1]!, inputs, expression: taken, floats: { weightDecay, momentum, dampening } })
  const direction = nesterov ? '(b + weightDecay * a) + momentum * c' : 'c'
  const rest = [param!, grad!, outputs[1]!]
  map({ op, out, inputs: rest, expression: `a - lr * (${direction})`, floats: { ...descent, momentum } })
}

export const adamStep: Kernel<'adamStep'> = ([out, first, second], [param, grad, m, v], options) => {
  const { lr, beta1, beta2, eps, weightDecay, isDecoupled, correction1, correction2 } = options
  const op = 'adamStep'
  const coupled = isDecoupled ? 0 : weightDecay
  const descent = '(b + weightDecay * c)'
  map({
    op,
    out: first!,
    inputs: [m!, grad!, param!],
    expression: `keep * a + take * ${descent}`,
    floats: { weightDecay: coupled, keep: beta1, take: 1 - beta1 },
  })
  map({
    op,
    out: second!,
    inputs: [v!, grad!, param!],
    expression: `keep * a + take * ${descent} * ${descent}`,
    floats: { weightDecay: coupled, keep: beta2, take: 1 - beta2 },
  })
  map({
    op,
    out: out!,
    inputs: [param!, first!, second!],
    expression: 'a * shrink - rate * b / (sqrt(c) * unbias + eps)',
    floats: {
      shrink: isDecoupled ? 1 - lr * weightDecay : 1,
      rate: lr / correction1,
      unbias: 1 / Math.sqrt(correction2),
      eps,
    },
  })
}
