import type { Shape, Tensor } from '@metagrad/tensor'
import { dispatch, sameShape } from '@metagrad/tensor'
import type { Rules, Saved } from '../saved.ts'

type Indexing = 'gather' | 'scatter' | 'indexSelect' | 'indexAdd' | 'index' | 'indexPut' | 'cat' | 'pad'

const zeros = (g: Tensor, shape: Shape): Tensor => g.newFull(shape, 0)

/** Places `g` in the first corner of zeros of a shape that is at least as large. */
function corner(g: Tensor, shape: Shape): Tensor {
  if (sameShape(g.shape, shape)) return g
  const after = shape.map((size, dim) => size - g.shape[dim]!)
  return dispatch('pad', [g], { before: after.map(() => 0), after, value: 0 })
}

/** Of the elements that `index` points to, those that made the result share its gradient. */
function shares(
  g: Tensor,
  { x, y, z, out, params: { dim } }: Saved<'scatter'>,
): { own: Tensor; values: Tensor; share: Tensor } {
  const own = x.eq(out).to(g.dtype)
  const values = cut(z, y.shape).eq(out.gather(dim, y)).to(g.dtype)
  return { own, values, share: g.div(own.scatterAdd(dim, y, values)) }
}

/** The first corner of `x`. */
export function cut(x: Tensor, shape: Shape): Tensor {
  return shape.reduce((part, size, dim) => (part.shape[dim] === size ? part : part.narrow(dim, 0, size)), x)
}

/** Gradient of what `scatter` wrote into. */
function scatterTarget(g: Tensor, saved: Saved<'scatter'>): Tensor {
  const { reduce, dim } = saved.params
  switch (reduce) {
    case 'add':
      return g
    case 'replace':
      return g.scatter(dim, saved.y, 0)
    case 'multiply':
      return g.mul(g.newFull(g.shape, 1).scatter(dim, saved.y, saved.z, { reduce: 'multiply' }))
    case 'amax':
    case 'amin': {
      const { own, share } = shares(g, saved)
      return share.mul(own)
    }
  }
}

/**
 * Per value, the product of all else that went to its place. The whole product divided by the value, where that is not 0; of
 * several zeros each one's others hold a zero, so only a single one needs the product without it.
 */
function othersProduct({ x, y, z, params: { dim } }: Saved<'scatter'>): Tensor {
  const values = cut(z, y.shape)
  const isZero = values.eq(0)
  const count = x.newFull(x.shape, 0).scatterAdd(dim, y, isZero.to(x.dtype)).gather(dim, y)
  const single = isZero.logicalAnd(count.eq(1))
  const product = x.scatter(dim, y, values, { reduce: 'multiply' }).gather(dim, y)
  const without = x.scatter(dim, y, values.maskedFill(single, 1), { reduce: 'multiply' }).gather(dim, y)
  return without.where(single, product.div(values.maskedFill(isZero, 1)))
}

/** Gradient of what `scatter` wrote. */
function scatterValues(g: Tensor, saved: Saved<'scatter'>): Tensor {
  const { y, params } = saved
  const { reduce, dim } = params
  const shape = saved.shapeOf(2)
  switch (reduce) {
    case 'add':
    case 'replace':
      return corner(g.gather(dim, y), shape)
    case 'multiply':
      return corner(g.gather(dim, y).mul(othersProduct(saved)), shape)
    case 'amax':
    case 'amin': {
      const { values, share } = shares(g, saved)
      return corner(share.gather(dim, y).mul(values), shape)
    }
  }
}

function indicesOf(saved: Saved<'index' | 'indexPut'>, from: number): Tensor[] {
  return Array.from({ length: saved.count - from }, (_, i) => saved.input(from + i))
}

export const indexingRules: Rules<Indexing> = {
  gather: [(g, { y, shape, params: { dim } }) => (g.ndim === 0 ? g : zeros(g, shape).scatterAdd(dim, y, g))],
  scatter: [scatterTarget, undefined, scatterValues],
  indexSelect: [(g, { y, shape, params: { dim } }) => zeros(g, shape).indexAdd(dim, y, g)],
  indexAdd: [(g) => g, undefined, (g, { y, params: { dim } }) => g.indexSelect(dim, y)],
  index: ([g], saved) => {
    const indices = indicesOf(saved, 1)
    return [dispatch('indexPut', [zeros(g!, saved.shape), g!, ...indices], { accumulate: true })]
  },
  indexPut: ([g], saved) => {
    const indices = indicesOf(saved, 2)
    const { accumulate } = saved.params
    const rest = accumulate ? g : dispatch('indexPut', [g!, g!.newFull([], 0), ...indices], { accumulate })
    return [rest, dispatch('index', [g!, ...indices], {})]
  },
  cat: ([g], saved) => {
    const { dim } = saved.params
    let start = 0
    return Array.from({ length: saved.count }, (_, i) => {
      const size = saved.shapeOf(i)[dim]!
      start += size
      return saved.needs(i) ? g!.narrow(dim, start - size, size) : undefined
    })
  },
  pad: [
    (g, { shape, params: { before } }) => shape.reduce((part, size, dim) => part.narrow(dim, before[dim]!, size), g),
  ],
}
