/**
 * Linear algebra on the last two dims, batched over the others.
 *
 * @see https://pytorch.org/docs/stable/linalg.html
 */
export {
  cholesky,
  eig,
  eigh,
  eigvals,
  eigvalsh,
  lu,
  luFactor,
  luUnpack,
  qr,
  svd,
  svdvals,
  type ComplexPair,
  type Eig,
  type Eigh,
  type LU,
  type LUFactors,
  type QR,
  type SVD,
  type TriangleOptions,
} from './decompositions.ts'
export { det, logdet, matrixExp, matrixPower, slogdet, type SignLogDet } from './invariants.ts'
export { cond, matrixNorm, norm, vectorNorm, type MatrixOrder, type NormOptions } from './norms.ts'
export { cross, multiDot, vander, vecdot } from './products.ts'
export {
  choleskyInverse,
  choleskySolve,
  inv,
  lstsq,
  luSolve,
  matrixRank,
  pinv,
  solve,
  solveTriangular,
  tensorinv,
  tensorsolve,
  type LeastSquares,
  type RankOptions,
  type SolveTriangularOptions,
} from './solvers.ts'
