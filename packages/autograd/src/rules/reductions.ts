import type { ReducePrimitives, ScanPrimitives, Shape, Tensor } from '@metagrad/tensor'
import { cat } from '@metagrad/tensor'
import type { Rules, Saved } from '../saved.ts'

type Reducing = keyof ReducePrimitives | keyof ScanPrimitives | 'sort'

interface Reduced {
  readonly dims: readonly number[]
  readonly keepDim: boolean
}

/** The result of a reduction with its reduced dims back, as size 1. */
function restore(reduced: Tensor, shape: Shape, { dims, keepDim }: Reduced): Tensor {
  return keepDim ? reduced : reduced.reshape(shape.map((size, dim) => (dims.includes(dim) ? 1 : size)))
}

/** The largest value's gradient, shared evenly among ties. */
function extremum(g: Tensor, { x, out, params, shape }: Saved<'amax' | 'amin'>): Tensor {
  const chosen = x.eq(restore(out, shape, params)).to(g.dtype)
  const ties = chosen.sum(params.dims, { keepDim: true })
  return restore(g, shape, params).div(ties).mul(chosen)
}

/** Product of all elements before each one along a dim: 1, x0, x0 x1, ... */
function exclusiveProduct(x: Tensor, dim: number): Tensor {
  const size = x.size(dim)
  const first = x.newFull(x.shape.with(dim, 1), 1)
  return cat([first, x.narrow(dim, 0, size - 1).cumprod(dim)], dim)
}

/** Each element's gradient is the product of the others: what stands before it times what stands after it. */
function productOfOthers(x: Tensor, dim: number): Tensor {
  return exclusiveProduct(x, dim).mul(exclusiveProduct(x.flip(dim), dim).flip(dim))
}

function prod(g: Tensor, { x, params, shape }: Saved<'prod'>): Tensor {
  const { dims } = params
  if (x.numel === 0) return x.mul(0)
  const full = restore(g, shape, params)
  const kept = shape.map((_, dim) => dim).filter((dim) => !dims.includes(dim))
  const order = [...kept, ...dims]
  const keptShape = kept.map((dim) => shape[dim]!)
  const lines = x.permute(order).reshape([...keptShape, -1])
  const others = productOfOthers(lines, -1 + lines.ndim).reshape(order.map((dim) => shape[dim]!))
  return full.mul(others.permute(order.map((_, dim) => order.indexOf(dim))))
}

/** dx_i = sum over k >= i of g_k prod over j <= k, j != i of x_j: exact with zeros too, for the price of an n x n table. */
function cumprod(g: Tensor, { x, params: { dim } }: Saved<'cumprod'>): Tensor {
  if (x.numel === 0 || x.ndim === 0) return g
  const lines = x.movedim(dim, -1)
  const size = lines.size(-1)
  const before = exclusiveProduct(lines, lines.ndim - 1)
  // after[i][k] = prod over i < j <= k of x_j, and 0 for k < i.
  const [row, column] = [count(x, size).unsqueeze(1), count(x, size)]
  const table = lines.unsqueeze(-2).where(column.gt(row), 1)
  const after = table.cumprod(-1).where(column.ge(row), 0)
  return after.mul(g.movedim(dim, -1).unsqueeze(-2)).sum(-1).mul(before).movedim(-1, dim)
}

/** 0, 1, .. size - 1 in x's dtype. */
function count(x: Tensor, size: number): Tensor {
  return x.newFull([size], 1).cumsum(0).sub(1)
}

/** Gradients of values that were taken from positions along a dim go back there. */
function toPositions(
  [g]: readonly (Tensor | undefined)[],
  saved: Saved<'sort' | 'cummax' | 'cummin'>,
): readonly (Tensor | undefined)[] {
  if (g === undefined) return [undefined]
  if (g.ndim === 0) return [g]
  return [g.newFull(saved.shape, 0).scatterAdd(saved.params.dim, saved.output(1), g)]
}

export const reductionRules: Rules<Reducing> = {
  sum: [(g, { params, shape }) => restore(g, shape, params).expand(shape)],
  mean: [
    (g, { x, params, shape }) =>
      restore(g, shape, params)
        .div(x.numel / g.numel)
        .expand(shape),
  ],
  prod: [prod],
  amax: [extremum],
  amin: [extremum],
  argmax: undefined,
  argmin: undefined,
  cumsum: [(g, { params: { dim } }) => (g.ndim === 0 ? g : g.flip(dim).cumsum(dim).flip(dim))],
  cumprod: [cumprod],
  cummax: toPositions,
  cummin: toPositions,
  sort: toPositions,
}
