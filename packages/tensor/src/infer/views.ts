import { ShapeError } from '../errors.ts'
import type { Layout } from '../layout.ts'
import {
  diagonalLayout,
  expandLayout,
  formatShape,
  permuteLayout,
  sliceLayout,
  unfoldLayout,
  viewLayout,
} from '../layout.ts'
import type { ViewPrimitive, ViewPrimitives } from '../primitives.ts'

type InferView<P extends ViewPrimitive> = (layout: Layout, params: ViewPrimitives[P]) => Layout

/** The layout of each view. @throws ShapeError where `view` would need a copy. */
export const inferView: { readonly [P in ViewPrimitive]: InferView<P> } = {
  view: (layout, { shape }) => {
    const result = viewLayout(layout, shape)
    if (result === undefined) {
      throw new ShapeError(
        `view: ${formatShape(layout.shape)} with strides ${formatShape(layout.strides)} cannot be seen as ${formatShape(shape)} without a copy. Use reshape.`,
      )
    }
    return result
  },
  permute: (layout, { dims }) => permuteLayout(layout, dims),
  expand: (layout, { shape }) => expandLayout(layout, shape),
  slice: sliceLayout,
  diagonal: diagonalLayout,
  unfold: unfoldLayout,
}
