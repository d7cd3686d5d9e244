// The kernels that gain from fused multiplications: built once with and once without.
export * from './transcendental'
export { powF32, powF32Nd } from './power'
export * from './gemm'
export * from './rows'
export * from './norm'
export * from './optimizers'
export { convBackwardInputF32, convBackwardWeightsF32, convF32, convScratchBytes } from './conv'

/** First byte free above the constants. */
export function heapBase(): usize {
  return __heap_base
}
