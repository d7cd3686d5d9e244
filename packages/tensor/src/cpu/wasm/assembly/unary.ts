// Element-wise kernels of one operand that round once.
import { map } from './map'
import { put, relu } from './simd'

@inline
function one(): v128 {
  return f32x4.splat(1)
}

@unmanaged @final class Neg<T> { @inline apply(x: v128): v128 { return v128.neg<T>(x) } }
@unmanaged @final class Abs<T> { @inline apply(x: v128): v128 { return v128.abs<T>(x) } }
@unmanaged @final class Sqrt<T> { @inline apply(x: v128): v128 { return v128.sqrt<T>(x) } }
@unmanaged @final class Square<T> { @inline apply(x: v128): v128 { return v128.mul<T>(x, x) } }
@unmanaged @final class Reciprocal { @inline apply(x: v128): v128 { return f32x4.div(one(), x) } }
@unmanaged @final class Rsqrt { @inline apply(x: v128): v128 { return f32x4.div(one(), f32x4.sqrt(x)) } }
@unmanaged @final class Floor { @inline apply(x: v128): v128 { return f32x4.floor(x) } }
@unmanaged @final class Ceil { @inline apply(x: v128): v128 { return f32x4.ceil(x) } }
@unmanaged @final class Trunc { @inline apply(x: v128): v128 { return f32x4.trunc(x) } }
@unmanaged @final class Round { @inline apply(x: v128): v128 { return f32x4.nearest(x) } }
@unmanaged @final class Sign {
  @inline apply(x: v128): v128 {
    const zero = f32x4.splat(0)
    return f32x4.sub(v128.and(f32x4.gt(x, zero), one()), v128.and(f32x4.lt(x, zero), one()))
  }
}
@unmanaged @final class Relu { @inline apply(x: v128): v128 { return relu(x) } }

export function negF32(out: usize, a: usize, n: i32): void { map<f32, Neg<f32>>(out, a, n) }
export function absF32(out: usize, a: usize, n: i32): void { map<f32, Abs<f32>>(out, a, n) }
export function sqrtF32(out: usize, a: usize, n: i32): void { map<f32, Sqrt<f32>>(out, a, n) }
export function squareF32(out: usize, a: usize, n: i32): void { map<f32, Square<f32>>(out, a, n) }
export function reciprocalF32(out: usize, a: usize, n: i32): void { map<f32, Reciprocal>(out, a, n) }
export function rsqrtF32(out: usize, a: usize, n: i32): void { map<f32, Rsqrt>(out, a, n) }
export function floorF32(out: usize, a: usize, n: i32): void { map<f32, Floor>(out, a, n) }
export function ceilF32(out: usize, a: usize, n: i32): void { map<f32, Ceil>(out, a, n) }
export function truncF32(out: usize, a: usize, n: i32): void { map<f32, Trunc>(out, a, n) }
export function roundF32(out: usize, a: usize, n: i32): void { map<f32, Round>(out, a, n) }
export function signF32(out: usize, a: usize, n: i32): void { map<f32, Sign>(out, a, n) }
export function reluF32(out: usize, a: usize, n: i32): void { map<f32, Relu>(out, a, n) }

/** out = a in [low, high], which wins where the two cross; NaN stays. */
export function clampF32(out: usize, a: usize, n: i32, low: f32, high: f32): void {
  const least = f32x4.splat(low)
  const most = f32x4.splat(high)
  for (; n > 0; n -= 4) {
    put(out, f32x4.pmin(f32x4.pmax(v128.load(a), least), most), n)
    a += 16
    out += 16
  }
}

export function negF64(out: usize, a: usize, n: i32): void { map<f64, Neg<f64>>(out, a, n) }
export function absF64(out: usize, a: usize, n: i32): void { map<f64, Abs<f64>>(out, a, n) }
export function sqrtF64(out: usize, a: usize, n: i32): void { map<f64, Sqrt<f64>>(out, a, n) }
export function squareF64(out: usize, a: usize, n: i32): void { map<f64, Square<f64>>(out, a, n) }
export function negI32(out: usize, a: usize, n: i32): void { map<i32, Neg<i32>>(out, a, n) }
export function absI32(out: usize, a: usize, n: i32): void { map<i32, Abs<i32>>(out, a, n) }
