import type { Tensor } from '@metagrad/tensor'

/** The same elements lying differently in memory. */
export const layoutVariants: { readonly [name: string]: (x: Tensor) => Tensor } = {
  permuted: (x) => x.T.contiguous().T,
  'sliced out of a larger tensor': (x) => {
    let view = x
    x.shape.forEach((size, dim) => {
      const room = x.newFull(view.shape.with(dim, size + 3), 1)
      room.narrow(dim, 2, size).copy_(view)
      view = room.narrow(dim, 2, size)
    })
    return view
  },
  'every second of a larger tensor': (x) => {
    if (x.ndim === 0) return x
    const room = x.newFull([...x.shape, 2], 1)
    room.select(-1, 0).copy_(x)
    return room.select(-1, 0)
  },
  flipped: (x) => {
    const dims = x.shape.map((_, dim) => dim)
    return x.flip(dims).contiguous().flip(dims)
  },
}
