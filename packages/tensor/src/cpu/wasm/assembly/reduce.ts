// Reductions of a contiguous [outer, n, inner] over n. inner = 1 reduces rows, otherwise columns are reduced side by side.
//
// float32 sums run in float32 over blocks and in float64 over the blocks: 10^7 terms lose no more than a few units in the last place.
import { Largest, Smallest, extremeOfRow, sumRow, sumRowF64 } from './sums'
import { bytes, storeTail } from './simd'

@inline
const BLOCK_ROWS = 64

/** Column sums of [n, inner] times scale, 16 columns at a time, then 4. */
function sumColumns(out: usize, a: usize, n: i32, inner: i32, scale: f64): void {
  const pitch = bytes<f32>(inner)
  const factor = f64x2.splat(scale)
  const zero = f32x4.splat(0)
  for (; inner >= 16; inner -= 16) {
    let p = a
    let l0 = zero, h0 = zero, l1 = zero, h1 = zero, l2 = zero, h2 = zero, l3 = zero, h3 = zero
    for (let left = n; left > 0; left -= BLOCK_ROWS) {
      let s0 = zero, s1 = zero, s2 = zero, s3 = zero
      for (let i = min(left, BLOCK_ROWS); i > 0; i--) {
        s0 = f32x4.add(s0, v128.load(p))
        s1 = f32x4.add(s1, v128.load(p, 16))
        s2 = f32x4.add(s2, v128.load(p, 32))
        s3 = f32x4.add(s3, v128.load(p, 48))
        p += pitch
      }
      l0 = f64x2.add(l0, f64x2.promote_low_f32x4(s0))
      h0 = f64x2.add(h0, f64x2.promote_low_f32x4(upper(s0)))
      l1 = f64x2.add(l1, f64x2.promote_low_f32x4(s1))
      h1 = f64x2.add(h1, f64x2.promote_low_f32x4(upper(s1)))
      l2 = f64x2.add(l2, f64x2.promote_low_f32x4(s2))
      h2 = f64x2.add(h2, f64x2.promote_low_f32x4(upper(s2)))
      l3 = f64x2.add(l3, f64x2.promote_low_f32x4(s3))
      h3 = f64x2.add(h3, f64x2.promote_low_f32x4(upper(s3)))
    }
    v128.store(out, narrowed(l0, h0, factor))
    v128.store(out, narrowed(l1, h1, factor), 16)
    v128.store(out, narrowed(l2, h2, factor), 32)
    v128.store(out, narrowed(l3, h3, factor), 48)
    a += 64
    out += 64
  }
  for (; inner > 0; inner -= 4) {
    let p = a
    let low = zero, high = zero
    for (let left = n; left > 0; left -= BLOCK_ROWS) {
      let s = zero
      for (let i = min(left, BLOCK_ROWS); i > 0; i--) {
        s = f32x4.add(s, v128.load(p))
        p += pitch
      }
      low = f64x2.add(low, f64x2.promote_low_f32x4(s))
      high = f64x2.add(high, f64x2.promote_low_f32x4(upper(s)))
    }
    const y = narrowed(low, high, factor)
    if (inner < 4) storeTail<f32>(out, y, inner)
    else v128.store(out, y)
    a += 16
    out += 16
  }
}

@inline
function upper(v: v128): v128 {
  return v128.shuffle<i64>(v, v, 1, 1)
}

@inline
function narrowed(low: v128, high: v128, factor: v128): v128 {
  return v128.shuffle<i64>(
    f32x4.demote_f64x2_zero(f64x2.mul(low, factor)), f32x4.demote_f64x2_zero(f64x2.mul(high, factor)), 0, 2,
  )
}

/** out[o, j] = scale * sum_i a[o, i, j]: scale 1 is the sum, 1 / n the mean. */
export function sumF32(out: usize, a: usize, outer: i32, n: i32, inner: i32, scale: f64): void {
  for (let o = 0; o < outer; o++) {
    if (inner == 1) store<f32>(out, <f32>(sumRow(a, n) * scale))
    else sumColumns(out, a, n, inner, scale)
    out += bytes<f32>(inner)
    a += bytes<f32>(n * inner)
  }
}

/** sumF32 in float64. */
export function sumF64(out: usize, a: usize, outer: i32, n: i32, inner: i32, scale: f64): void {
  for (let o = 0; o < outer; o++) {
    if (inner == 1) store<f64>(out, sumRowF64(a, n) * scale)
    else {
      for (let j = 0; j < inner; j++) {
        let p = a + bytes<f64>(j)
        let total: f64 = 0
        for (let i = 0; i < n; i++) {
          total += load<f64>(p)
          p += bytes<f64>(inner)
        }
        store<f64>(out + bytes<f64>(j), total * scale)
      }
    }
    out += bytes<f64>(inner)
    a += bytes<f64>(n * inner)
  }
}

@inline
function extreme<Op>(out: usize, a: usize, outer: i32, n: i32, inner: i32): void {
  const op = changetype<Op>(0)
  const pitch = bytes<f32>(inner)
  for (let o = 0; o < outer; o++) {
    if (inner == 1) {
      store<f32>(out, extremeOfRow<Op>(a, n))
      out += 4
    } else {
      for (let j = 0; j < inner; j += 4) {
        let p = a + bytes<f32>(j)
        let m = v128.load(p)
        for (let i = 1; i < n; i++) {
          p += pitch
          m = op.pick(m, v128.load(p))
        }
        const left = inner - j
        if (left < 4) storeTail<f32>(out, m, left)
        else v128.store(out, m)
        out += bytes<f32>(min(left, 4))
      }
    }
    a += bytes<f32>(n) * inner
  }
}

/** out[o, j] = max_i a[o, i, j], NaN where any is NaN; n >= 1. */
export function maxF32(out: usize, a: usize, outer: i32, n: i32, inner: i32): void { extreme<Largest>(out, a, outer, n, inner) }
export function minF32(out: usize, a: usize, outer: i32, n: i32, inner: i32): void { extreme<Smallest>(out, a, outer, n, inner) }

/** Position of the first x in a row that is known to hold it, or to hold a NaN if x is one. */
@inline
function firstIndexOf(a: usize, x: f32): i32 {
  const wanted = f32x4.splat(x)
  const isNaN = x != x
  let i = -4
  let found = 0
  while (found == 0) {
    i += 4
    const v = v128.load(a + bytes<f32>(i))
    found = i32x4.bitmask(isNaN ? f32x4.ne(v, v) : f32x4.eq(v, wanted))
  }
  return i + ctz(found)
}

@inline
function extremeIndex<Op>(out: usize, a: usize, outer: i32, n: i32, inner: i32): void {
  const op = changetype<Op>(0)
  const pitch = bytes<f32>(inner)
  for (let o = 0; o < outer; o++) {
    if (inner == 1) {
      store<i64>(out, firstIndexOf(a, extremeOfRow<Op>(a, n)))
      out += 8
    } else {
      for (let j = 0; j < inner; j += 4) {
        let p = a + bytes<f32>(j)
        let best = v128.load(p)
        let bestIndex = i32x4.splat(0)
        for (let i = 1; i < n; i++) {
          p += pitch
          const x = v128.load(p)
          // A first NaN wins over every number and over later ones.
          const isBetter = v128.andnot(v128.or(op.better(x, best), f32x4.ne(x, x)), f32x4.ne(best, best))
          best = v128.bitselect(x, best, isBetter)
          bestIndex = v128.bitselect(i32x4.splat(i), bestIndex, isBetter)
        }
        const left = inner - j
        v128.store64_lane(out, i64x2.extend_low_i32x4_s(bestIndex), 0)
        if (left > 1) v128.store64_lane(out, i64x2.extend_low_i32x4_s(bestIndex), 1, 8)
        if (left > 2) v128.store64_lane(out, i64x2.extend_high_i32x4_s(bestIndex), 0, 16)
        if (left > 3) v128.store64_lane(out, i64x2.extend_high_i32x4_s(bestIndex), 1, 24)
        out += <usize>min(left, 4) << 3
      }
    }
    a += bytes<f32>(n) * inner
  }
}

/** int64 out[o, j] = the first i of the largest a[o, i, j], of the first NaN if there is one; n >= 1. */
export function argmaxF32(out: usize, a: usize, outer: i32, n: i32, inner: i32): void { extremeIndex<Largest>(out, a, outer, n, inner) }
export function argminF32(out: usize, a: usize, outer: i32, n: i32, inner: i32): void { extremeIndex<Smallest>(out, a, outer, n, inner) }

/** out[o, i, j] = sum_{k <= i} a[o, k, j], summed in float64. */
export function cumsumF32(out: usize, a: usize, outer: i32, n: i32, inner: i32): void {
  const pitch = bytes<f32>(inner)
  for (let o = 0; o < outer; o++) {
    for (let j: usize = 0; j < pitch; j += 4) {
      let total: f64 = 0
      let at = j
      for (let i = 0; i < n; i++) {
        total += load<f32>(a + at)
        store<f32>(out + at, <f32>total)
        at += pitch
      }
    }
    a += pitch * n
    out += pitch * n
  }
}
