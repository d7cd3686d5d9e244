// The kernels without fused multiplications: one build serves every engine. They have no constants in memory.
export * from './along'
export * from './unary'
export * from './binary'
export * from './copy'
export * from './pool'
export { argmaxF32, argminF32, cumsumF32, maxF32, minF32, sumF32, sumF64 } from './reduce'
export * from './sort'
export { addToSumF32 } from './sums'

/** First byte free above the constants. */
export function heapBase(): usize {
  return __heap_base
}
