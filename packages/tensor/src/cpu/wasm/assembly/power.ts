import { binary, binaryNd } from './zip'
import { pow } from './math'

@unmanaged @final class Pow { @inline apply(a: v128, b: v128): v128 { return pow(a, b) } }

/** out = a^b as IEEE 754 defines it, for every sign and infinity. */
export function powF32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<f32, Pow>(out, a, b, n, strideA, strideB) }
export function powF32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<f32, Pow>(out, a, b, descriptor) }
