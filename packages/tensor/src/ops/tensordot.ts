import { ArgumentError, ShapeError } from '../errors.ts'
import { formatShape, normalizeDim } from '../layout.ts'
import { checkTensors } from '../operands.ts'
import type { Tensor } from '../tensor.ts'
import { contract } from './contract.ts'

/** How many dims to contract, the last of one with the first of the other, or which with which. */
export type ContractedDims = number | readonly [readonly number[], readonly number[]]

function pairsOf(a: Tensor, b: Tensor, dims: ContractedDims): readonly [number[], number[]] {
  if (typeof dims === 'number') {
    if (!Number.isInteger(dims) || dims < 0 || dims > Math.min(a.ndim, b.ndim)) {
      throw new ArgumentError(
        `tensordot: cannot contract ${dims} dims of ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
      )
    }
    const count = Array.from({ length: dims }, (_, i) => i)
    return [count.map((i) => a.ndim - dims + i), count]
  }
  const normalized = (x: Tensor, list: readonly number[]): number[] =>
    list.map((dim) => normalizeDim('tensordot', dim, x.ndim))
  const [left, right] = [normalized(a, dims[0]), normalized(b, dims[1])]
  if (left.length !== right.length) {
    throw new ArgumentError(
      `tensordot: needs as many dims on both sides, got [${dims[0].join(', ')}] and [${dims[1].join(', ')}].`,
    )
  }
  if (new Set(left).size !== left.length || new Set(right).size !== right.length) {
    throw new ArgumentError(`tensordot: dims [${dims[0].join(', ')}] and [${dims[1].join(', ')}] name a dim twice.`)
  }
  return [left, right]
}

/**
 * The sum of products over pairs of dims: what is left of `a`, then what is left of `b`.
 *
 * @param dims default 2: the last two dims of `a` with the first two of `b`
 * @throws ArgumentError for dims that do not pair, ShapeError where the sizes of a pair differ
 * @example
 * ```ts
 * tensordot(ones(2, 3, 4), ones(4, 3, 5), [[1, 2], [1, 0]]).shape // -> [2, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tensordot.html
 */
export function tensordot(a: Tensor, b: Tensor, dims: ContractedDims = 2): Tensor {
  checkTensors('tensordot', a, b)
  const [left, right] = pairsOf(a, b, dims)
  // PyTorch lets size 1 pair with any size: that dim of the other is then only added up.
  let [x, y] = [a, b]
  left.forEach((dim, i) => {
    const [size, other] = [a.shape[dim]!, b.shape[right[i]!]!]
    if (size === other) return
    if (size === 1) y = y.sum(right[i]!, { keepDim: true, dtype: y.dtype })
    else if (other === 1) x = x.sum(dim, { keepDim: true, dtype: x.dtype })
    else {
      throw new ShapeError(
        `tensordot: sizes differ: dim ${dim} of ${formatShape(a.shape)} and dim ${right[i]} of ${formatShape(b.shape)} have ${size} vs ${other}.`,
      )
    }
  })
  const leftLabels = x.shape.map((_, dim) => (left.includes(dim) ? `c${left.indexOf(dim)}` : `a${dim}`))
  const rightLabels = y.shape.map((_, dim) => (right.includes(dim) ? `c${right.indexOf(dim)}` : `b${dim}`))
  const kept = new Set([...leftLabels, ...rightLabels].filter((label) => !label.startsWith('c')))
  return contract(
    { labels: leftLabels, shape: x.shape, make: () => x },
    { labels: rightLabels, shape: y.shape, make: () => y },
    kept,
  ).make([])
}
