import type { Tensor } from '@metagrad/tensor'
import type { Rules } from '../saved.ts'

/** All but the last dim as one: a matrix of rows. */
function rows(x: Tensor): Tensor {
  if (x.ndim === 2) return x
  return x.ndim === 1 ? x.unsqueeze(0) : x.flatten(0, -2)
}

export const productRules: Rules<'matmul' | 'linear'> = {
  matmul: [(g, { y }) => g.matmul(y.mT), (g, { x }) => x.mT.matmul(g)],
  linear: [(g, { y }) => g.matmul(y), (g, { x }) => rows(g).T.matmul(rows(x)), (g) => rows(g).sum(0)],
}
