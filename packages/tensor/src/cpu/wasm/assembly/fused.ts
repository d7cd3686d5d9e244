// The kernels that gain from fused multiplications: built once with and once without.
export * from './transcendental'
export { powF32, powF32Nd } from './power'
export * from './gemm'

/** First byte free above the constants. */
export function heapBase(): usize {
  return __heap_base
}
