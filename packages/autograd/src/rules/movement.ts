import type { Shape, Tensor, ViewPrimitive, ViewPrimitives } from '@metagrad/tensor'
import { dispatchView } from '@metagrad/tensor'
import type { Rules } from '../saved.ts'

/** Zeros of `shape` with the gradient of one of their views in its place. */
function intoView<P extends ViewPrimitive>(g: Tensor, shape: Shape, primitive: P, params: ViewPrimitives[P]): Tensor {
  const zeros = g.newFull(shape, 0)
  dispatchView(primitive, zeros, params).copy_(g)
  return zeros
}

/** Windows overlap, so their gradients add up: one shifted slice per place in the window. */
function fold(g: Tensor, shape: Shape, { dim, size, step }: ViewPrimitives['unfold']): Tensor {
  const total = g.newFull(shape, 0)
  for (let place = 0; place < size; place++) {
    const window = g.select(-1, place)
    const box = {
      starts: shape.map((_, d) => (d === dim ? place : 0)),
      sizes: window.shape,
      steps: shape.map((_, d) => (d === dim ? step : 1)),
    }
    dispatchView('slice', total, box).add_(window)
  }
  return total
}

function overwritten(g: Tensor, primitive: ViewPrimitive, params: ViewPrimitives[ViewPrimitive]): Tensor {
  const rest = g.clone()
  dispatchView(primitive, rest, params).zero_()
  return rest
}

export const movementRules: Rules<ViewPrimitive | 'viewScatter'> = {
  view: [(g, { shape }) => g.reshape(shape)],
  permute: [(g, { params: { dims } }) => g.permute(dims.map((_, dim) => dims.indexOf(dim)))],
  // The engine adds up what was repeated.
  expand: [(g) => g],
  slice: [(g, { shape, params }) => intoView(g, shape, 'slice', params)],
  diagonal: [(g, { shape, params }) => intoView(g, shape, 'diagonal', params)],
  unfold: [(g, { shape, params }) => fold(g, shape, params)],
  viewScatter: [
    (g, { params }) => overwritten(g, params.primitive, params.params),
    (g, { params }) => dispatchView(params.primitive, g, params.params),
  ],
}
