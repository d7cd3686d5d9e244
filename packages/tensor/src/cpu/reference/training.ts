import type { Kernel, View } from '../../device.ts'
import { expandLayout, permuteLayout } from '../../layout.ts'
import { noParams } from '../../primitives.ts'
import { binaryKernels, crossEntropy } from './elementwise.ts'
import { forEachRun, numbersOf } from './loops.ts'
import { matmul } from './matrix.ts'
import { sigmoid } from '../special/index.ts'

// What every training step runs: the obvious form of kernels that are compiled for float32.

export const linear: Kernel<'linear'> = ([out], [x, weight, bias]) => {
  const transposed: View = { ...viewOf(weight!), layout: permuteLayout(weight!.layout, [1, 0]) }
  // A vector is a matrix of one row.
  const rows = (view: View): View =>
    view.layout.ndim > 1 ? view : { ...viewOf(view), layout: expandLayout(view.layout, [1, ...view.layout.shape]) }
  matmul([rows(out!)], [rows(x!), transposed], noParams)
  if (bias !== undefined) binaryKernels.add([out!], [out!, bias], noParams)
}

const viewOf = ({ storage, layout, dtype }: View): View => ({ storage, layout, dtype })

export const bceWithLogitsSum: Kernel<'bceWithLogitsSum'> = ([out], [x, y], { scale }) => {
  const [logits, targets, to] = [numbersOf(x!), numbersOf(y!), numbersOf(out!)]
  let total = 0
  forEachRun(x!.layout.shape, [x!, y!], (offsets, steps, length) => {
    let [i, j] = [offsets[0]!, offsets[1]!]
    for (let k = 0; k < length; k++, i += steps[0]!, j += steps[1]!) total += crossEntropy(logits[i]!, targets[j]!)
  })
  to[out!.layout.offset] = total * scale
}

export const bceWithLogitsBackward: Kernel<'bceWithLogitsBackward'> = ([out], [g, x, y], { scale }) => {
  const [gradient, logits, targets, to] = [numbersOf(g!), numbersOf(x!), numbersOf(y!), numbersOf(out!)]
  forEachRun(out!.layout.shape, [out!, g!, x!, y!], (offsets, steps, length) => {
    let [o, i, j, l] = [offsets[0]!, offsets[1]!, offsets[2]!, offsets[3]!]
    for (let k = 0; k < length; k++, o += steps[0]!, i += steps[1]!, j += steps[2]!, l += steps[3]!) {
      to[o] = gradient[i]! * scale * (sigmoid(logits[j]!) - targets[l]!)
    }
  })
}

type Step = (arrays: readonly Float32Array[], at: readonly number[]) => void

/** Visits each element of tensors of one shape: their arrays, and where in each it is. */
function forEachElement(views: readonly View[], visit: Step): void {
  const arrays = views.map((view) => numbersOf(view) as Float32Array)
  forEachRun(views[0]!.layout.shape, views, (offsets, steps, length) => {
    for (let k = 0; k < length; k++)
      visit(
        arrays,
        steps.map((step, v) => offsets[v]! + k * step),
      )
  })
}

export const sgdStep: Kernel<'sgdStep'> = (outputs, [param, grad, velocity], options) => {
  const { lr, momentum, dampening, weightDecay, nesterov, isFirst } = options
  if (momentum === 0) {
    forEachElement([outputs[0]!, param!, grad!], ([to, p, g], [o, i, j]) => {
      to![o!] = p![i!]! - lr * (g![j!]! + weightDecay * p![i!]!)
    })
    return
  }
  forEachElement([...outputs, param!, grad!, velocity!], ([to, toV, p, g, v], [o, oV, i, j, k]) => {
    const descent = g![j!]! + weightDecay * p![i!]!
    const speed = isFirst ? descent : momentum * v![k!]! + (1 - dampening) * descent
    to![o!] = p![i!]! - lr * (nesterov ? descent + momentum * speed : speed)
    toV![oV!] = speed
  })
}

export const adamStep: Kernel<'adamStep'> = (outputs, inputs, options) => {
  const { lr, beta1, beta2, eps, weightDecay, isDecoupled, correction1, correction2 } = options
  forEachElement([...outputs, ...inputs], ([to, toM, toV, p, g, m, v], [o, oM, oV, i, j, k, l]) => {
    const descent = g![j!]! + (isDecoupled ? 0 : weightDecay * p![i!]!)
    const kept = isDecoupled ? p![i!]! * (1 - lr * weightDecay) : p![i!]!
    const mean = beta1 * m![k!]! + (1 - beta1) * descent
    const square = beta2 * v![l!]! + (1 - beta2) * descent * descent
    to![o!] = kept - ((lr / correction1) * mean) / (Math.sqrt(square / correction2) + eps)
    toM![oM!] = mean
    toV![oV!] = square
  })
}
