import type { Kernel, KernelOf, View } from '../../device.ts'
import { IndexError } from '../../errors.ts'
import type { ClassLossParams, DimParams } from '../../primitives.ts'
import { listOf, numbersOf, store } from './loops.ts'
import { elementary } from '../wasm/elementary.ts'
import { forEachLine } from './reduce.ts'

/** Softmax and its logarithm, a line at a time, in double precision. */
function normalizedExp(write: (shifted: number, total: number) => number): KernelOf<DimParams> {
  return ([out], [x], { dim }) => {
    const [from, to] = [numbersOf(x!), numbersOf(out!)]
    forEachLine([out!, x!], dim, ([o, i], [so, si], length) => {
      let peak = -Infinity
      for (let k = 0; k < length; k++) peak = Math.max(peak, from[i! + k * si!]!)
      let total = 0
      for (let k = 0; k < length; k++) total += elementary.exp(from[i! + k * si!]! - peak)
      for (let k = 0; k < length; k++) to[o! + k * so!] = write(from[i! + k * si!]! - peak, total)
    })
  }
}

export const softmax: Kernel<'softmax'> = normalizedExp((shifted, total) => elementary.exp(shifted) / total)
export const logSoftmax: Kernel<'logSoftmax'> = normalizedExp((shifted, total) => shifted - elementary.log(total))

export const softmaxBackward: Kernel<'softmaxBackward'> = ([out], [g, y], { dim }) => {
  const [gradients, results, to] = [numbersOf(g!), numbersOf(y!), numbersOf(out!)]
  forEachLine([out!, g!, y!], dim, ([o, i, j], [so, si, sj], length) => {
    let dot = 0
    for (let k = 0; k < length; k++) dot += gradients[i! + k * si!]! * results[j! + k * sj!]!
    for (let k = 0; k < length; k++) to[o! + k * so!] = results[j! + k * sj!]! * (gradients[i! + k * si!]! - dot)
  })
}

export const logSoftmaxBackward: Kernel<'logSoftmaxBackward'> = ([out], [g, y], { dim }) => {
  const [gradients, results, to] = [numbersOf(g!), numbersOf(y!), numbersOf(out!)]
  forEachLine([out!, g!, y!], dim, ([o, i, j], [so, si, sj], length) => {
    let total = 0
    for (let k = 0; k < length; k++) total += gradients[i! + k * si!]!
    for (let k = 0; k < length; k++) {
      to[o! + k * so!] = gradients[i! + k * si!]! - elementary.exp(results[j! + k * sj!]!) * total
    }
  })
}

/** The class of each item, -1 for those that count for nothing. @throws IndexError naming the first that does not exist */
function classesOf(target: View, classes: number, { ignoreIndex }: ClassLossParams): Float64Array {
  return listOf(target).map((index) => {
    if (index === ignoreIndex) return -1
    if (index >= 0 && index < classes) return index
    throw new IndexError(`crossEntropy: class ${index} is out of range: expected 0 to ${classes - 1}.`)
  })
}

function count(classes: Float64Array): number {
  return classes.reduce((total, index) => total + Number(index >= 0), 0)
}

/** Of x[from] to x[from + size - 1]: the largest, and sum(e^(x - largest)). */
function shiftedSum(x: Float64Array, from: number, size: number): readonly [largest: number, total: number] {
  let largest = -Infinity
  for (let k = from; k < from + size; k++) largest = Math.max(largest, x[k]!)
  let total = 0
  for (let k = from; k < from + size; k++) total += elementary.exp(x[k]! - largest)
  return [largest, total]
}

export const crossEntropy: Kernel<'crossEntropy'> = ([out, totals], [x, target], params) => {
  const logits = listOf(x!)
  const size = x!.layout.shape.at(-1)!
  const classes = classesOf(target!, size, params)
  const sums = Array.from(classes, (_, i) => shiftedSum(logits, i * size, size))
  const losses = classes.map((index, i) => {
    const [largest, total] = sums[i]!
    return index < 0 ? 0 : elementary.log(total) + (largest - logits[i * size + index]!)
  })
  store(
    totals!,
    sums.map(([, total]) => total),
  )
  if (params.reduction === 'none') {
    store(out!, losses)
    return
  }
  const sum = losses.reduce((total, loss) => total + loss, 0)
  store(out!, [params.reduction === 'sum' ? sum : sum / count(classes)])
}

export const crossEntropyBackward: Kernel<'crossEntropyBackward'> = ([out], [g, x, totals, target], params) => {
  const [gradients, logits, sums] = [listOf(g!), listOf(x!), listOf(totals!)]
  const size = x!.layout.shape.at(-1)!
  const classes = classesOf(target!, size, params)
  const scale = params.reduction === 'mean' ? 1 / count(classes) : 1
  const results = new Float64Array(logits.length)
  classes.forEach((index, i) => {
    if (index < 0) return
    const [largest] = shiftedSum(logits, i * size, size)
    const factor = gradients[params.reduction === 'none' ? i : 0]! * scale
    for (let k = 0, at = i * size; k < size; k++, at++) {
      results[at] = (elementary.exp(logits[at]! - largest) / sums[i]! - Number(k === index)) * factor
    }
  })
  store(out!, results)
}
