import { dispatchView } from '../dispatch.ts'
import { numelOf } from '../layout.ts'
import { promote } from '../operands.ts'
import type { Tensor } from '../tensor.ts'
import { matmul } from './matmul.ts'

/** A tensor whose dims have names, each once. */
export interface Labelled {
  readonly tensor: Tensor
  readonly labels: readonly string[]
}

/** Dims in the order of `labels`, of which it has all. A view. */
export function ordered({ tensor, labels }: Labelled, wanted: readonly string[]): Tensor {
  if (wanted.every((label, dim) => label === labels[dim])) return tensor
  return dispatchView('permute', tensor, { dims: wanted.map((label) => labels.indexOf(label)) })
}

/** Without the dims whose labels are not in `kept`: added up. */
export function sumOut({ tensor, labels }: Labelled, kept: ReadonlySet<string>): Labelled {
  const dims = labels.map((_, dim) => dim).filter((dim) => !kept.has(labels[dim]!))
  if (dims.length === 0) return { tensor, labels }
  return { tensor: tensor.sum(dims, { dtype: tensor.dtype }), labels: labels.filter((label) => kept.has(label)) }
}

/**
 * The sum of products over the labels that both have and `kept` does not: one batched matrix product.
 *
 * Labels in both that are kept are its batch dims; what only one has are the rows, or the columns. A label has the same
 * size in both, and a label of one alone is kept.
 */
export function contract(a: Labelled, b: Labelled, kept: ReadonlySet<string>): Labelled {
  const inA = new Set(a.labels)
  const inB = new Set(b.labels)
  const batch = a.labels.filter((label) => inB.has(label) && kept.has(label))
  const inner = a.labels.filter((label) => inB.has(label) && !kept.has(label))
  const rows = a.labels.filter((label) => !inB.has(label))
  const columns = b.labels.filter((label) => !inA.has(label))
  const sizesOf = ({ tensor, labels }: Labelled, wanted: readonly string[]): number[] =>
    wanted.map((label) => tensor.shape[labels.indexOf(label)]!)
  const [batchShape, innerShape] = [sizesOf(a, batch), sizesOf(a, inner)]
  const [rowShape, columnShape] = [sizesOf(a, rows), sizesOf(b, columns)]
  const shape = [...batchShape, ...rowShape, ...columnShape]
  const labels = [...batch, ...rows, ...columns]
  const [left, right] = [ordered(a, [...batch, ...rows, ...inner]), ordered(b, [...batch, ...inner, ...columns])]

  if (inner.length === 0) {
    const ones = columnShape.map(() => 1)
    return {
      tensor: left.reshape([...batchShape, ...rowShape, ...ones]).mul(spread(right, batchShape, rowShape)),
      labels,
    }
  }
  const [m, k, n] = [numelOf(rowShape), numelOf(innerShape), numelOf(columnShape)]
  // One short product per matrix costs more than multiplying and adding up element by element.
  if (m === 1 && n === 1 && numelOf(batchShape) > 1) {
    const flat = [...batchShape, k]
    const [x, y] = promote('einsum', left.reshape(flat), right.reshape(flat))
    return { tensor: x.mul(y).sum(-1, { dtype: x.dtype }).reshape(shape), labels }
  }
  const flatBatch = batch.length === 0 ? [] : [numelOf(batchShape)]
  const product = matmul(left.reshape([...flatBatch, m, k]), right.reshape([...flatBatch, k, n]))
  return { tensor: product.reshape(shape), labels }
}

/** Dims of size 1 after the batch dims, where the other operand has its rows. */
function spread(x: Tensor, batchShape: readonly number[], rowShape: readonly number[]): Tensor {
  return x.reshape([...batchShape, ...rowShape.map(() => 1), ...x.shape.slice(batchShape.length)])
}
