// Layer norm over the rows of [rows, n]; batch norm over the channels of [batch, channels, length], and over the columns of [rows, n].
import { held } from './held'
import { BLOCK, sumRow, sumF64Lanes, widenedSum } from './sums'
import { bytes, fma, fnma, keep, put } from './simd'

/** sum_i (a[i] - mean)^2 */
function squaredDeviations(a: usize, n: i32, mean: f32): f64 {
  const center = f32x4.splat(mean)
  const zero = f32x4.splat(0)
  let total = zero
  while (n > 0) {
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero
    let block = min(n, BLOCK)
    n -= block
    for (; block >= 16; block -= 16) {
      const d0 = f32x4.sub(v128.load(a), center)
      const d1 = f32x4.sub(v128.load(a, 16), center)
      const d2 = f32x4.sub(v128.load(a, 32), center)
      const d3 = f32x4.sub(v128.load(a, 48), center)
      s0 = fma<f32>(d0, d0, s0)
      s1 = fma<f32>(d1, d1, s1)
      s2 = fma<f32>(d2, d2, s2)
      s3 = fma<f32>(d3, d3, s3)
      a += 64
    }
    for (; block > 0; block -= 4) {
      const d = f32x4.sub(v128.load(a), center)
      const kept = block < 4 ? keep<f32>(d, block) : d
      s0 = fma<f32>(kept, kept, s0)
      a += 16
    }
    total = f64x2.add(total, widenedSum(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))))
  }
  return sumF64Lanes(total)
}

@inline
function standardized(x: usize, mean: v128, rstd: v128): v128 {
  return f32x4.mul(f32x4.sub(v128.load(x), mean), rstd)
}

/** out[i] = (x[i] - mean) rstd gamma[i] + beta[i], without gamma or beta where their offset is 0. */
@inline
function normalize(out: usize, x: usize, n: i32, mean: v128, rstd: v128, gamma: usize, beta: usize): void {
  const one = f32x4.splat(1)
  const zero = f32x4.splat(0)
  let at: usize = 0
  if (gamma && beta) {
    for (; n >= 16; n -= 16) {
      const y0 = standardized(x + at, mean, rstd)
      const y1 = standardized(x + at + 16, mean, rstd)
      const y2 = standardized(x + at + 32, mean, rstd)
      const y3 = standardized(x + at + 48, mean, rstd)
      v128.store(out + at, fma<f32>(y0, v128.load(gamma + at), v128.load(beta + at)))
      v128.store(out + at, fma<f32>(y1, v128.load(gamma + at, 16), v128.load(beta + at, 16)), 16)
      v128.store(out + at, fma<f32>(y2, v128.load(gamma + at, 32), v128.load(beta + at, 32)), 32)
      v128.store(out + at, fma<f32>(y3, v128.load(gamma + at, 48), v128.load(beta + at, 48)), 48)
      at += 64
    }
  }
  if (!gamma && !beta) {
    for (; n >= 16; n -= 16) {
      const y0 = standardized(x + at, mean, rstd)
      const y1 = standardized(x + at + 16, mean, rstd)
      const y2 = standardized(x + at + 32, mean, rstd)
      const y3 = standardized(x + at + 48, mean, rstd)
      v128.store(out + at, y0)
      v128.store(out + at, y1, 16)
      v128.store(out + at, y2, 32)
      v128.store(out + at, y3, 48)
      at += 64
    }
  }
  for (; n > 0; n -= 4) {
    const y = standardized(x + at, mean, rstd)
    const factor = gamma ? v128.load(gamma + at) : one
    const shift = beta ? v128.load(beta + at) : zero
    put(out + at, fma<f32>(y, factor, shift), n)
    at += 16
  }
}

/** out = (x - mean) rstd gamma + beta over each row, rstd = 1 / sqrt(var + eps); gamma and beta may be 0. Keeps mean and rstd. */
export function layerNormF32(
  out: usize, means: usize, rstds: usize, x: usize, gamma: usize, beta: usize, rows: i32, n: i32, eps: f64,
): void {
  for (let i = 0; i < rows; i++) {
    const mean = <f32>(sumRow(x, n) / n)
    const rstd = <f32>(1 / Math.sqrt(squaredDeviations(x, n, mean) / n + eps))
    normalize(out, x, n, f32x4.splat(mean), f32x4.splat(rstd), gamma, beta)
    store<f32>(means, mean)
    store<f32>(rstds, rstd)
    means += 4
    rstds += 4
    out += bytes<f32>(n)
    x += bytes<f32>(n)
  }
}

/**
 * With h = (x - mean) rstd and d = g gamma: dx = rstd (d - mean(d) - h mean(d h)); dgamma += sum g h and dbeta += sum g over the rows.
 * gamma, dgamma and dbeta may be 0.
 */
export function layerNormBackwardF32(
  dx: usize, dgamma: usize, dbeta: usize, g: usize, x: usize, means: usize, rstds: usize, gamma: usize, rows: i32, n: i32,
): void {
  const one = f32x4.splat(1)
  for (let i = 0; i < rows; i++) {
    const mean = v128.load32_splat(means)
    const rstd = v128.load32_splat(rstds)
    let sumD = f32x4.splat(0)
    let sumDH = sumD
    for (let at: usize = 0, left = n; left > 0; left -= 4) {
      const h = f32x4.mul(f32x4.sub(v128.load(x + at), mean), rstd)
      const gradient = v128.load(g + at)
      let d = f32x4.mul(gradient, gamma ? v128.load(gamma + at) : one)
      let dh = f32x4.mul(d, h)
      if (left < 4) {
        d = keep<f32>(d, left)
        dh = keep<f32>(dh, left)
      }
      sumD = f32x4.add(sumD, d)
      sumDH = f32x4.add(sumDH, dh)
      if (dgamma) put(dgamma + at, fma<f32>(gradient, h, v128.load(dgamma + at)), left)
      if (dbeta) put(dbeta + at, f32x4.add(gradient, v128.load(dbeta + at)), left)
      at += 16
    }
    const meanD = held(sumF64Lanes(widenedSum(sumD)) / n)
    const meanDH = held(sumF64Lanes(widenedSum(sumDH)) / n)
    for (let at: usize = 0, left = n; left > 0; left -= 4) {
      const h = f32x4.mul(f32x4.sub(v128.load(x + at), mean), rstd)
      const d = f32x4.mul(v128.load(g + at), gamma ? v128.load(gamma + at) : one)
      put(dx + at, f32x4.mul(rstd, f32x4.sub(f32x4.sub(d, meanD), f32x4.mul(h, meanDH))), left)
      at += 16
    }
    means += 4
    rstds += 4
    dx += bytes<f32>(n)
    g += bytes<f32>(n)
    x += bytes<f32>(n)
  }
}

/** means[c] and the biased variances[c] of x[batch, channels, length] over batch and length. */
export function batchNormStatisticsF32(means: usize, variances: usize, x: usize, batch: i32, channels: i32, length: i32): void {
  const pitch = bytes<f32>(channels * length)
  const count = <f64>batch * length
  for (let c = 0; c < channels; c++) {
    let total: f64 = 0
    for (let b = 0; b < batch; b++) total += sumRow(x + <usize>b * pitch, length)
    const mean = <f32>(total / count)
    let squares: f64 = 0
    for (let b = 0; b < batch; b++) squares += squaredDeviations(x + <usize>b * pitch, length, mean)
    store<f32>(means, mean)
    store<f32>(variances, <f32>(squares / count))
    means += 4
    variances += 4
    x += bytes<f32>(length)
  }
}

/** out = (x - means[c]) / sqrt(variances[c] + eps) gamma[c] + beta[c]; gamma and beta may be 0. */
export function batchNormApplyF32(
  out: usize, x: usize, means: usize, variances: usize, gamma: usize, beta: usize,
  batch: i32, channels: i32, length: i32, eps: f64,
): void {
  for (let b = 0; b < batch; b++) {
    for (let c = 0; c < channels; c++) {
      const at = bytes<f32>(c)
      const factor = (gamma ? <f64>load<f32>(gamma + at) : 1) / Math.sqrt(<f64>load<f32>(variances + at) + eps)
      const mean = v128.load32_splat(means + at)
      const shift = beta ? v128.load32_splat(beta + at) : f32x4.splat(0)
      const scale = held(factor)
      for (let left = length; left > 0; left -= 4) {
        put(out, fma<f32>(f32x4.sub(v128.load(x), mean), scale, shift), left)
        const step = bytes<f32>(min(left, 4))
        out += step
        x += step
      }
    }
  }
}

/**
 * Gradients of batch norm in training, h = (x - mean) rstd over the m = batch * length elements of a channel:
 * dgamma = sum g h, dbeta = sum g, dx = gamma rstd (g - dbeta / m - h dgamma / m). gamma may be 0; dgamma and dbeta are needed.
 */
export function batchNormBackwardF32(
  dx: usize, dgamma: usize, dbeta: usize, g: usize, x: usize, means: usize, variances: usize, gamma: usize,
  batch: i32, channels: i32, length: i32, eps: f64,
): void {
  const pitch = bytes<f32>(channels * length)
  const count = <f64>batch * length
  for (let c = 0; c < channels; c++) {
    const rstd = 1 / Math.sqrt(<f64>load<f32>(variances) + eps)
    const mean = v128.load32_splat(means)
    const spread = held(rstd)
    let sumG: f64 = 0
    let sumGH: f64 = 0
    for (let b = 0; b < batch; b++) {
      const run = <usize>b * pitch
      let s = f32x4.splat(0)
      let sh = s
      for (let at = run, left = length; left > 0; left -= 4) {
        let gradient = v128.load(g + at)
        let h = f32x4.mul(f32x4.sub(v128.load(x + at), mean), spread)
        if (left < 4) {
          gradient = keep<f32>(gradient, left)
          h = keep<f32>(h, left)
        }
        s = f32x4.add(s, gradient)
        sh = fma<f32>(gradient, h, sh)
        at += 16
      }
      sumG += sumF64Lanes(widenedSum(s))
      sumGH += sumF64Lanes(widenedSum(sh))
    }
    store<f32>(dgamma, <f32>sumGH)
    store<f32>(dbeta, <f32>sumG)
    const meanG = held(sumG / count)
    const meanGH = held(sumGH / count)
    const factor = held(rstd * (gamma ? <f64>load<f32>(gamma) : 1))
    for (let b = 0; b < batch; b++) {
      for (let at = <usize>b * pitch, left = length; left > 0; left -= 4) {
        const h = f32x4.mul(f32x4.sub(v128.load(x + at), mean), spread)
        const d = f32x4.sub(f32x4.sub(v128.load(g + at), meanG), f32x4.mul(h, meanGH))
        put(dx + at, f32x4.mul(factor, d), left)
        at += 16
      }
    }
    dgamma += 4
    dbeta += 4
    means += 4
    variances += 4
    if (gamma) gamma += 4
    g += bytes<f32>(length)
    x += bytes<f32>(length)
    dx += bytes<f32>(length)
  }
}

@inline
function lowHalf(v: v128): v128 {
  return f64x2.promote_low_f32x4(v)
}

@inline
function highHalf(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1))
}

/** Four float64 of two vectors as one of float32. */
@inline
function narrowed(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2)
}

/** 1 / sqrt(variance + eps) of four columns. */
@inline
function spreadOf(variances: usize, eps: f64): v128 {
  const variance = v128.load(variances)
  const one = f64x2.splat(1)
  const epsilon = f64x2.splat(eps)
  const low = f64x2.div(one, f64x2.sqrt(f64x2.add(lowHalf(variance), epsilon)))
  const high = f64x2.div(one, f64x2.sqrt(f64x2.add(highHalf(variance), epsilon)))
  return narrowed(low, high)
}

/** means[j] and the biased variances[j] of the columns of x[rows, n]. */
export function batchNormColumnStatisticsF32(means: usize, variances: usize, x: usize, rows: i32, n: i32): void {
  const pitch = bytes<f32>(n)
  const count = f64x2.splat(rows)
  const zero = f64x2.splat(0)
  for (; n > 0; n -= 4) {
    let low = zero, high = zero
    for (let i = 0, at = x; i < rows; i++, at += pitch) {
      const value = v128.load(at)
      low = f64x2.add(low, lowHalf(value))
      high = f64x2.add(high, highHalf(value))
    }
    const mean = narrowed(f64x2.div(low, count), f64x2.div(high, count))
    low = zero
    high = zero
    for (let i = 0, at = x; i < rows; i++, at += pitch) {
      const d = f32x4.sub(v128.load(at), mean)
      const squares = f32x4.mul(d, d)
      low = f64x2.add(low, lowHalf(squares))
      high = f64x2.add(high, highHalf(squares))
    }
    put(means, mean, n)
    put(variances, narrowed(f64x2.div(low, count), f64x2.div(high, count)), n)
    means += 16
    variances += 16
    x += 16
  }
}

/** batchNormApplyF32 for columns; scales[n] is room for their factors. */
export function batchNormApplyColumnsF32(
  out: usize, scales: usize, x: usize, means: usize, variances: usize, gamma: usize, beta: usize, rows: i32, n: i32, eps: f64,
): void {
  const one = f32x4.splat(1)
  const zero = f32x4.splat(0)
  for (let at: usize = 0, left = n; left > 0; left -= 4, at += 16) {
    put(scales + at, f32x4.mul(spreadOf(variances + at, eps), gamma ? v128.load(gamma + at) : one), left)
  }
  for (let i = 0; i < rows; i++) {
    for (let at: usize = 0, left = n; left > 0; left -= 4, at += 16) {
      const centered = f32x4.sub(v128.load(x + at), v128.load(means + at))
      put(out + at, fma<f32>(centered, v128.load(scales + at), beta ? v128.load(beta + at) : zero), left)
    }
    out += bytes<f32>(n)
    x += bytes<f32>(n)
  }
}

/** batchNormBackwardF32 for columns; scratch[3, n] is room for dx = s0 (g - dbeta / rows) - s1 (x - mean), of which it holds s0, s1 and dbeta / rows. */
export function batchNormBackwardColumnsF32(
  dx: usize, dgamma: usize, dbeta: usize, scratch: usize, g: usize, x: usize, means: usize, variances: usize, gamma: usize,
  rows: i32, n: i32, eps: f64,
): void {
  const pitch = bytes<f32>(n)
  const scales = scratch
  const slopes = scratch + pitch
  const offsets = slopes + pitch
  const zero = f64x2.splat(0)
  const share = f32x4.splat(<f32>(1 / <f64>rows))
  for (let at: usize = 0, left = n; left > 0; left -= 4, at += 16) {
    const mean = v128.load(means + at)
    const spread = spreadOf(variances + at, eps)
    let low = zero, high = zero, lowH = zero, highH = zero
    for (let i = 0, cell = at; i < rows; i++, cell += pitch) {
      const gradient = v128.load(g + cell)
      const product = f32x4.mul(gradient, f32x4.mul(f32x4.sub(v128.load(x + cell), mean), spread))
      low = f64x2.add(low, lowHalf(gradient))
      high = f64x2.add(high, highHalf(gradient))
      lowH = f64x2.add(lowH, lowHalf(product))
      highH = f64x2.add(highH, highHalf(product))
    }
    const sum = narrowed(low, high)
    const sumH = narrowed(lowH, highH)
    const scale = gamma ? f32x4.mul(spread, v128.load(gamma + at)) : spread
    put(dbeta + at, sum, left)
    put(dgamma + at, sumH, left)
    put(scales + at, scale, left)
    put(slopes + at, f32x4.mul(f32x4.mul(scale, spread), f32x4.mul(sumH, share)), left)
    put(offsets + at, f32x4.mul(sum, share), left)
  }
  for (let i = 0; i < rows; i++) {
    for (let at: usize = 0, left = n; left > 0; left -= 4, at += 16) {
      const gradient = f32x4.sub(v128.load(g + at), v128.load(offsets + at))
      const centered = f32x4.sub(v128.load(x + at), v128.load(means + at))
      const y = fnma<f32>(centered, v128.load(slopes + at), f32x4.mul(gradient, v128.load(scales + at)))
      put(dx + at, y, left)
    }
    dx += pitch
    g += pitch
    x += pitch
  }
}
