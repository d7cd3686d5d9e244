// Elementary functions on vectors. Coefficients are minimax fits of the stated form, rounded to float32 one after the other.
//
// Functions under `@quad` are straight lines: the build also writes each of them for four vectors at once, statement by statement
// (quads.generated.ts), which is 1.5 times as fast because a constant is then read once for four vectors. In them a call of another
// @quad function stands alone as `const name = f(names)`; a parameter of type `uniform` is the same for all four.
import { fma, fnma, k, k64, relu, uniform } from './simd'
import { cos as hostCos, pow as hostPow, sin as hostSin } from './host'

// all but the sign, sign, bits of sqrt(1/2), mantissa
export const BITS = memory.data<i32>([0x7fffffff, 0x80000000, 0x3f3504f3, 0x7fffff])

@inline
export function abs(x: v128): v128 {
  return v128.and(x, k(BITS, 0))
}

/** |x| with the sign of s. */
@inline
export function withSign(x: v128, s: v128): v128 {
  return v128.bitselect(x, s, k(BITS, 0))
}

// log2(e), ln2 high, ln2 low, then q, then 1
export const EXP = memory.data<f32>([
  1.4426950408889634, 0.693359375, -2.12194440e-4, 0.4999999404, 0.1666652113, 0.04166829214, 0.008368715644, 0.001381869661, 1,
])

/** e^(x - n ln 2), near 1, for n = round(x log2 e): r = x - n ln 2 in two steps, then 1 + r + r^2 q(r). */
// @quad
@inline
export function expOfRest(x: v128, n: v128): v128 {
  const r = fnma<f32>(n, k(EXP, 2), fnma<f32>(n, k(EXP, 1), x))
  let q = fma<f32>(r, k(EXP, 7), k(EXP, 6))
  q = fma<f32>(r, q, k(EXP, 5))
  q = fma<f32>(r, q, k(EXP, 4))
  q = fma<f32>(r, q, k(EXP, 3))
  return f32x4.add(fma<f32>(f32x4.mul(r, r), q, r), k(EXP, 8))
}

// clamp low, clamp high, 1.5 * 2^23 + 254
export const EXP_RANGE = memory.data<f32>([-104, 89, 12583166])

/** e^x = 2^n e^(x - n ln 2). 2^n is applied as two factors, so that subnormal results and the overflow to infinity come out right. */
// @quad
@inline
export function exp(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, k(EXP_RANGE, 1)), k(EXP_RANGE, 0))
  const shifted = fma<f32>(x, k(EXP, 0), k(EXP_RANGE, 2))
  const n = f32x4.sub(shifted, k(EXP_RANGE, 2))
  const p = expOfRest(x, n)
  // The integer n + 254 stands in the low bits of `shifted`; its two halves are biased exponents.
  const half = i32x4.shr_u(shifted, 1)
  return f32x4.mul(f32x4.mul(p, i32x4.shl(half, 23)), i32x4.shl(i32x4.sub(shifted, half), 23))
}

// 1.5 * 2^23
export const EXP_MODERATE = memory.data<f32>([12582912])

/** exp where |x| <= 87: n, from the low bits of `shifted`, is added to the exponent. The same bits as exp gives. */
// @quad
@inline
export function expModerate(x: v128): v128 {
  const shifted = fma<f32>(x, k(EXP, 0), k(EXP_MODERATE, 0))
  const n = f32x4.sub(shifted, k(EXP_MODERATE, 0))
  const p = expOfRest(x, n)
  return i32x4.add(p, i32x4.shl(shifted, 23))
}

// bits of 87
export const MODERATE = memory.data<i32>([0x42ae0000])

/** Whether expModerate serves for the 16 numbers at x; NaN are none of them. */
@inline
export function areModerate(x: usize): bool {
  const x0 = abs(v128.load(x)), x1 = abs(v128.load(x, 16)), x2 = abs(v128.load(x, 32)), x3 = abs(v128.load(x, 48))
  const largest = i32x4.max_s(i32x4.max_s(x0, x1), i32x4.max_s(x2, x3))
  return !v128.any_true(i32x4.gt_s(largest, k(MODERATE, 0)))
}

// clamp, 1.5 * 2^23 + 127 + 64, 2^-64
export const EXP_NEGATIVE = memory.data<f32>([-104, 12583103, 5.421010862427522e-20])

/** exp for x <= 0: 2^(n + 64) is a normal number, and so a single factor. */
// @quad
@inline
export function expNegative(x: v128): v128 {
  x = f32x4.pmax(x, k(EXP_NEGATIVE, 0))
  const shifted = fma<f32>(x, k(EXP, 0), k(EXP_NEGATIVE, 1))
  const n = f32x4.sub(shifted, k(EXP_NEGATIVE, 1))
  const p = expOfRest(x, n)
  return f32x4.mul(f32x4.mul(p, i32x4.shl(shifted, 23)), k(EXP_NEGATIVE, 2))
}

// q, then 1/2, ln2 high, ln2 low
export const LOG = memory.data<f32>([
  0.3333333135, -0.2500082254, 0.20001252, -0.166233182, 0.1420123279, -0.1316010952, 0.1276503354, -0.07638765126, 0.5,
  0.693359375, -2.12194440e-4,
])

/** log(1 + f) + n ln 2 for f in [sqrt(1/2) - 1, sqrt(2) - 1]: f - f^2 / 2 + f^3 q(f). */
// @quad
@inline
export function logOfParts(f: v128, n: v128): v128 {
  const square = f32x4.mul(f, f)
  let q = fma<f32>(f, k(LOG, 7), k(LOG, 6))
  q = fma<f32>(f, q, k(LOG, 5))
  q = fma<f32>(f, q, k(LOG, 4))
  q = fma<f32>(f, q, k(LOG, 3))
  q = fma<f32>(f, q, k(LOG, 2))
  q = fma<f32>(f, q, k(LOG, 1))
  q = fma<f32>(f, q, k(LOG, 0))
  const tail = fma<f32>(n, k(LOG, 10), f32x4.mul(square, f32x4.sub(f32x4.mul(f, q), k(LOG, 8))))
  return fma<f32>(n, k(LOG, 9), f32x4.add(f, tail))
}

// 2^23, smallest normal, -23, 1
export const LOG_RANGE = memory.data<f32>([8388608, 1.1754943508222875e-38, -23, 1, Infinity, -Infinity])

// @quad
@inline
export function log(x: v128): v128 {
  const subnormal = f32x4.lt(x, k(LOG_RANGE, 1))
  const scaled = v128.bitselect(f32x4.mul(x, k(LOG_RANGE, 0)), x, subnormal)
  const above = i32x4.sub(scaled, k(BITS, 2))
  const n = f32x4.add(f32x4.convert_i32x4_s(i32x4.shr_s(above, 23)), v128.and(k(LOG_RANGE, 2), subnormal))
  const mantissa = i32x4.add(v128.and(above, k(BITS, 3)), k(BITS, 2))
  const f = f32x4.sub(mantissa, k(LOG_RANGE, 3))
  const y = logOfParts(f, n)
  // Infinity and NaN stay; log(0) = -Infinity; log(x < 0) = NaN.
  const finite = v128.bitselect(y, x, f32x4.lt(x, k(LOG_RANGE, 4)))
  const positive = v128.bitselect(k(LOG_RANGE, 5), finite, f32x4.eq(x, f32x4.splat(0)))
  return v128.or(positive, f32x4.lt(x, f32x4.splat(0)))
}

// p, then the border, 1, 2
export const TANH = memory.data<f32>([
  -0.3333328068, 0.1333140582, -0.05373651534, 0.02062816732, -0.005692296196, 0.625, 1, 2,
])

/** Below 0.625 x + x^3 p(x^2), above 1 - 2 / (e^(2|x|) + 1). */
// @quad
@inline
export function tanh(x: v128): v128 {
  const a = abs(x)
  const square = f32x4.mul(x, x)
  let p = fma<f32>(square, k(TANH, 4), k(TANH, 3))
  p = fma<f32>(square, p, k(TANH, 2))
  p = fma<f32>(square, p, k(TANH, 1))
  p = fma<f32>(square, p, k(TANH, 0))
  const small = fma<f32>(f32x4.mul(square, p), x, x)
  const double = f32x4.add(a, a)
  const e = exp(double)
  const large = f32x4.sub(k(TANH, 6), f32x4.div(k(TANH, 7), f32x4.add(e, k(TANH, 6))))
  return withSign(v128.bitselect(small, large, f32x4.lt(a, k(TANH, 5))), x)
}

export const ONE = memory.data<f32>([1])

// clamp low, clamp high, -log2(e), 1.5 * 2^23 - 64, ln2 high, ln2 low, then R, then 2^-64
export const SIGMOID = memory.data<f32>([
  -104, 30, -1.4426950408889634, 12582848, 0.693359375, -2.12194440e-4, 2, 0.16666618, -0.002766012, 5.421010862427522e-20,
])

/**
 * 1 / (1 + e^-x) with e^-x = 2^n (R - s) / (R + s), s = x + n ln 2, R = s coth(s / 2) = 2 + s^2 / 6 - ...: one division for both.
 * Both sides of it stand 2^64 below, so that neither leaves the range of float32 on its own.
 */
// @quad
@inline
export function sigmoid(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, k(SIGMOID, 1)), k(SIGMOID, 0))
  const shifted = fma<f32>(x, k(SIGMOID, 2), k(SIGMOID, 3))
  const n = f32x4.sub(shifted, k(SIGMOID, 3))
  const s = fma<f32>(n, k(SIGMOID, 5), fma<f32>(n, k(SIGMOID, 4), x))
  const square = f32x4.mul(s, s)
  const r = fma<f32>(square, fma<f32>(square, k(SIGMOID, 8), k(SIGMOID, 7)), k(SIGMOID, 6))
  const one = f32x4.mul(f32x4.add(r, s), k(SIGMOID, 9))
  const e = i32x4.add(f32x4.sub(r, s), i32x4.shl(shifted, 23))
  return f32x4.div(one, f32x4.add(one, e))
}

// clamp, -log2(e), 1.5 * 2^23 + 64, ln2 high, ln2 low, then R, then 2^-64, then q
export const SOFTPLUS = memory.data<f32>([
  104, -1.4426950408889634, 12582976, 0.693359375, -2.12194440e-4, 2, 0.16666618, -0.002766012, 5.421010862427522e-20,
  0.6666641831, 0.4002143741, 0.2800302804, 0.2800675035,
])

/**
 * log(1 + e^-|x|) = 2 artanh(w) = 2 w + w^3 q(w^2), w = e^-|x| / (2 + e^-|x|): with e^-|x| as the quotient that sigmoid has, w is one, too. It stands
 * 2^64 above, so that subnormal results are rounded once.
 */
// @quad
@inline
export function softplusOfNegative(x: v128): v128 {
  const a = f32x4.pmin(abs(x), k(SOFTPLUS, 0))
  const shifted = fma<f32>(a, k(SOFTPLUS, 1), k(SOFTPLUS, 2))
  const n = f32x4.sub(shifted, k(SOFTPLUS, 2))
  const s = fma<f32>(n, k(SOFTPLUS, 4), fma<f32>(n, k(SOFTPLUS, 3), a))
  const square = f32x4.mul(s, s)
  const r = fma<f32>(square, fma<f32>(square, k(SOFTPLUS, 7), k(SOFTPLUS, 6)), k(SOFTPLUS, 5))
  const over = i32x4.add(f32x4.sub(r, s), i32x4.shl(shifted, 23))
  const under = f32x4.add(r, s)
  const w = f32x4.div(over, fma<f32>(over, k(SOFTPLUS, 8), f32x4.add(under, under)))
  const plain = f32x4.mul(w, k(SOFTPLUS, 8))
  const u = f32x4.mul(plain, plain)
  let q = fma<f32>(u, k(SOFTPLUS, 12), k(SOFTPLUS, 11))
  q = fma<f32>(u, q, k(SOFTPLUS, 10))
  q = fma<f32>(u, q, k(SOFTPLUS, 9))
  return f32x4.mul(fma<f32>(f32x4.mul(w, u), q, f32x4.add(w, w)), k(SOFTPLUS, 8))
}

/** max(x, 0) + log(1 + e^-|x|). */
// @quad
@inline
export function softplus(x: v128): v128 {
  const y = softplusOfNegative(x)
  return f32x4.add(relu(x), y)
}

// p (0..5), q (6..12), border, 4, 1
export const ERF = memory.data<f32>([
  0.128379151, -0.376125067, 0.112819783, -0.0267733987, 0.0050043459, -0.00060534459,
  0.0001664448064, 1.127797246, 0.6369761229, 0.1041135639, -0.02231509238, 0.003065434983, -0.0001982103859, 0.9, 4, 1,
])

/** Below 0.9 x + x p(x^2), above 1 - e^-q(|x|), which is 1 from 4 on. */
// @quad
@inline
export function erf(x: v128): v128 {
  const magnitude = abs(x)
  const square = f32x4.mul(x, x)
  let p = fma<f32>(square, k(ERF, 5), k(ERF, 4))
  p = fma<f32>(square, p, k(ERF, 3))
  p = fma<f32>(square, p, k(ERF, 2))
  p = fma<f32>(square, p, k(ERF, 1))
  p = fma<f32>(square, p, k(ERF, 0))
  const small = fma<f32>(x, p, x)
  const a = f32x4.pmin(magnitude, k(ERF, 14))
  let q = fma<f32>(a, k(ERF, 12), k(ERF, 11))
  q = fma<f32>(a, q, k(ERF, 10))
  q = fma<f32>(a, q, k(ERF, 9))
  q = fma<f32>(a, q, k(ERF, 8))
  q = fma<f32>(a, q, k(ERF, 7))
  q = fma<f32>(a, q, k(ERF, 6))
  const negative = f32x4.neg(q)
  const e = exp(negative)
  const large = withSign(f32x4.sub(k(ERF, 15), e), x)
  return v128.bitselect(small, large, f32x4.lt(magnitude, k(ERF, 13)))
}

/** e^(x - shift): the numerators of softmax. */
// @quad
@inline
export function expShifted(x: v128, shift: uniform): v128 {
  const difference = f32x4.sub(x, shift)
  const e = expNegative(difference)
  return e
}

// 1/2, sqrt(1/2)
export const GELU = memory.data<f32>([0.5, 0.7071067811865476])

/** x / 2 (1 + erf(x / sqrt 2)) */
// @quad
@inline
export function gelu(x: v128): v128 {
  const scaled = f32x4.mul(x, k(GELU, 1))
  const y = erf(scaled)
  const half = f32x4.mul(x, k(GELU, 0))
  return fma<f32>(half, y, half)
}

/** x sigmoid(x) */
// @quad
@inline
export function silu(x: v128): v128 {
  const y = sigmoid(x)
  return f32x4.mul(x, y)
}

/** log sigmoid(x) = -softplus(-x) */
// @quad
@inline
export function logSigmoid(x: v128): v128 {
  const negative = f32x4.neg(x)
  const y = softplus(negative)
  return f32x4.neg(y)
}

/** Binary cross-entropy of a logit x with its target z: max(x, 0) - x z + log(1 + e^-|x|). */
// @quad
@inline
export function logisticLoss(x: v128, z: v128): v128 {
  const y = softplus(x)
  return fnma<f32>(x, z, y)
}

/** Its derivative, (sigmoid(x) - z) scale. */
// @quad
@inline
export function logisticGradient(x: v128, z: v128, scale: uniform): v128 {
  const y = sigmoid(x)
  return f32x4.mul(f32x4.sub(y, z), scale)
}

// 2 / pi, 1.5 * 2^52, pi / 2 in two parts, the first short enough that n times it is exact
export const QUADRANT = memory.data<f64>([0.6366197723675814, 6755399441055744, 1.5707963267341256, 6.077100506506192e-11])
// sin: s, cos: c, then 1, 1/2, the border above which the host computes
export const SIN = memory.data<f32>([
  -0.16666654854, 0.00833217227, -0.000195164785, 0.0416666467, -0.00138873598, 2.44375311e-5, 1, 0.5, 1000000,
])
export const ONES = memory.data<i32>([1, 2])

/** Sine and cosine of r in [-pi/4, pi/4] by quadrant: sin r = r + r^3 s(r^2), cos r = 1 - r^2 / 2 + r^4 c(r^2). */
@inline
function sinOfQuadrant(x: v128, quarterTurns: i32): v128 {
  const low = f64x2.promote_low_f32x4(x)
  const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1))
  const shiftedLow = f64x2.add(f64x2.mul(low, k64(QUADRANT, 0)), k64(QUADRANT, 1))
  const shiftedHigh = f64x2.add(f64x2.mul(high, k64(QUADRANT, 0)), k64(QUADRANT, 1))
  const r = v128.shuffle<i64>(remainder(low, shiftedLow), remainder(high, shiftedHigh), 0, 2)
  const quadrant = i32x4.add(v128.shuffle<i32>(shiftedLow, shiftedHigh, 0, 2, 4, 6), i32x4.splat(quarterTurns))
  const square = f32x4.mul(r, r)
  const s = fma<f32>(square, fma<f32>(square, k(SIN, 2), k(SIN, 1)), k(SIN, 0))
  const c = fma<f32>(square, fma<f32>(square, k(SIN, 5), k(SIN, 4)), k(SIN, 3))
  const sine = withSign(fma<f32>(f32x4.mul(square, s), r, r), r)
  const cosine = fma<f32>(f32x4.mul(square, square), c, fnma<f32>(square, k(SIN, 7), k(SIN, 6)))
  const odd = i32x4.eq(v128.and(quadrant, k(ONES, 0)), k(ONES, 0))
  const sign = i32x4.shl(v128.and(quadrant, k(ONES, 1)), 30)
  return v128.xor(v128.bitselect(cosine, sine, odd), sign)
}

@inline
function remainder(x: v128, shifted: v128): v128 {
  const n = f64x2.sub(shifted, k64(QUADRANT, 1))
  return f32x4.demote_f64x2_zero(fnma<f64>(n, k64(QUADRANT, 3), fnma<f64>(n, k64(QUADRANT, 2), x)))
}

@inline
function beyondReduction(x: v128): v128 {
  return f32x4.gt(abs(x), k(SIN, 8))
}

// The host computes for the lanes that ask for it alone: a result must not depend on its neighbours.

@inline
export function sin(x: v128): v128 {
  const beyond = beyondReduction(x)
  const y = sinOfQuadrant(x, 0)
  return v128.any_true(beyond) ? v128.bitselect(sinByHost(x), y, beyond) : y
}

@inline
export function cos(x: v128): v128 {
  const beyond = beyondReduction(x)
  const y = sinOfQuadrant(x, 1)
  return v128.any_true(beyond) ? v128.bitselect(cosByHost(x), y, beyond) : y
}

function sinByHost(x: v128): v128 {
  return f32x4(
    <f32>hostSin(f32x4.extract_lane(x, 0)), <f32>hostSin(f32x4.extract_lane(x, 1)),
    <f32>hostSin(f32x4.extract_lane(x, 2)), <f32>hostSin(f32x4.extract_lane(x, 3)),
  )
}

function cosByHost(x: v128): v128 {
  return f32x4(
    <f32>hostCos(f32x4.extract_lane(x, 0)), <f32>hostCos(f32x4.extract_lane(x, 1)),
    <f32>hostCos(f32x4.extract_lane(x, 2)), <f32>hostCos(f32x4.extract_lane(x, 3)),
  )
}

// log2: l (0..5); 2^f: e (6..13); 1, 1.5 * 2^52, the clamp of the exponent
export const POW = memory.data<f64>([
  2.885390081777947, 0.9617966939511373, 0.5770779804931607, 0.4122060104814369, 0.3200211162673642, 0.28143689486207213,
  0.9999999999594849, 0.6931471805349847, 0.24022651214206972, 0.055504109762454276, 0.009618025521150124,
  0.0013333422533360023, 0.00015469758206520208, 1.53164880227677e-5, 1, 6755399441055744, 300,
])
// bits of sqrt(1/2), mantissa, bits of 1.5 * 2^52, exponent bias
export const POW_BITS = memory.data<i64>([0x3fe6a09e667f3bcd, 0xfffffffffffff, 0x4338000000000000, 1023])

/** x^y = 2^(y log2 x) in float64 for x > 0: log2 m = s l(s^2) with s = (m - 1) / (m + 1). */
function powOfPositive(x: v128, y: v128): v128 {
  const above = i64x2.sub(x, k64(POW_BITS, 0))
  const exponent = f64x2.sub(i64x2.add(i64x2.shr_s(above, 52), k64(POW_BITS, 2)), k64(POW, 15))
  const m = i64x2.add(v128.and(above, k64(POW_BITS, 1)), k64(POW_BITS, 0))
  const s = f64x2.div(f64x2.sub(m, k64(POW, 14)), f64x2.add(m, k64(POW, 14)))
  const square = f64x2.mul(s, s)
  let l = fma<f64>(square, k64(POW, 5), k64(POW, 4))
  for (let i = 3; i >= 0; i--) l = fma<f64>(square, l, k64(POW, i))
  const power = f64x2.mul(y, fma<f64>(s, l, exponent))
  const t = f64x2.pmax(f64x2.pmin(power, k64(POW, 16)), f64x2.neg(k64(POW, 16)))
  const shifted = f64x2.add(t, k64(POW, 15))
  const f = f64x2.sub(t, f64x2.sub(shifted, k64(POW, 15)))
  let e = fma<f64>(f, k64(POW, 13), k64(POW, 12))
  for (let i = 11; i >= 6; i--) e = fma<f64>(f, e, k64(POW, i))
  return f32x4.demote_f64x2_zero(f64x2.mul(e, i64x2.shl(i64x2.add(shifted, k64(POW_BITS, 3)), 52)))
}

// Infinity, 1/2, 1
export const POW_RANGE = memory.data<f32>([Infinity, 0.5, 1])

/** x^y; lanes with x = 0, a negative x and a fractional y, infinities or NaN are the host's. */
export function pow(x: v128, y: v128): v128 {
  const zero = f32x4.splat(0)
  const infinite = k(POW_RANGE, 0)
  const a = abs(x)
  const low = powOfPositive(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(y))
  const high = powOfPositive(
    f64x2.promote_low_f32x4(v128.shuffle<i64>(a, a, 1, 1)),
    f64x2.promote_low_f32x4(v128.shuffle<i64>(y, y, 1, 1)),
  )
  const half = f32x4.mul(y, k(POW_RANGE, 1))
  const odd = f32x4.ne(half, f32x4.trunc(half))
  let result = v128.xor(v128.shuffle<i64>(low, high, 0, 2), v128.and(v128.and(x, k(BITS, 1)), odd))
  const whole = v128.or(f32x4.eq(y, f32x4.trunc(y)), f32x4.gt(x, zero))
  const ordinary = v128.and(
    v128.and(f32x4.gt(a, zero), f32x4.lt(a, infinite)),
    v128.and(f32x4.lt(abs(y), infinite), whole),
  )
  if (i32x4.all_true(ordinary)) return result
  const byHost = f32x4(
    <f32>hostPow(f32x4.extract_lane(x, 0), f32x4.extract_lane(y, 0)),
    <f32>hostPow(f32x4.extract_lane(x, 1), f32x4.extract_lane(y, 1)),
    <f32>hostPow(f32x4.extract_lane(x, 2), f32x4.extract_lane(y, 2)),
    <f32>hostPow(f32x4.extract_lane(x, 3), f32x4.extract_lane(y, 3)),
  )
  // IEEE 754 differs from JavaScript here: 1^NaN = 1 and (-1)^Infinity = 1.
  const one = k(POW_RANGE, 2)
  const unit = v128.or(f32x4.eq(x, one), v128.and(f32x4.eq(a, one), f32x4.eq(abs(y), infinite)))
  return v128.bitselect(result, v128.bitselect(one, byHost, unit), ordinary)
}
