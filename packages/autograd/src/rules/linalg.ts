import type { LinalgPrimitives } from '@metagrad/tensor'
import type { Rules } from '../saved.ts'

export const linalgRules: Rules<keyof LinalgPrimitives> = {
  lu: undefined,
  cholesky: undefined,
  qr: undefined,
  eigh: undefined,
  svd: undefined,
  solve: undefined,
  triangularSolve: undefined,
}
