import { ArgumentError, ShapeError } from '../../errors.ts'
import { broadcastShapes, formatShape, normalizeDim, sameShape } from '../../layout.ts'
import { checkTensors, promote } from '../../operands.ts'
import type { Tensor } from '../../tensor.ts'
import { matmul } from '../matmul.ts'
import { cat, stack } from '../shape.ts'
import { checkDims } from './checks.ts'

export interface AddProductOptions {
  /** Factor of what is added to; 0 ignores it, NaN included. */
  readonly beta?: number
  /** Factor of the product. */
  readonly alpha?: number
}

/** `beta * x + alpha * product`, with the shape of the product. */
function addTo(op: string, x: Tensor, product: Tensor, { beta = 1, alpha = 1 }: AddProductOptions): Tensor {
  if (!sameShape(broadcastShapes(op, x.shape, product.shape), product.shape)) {
    throw new ShapeError(
      `${op}: ${formatShape(x.shape)} does not broadcast to the product's ${formatShape(product.shape)}.`,
    )
  }
  const scaled = alpha === 1 ? product : product.mul(alpha)
  if (beta === 0) return scaled
  return scaled.add(beta === 1 ? x : x.mul(beta))
}

/** The product of operands of fixed numbers of dims, added to x. */
function addingProduct(
  op: string,
  x: Tensor,
  a: Tensor,
  b: Tensor,
  [aDims, bDims]: readonly [number, number],
  options: AddProductOptions,
): Tensor {
  checkTensors(op, a, b)
  if (a.ndim !== aDims || b.ndim !== bDims) {
    throw new ShapeError(
      `${op}: needs ${aDims}-d and ${bDims}-d tensors, got ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
    )
  }
  return addTo(op, x, matmul(a, b), options)
}

export function addmm(x: Tensor, a: Tensor, b: Tensor, options: AddProductOptions): Tensor {
  return addingProduct('addmm', x, a, b, [2, 2], options)
}

export function addmv(x: Tensor, a: Tensor, b: Tensor, options: AddProductOptions): Tensor {
  return addingProduct('addmv', x, a, b, [2, 1], options)
}

export function baddbmm(x: Tensor, a: Tensor, b: Tensor, options: AddProductOptions): Tensor {
  return addingProduct('baddbmm', x, a, b, [3, 3], options)
}

/** Of a batch of products the sum is one product of longer matrices. */
export function addbmm(x: Tensor, a: Tensor, b: Tensor, options: AddProductOptions): Tensor {
  checkTensors('addbmm', a, b)
  if (a.ndim !== 3 || b.ndim !== 3 || a.shape[0] !== b.shape[0] || a.shape[2] !== b.shape[1]) {
    throw new ShapeError(
      `addbmm: needs [b, n, k] and [b, k, m], got ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
    )
  }
  const [batch, rows, depth] = a.shape as [number, number, number]
  const wide = a.movedim(0, 1).reshape(rows, batch * depth)
  return addTo('addbmm', x, matmul(wide, b.reshape(batch * depth, b.shape[2]!)), options)
}

export function addr(x: Tensor, a: Tensor, b: Tensor, options: AddProductOptions): Tensor {
  checkTensors('addr', a, b)
  return addTo('addr', x, a.outer(b), options)
}

/** Products over the last dims of both, all pairs of the others; a 0-d operand multiplies. */
export function inner(a: Tensor, b: Tensor): Tensor {
  checkTensors('inner', a, b)
  if (a.ndim === 0 || b.ndim === 0) return a.mul(b)
  if (a.shape.at(-1) !== b.shape.at(-1)) {
    throw new ShapeError(
      `inner: last dims differ: ${formatShape(a.shape)} and ${formatShape(b.shape)} have ${a.shape.at(-1)} vs ${b.shape.at(-1)}.`,
    )
  }
  const size = a.shape.at(-1)!
  const rows = (x: Tensor): Tensor => x.reshape([x.shape.slice(0, -1).reduce((n, s) => n * s, 1), size])
  return matmul(rows(a), rows(b).mT).reshape([...a.shape.slice(0, -1), ...b.shape.slice(0, -1)])
}

/**
 * Sum of the products along `dim`, the others broadcast.
 *
 * @example
 * ```ts
 * linalg.vecdot(tensor([[1, 2], [3, 4]]), tensor([1, 1])).tolistSync() // -> [3, 7]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.vecdot.html
 */
export function vecdot(a: Tensor, b: Tensor, { dim = -1 }: { readonly dim?: number } = {}): Tensor {
  checkTensors('vecdot', a, b)
  const [x, y] = promote('vecdot', a, b)
  return x.mul(y).sum(dim, { dtype: x.dtype })
}

/**
 * The cross product of vectors of 3 elements along `dim`; other dims broadcast.
 *
 * @throws ShapeError unless both have 3 elements there
 * @example
 * ```ts
 * linalg.cross(tensor([1, 0, 0]), tensor([0, 1, 0])).tolistSync() // -> [0, 0, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.cross.html
 */
export function cross(a: Tensor, b: Tensor, { dim = -1 }: { readonly dim?: number } = {}): Tensor {
  checkTensors('cross', a, b)
  const ndim = Math.max(a.ndim, b.ndim)
  const shape = broadcastShapes('cross', a.shape, b.shape)
  const at = normalizeDim('cross', dim, ndim)
  if (shape[at] !== 3 || a.shape[at - ndim + a.ndim] !== 3 || b.shape[at - ndim + b.ndim] !== 3) {
    throw new ShapeError(
      `cross: needs 3 elements in dim ${dim}, got ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
    )
  }
  const parts = (x: Tensor): Tensor[] => x.unbind(at - ndim)
  const [[a0, a1, a2], [b0, b1, b2]] = [parts(a), parts(b)]
  const minor = (p: Tensor, q: Tensor, r: Tensor, s: Tensor): Tensor => p.mul(s).sub(q.mul(r))
  return stack([minor(a1!, a2!, b1!, b2!), minor(a2!, a0!, b2!, b0!), minor(a0!, a1!, b0!, b1!)], at)
}

/** Blocks of `b`, one for each element of `a`, which scales it; dims pair from the last. */
export function kron(a: Tensor, b: Tensor): Tensor {
  checkTensors('kron', a, b)
  const ndim = Math.max(a.ndim, b.ndim)
  const padded = (x: Tensor): number[] => [...Array.from({ length: ndim - x.ndim }, () => 1), ...x.shape]
  const [outer, inside] = [padded(a), padded(b)]
  const spread = a.reshape(outer.flatMap((size) => [size, 1]))
  const blocks = b.reshape(inside.flatMap((size) => [1, size]))
  return spread.mul(blocks).reshape(outer.map((size, dim) => size * inside[dim]!))
}

/**
 * The product of several matrices, in the order of multiplications that costs least. The first and the last may be vectors.
 *
 * @throws ArgumentError for fewer than two, ShapeError where they do not fit
 * @example
 * ```ts
 * linalg.multiDot([tensor([1, 2]), tensor([[1, 0], [0, 2]]), tensor([[1], [1]])]).tolistSync() // -> [5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.multi_dot.html; T. Cormen et al., Introduction to Algorithms, section 15.2
 */
export function multiDot(tensors: readonly Tensor[]): Tensor {
  checkTensors('multiDot', ...tensors)
  if (tensors.length < 2) throw new ArgumentError(`multiDot: needs at least two tensors, got ${tensors.length}.`)
  const last = tensors.length - 1
  const matrices = tensors.map((x, i) => {
    if (x.ndim === 2) return x
    if (x.ndim === 1 && i === 0) return x.unsqueeze(0)
    if (x.ndim === 1 && i === last) return x.unsqueeze(1)
    throw new ShapeError(
      `multiDot: needs matrices (vectors at the ends), got ${formatShape(x.shape)} at position ${i}.`,
    )
  })
  for (let i = 0; i < last; i++) {
    if (matrices[i]!.shape[1] !== matrices[i + 1]!.shape[0]) {
      throw new ShapeError(
        `multiDot: inner dims differ at position ${i}: ${formatShape(tensors[i]!.shape)} @ ${formatShape(tensors[i + 1]!.shape)}.`,
      )
    }
  }
  const cuts = cheapestCuts([matrices[0]!.shape[0]!, ...matrices.map((x) => x.shape[1]!)])
  const chain = (i: number, j: number): Tensor => {
    if (i === j) return matrices[i]!
    const cut = cuts[i]![j]!
    return matmul(chain(i, cut), chain(cut + 1, j))
  }
  const product = chain(0, last)
  return product.reshape([
    ...(tensors[0]!.ndim === 1 ? [] : [product.shape[0]!]),
    ...(tensors[last]!.ndim === 1 ? [] : [product.shape[1]!]),
  ])
}

/** Where to cut the product of matrices i..j, for each i and j; matrix i is sizes[i] x sizes[i + 1]. */
function cheapestCuts(sizes: readonly number[]): readonly (readonly number[])[] {
  const count = sizes.length - 1
  const table = (): number[][] => Array.from({ length: count }, () => Array.from({ length: count }, () => 0))
  const [cost, cuts] = [table(), table()]
  for (let span = 1; span < count; span++) {
    for (let i = 0; i + span < count; i++) {
      const j = i + span
      let best = Infinity
      for (let cut = i; cut < j; cut++) {
        const total = cost[i]![cut]! + cost[cut + 1]![j]! + sizes[i]! * sizes[cut + 1]! * sizes[j + 1]!
        if (total >= best) continue
        best = total
        cuts[i]![j] = cut
      }
      cost[i]![j] = best
    }
  }
  return cuts
}

/**
 * Powers of the elements of `x` along a new last dim: 1, x, x^2, ... up to `n` of them (default: as many as x has).
 *
 * @throws ArgumentError unless n is a whole number > 1
 * @example
 * ```ts
 * linalg.vander(tensor([2, 3]), { n: 3 }).tolistSync() // -> [[1, 2, 4], [1, 3, 9]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.vander.html
 */
export function vander(x: Tensor, { n }: { readonly n?: number } = {}): Tensor {
  checkTensors('vander', x)
  checkDims('vander', x, 1)
  const count = n ?? x.size(-1)
  if (!Number.isInteger(count) || count < 2) {
    throw new ArgumentError(`vander: needs a whole number of powers > 1, got ${count}.`)
  }
  const first = x.newFull([...x.shape, 1], 1)
  const factors = x.unsqueeze(-1).expand([...x.shape, count - 1])
  return cat([first, factors.cumprod(-1, { dtype: x.dtype })], -1)
}
