export * from './unary'
export * from './binary'
export * from './copy'
export { argmaxF32, argminF32, cumsumF32, maxF32, minF32, sumF32, sumF64 } from './reduce'
export * from './gemm'

/** First byte free for the host: below lie the kernels' constants. */
export function heapBase(): usize {
  return __heap_base
}
