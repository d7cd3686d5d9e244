import type { ClassLossParams, DimParams, Kernel, KernelOf, View } from '@metagrad/tensor'
import { Layout } from '@metagrad/tensor'
import { copy } from './elementwise.ts'
import type { LineFold } from './lines.ts'
import { lines, sumOf } from './lines.ts'
import { map } from './map.ts'
import { reduceKernels } from './reduce.ts'
import { withLayout, withViews } from './temporary.ts'

const largest: LineFold = {
  name: 'largest',
  neutral: '-infinity()',
  value: 'x',
  join: (a, b) => `larger(${a}, ${b})`,
}
const total = sumOf('total', 'exponential(x - largest)')

/** The largest of a line, the sum of exp(x - largest), then the results. */
function normalizedExp(op: string, result: string): KernelOf<DimParams> {
  return ([out], [x], { dim }) =>
    lines({
      op,
      shape: x!,
      dim,
      inputs: { x: x! },
      folds: [largest, total],
      outputs: { out: out! },
      results: { out: result },
    })
}

export const softmax: Kernel<'softmax'> = normalizedExp('softmax', 'exponential(x - largest) / total')
export const logSoftmax: Kernel<'logSoftmax'> = normalizedExp('logSoftmax', 'x - largest - logarithm(total)')

function gradientOf(op: string, fold: LineFold, result: string): KernelOf<DimParams> {
  return ([out], [g, y], { dim }) =>
    lines({
      op,
      shape: out!,
      dim,
      inputs: { g: g!, y: y! },
      folds: [fold],
      outputs: { out: out! },
      results: { out: result },
    })
}

export const softmaxBackward: Kernel<'softmaxBackward'> = gradientOf(
  'softmaxBackward',
  sumOf('dot', 'g * y'),
  'y * (g - dot)',
)
export const logSoftmaxBackward: Kernel<'logSoftmaxBackward'> = gradientOf(
  'logSoftmaxBackward',
  sumOf('sum', 'g'),
  'g - exponential(y) * sum',
)

/** One number per line, as it broadcasts to the logits. */
function beside(x: View): View {
  const { shape, strides, offset } = x.layout
  return withLayout(x, new Layout([...shape, 1], [...strides, 0], offset))
}

/** How many items count, as a 0-d float. */
function withCount(target: View, ignoreIndex: number, use: (count: View) => void): void {
  const { shape } = target.layout
  withViews(
    target,
    [
      ['float32', shape],
      ['float32', []],
    ],
    (counted, count) => {
      map({
        op: 'crossEntropy',
        out: counted!,
        inputs: [target],
        expression: 'f32(a != ignored)',
        ints: { ignored: ignoreIndex },
      })
      reduceKernels.sum([count!], [counted!], { dims: shape.map((_, dim) => dim), keepDim: false })
      use(count!)
    },
  )
}

function reduceLosses(out: View, losses: View, target: View, { reduction, ignoreIndex }: ClassLossParams): void {
  if (reduction === 'none') {
    copy([out], [losses], {})
    return
  }
  reduceKernels.sum([out], [losses], { dims: losses.layout.shape.map((_, dim) => dim), keepDim: false })
  if (reduction === 'sum') return
  withCount(target, ignoreIndex, (count) => map({ op: 'crossEntropy', out, inputs: [out, count], expression: 'a / b' }))
}

const classCheck = {
  kind: 'classOutOfRange',
  text: `
  let isCounted = label != ignored;
  if (isCounted && (label < 0 || label >= length)) { note(fault, label, length); }
  let place = clamp(label, 0, length - 1);`,
} as const

export const crossEntropy: Kernel<'crossEntropy'> = ([out, totals], [x, target], params) => {
  const items = target!.layout.shape
  withViews(out!, [['float32', items]], (losses) => {
    lines({
      op: 'crossEntropy',
      shape: x!,
      dim: items.length,
      inputs: { x: x! },
      perLine: { label: beside(target!) },
      ints: { ignored: params.ignoreIndex },
      check: classCheck,
      folds: [largest, total],
      outputs: {},
      results: {},
      lineOutputs: { loss: beside(losses!), sum: beside(totals!) },
      lineResults: { loss: 'select(0.0, logarithm(total) + (largest - x[place]), isCounted)', sum: 'total' },
    })
    reduceLosses(out!, losses!, target!, params)
  })
}

export const crossEntropyBackward: Kernel<'crossEntropyBackward'> = ([out], [g, x, totals, target], params) => {
  const run = (count: View | undefined): void =>
    lines({
      op: 'crossEntropyBackward',
      shape: x!,
      dim: target!.layout.ndim,
      inputs: { x: x! },
      perLine: {
        label: beside(target!),
        sum: beside(totals!),
        g: params.reduction === 'none' ? beside(g!) : g!,
        ...(count === undefined ? {} : { count }),
      },
      ints: { ignored: params.ignoreIndex },
      folds: [largest],
      outputs: { out: out! },
      results: {
        out: `select(0.0, (exponential(x - largest) / sum - f32(k == label)) * g${count === undefined ? '' : ' / count'}, label != ignored)`,
      },
    })
  if (params.reduction === 'mean') withCount(target!, params.ignoreIndex, run)
  else run(undefined)
}
