import { dispatchView } from '../dispatch.ts'
import type { Shape } from '../layout.ts'
import { numelOf } from '../layout.ts'
import type { Tensor } from '../tensor.ts'
import { matmul } from './matmul.ts'

/**
 * A tensor to be: what its dims are called, each once, how large they are, and how to make it of a call's tensors.
 * All planning happens on names and sizes, so that a plan can be made once and used many times.
 */
export interface Labelled {
  readonly labels: readonly string[]
  readonly shape: Shape
  readonly make: (tensors: readonly Tensor[]) => Tensor
}

/** The same, changed by one more step. */
export function step(
  { make }: Labelled,
  labels: readonly string[],
  shape: Shape,
  change: (x: Tensor) => Tensor,
): Labelled {
  return { labels, shape, make: (tensors) => change(make(tensors)) }
}

function sizesOf({ shape, labels }: Labelled, wanted: readonly string[]): number[] {
  return wanted.map((label) => shape[labels.indexOf(label)]!)
}

/** Dims in the order of `wanted`, which has all of them. A view. */
export function ordered(x: Labelled, wanted: readonly string[]): Labelled {
  if (wanted.every((label, dim) => label === x.labels[dim])) return x
  const dims = wanted.map((label) => x.labels.indexOf(label))
  return step(x, wanted, sizesOf(x, wanted), (tensor) => dispatchView('permute', tensor, { dims }))
}

/** Without the dims whose labels are not in `kept`: added up. */
export function sumOut(x: Labelled, kept: ReadonlySet<string>): Labelled {
  const dims = x.labels.map((_, dim) => dim).filter((dim) => !kept.has(x.labels[dim]!))
  if (dims.length === 0) return x
  const labels = x.labels.filter((label) => kept.has(label))
  return step(x, labels, sizesOf(x, labels), (tensor) => tensor.sum(dims, { dtype: tensor.dtype }))
}

/** Dims in the order of `wanted`, in another shape. */
function reshaped(x: Labelled, wanted: readonly string[], shape: Shape): Labelled['make'] {
  const { make } = ordered(x, wanted)
  return (tensors) => make(tensors).reshape(shape)
}

/**
 * The sum of products over the labels that both have and `kept` does not: one batched matrix product.
 *
 * Labels in both that are kept are its batch dims; what only one has are the rows, or the columns. A label has the same
 * size in both, and a label of one alone is kept.
 */
export function contract(a: Labelled, b: Labelled, kept: ReadonlySet<string>): Labelled {
  const batch = a.labels.filter((label) => b.labels.includes(label) && kept.has(label))
  const inner = a.labels.filter((label) => b.labels.includes(label) && !kept.has(label))
  const rows = a.labels.filter((label) => !b.labels.includes(label))
  const columns = b.labels.filter((label) => !a.labels.includes(label))
  const [batchShape, rowShape, columnShape] = [sizesOf(a, batch), sizesOf(a, rows), sizesOf(b, columns)]
  const labels = [...batch, ...rows, ...columns]
  const shape = [...batchShape, ...rowShape, ...columnShape]
  if (inner.length === 0) {
    const [rowOnes, columnOnes] = [rows.map(() => 1), columns.map(() => 1)]
    const left = reshaped(a, [...batch, ...rows], [...batchShape, ...rowShape, ...columnOnes])
    const right = reshaped(b, [...batch, ...columns], [...batchShape, ...rowOnes, ...columnShape])
    return { labels, shape, make: (tensors) => left(tensors).mul(right(tensors)) }
  }
  const lead = batch.length === 0 ? [] : [numelOf(batchShape)]
  const [m, k, n] = [numelOf(rowShape), numelOf(sizesOf(a, inner)), numelOf(columnShape)]
  const left = reshaped(a, [...batch, ...rows, ...inner], [...lead, m, k])
  const right = reshaped(b, [...batch, ...inner, ...columns], [...lead, k, n])
  return { labels, shape, make: (tensors) => matmul(left(tensors), right(tensors)).reshape(shape) }
}
