// Element-wise elementary functions.
import { mapQuads, mapSingly } from './map'
import * as math from './math'
import * as quads from './quads.generated'

@unmanaged @final class Exp {
  @inline apply(x: v128): v128 { return math.exp(x) }
  @inline apply4(out: usize, a: usize): void {
    if (math.areModerate(a)) quads.expModerate(out, a)
    else quads.exp(out, a)
  }
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

export function expF32(out: usize, a: usize, n: i32): void { mapQuads<Exp>(out, a, n) }
export function logF32(out: usize, a: usize, n: i32): void { mapQuads<Log>(out, a, n) }
export function tanhF32(out: usize, a: usize, n: i32): void { mapQuads<Tanh>(out, a, n) }
export function sigmoidF32(out: usize, a: usize, n: i32): void { mapQuads<Sigmoid>(out, a, n) }
export function erfF32(out: usize, a: usize, n: i32): void { mapQuads<Erf>(out, a, n) }
export function geluF32(out: usize, a: usize, n: i32): void { mapQuads<Gelu>(out, a, n) }
export function siluF32(out: usize, a: usize, n: i32): void { mapQuads<Silu>(out, a, n) }
export function softplusF32(out: usize, a: usize, n: i32): void { mapQuads<Softplus>(out, a, n) }
export function logSigmoidF32(out: usize, a: usize, n: i32): void { mapQuads<LogSigmoid>(out, a, n) }
export function sinF32(out: usize, a: usize, n: i32): void { mapSingly<f32, Sin>(out, a, n) }
export function cosF32(out: usize, a: usize, n: i32): void { mapSingly<f32, Cos>(out, a, n) }
