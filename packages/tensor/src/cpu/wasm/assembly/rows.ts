// Functions of the rows of a contiguous [rows, n]: softmax, its logarithm, cross-entropy, and their gradients.
import { Mul, Sub } from './binary'
import { held } from './held'
import { indexAt } from './indices'
import { exp, expShifted, log, logisticGradient, logisticLoss } from './math'
import * as quads from './quads.generated'
import { BLOCK, dotRow, sumF64Lanes, sumRow, widenedSum } from './sums'
import { bytes, fnma, keep, keepOr, put, storeTail, zeroBytes } from './simd'
import { Each, Same, zip } from './zip'

/** Where four vectors go that are only summed. */
const PASSING: usize = memory.data(64, 16)

/** Writes e^(a - shift) and returns its sum. `step` 0 writes all to the same place: only the sum is wanted. */
function expRow(out: usize, a: usize, n: i32, shift: v128, step: usize): f64 {
  const zero = f32x4.splat(0)
  let total = zero
  while (n > 0) {
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero
    let block = min(n, BLOCK)
    n -= block
    for (; block >= 16; block -= 16) {
      quads.expShifted(out, a, shift)
      s0 = f32x4.add(s0, v128.load(out))
      s1 = f32x4.add(s1, v128.load(out, 16))
      s2 = f32x4.add(s2, v128.load(out, 32))
      s3 = f32x4.add(s3, v128.load(out, 48))
      a += 64
      out += 4 * step
    }
    for (; block > 0; block -= 4) {
      const y = expShifted(v128.load(a), shift)
      if (block >= 4) {
        s0 = f32x4.add(s0, y)
        v128.store(out, y)
      } else {
        s1 = f32x4.add(s1, keep<f32>(y, block))
        storeTail<f32>(out, y, block)
      }
      a += 16
      out += step
    }
    total = f64x2.add(total, widenedSum(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))))
  }
  return sumF64Lanes(total)
}

/** The largest number of a row, which NaN do not hide: they come out through the exponentials. */
function largestOf(a: usize, n: i32): f32 {
  const first = v128.load32_splat(a)
  let m0 = first, m1 = first, m2 = first, m3 = first
  for (; n >= 16; n -= 16) {
    m0 = f32x4.pmax(m0, v128.load(a))
    m1 = f32x4.pmax(m1, v128.load(a, 16))
    m2 = f32x4.pmax(m2, v128.load(a, 32))
    m3 = f32x4.pmax(m3, v128.load(a, 48))
    a += 64
  }
  for (; n > 0; n -= 4) {
    const x = v128.load(a)
    m0 = f32x4.pmax(m0, n < 4 ? keepOr<f32>(x, first, n) : x)
    a += 16
  }
  const m = f32x4.pmax(f32x4.pmax(m0, m1), f32x4.pmax(m2, m3))
  const half = f32x4.pmax(m, v128.shuffle<i64>(m, m, 1, 1))
  return f32x4.extract_lane(f32x4.pmax(half, v128.shuffle<i32>(half, half, 1, 1, 1, 1)), 0)
}

/** The number that a whole row is multiplied by, or that is taken from it. */
const NUMBER: usize = memory.data(4, 16)

/** out = a factor */
function scaleRow(out: usize, a: usize, n: i32, factor: f32): void {
  store<f32>(NUMBER, factor)
  zip<f32, Mul<f32>, Each, Same>(out, a, NUMBER, n)
}

/** out = a - shift */
function shiftRow(out: usize, a: usize, n: i32, shift: f32): void {
  store<f32>(NUMBER, shift)
  zip<f32, Sub<f32>, Each, Same>(out, a, NUMBER, n)
}

@inline
function logOf(x: f32): f32 {
  return f32x4.extract_lane(log(f32x4.splat(x)), 0)
}

/** out = e^a / sum e^a over each row. */
export function softmaxF32(out: usize, a: usize, rows: i32, n: i32): void {
  for (let i = 0; i < rows; i++) {
    const total = expRow(out, a, n, f32x4.splat(largestOf(a, n)), 16)
    scaleRow(out, out, n, <f32>(1 / total))
    out += bytes<f32>(n)
    a += bytes<f32>(n)
  }
}

/** dx = y (g - sum g y) for y = softmax(x). */
export function softmaxBackwardF32(dx: usize, g: usize, y: usize, rows: i32, n: i32): void {
  for (let i = 0; i < rows; i++) {
    const dot = held(dotRow(g, y, n))
    for (let left = n; left > 0; left -= 4) {
      const d = f32x4.mul(v128.load(y), f32x4.sub(v128.load(g), dot))
      put(dx, d, left)
      const step = bytes<f32>(min(left, 4))
      dx += step
      g += step
      y += step
    }
  }
}

/** out = (a - largest) - log sum e^(a - largest) over each row: in this order large inputs keep their digits. */
export function logSoftmaxF32(out: usize, a: usize, rows: i32, n: i32): void {
  for (let i = 0; i < rows; i++) {
    const largest = largestOf(a, n)
    const total = <f32>expRow(PASSING, a, n, f32x4.splat(largest), 0)
    shiftRow(out, a, n, largest)
    shiftRow(out, out, n, logOf(total))
    out += bytes<f32>(n)
    a += bytes<f32>(n)
  }
}

/** dx = g - e^y sum g for y = logSoftmax(x). */
export function logSoftmaxBackwardF32(dx: usize, g: usize, y: usize, rows: i32, n: i32): void {
  for (let i = 0; i < rows; i++) {
    const sum = held(sumRow(g, n))
    let left = n
    for (; left >= 16; left -= 16) {
      quads.exp(PASSING, y)
      for (let at: usize = 0; at < 64; at += 16) {
        v128.store(dx + at, fnma<f32>(v128.load(PASSING + at), sum, v128.load(g + at)))
      }
      dx += 64
      g += 64
      y += 64
    }
    for (; left > 0; left -= 4) {
      const d = fnma<f32>(exp(v128.load(y)), sum, v128.load(g))
      put(dx, d, left)
      const step = bytes<f32>(min(left, 4))
      dx += step
      g += step
      y += step
    }
  }
}

/** How many of n indices of 4 or 8 bytes (shift 2 or 3) differ from `ignored`. */
export function countIndices(indices: usize, n: i32, indexShift: i32, ignored: i32): i32 {
  let count = 0
  for (let i = 0; i < n; i++) {
    const p = indices + (<usize>i << indexShift)
    if ((indexShift == 3 ? load<i64>(p) : <i64>load<i32>(p)) != <i64>ignored) count++
  }
  return count
}

/**
 * losses[i] = log sum e^(a[i] - largest) + (largest - a[i, targets[i]]), which keeps the digits of large a, and 0 where the target is
 * `ignored`; totals[i] = sum e^(a[i] - largest), for the gradient. Targets of 4 or 8 bytes (shift 2 or 3).
 * Returns -1, or the first row whose target is out of range.
 */
export function crossEntropyF32(
  losses: usize, totals: usize, a: usize, targets: usize, rows: i32, n: i32, indexShift: i32, ignored: i32,
): i32 {
  for (let i = 0; i < rows; i++) {
    const largest = largestOf(a, n)
    const total = <f32>expRow(PASSING, a, n, f32x4.splat(largest), 0)
    store<f32>(totals, total)
    const isIgnored = countIndices(targets, 1, indexShift, ignored) == 0
    const target = indexAt(targets, 0, indexShift, n)
    if (target < 0 && !isIgnored) return i
    const loss = logOf(total)
    store<f32>(losses, isIgnored ? 0 : loss + (largest - load<f32>(a + bytes<f32>(target))))
    losses += 4
    totals += 4
    targets += <usize>1 << indexShift
    a += bytes<f32>(n)
  }
  return -1
}

/** dx[i] = (softmax(a[i]) - onehot(targets[i])) g[i * strideG] scale, 0 where the target is `ignored`. */
export function crossEntropyBackwardF32(
  dx: usize, a: usize, totals: usize, targets: usize, rows: i32, n: i32, indexShift: i32, ignored: i32,
  g: usize, strideG: i32, scale: f32,
): void {
  for (let i = 0; i < rows; i++) {
    if (countIndices(targets, 1, indexShift, ignored) == 0) zeroBytes(dx, bytes<f32>(n))
    else {
      const factor = load<f32>(g) * scale
      expRow(dx, a, n, f32x4.splat(largestOf(a, n)), 16)
      scaleRow(dx, dx, n, factor / load<f32>(totals))
      const at = dx + bytes<f32>(indexAt(targets, 0, indexShift, n))
      store<f32>(at, load<f32>(at) - factor)
    }
    dx += bytes<f32>(n)
    a += bytes<f32>(n)
    totals += 4
    targets += <usize>1 << indexShift
    g += bytes<f32>(strideG)
  }
}

/** out[i] = max(x, 0) - x z + log(1 + e^-|x|): binary cross-entropy of the logits x with the targets z. */
export function bceWithLogitsF32(out: usize, x: usize, z: usize, n: i32): void {
  logisticRow(out, x, z, n, 16)
}

/** out = scale * sum_i bceWithLogits(x, z): scale 1 is the sum, 1 / n the mean. */
export function bceWithLogitsSumF32(out: usize, x: usize, z: usize, n: i32, scale: f64): void {
  store<f32>(out, <f32>(logisticRow(PASSING, x, z, n, 0) * scale))
}

function logisticRow(out: usize, x: usize, z: usize, n: i32, step: usize): f64 {
  const zero = f32x4.splat(0)
  let total = zero
  while (n > 0) {
    let s0 = zero, s1 = zero
    let block = min(n, BLOCK)
    n -= block
    for (; block >= 16; block -= 16) {
      quads.logisticLoss(out, x, z)
      s0 = f32x4.add(s0, f32x4.add(v128.load(out), v128.load(out, 16)))
      s1 = f32x4.add(s1, f32x4.add(v128.load(out, 32), v128.load(out, 48)))
      x += 64
      z += 64
      out += 4 * step
    }
    for (; block > 0; block -= 4) {
      const y = logisticLoss(v128.load(x), v128.load(z))
      if (block >= 4) {
        s0 = f32x4.add(s0, y)
        v128.store(out, y)
      } else {
        s1 = f32x4.add(s1, keep<f32>(y, block))
        storeTail<f32>(out, y, block)
      }
      x += 16
      z += 16
      out += step
    }
    total = f64x2.add(total, widenedSum(f32x4.add(s0, s1)))
  }
  return sumF64Lanes(total)
}

/** dx[i] = (sigmoid(x[i]) - z[i]) g[i * strideG] scale, strideG 0 or 1. */
export function bceWithLogitsBackwardF32(dx: usize, x: usize, z: usize, n: i32, g: usize, strideG: i32, scale: f32): void {
  const factor = f32x4.splat(strideG == 0 ? load<f32>(g) * scale : scale)
  for (let i = n; i >= 16; i -= 16) {
    quads.logisticGradient(strideG == 0 ? dx : PASSING, x, z, factor)
    if (strideG != 0) {
      for (let at: usize = 0; at < 64; at += 16) v128.store(dx + at, f32x4.mul(v128.load(PASSING + at), v128.load(g + at)))
      g += 64
    }
    dx += 64
    x += 64
    z += 64
  }
  for (let i = n & 15; i > 0; i -= 4) {
    let d = logisticGradient(v128.load(x), v128.load(z), factor)
    if (strideG != 0) d = f32x4.mul(d, v128.load(g))
    put(dx, d, i)
    dx += 16
    x += 16
    z += 16
    g += bytes<f32>(4 * strideG)
  }
}
