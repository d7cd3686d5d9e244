/**
 * Dense linear algebra on one row-major, contiguous Float64Array matrix at a time: no batches, no tensors, no errors thrown.
 * Callers widen float32, loop over batches, and turn a {@link Status} into an error.
 */
export { cholesky, choleskySolve } from './cholesky.ts'
export { eig, type ComplexVectors } from './eig.ts'
export { eigh, eigvalsh } from './eigh.ts'
export { lstsq, type LeastSquaresResult } from './lstsq.ts'
export {
  luDeterminant,
  luFactor,
  luInverse,
  luPermutation,
  luSlogdet,
  luSolve,
  luUnpack,
  type SignLogDeterminant,
} from './lu.ts'
export { matrixExponential } from './matrix-exponential.ts'
export { qr, qrFactor, qrFactorPivoted, qrFormQ, qrFormR, qrMultiply } from './qr.ts'
export { NON_FINITE, type Status } from './status.ts'
export { pinv, rankOf, svd } from './svd.ts'
export { triangularSolve, type TriangularOptions } from './triangular.ts'
