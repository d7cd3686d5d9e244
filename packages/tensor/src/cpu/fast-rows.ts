import type { View } from '../device.ts'
import { contiguousLayout, permuteLayout } from '../layout.ts'
import type { ClassLossParams, ComputePrimitives, DimParams } from '../primitives.ts'
import { cpuEngine } from './engine.ts'
import type { Fast } from './operands.ts'
import { copyInto, indexShifts, isFloat32, ordered, temporary } from './operands.ts'
import { pointer } from './storage.ts'

/** The same view with `dim` moved to the end. */
function withLast(x: View, dim: number): View {
  const order = x.layout.shape.map((_, d) => d)
  order.push(...order.splice(dim, 1))
  return { storage: x.storage, dtype: x.dtype, layout: permuteLayout(x.layout, order) }
}

/** Runs a kernel on rows: operands with `dim` last and in order, and a place for the result, which goes back to where `dim` was. */
function alongRows(
  out: View,
  inputs: readonly View[],
  dim: number,
  run: (out: View, inputs: readonly View[]) => void,
): void {
  if (dim === out.layout.ndim - 1) {
    run(out, inputs.map(ordered))
    return
  }
  const { shape } = withLast(out, dim).layout
  const rows = temporary(out, contiguousLayout(shape))
  run(
    rows,
    inputs.map((x) => ordered(withLast(x, dim))),
  )
  const order = out.layout.shape.map((_, d) => (d < dim ? d : d === dim ? shape.length - 1 : d - 1))
  copyInto(out, { storage: rows.storage, dtype: rows.dtype, layout: permuteLayout(rows.layout, order) })
}

function softmaxOf(name: 'softmaxF32' | 'logSoftmaxF32'): Fast<DimParams> {
  return ([out], inputs, { dim }) => {
    const { numel, shape } = out!.layout
    if (!isFloat32(out!) || shape.length === 0) return false
    if (numel === 0) return true
    const n = shape[dim]!
    alongRows(out!, inputs, dim, (to, [x]) => {
      const from = pointer(x!)
      cpuEngine().kernels[name](pointer(to), from, numel / n, n)
    })
    return true
  }
}

function softmaxBackwardOf(name: 'softmaxBackwardF32' | 'logSoftmaxBackwardF32'): Fast<DimParams> {
  return ([out], inputs, { dim }) => {
    const { numel, shape } = out!.layout
    if (!isFloat32(out!) || shape.length === 0) return false
    if (numel === 0) return true
    const n = shape[dim]!
    alongRows(out!, inputs, dim, (to, [g, y]) => {
      const [left, right] = [pointer(g!), pointer(y!)]
      cpuEngine().kernels[name](pointer(to), left, right, numel / n, n)
    })
    return true
  }
}

/** Rows and columns of logits, and how many bytes of an index there are (as a shift); undefined where the reference must serve. */
function classRows(
  x: View,
  target: View,
  { ignoreIndex }: ClassLossParams,
): { readonly rows: number; readonly n: number; readonly shift: 2 | 3 } | undefined {
  const shift = indexShifts[target.dtype]
  const n = x.layout.shape.at(-1)!
  const fits = isFloat32(x) && n > 0 && ignoreIndex === (ignoreIndex | 0)
  return fits && shift !== undefined ? { rows: target.layout.numel, n, shift } : undefined
}

/** What the losses of all items are multiplied with. */
function scaleOf(target: View, shift: 2 | 3, { reduction, ignoreIndex }: ClassLossParams): number {
  if (reduction !== 'mean') return 1
  const { kernels, inverse } = cpuEngine()
  return inverse(kernels.countIndices(pointer(target), target.layout.numel, shift, ignoreIndex))
}

const crossEntropy: Fast<ClassLossParams> = ([out, totals], [x, target], params) => {
  const sizes = classRows(x!, target!, params)
  if (sizes === undefined) return false
  const { rows, n, shift } = sizes
  const { kernels, passed } = cpuEngine()
  const [logits, classes] = [ordered(x!), ordered(target!)]
  const losses = params.reduction === 'none' ? out! : temporary(out!, contiguousLayout([rows]))
  const scale = scaleOf(classes, shift, params)
  const [from, indices, sums] = [pointer(logits), pointer(classes), pointer(totals!)]
  const to = pointer(losses)
  // The reference names the class that does not exist.
  if (!passed(kernels.crossEntropyF32(to, sums, from, indices, rows, n, shift, params.ignoreIndex))) return false
  if (losses !== out) kernels.sumF32(pointer(out!), to, 1, rows, 1, scale)
  return true
}

const crossEntropyBackward: Fast<ClassLossParams> = ([out], [g, x, totals, target], params) => {
  const sizes = classRows(x!, target!, params)
  if (sizes === undefined) return false
  const { rows, n, shift } = sizes
  const [gradient, logits, classes] = [ordered(g!), ordered(x!), ordered(target!)]
  const scale = scaleOf(classes, shift, params)
  const [factors, from, sums, indices] = [pointer(gradient), pointer(logits), pointer(totals!), pointer(classes)]
  const stride = params.reduction === 'none' ? 1 : 0
  const { kernels } = cpuEngine()
  kernels.crossEntropyBackwardF32(
    pointer(out!),
    from,
    sums,
    indices,
    rows,
    n,
    shift,
    params.ignoreIndex,
    factors,
    stride,
    scale,
  )
  return true
}

/** Functions of lines along a dim, by the kernels of rows. */
export const rowKernels: { readonly [P in keyof ComputePrimitives]?: Fast<ComputePrimitives[P]> } = {
  softmax: softmaxOf('softmaxF32'),
  logSoftmax: softmaxOf('logSoftmaxF32'),
  softmaxBackward: softmaxBackwardOf('softmaxBackwardF32'),
  logSoftmaxBackward: softmaxBackwardOf('logSoftmaxBackwardF32'),
  crossEntropy,
  crossEntropyBackward,
}
