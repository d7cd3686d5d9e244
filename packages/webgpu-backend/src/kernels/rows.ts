import type { View } from '@metagrad/tensor'
import { Layout } from '@metagrad/tensor'
import { withLayout } from './temporary.ts'
import type { Walk } from './walk.ts'
import { walkViews } from './walk.ts'

/** The lines of several views of one shape along a dim: where each begins, and the step within it. */
export interface Lines {
  /** Over the first element of each line. */
  readonly walk: Walk
  readonly length: number
  readonly steps: readonly number[]
}

export function linesAlong(views: readonly View[], dim: number): Lines {
  const { shape } = views[0]!.layout
  const length = shape[dim] ?? 1
  const firsts = views.map((view) => {
    const { strides, offset } = view.layout
    return withLayout(view, new Layout(shape.length === 0 ? [] : shape.with(dim, Math.min(1, length)), strides, offset))
  })
  return {
    walk: walkViews(firsts[0]!.layout.shape, firsts),
    length,
    steps: views.map(({ layout }) => layout.strides[dim] ?? 0),
  }
}
