import type { Tensor } from '@metagrad/tensor'
import { ArgumentError, DTypeError, IndexError, ShapeError, formatShape, where, zeros } from '@metagrad/tensor'

/** @throws DTypeError for indices that are no ints */
export function checkIndices(op: string, what: string, indices: Tensor): void {
  if (indices.isFloatingPoint || indices.dtype === 'bool') {
    throw new DTypeError(
      `${op}: ${what} must be ints, got ${indices.dtype}. Use x.long(), or tensor(data, { dtype: 'int64' }).`,
    )
  }
}

/** Kernels count negative indices from the end, which no lookup means. Devices that cannot read at once go unchecked. */
export function checkRange(op: string, what: string, indices: Tensor, count: number): void {
  for (const index of indices.device.readSync?.(indices) ?? []) {
    if (index < 0 || index >= count)
      throw new IndexError(`${op}: ${what} ${index} is out of range: expected 0 to ${count - 1}.`)
  }
}

export interface EmbeddingFunctionOptions {
  /** The row that is not learned: lookups of it pass no gradient on. Negative values count from the end. */
  readonly paddingIdx?: number
}

/**
 * Rows of `weight`, looked up by index.
 *
 * Shapes: indices [...] of ints, weight [rows, features] -> [..., features].
 * @throws DTypeError for indices that are no ints, IndexError for rows that do not exist
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html
 */
export function embedding(indices: Tensor, weight: Tensor, { paddingIdx }: EmbeddingFunctionOptions = {}): Tensor {
  checkIndices('embedding', 'indices', indices)
  if (weight.ndim !== 2)
    throw new ShapeError(`embedding: weight must be [rows, features], got ${formatShape(weight.shape)}.`)
  checkRange('embedding', 'index', indices, weight.size(0))
  const rows = weight.indexSelect(0, indices.flatten()).reshape([...indices.shape, weight.shape[1]!])
  if (paddingIdx === undefined) return rows
  const padding = indices.eq(paddingRow('embedding', paddingIdx, weight.shape[0]!)).unsqueeze(-1)
  return where(padding, rows.detach(), rows)
}

/** A padding index counted from 0. @throws IndexError */
export function paddingRow(op: string, index: number, rows: number): number {
  if (!Number.isInteger(index) || index < -rows || index >= rows) {
    throw new IndexError(`${op}: paddingIdx ${String(index)} is out of range for ${rows} rows.`)
  }
  return index < 0 ? index + rows : index
}

/**
 * A new last dim with 1 at the index and 0 elsewhere.
 *
 * Shapes: indices [...] of ints -> [..., numClasses], of the same dtype.
 * @param numClasses one more than the largest index if it is left out; that reads the indices
 * @example
 * ```ts
 * oneHot(tensor([2, 0], { dtype: 'int64' })).tolistSync() // -> [[0, 0, 1], [1, 0, 0]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
 */
export function oneHot(indices: Tensor, numClasses?: number): Tensor {
  checkIndices('oneHot', 'indices', indices)
  const classes = numClasses ?? (indices.numel === 0 ? 0 : indices.amax().itemSync() + 1)
  if (!Number.isInteger(classes) || classes < 1) {
    throw new ArgumentError(`oneHot: numClasses must be a whole number >= 1, got ${classes}.`)
  }
  checkRange('oneHot', 'index', indices, classes)
  const { dtype, device } = indices
  return zeros([...indices.shape, classes], { dtype, device }).scatter(-1, indices.unsqueeze(-1), 1)
}
