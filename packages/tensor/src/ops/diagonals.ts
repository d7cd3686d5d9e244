import { dispatch, dispatchInto, dispatchView } from '../dispatch.ts'
import { ArgumentError, ShapeError } from '../errors.ts'
import { formatShape, normalizeDim } from '../layout.ts'
import { checkTensors, constant } from '../operands.ts'
import { noParams } from '../primitives.ts'
import { readSync } from '../read.ts'
import type { Tensor } from '../tensor.ts'
import { canReadNow } from '../trace.ts'
import { cat } from './shape.ts'

function checkOffset(op: string, offset: number): void {
  if (!Number.isInteger(offset)) throw new ArgumentError(`${op}: the diagonal must be a whole number, got ${offset}.`)
}

/** The diagonal of two dims as a new last dim; `offset` > 0 lies above the main one. A view. */
export function diagonal(x: Tensor, offset: number, dim1: number, dim2: number): Tensor {
  checkOffset('diagonal', offset)
  const [a, b] = [normalizeDim('diagonal', dim1, x.ndim), normalizeDim('diagonal', dim2, x.ndim)]
  if (a === b || x.ndim < 2)
    throw new ShapeError(`diagonal: needs two different dims, got ${dim1} and ${dim2} of ${formatShape(x.shape)}.`)
  return dispatchView('diagonal', x, { offset, dim1: a, dim2: b })
}

/** Matrices of zeros with the last dim of `x` as a diagonal. */
export function diagEmbed(x: Tensor, offset: number, dim1: number, dim2: number): Tensor {
  checkOffset('diagEmbed', offset)
  if (x.ndim === 0) throw new ShapeError('diagEmbed: needs at least 1 dim, got []. Use x.reshape(1).')
  const ndim = x.ndim + 1
  const [a, b] = [normalizeDim('diagEmbed', dim1, ndim), normalizeDim('diagEmbed', dim2, ndim)]
  if (a === b) throw new ShapeError(`diagEmbed: needs two different dims, got ${dim1} and ${dim2}.`)
  const size = x.shape.at(-1)! + Math.abs(offset)
  const lead = x.shape.slice()
  const shape = Array.from({ length: ndim }, (_, dim) => (dim === a || dim === b ? size : lead.shift()!))
  const result = x.newFull(shape, 0)
  diagonal(result, offset, a, b).copy_(x)
  return result
}

/** A vector as a matrix, or the diagonal of a matrix as a vector. */
export function diag(x: Tensor, offset: number): Tensor {
  if (x.ndim === 1) return diagEmbed(x, offset, 0, 1)
  if (x.ndim === 2) return diagonal(x, offset, 0, 1).clone()
  throw new ShapeError(`diag: needs 1 or 2 dims, got ${formatShape(x.shape)}. Use diagonal or diagEmbed.`)
}

/** Bool [rows, columns]: on and below a diagonal ('tril'), or on and above it. */
function triangle(op: 'tril' | 'triu', x: Tensor, offset: number): Tensor {
  checkOffset(op, offset)
  if (x.ndim < 2) throw new ShapeError(`${op}: needs at least 2 dims, got ${formatShape(x.shape)}.`)
  const count = (length: number) => dispatch('arange', [], { length, start: 0, step: 1, dtype: 'int32' }, x.device)
  const past = count(x.shape.at(-1)!).sub(count(x.shape.at(-2)!).unsqueeze(1))
  return op === 'tril' ? past.le(offset) : past.ge(offset)
}

export function triangular(op: 'tril' | 'triu', x: Tensor, offset: number): Tensor {
  return dispatch('where', [triangle(op, x, offset), x, constant(op, 0, x.dtype, x.device)], noParams)
}

export function triangular_(op: 'tril' | 'triu', x: Tensor, offset: number): void {
  dispatchInto(x, 'where', [triangle(op, x, offset), x, constant(op, 0, x.dtype, x.device)], noParams)
}

/** Row and column of each element of a triangle of a rows x columns matrix: [2, count]. */
export function triangleIndices(
  op: 'tril' | 'triu',
  rows: number,
  columns: number,
  offset: number,
): { readonly count: number; readonly positions: number[] } {
  const [down, across]: [number[], number[]] = [[], []]
  for (let row = 0; row < rows; row++) {
    const [from, to] = op === 'tril' ? [0, Math.min(columns, row + offset + 1)] : [Math.max(0, row + offset), columns]
    for (let column = from; column < to; column++) {
      down.push(row)
      across.push(column)
    }
  }
  return { count: down.length, positions: [...down, ...across] }
}

/** `value` on the main diagonal of all dims together. */
export function fillDiagonal_(x: Tensor, value: number): void {
  if (x.ndim < 2) throw new ShapeError(`fillDiagonal_: needs at least 2 dims, got ${formatShape(x.shape)}.`)
  if (x.ndim > 2 && x.shape.some((size) => size !== x.shape[0]))
    throw new ShapeError(`fillDiagonal_: needs equal sizes for more than 2 dims, got ${formatShape(x.shape)}.`)
  let line = diagonal(x, 0, 0, 1)
  while (line.ndim > 1) line = diagonal(line, 0, 0, line.ndim - 1)
  line.fill_(value)
}

/** 1 at each class, else 0, along a new last dim. */
export function oneHot(x: Tensor, numClasses: number): Tensor {
  checkTensors('oneHot', x)
  if (x.dtype !== 'int64' && x.dtype !== 'int32')
    throw new ArgumentError(`oneHot: classes must be int64 or int32, got ${x.dtype}. Use x.to('int64').`)
  if (!Number.isInteger(numClasses) || (numClasses < 1 && numClasses !== -1))
    throw new ArgumentError(
      `oneHot: numClasses must be a whole number >= 1, or -1 for the largest + 1; got ${numClasses}.`,
    )
  if (numClasses === -1 && x.numel === 0)
    throw new ArgumentError('oneHot: cannot count the classes of an empty tensor. Give numClasses.')
  const classes = numClasses === -1 ? Number(readSync('oneHot', x.amax())[0]) + 1 : numClasses
  const { device } = x
  if (canReadNow(device) && x.numel > 0) {
    const [low, high] = [x.amin().itemSync(), x.amax().itemSync()]
    if (low < 0 || high >= classes)
      throw new ArgumentError(`oneHot: classes must be from 0 to ${classes - 1}, got ${low < 0 ? low : high}.`)
  }
  return x.newFull([...x.shape, classes], 0).scatter(-1, x.unsqueeze(-1), 1)
}

/** Matrices as blocks along the diagonal of zeros. */
export function blockDiag(tensors: readonly Tensor[]): Tensor {
  if (tensors.length === 0) throw new ArgumentError('blockDiag: needs at least one tensor, got an empty list.')
  checkTensors('blockDiag', ...tensors)
  const wrong = tensors.find((x) => x.ndim > 2)
  if (wrong !== undefined)
    throw new ShapeError(`blockDiag: needs tensors of at most 2 dims, got ${formatShape(wrong.shape)}.`)
  const blocks = tensors.map((x) => (x.ndim === 2 ? x : x.reshape([1, x.numel])))
  const columns = blocks.reduce((sum, x) => sum + x.shape[1]!, 0)
  let start = 0
  const rows = blocks.map((x) => {
    const before = start
    start += x.shape[1]!
    return x.pad([before, columns - start])
  })
  return cat(rows, 0)
}
