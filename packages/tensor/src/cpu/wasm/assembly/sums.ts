// Accurate sums of runs of float32: in float32 over blocks, in float64 over the blocks.
import { bytes, fma, keep, keepOr, lanes } from './simd'

@inline
export const BLOCK = 512
@inline
export function widenedSum(v: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1)))
}

@inline
export function sumF64Lanes(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1)
}

/** Two partial sums in float64, and those of the blocks of n contiguous numbers. */
@inline
function withBlocks<T>(total: v128, a: usize, n: i32): v128 {
  const width = lanes<T>()
  const zero = f32x4.splat(0)
  while (n > 0) {
    let s0 = zero
    let s1 = zero
    let s2 = zero
    let s3 = zero
    let block = min(n, BLOCK)
    n -= block
    for (; block >= 4 * width; block -= 4 * width) {
      s0 = v128.add<T>(s0, v128.load(a))
      s1 = v128.add<T>(s1, v128.load(a, 16))
      s2 = v128.add<T>(s2, v128.load(a, 32))
      s3 = v128.add<T>(s3, v128.load(a, 48))
      a += 64
    }
    for (; block >= width; block -= width) {
      s0 = v128.add<T>(s0, v128.load(a))
      a += 16
    }
    if (block > 0) s1 = v128.add<T>(s1, keep<T>(v128.load(a), block))
    const s = v128.add<T>(v128.add<T>(s0, s1), v128.add<T>(s2, s3))
    total = f64x2.add(total, sizeof<T>() == 4 ? widenedSum(s) : s)
  }
  return total
}

export function sumRow(a: usize, n: i32): f64 {
  return sumF64Lanes(withBlocks<f32>(f32x4.splat(0), a, n))
}

export function sumRowF64(a: usize, n: i32): f64 {
  return sumF64Lanes(withBlocks<f64>(f32x4.splat(0), a, n))
}

/**
 * Goes on with the sum of a row: `totals` are two float64, at first 0, whose sum is that of the row in the end. All parts but the last
 * are of whole blocks of 512.
 */
export function addToSumF32(totals: usize, a: usize, n: i32): void {
  v128.store(totals, withBlocks<f32>(v128.load(totals), a, n))
}

/** sum_i a[i] b[i] */
export function dotRow(a: usize, b: usize, n: i32): f64 {
  const zero = f32x4.splat(0)
  let total = zero
  while (n > 0) {
    let s0 = zero
    let s1 = zero
    let block = min(n, BLOCK)
    n -= block
    for (; block >= 8; block -= 8) {
      s0 = fma<f32>(v128.load(a), v128.load(b), s0)
      s1 = fma<f32>(v128.load(a, 16), v128.load(b, 16), s1)
      a += 32
      b += 32
    }
    for (; block > 0; block -= 4) {
      // What lies beyond the row may be NaN: both factors are cut.
      s0 = block < 4 ? fma<f32>(keep<f32>(v128.load(a), block), keep<f32>(v128.load(b), block), s0) : fma<f32>(v128.load(a), v128.load(b), s0)
      a += 16
      b += 16
    }
    total = f64x2.add(total, widenedSum(f32x4.add(s0, s1)))
  }
  return sumF64Lanes(total)
}

// Extremes. `better` is the strict comparison, `pick` the NaN-keeping one.

@unmanaged @final export class Largest {
  @inline pick(a: v128, b: v128): v128 { return f32x4.max(a, b) }
  @inline pickOne(a: f32, b: f32): f32 { return max<f32>(a, b) }
  @inline better(a: v128, b: v128): v128 { return f32x4.gt(a, b) }
}
@unmanaged @final export class Smallest {
  @inline pick(a: v128, b: v128): v128 { return f32x4.min(a, b) }
  @inline pickOne(a: f32, b: f32): f32 { return min<f32>(a, b) }
  @inline better(a: v128, b: v128): v128 { return f32x4.lt(a, b) }
}

@inline
export function extremeOfRow<Op>(a: usize, n: i32): f32 {
  const op = changetype<Op>(0)
  const first = v128.load32_splat(a)
  let m0 = first, m1 = first, m2 = first, m3 = first
  for (; n >= 16; n -= 16) {
    m0 = op.pick(m0, v128.load(a))
    m1 = op.pick(m1, v128.load(a, 16))
    m2 = op.pick(m2, v128.load(a, 32))
    m3 = op.pick(m3, v128.load(a, 48))
    a += 64
  }
  for (; n > 0; n -= 4) {
    const x = v128.load(a)
    m0 = op.pick(m0, n < 4 ? keepOr<f32>(x, first, n) : x)
    a += 16
  }
  const m = op.pick(op.pick(m0, m1), op.pick(m2, m3))
  return op.pickOne(
    op.pickOne(f32x4.extract_lane(m, 0), f32x4.extract_lane(m, 1)),
    op.pickOne(f32x4.extract_lane(m, 2), f32x4.extract_lane(m, 3)),
  )
}
