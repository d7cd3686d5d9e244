// Element-wise kernels of one operand: an operator is a class with `apply`, the loop is a template over it.
import * as math from './math'
import * as quads from './quads.generated'
import { k, lanes, storeTail } from './simd'

/** out[i] = Op(a[i]), four vectors at a time, then one, then the rest of one. */
@inline
function map<T, Op>(out: usize, a: usize, n: i32): void {
  const op = changetype<Op>(0)
  const width = lanes<T>()
  for (; n >= 4 * width; n -= 4 * width) {
    const x0 = v128.load(a)
    const x1 = v128.load(a, 16)
    const x2 = v128.load(a, 32)
    const x3 = v128.load(a, 48)
    v128.store(out, op.apply(x0))
    v128.store(out, op.apply(x1), 16)
    v128.store(out, op.apply(x2), 32)
    v128.store(out, op.apply(x3), 48)
    a += 64
    out += 64
  }
  finish<T, Op>(out, a, n)
}

/** The same where the operator is written for four vectors at once. */
@inline
function mapQuads<Op>(out: usize, a: usize, n: i32): void {
  for (; n >= 16; n -= 16) {
    changetype<Op>(0).apply4(out, a)
    a += 64
    out += 64
  }
  finish<f32, Op>(out, a, n)
}

@inline
function finish<T, Op>(out: usize, a: usize, n: i32): void {
  const op = changetype<Op>(0)
  const width = lanes<T>()
  while (n > 0) {
    const y = op.apply(v128.load(a))
    if (n < width) {
      storeTail<T>(out, y, n)
      return
    }
    v128.store(out, y)
    a += 16
    out += 16
    n -= width
  }
}

const C = memory.data<f32>([1])

@unmanaged @final class Neg<T> { @inline apply(x: v128): v128 { return v128.neg<T>(x) } }
@unmanaged @final class Abs<T> { @inline apply(x: v128): v128 { return v128.abs<T>(x) } }
@unmanaged @final class Sqrt<T> { @inline apply(x: v128): v128 { return v128.sqrt<T>(x) } }
@unmanaged @final class Square<T> { @inline apply(x: v128): v128 { return v128.mul<T>(x, x) } }
@unmanaged @final class Reciprocal { @inline apply(x: v128): v128 { return f32x4.div(k(C, 0), x) } }
@unmanaged @final class Rsqrt { @inline apply(x: v128): v128 { return f32x4.div(k(C, 0), f32x4.sqrt(x)) } }
@unmanaged @final class Floor { @inline apply(x: v128): v128 { return f32x4.floor(x) } }
@unmanaged @final class Ceil { @inline apply(x: v128): v128 { return f32x4.ceil(x) } }
@unmanaged @final class Trunc { @inline apply(x: v128): v128 { return f32x4.trunc(x) } }
@unmanaged @final class Round { @inline apply(x: v128): v128 { return f32x4.nearest(x) } }
@unmanaged @final class Sign {
  @inline apply(x: v128): v128 {
    const zero = f32x4.splat(0)
    return f32x4.sub(v128.and(f32x4.gt(x, zero), k(C, 0)), v128.and(f32x4.lt(x, zero), k(C, 0)))
  }
}
@unmanaged @final class Relu { @inline apply(x: v128): v128 { return math.relu(x) } }
@unmanaged @final class Exp {
  @inline apply(x: v128): v128 { return math.exp(x) }
  @inline apply4(out: usize, a: usize): void { quads.exp(out, a) }
}
@unmanaged @final class Log {
  @inline apply(x: v128): v128 { return math.log(x) }
  @inline apply4(out: usize, a: usize): void { quads.log(out, a) }
}
@unmanaged @final class Tanh {
  @inline apply(x: v128): v128 { return math.tanh(x) }
  @inline apply4(out: usize, a: usize): void { quads.tanh(out, a) }
}
@unmanaged @final class Sigmoid {
  @inline apply(x: v128): v128 { return math.sigmoid(x) }
  @inline apply4(out: usize, a: usize): void { quads.sigmoid(out, a) }
}
@unmanaged @final class Erf {
  @inline apply(x: v128): v128 { return math.erf(x) }
  @inline apply4(out: usize, a: usize): void { quads.erf(out, a) }
}
@unmanaged @final class Gelu {
  @inline apply(x: v128): v128 { return math.gelu(x) }
  @inline apply4(out: usize, a: usize): void { quads.gelu(out, a) }
}
@unmanaged @final class Silu {
  @inline apply(x: v128): v128 { return math.silu(x) }
  @inline apply4(out: usize, a: usize): void { quads.silu(out, a) }
}
@unmanaged @final class Softplus {
  @inline apply(x: v128): v128 { return math.softplus(x) }
  @inline apply4(out: usize, a: usize): void { quads.softplus(out, a) }
}
@unmanaged @final class LogSigmoid {
  @inline apply(x: v128): v128 { return math.logSigmoid(x) }
  @inline apply4(out: usize, a: usize): void { quads.logSigmoid(out, a) }
}
@unmanaged @final class Sin { @inline apply(x: v128): v128 { return math.sin(x) } }
@unmanaged @final class Cos { @inline apply(x: v128): v128 { return math.cos(x) } }

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
export function expF32(out: usize, a: usize, n: i32): void { mapQuads<Exp>(out, a, n) }
export function logF32(out: usize, a: usize, n: i32): void { mapQuads<Log>(out, a, n) }
export function tanhF32(out: usize, a: usize, n: i32): void { mapQuads<Tanh>(out, a, n) }
export function sigmoidF32(out: usize, a: usize, n: i32): void { mapQuads<Sigmoid>(out, a, n) }
export function erfF32(out: usize, a: usize, n: i32): void { mapQuads<Erf>(out, a, n) }
export function geluF32(out: usize, a: usize, n: i32): void { mapQuads<Gelu>(out, a, n) }
export function siluF32(out: usize, a: usize, n: i32): void { mapQuads<Silu>(out, a, n) }
export function softplusF32(out: usize, a: usize, n: i32): void { mapQuads<Softplus>(out, a, n) }
export function logSigmoidF32(out: usize, a: usize, n: i32): void { mapQuads<LogSigmoid>(out, a, n) }
export function sinF32(out: usize, a: usize, n: i32): void { map<f32, Sin>(out, a, n) }
export function cosF32(out: usize, a: usize, n: i32): void { map<f32, Cos>(out, a, n) }

export function negF64(out: usize, a: usize, n: i32): void { map<f64, Neg<f64>>(out, a, n) }
export function absF64(out: usize, a: usize, n: i32): void { map<f64, Abs<f64>>(out, a, n) }
export function sqrtF64(out: usize, a: usize, n: i32): void { map<f64, Sqrt<f64>>(out, a, n) }
export function squareF64(out: usize, a: usize, n: i32): void { map<f64, Square<f64>>(out, a, n) }
export function negI32(out: usize, a: usize, n: i32): void { map<i32, Neg<i32>>(out, a, n) }
export function absI32(out: usize, a: usize, n: i32): void { map<i32, Abs<i32>>(out, a, n) }
