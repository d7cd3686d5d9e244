import type { Kernel, Shape, View } from '@metagrad/tensor'
import { Layout } from '@metagrad/tensor'
import { copy } from './elementwise.ts'
import { lines, sumOf } from './lines.ts'
import { map } from './map.ts'
import { reduceKernels } from './reduce.ts'
import { contiguous, withLayout, withViews } from './temporary.ts'

/** A view as [rows, n], through a copy where its elements do not lie in order. */
function withRows(x: View, rows: number, use: (x: View) => void): void {
  const shape = [rows, rows === 0 ? 0 : x.layout.numel / rows]
  if (x.layout.isContiguous) return use(withLayout(x, contiguous(shape, x.layout.offset)))
  return withViews(x, [[x.dtype, x.layout.shape]], (ordered) => {
    copy([ordered!], [x], {})
    use(withLayout(ordered!, contiguous(shape)))
  })
}

/** Several of them. */
function withAllRows(views: readonly View[], rows: readonly number[], use: (...views: View[]) => void): void {
  const [first, ...rest] = views
  if (first === undefined) return use()
  return withRows(first, rows[0]!, (x) => withAllRows(rest, rows.slice(1), (...others) => use(x, ...others)))
}

const named = (views: readonly View[], names: readonly string[]): { readonly [name: string]: View } =>
  Object.fromEntries(views.map((view, i) => [names[i]!, view]))

export const layerNorm: Kernel<'layerNorm'> = ([out, means, rstds], [x, ...affine], { eps }) => {
  const rows = means!.layout.numel
  const one = (view: View): View => withLayout(view, contiguous([rows, 1], view.layout.offset))
  withAllRows([x!, ...affine], [rows, ...affine.map(() => 1)], (source, ...parameters) =>
    lines({
      op: 'layerNorm',
      shape: source!,
      dim: 1,
      inputs: { x: source!, ...named(parameters, ['weight', 'bias']) },
      floats: { eps },
      folds: [
        sumOf('total', 'x', 'let mean = total / f32(length);'),
        sumOf('squares', '(x - mean) * (x - mean)', 'let rstd = 1.0 / sqrt(squares / f32(length) + eps);'),
      ],
      outputs: { out: withLayout(out!, contiguous(source!.layout.shape, out!.layout.offset)) },
      results: { out: `(x - mean) * rstd${['', ' * weight', ' * weight + bias'][affine.length]!}` },
      lineOutputs: { means: one(means!), rstds: one(rstds!) },
      lineResults: { means: 'mean', rstds: 'rstd' },
    }),
  )
}

export const layerNormBackward: Kernel<'layerNormBackward'> = ([dx, dWeight, dBias], inputs) => {
  const [g, x, means, rstds, weight] = inputs as [View, View, View, View, View | undefined]
  const rows = means.layout.numel
  const one = (view: View): View => withLayout(view, contiguous([rows, 1], view.layout.offset))
  withAllRows([g, x, ...(weight === undefined ? [] : [weight])], [rows, rows, 1], (gradient, source, factors) => {
    const { shape } = source!.layout
    const target = withLayout(dx!, contiguous(shape, dx!.layout.offset))
    const run = (products: View | undefined): void => {
      const h = '(x - mean) * rstd'
      const d = factors === undefined ? 'g' : 'g * weight'
      lines({
        op: 'layerNormBackward',
        shape: source!,
        dim: 1,
        inputs: { g: gradient!, x: source!, ...(factors === undefined ? {} : { weight: factors }) },
        perLine: { mean: one(means), rstd: one(rstds) },
        folds: [
          sumOf('totalD', d, 'let meanD = totalD / f32(length);'),
          sumOf('totalDH', `${d} * ${h}`, 'let meanDH = totalDH / f32(length);'),
        ],
        outputs: { dx: target, ...(products === undefined ? {} : { products }) },
        results: {
          dx: `rstd * (${d} - meanD - ${h} * meanDH)`,
          ...(products === undefined ? {} : { products: `g * ${h}` }),
        },
      })
    }
    if (dWeight === undefined) return run(undefined)
    return withViews(x, [['float32', shape]], (products) => {
      run(products!)
      const row = (view: View): View => withLayout(view, contiguous([shape[1]!], view.layout.offset))
      reduceKernels.sum([row(dWeight)], [products!], { dims: [0], keepDim: false })
      reduceKernels.sum([row(dBias!)], [gradient!], { dims: [0], keepDim: false })
    })
  })
}

/** [C] as it broadcasts to [N, C, ..]. */
function perChannel(x: View, shape: Shape): View {
  const along = shape.map((_, dim) => (dim === 1 ? x.layout.strides[0]! : 0))
  return withLayout(
    x,
    new Layout(
      shape.map((size, dim) => (dim === 1 ? size : 1)),
      along,
      x.layout.offset,
    ),
  )
}

/** All dims but that of the channels. */
const pooledDims = (shape: Shape): number[] => shape.map((_, dim) => dim).filter((dim) => dim !== 1)

export const batchNorm: Kernel<'batchNorm'> = ([out, mean, variance], [x, ...affine], { eps }) => {
  const { shape, numel } = x!.layout
  const params = { dims: pooledDims(shape), keepDim: false }
  const op = 'batchNorm'
  const floats = { count: numel / shape[1]! }
  reduceKernels.sum([mean!], [x!], params)
  map({ op, out: mean!, inputs: [mean!], expression: 'a / count', floats })
  withViews(x!, [['float32', shape]], (squares) => {
    map({ op, out: squares!, inputs: [x!, perChannel(mean!, shape)], expression: '(a - b) * (a - b)' })
    reduceKernels.sum([variance!], [squares!], params)
  })
  map({ op, out: variance!, inputs: [variance!], expression: 'a / count', floats })
  map({
    op,
    out: out!,
    inputs: [x!, ...[mean!, variance!, ...affine].map((view) => perChannel(view, shape))],
    expression: `(a - b) / sqrt(c + eps)${['', ' * d', ' * d + e'][affine.length]!}`,
    floats: { eps },
  })
}

export const batchNormBackward: Kernel<'batchNormBackward'> = ([dx, dWeight, dBias], inputs, { eps }) => {
  const [g, x, ...parameters] = inputs as [View, View, ...View[]]
  const { shape, numel } = x.layout
  const params = { dims: pooledDims(shape), keepDim: false }
  const op = 'batchNormBackward'
  const channels = (views: readonly View[]): View[] => views.map((view) => perChannel(view, shape))
  const [mean, variance, ...weight] = parameters
  withViews(x, [['float32', shape]], (products) => {
    map({
      op,
      out: products!,
      inputs: [g, x, ...channels([mean!, variance!])],
      expression: 'a * (b - c) / sqrt(d + eps)',
      floats: { eps },
    })
    reduceKernels.sum([dWeight!], [products!], params)
  })
  reduceKernels.sum([dBias!], [g], params)
  map({
    op,
    out: dx!,
    inputs: [g, x, ...channels([mean!, variance!, dWeight!, dBias!, ...weight])],
    expression: `(a - f / count - (b - c) / sqrt(d + eps) * e / count) / sqrt(d + eps)${weight.length === 0 ? '' : ' * g'}`,
    floats: { eps, count: numel / shape[1]! },
  })
}
