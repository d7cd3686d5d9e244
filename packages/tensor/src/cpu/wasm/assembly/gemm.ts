// Matrix products C = A B (+ C), C row-major with any row stride, A and B with any strides.
//
// The register tile is 4 rows by 2 vectors. Small operands are read where they lie; large ones, and B that does not advance along its
// rows, are first packed into panels (B: [k][2 vectors], A: [k][4]), in blocks of KC x NC and MC x KC that stay in cache.
import { bytes, fma, lanes, put as putLanes, splat, storeTail, zeroBytes } from './simd'

@inline
const KC = 256
@inline
const MC = 96
@inline
const NC = 512

/** Bytes of scratch space that a product may use: a block of A, a block of B. */
export function gemmScratchBytes(): i32 {
  return (MC * KC + NC * KC) * 8 + 64
}

/** Where A's four rows lie: side by side in a panel, which leaves no addresses to compute, or `pitch` bytes apart. */
@unmanaged @final class Panel<T> {
  @inline row1(a: usize, pitch: usize): v128 { return sizeof<T>() == 8 ? v128.load64_splat(a, 8) : v128.load32_splat(a, 4) }
  @inline row2(a: usize, pitch: usize): v128 { return sizeof<T>() == 8 ? v128.load64_splat(a, 16) : v128.load32_splat(a, 8) }
  @inline row3(a: usize, pitch: usize): v128 { return sizeof<T>() == 8 ? v128.load64_splat(a, 24) : v128.load32_splat(a, 12) }
}
@unmanaged @final class Rows<T> {
  @inline row1(a: usize, pitch: usize): v128 { return splat<T>(a + pitch) }
  @inline row2(a: usize, pitch: usize): v128 { return splat<T>(a + 2 * pitch) }
  @inline row3(a: usize, pitch: usize): v128 { return splat<T>(a + 3 * pitch) }
}

/** C tile of 4 x 2 vectors; strides in bytes. Where `isAdded`, onto what is there. */
@inline
function tile4<T, Layout>(
  c: usize, pitchC: usize, a: usize, rowA: usize, stepA: usize, b: usize, stepB: usize, k: i32, isAdded: bool, columns: i32,
): void {
  const layout = changetype<Layout>(0)
  const zero = f32x4.splat(0)
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero
  for (; k > 0; k--) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let x = splat<T>(a)
    c00 = fma<T>(x, b0, c00)
    c01 = fma<T>(x, b1, c01)
    x = layout.row1(a, rowA)
    c10 = fma<T>(x, b0, c10)
    c11 = fma<T>(x, b1, c11)
    x = layout.row2(a, rowA)
    c20 = fma<T>(x, b0, c20)
    c21 = fma<T>(x, b1, c21)
    x = layout.row3(a, rowA)
    c30 = fma<T>(x, b0, c30)
    c31 = fma<T>(x, b1, c31)
    a += stepA
    b += stepB
  }
  storeRow<T>(c, c00, c01, isAdded, columns)
  storeRow<T>(c + pitchC, c10, c11, isAdded, columns)
  storeRow<T>(c + 2 * pitchC, c20, c21, isAdded, columns)
  storeRow<T>(c + 3 * pitchC, c30, c31, isAdded, columns)
}

@inline
function tile1<T>(c: usize, a: usize, stepA: usize, b: usize, stepB: usize, k: i32, isAdded: bool, columns: i32): void {
  let c0 = f32x4.splat(0)
  let c1 = f32x4.splat(0)
  for (; k > 0; k--) {
    const x = splat<T>(a)
    c0 = fma<T>(x, v128.load(b), c0)
    c1 = fma<T>(x, v128.load(b, 16), c1)
    a += stepA
    b += stepB
  }
  storeRow<T>(c, c0, c1, isAdded, columns)
}

/** Writes the first `columns` of two vectors. */
@inline
function storeRow<T>(c: usize, v0: v128, v1: v128, isAdded: bool, columns: i32): void {
  const width = lanes<T>()
  if (isAdded) {
    v0 = v128.add<T>(v128.load(c), v0)
    v1 = v128.add<T>(v128.load(c, 16), v1)
  }
  if (columns >= 2 * width) {
    v128.store(c, v0)
    v128.store(c, v1, 16)
  } else if (columns >= width) {
    v128.store(c, v0)
    if (columns > width) storeTail<T>(c + 16, v1, columns - width)
  } else storeTail<T>(c, v0, columns)
}

/**
 * Lines of k elements into panels of [k][width], zeros beyond the last line: the columns of B, the rows of A. Lines are `pitch` bytes
 * apart, the elements of one `step` bytes.
 */
@inline
function pack<T>(to: usize, from: usize, lines: i32, k: i32, pitch: usize, step: usize, width: i32): void {
  const rowTo = bytes<T>(width)
  for (; lines > 0; lines -= width) {
    if (lines >= width && pitch == sizeof<T>()) copyPanel(to, from, k, step, rowTo)
    else if (lines >= width && sizeof<T>() == 4 && step == 4) {
      for (let line = 0; line < width; line += 4) {
        turnLines(to + bytes<T>(line), rowTo, from + <usize>line * pitch, pitch, k)
      }
    } else gatherPanel<T>(to, from, min(lines, width), k, pitch, step, width)
    to += rowTo * k
    from += <usize>width * pitch
  }
}

/** A panel of lines that lie side by side. */
@inline
function copyPanel(to: usize, from: usize, k: i32, step: usize, rowTo: usize): void {
  for (let p = 0; p < k; p++) {
    for (let at: usize = 0; at < rowTo; at += 16) v128.store(to + at, v128.load(from + at))
    to += rowTo
    from += step
  }
}

/** Four lines of float32 in order into four columns of a panel. */
function turnLines(to: usize, rowTo: usize, from: usize, pitch: usize, k: i32): void {
  const line1 = from + pitch
  const line2 = line1 + pitch
  const line3 = line2 + pitch
  const end = bytes<f32>(k)
  let p: usize = 0
  for (; p + 16 <= end; p += 16) {
    const v0 = v128.load(from + p)
    const v1 = v128.load(line1 + p)
    const v2 = v128.load(line2 + p)
    const v3 = v128.load(line3 + p)
    let low = v128.shuffle<i32>(v0, v1, 0, 4, 1, 5)
    let high = v128.shuffle<i32>(v2, v3, 0, 4, 1, 5)
    v128.store(to, v128.shuffle<i64>(low, high, 0, 2))
    v128.store(to + rowTo, v128.shuffle<i64>(low, high, 1, 3))
    to += 2 * rowTo
    low = v128.shuffle<i32>(v0, v1, 2, 6, 3, 7)
    high = v128.shuffle<i32>(v2, v3, 2, 6, 3, 7)
    v128.store(to, v128.shuffle<i64>(low, high, 0, 2))
    v128.store(to + rowTo, v128.shuffle<i64>(low, high, 1, 3))
    to += 2 * rowTo
  }
  for (; p < end; p += 4) {
    store<f32>(to, load<f32>(from + p))
    store<f32>(to, load<f32>(line1 + p), 4)
    store<f32>(to, load<f32>(line2 + p), 8)
    store<f32>(to, load<f32>(line3 + p), 12)
    to += rowTo
  }
}

/** A panel one by one. */
@inline
function gatherPanel<T>(to: usize, from: usize, lines: i32, k: i32, pitch: usize, step: usize, width: i32): void {
  for (let p = 0; p < k; p++) {
    let source = from
    for (let line = 0; line < width; line++) {
      store<T>(to, line < lines ? load<T>(source) : <T>0)
      to += sizeof<T>()
      source += pitch
    }
    from += step
  }
}

/** One block with A where it lies; B in panels `panelB` bytes apart whose rows are `stepB` bytes apart. */
function multiplyDirect<T>(
  c: usize, a: usize, b: usize, m: i32, n: i32, k: i32,
  pitchC: usize, rowA: usize, columnA: usize, panelB: usize, stepB: usize, isAdded: bool,
): void {
  const wide = 2 * lanes<T>()
  for (; n > 0; n -= wide) {
    let from = a
    let to = c
    let rows = m
    for (; rows >= 4; rows -= 4) {
      tile4<T, Rows<T>>(to, pitchC, from, rowA, columnA, b, stepB, k, isAdded, n)
      from += 4 * rowA
      to += 4 * pitchC
    }
    for (; rows > 0; rows--) {
      tile1<T>(to, from, columnA, b, stepB, k, isAdded, n)
      from += rowA
      to += pitchC
    }
    b += panelB
    c += 32
  }
}

/** One block with both operands in panels. */
function multiplyPacked<T>(c: usize, a: usize, b: usize, m: i32, n: i32, k: i32, pitchC: usize, isAdded: bool): void {
  const wide = 2 * lanes<T>()
  for (; n > 0; n -= wide) {
    let from = a
    let to = c
    for (let rows = m; rows > 0; rows -= 4) {
      if (rows >= 4) tile4<T, Panel<T>>(to, pitchC, from, sizeof<T>(), 4 * sizeof<T>(), b, 32, k, isAdded, n)
      else {
        for (let i = 0; i < rows; i++) {
          tile1<T>(to + <usize>i * pitchC, from + bytes<T>(i), 4 * sizeof<T>(), b, 32, k, isAdded, n)
        }
      }
      from += bytes<T>(4) * k
      to += 4 * pitchC
    }
    b += <usize>k << 5
    c += 32
  }
}

/** y[i] (+)= A[i, :] x, for A that advances along its rows: dot products, four rows at a time. */
function dots<T>(y: usize, pitchY: usize, a: usize, x: usize, m: i32, k: i32, rowA: usize, isAdded: bool): void {
  const width = lanes<T>()
  const whole = bytes<T>(k & ~(width - 1))
  const end = bytes<T>(k)
  for (; m > 0; m -= 4) {
    // Beyond the last row the same row again, whose sum is not written.
    const a1 = m > 1 ? a + rowA : a
    const a2 = m > 2 ? a + 2 * rowA : a
    const a3 = m > 3 ? a + 3 * rowA : a
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0
    for (let p: usize = 0; p < whole; p += 16) {
      const v = v128.load(x + p)
      s0 = fma<T>(v128.load(a + p), v, s0)
      s1 = fma<T>(v128.load(a1 + p), v, s1)
      s2 = fma<T>(v128.load(a2 + p), v, s2)
      s3 = fma<T>(v128.load(a3 + p), v, s3)
    }
    let y0 = laneSum<T>(s0), y1 = laneSum<T>(s1), y2 = laneSum<T>(s2), y3 = laneSum<T>(s3)
    for (let p = whole; p < end; p += sizeof<T>()) {
      const v = load<T>(x + p)
      y0 += load<T>(a + p) * v
      y1 += load<T>(a1 + p) * v
      y2 += load<T>(a2 + p) * v
      y3 += load<T>(a3 + p) * v
    }
    put<T>(y, y0, isAdded)
    if (m > 1) put<T>(y + pitchY, y1, isAdded)
    if (m > 2) put<T>(y + 2 * pitchY, y2, isAdded)
    if (m > 3) put<T>(y + 3 * pitchY, y3, isAdded)
    a += 4 * rowA
    y += 4 * pitchY
  }
}

/** `dots` of one to four columns into neighbouring results, float32: four rows turned into columns at a time. */
function shortDots(y: usize, a: usize, x: usize, m: i32, k: i32, rowA: usize, isAdded: bool): void {
  const x0 = v128.load32_splat(x)
  const x1 = v128.load32_splat(x, 4)
  const x2 = v128.load32_splat(x, 8)
  const x3 = v128.load32_splat(x, 12)
  for (; m > 0; m -= 4) {
    const r0 = v128.load(a)
    const r1 = v128.load(m > 1 ? a + rowA : a)
    const r2 = v128.load(m > 2 ? a + 2 * rowA : a)
    const r3 = v128.load(m > 3 ? a + 3 * rowA : a)
    let low = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5)
    let high = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5)
    let sum = f32x4.mul(v128.shuffle<i64>(low, high, 0, 2), x0)
    // What lies beyond the last column may be NaN.
    if (k > 1) sum = fma<f32>(v128.shuffle<i64>(low, high, 1, 3), x1, sum)
    if (k > 2) {
      low = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7)
      high = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7)
      sum = fma<f32>(v128.shuffle<i64>(low, high, 0, 2), x2, sum)
      if (k > 3) sum = fma<f32>(v128.shuffle<i64>(low, high, 1, 3), x3, sum)
    }
    putLanes(y, isAdded ? f32x4.add(v128.load(y), sum) : sum, m)
    a += 4 * rowA
    y += 16
  }
}

@inline
function laneSum<T>(v: v128): T {
  if (sizeof<T>() == 8) return v128.extract_lane<T>(v, 0) + v128.extract_lane<T>(v, 1)
  return (v128.extract_lane<T>(v, 0) + v128.extract_lane<T>(v, 1)) + (v128.extract_lane<T>(v, 2) + v128.extract_lane<T>(v, 3))
}

@inline
function put<T>(p: usize, x: T, isAdded: bool): void {
  store<T>(p, isAdded ? load<T>(p) + x : x)
}

/** c[j] (+)= sum_p a[p] B[p, j] for B that advances along its rows: 8 vectors of c in registers at a time. */
function combineRows<T>(c: usize, a: usize, b: usize, n: i32, k: i32, stepA: usize, rowB: usize, isAdded: bool): void {
  const width = lanes<T>()
  for (; n >= 8 * width; n -= 8 * width) {
    let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0
    let pa = a
    let pb = b
    for (let p = 0; p < k; p++) {
      const x = splat<T>(pa)
      c0 = fma<T>(x, v128.load(pb), c0)
      c1 = fma<T>(x, v128.load(pb, 16), c1)
      c2 = fma<T>(x, v128.load(pb, 32), c2)
      c3 = fma<T>(x, v128.load(pb, 48), c3)
      c4 = fma<T>(x, v128.load(pb, 64), c4)
      c5 = fma<T>(x, v128.load(pb, 80), c5)
      c6 = fma<T>(x, v128.load(pb, 96), c6)
      c7 = fma<T>(x, v128.load(pb, 112), c7)
      pa += stepA
      pb += rowB
    }
    storeRow<T>(c, c0, c1, isAdded, 2 * width)
    storeRow<T>(c + 32, c2, c3, isAdded, 2 * width)
    storeRow<T>(c + 64, c4, c5, isAdded, 2 * width)
    storeRow<T>(c + 96, c6, c7, isAdded, 2 * width)
    b += 128
    c += 128
  }
  for (; n > width; n -= 2 * width) {
    combineNarrow<T>(c, a, b, n, k, stepA, rowB, isAdded)
    b += 32
    c += 32
  }
  if (n > 0) combineVector<T>(c, a, b, n, k, stepA, rowB, isAdded)
}

/** `combineNarrow` of up to one vector. */
@inline
function combineVector<T>(c: usize, a: usize, b: usize, columns: i32, k: i32, stepA: usize, rowB: usize, isAdded: bool): void {
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0
  for (; k >= 4; k -= 4) {
    c0 = fma<T>(splat<T>(a), v128.load(b), c0)
    c1 = fma<T>(splat<T>(a + stepA), v128.load(b + rowB), c1)
    a += 2 * stepA
    b += 2 * rowB
    c2 = fma<T>(splat<T>(a), v128.load(b), c2)
    c3 = fma<T>(splat<T>(a + stepA), v128.load(b + rowB), c3)
    a += 2 * stepA
    b += 2 * rowB
  }
  for (; k > 0; k--) {
    c0 = fma<T>(splat<T>(a), v128.load(b), c0)
    a += stepA
    b += rowB
  }
  let sum = v128.add<T>(v128.add<T>(c0, c1), v128.add<T>(c2, c3))
  if (isAdded) sum = v128.add<T>(v128.load(c), sum)
  if (columns < lanes<T>()) storeTail<T>(c, sum, columns)
  else v128.store(c, sum)
}

/** `combineRows` of up to 2 vectors: four rows side by side, since an addition to the same register waits for the last. */
@inline
function combineNarrow<T>(c: usize, a: usize, b: usize, columns: i32, k: i32, stepA: usize, rowB: usize, isAdded: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00
  for (; k >= 4; k -= 4) {
    let x = splat<T>(a)
    c00 = fma<T>(x, v128.load(b), c00)
    c01 = fma<T>(x, v128.load(b, 16), c01)
    a += stepA
    b += rowB
    x = splat<T>(a)
    c10 = fma<T>(x, v128.load(b), c10)
    c11 = fma<T>(x, v128.load(b, 16), c11)
    a += stepA
    b += rowB
    x = splat<T>(a)
    c20 = fma<T>(x, v128.load(b), c20)
    c21 = fma<T>(x, v128.load(b, 16), c21)
    a += stepA
    b += rowB
    x = splat<T>(a)
    c30 = fma<T>(x, v128.load(b), c30)
    c31 = fma<T>(x, v128.load(b, 16), c31)
    a += stepA
    b += rowB
  }
  for (; k > 0; k--) {
    const x = splat<T>(a)
    c00 = fma<T>(x, v128.load(b), c00)
    c01 = fma<T>(x, v128.load(b, 16), c01)
    a += stepA
    b += rowB
  }
  const sum0 = v128.add<T>(v128.add<T>(c00, c10), v128.add<T>(c20, c30))
  const sum1 = v128.add<T>(v128.add<T>(c01, c11), v128.add<T>(c21, c31))
  storeRow<T>(c, sum0, sum1, isAdded, columns)
}

@inline
function gemm<T>(
  c: usize, a: usize, b: usize, m: i32, n: i32, k: i32,
  strideRowC: i32, strideRowA: i32, strideColumnA: i32, strideRowB: i32, strideColumnB: i32, beta: i32, scratch: usize,
): void {
  const pitchC = bytes<T>(strideRowC)
  const rowA = bytes<T>(strideRowA)
  const columnA = bytes<T>(strideColumnA)
  const rowB = bytes<T>(strideRowB)
  const columnB = bytes<T>(strideColumnB)
  let isAdded = beta != 0
  if (n == 1) {
    if (strideColumnA == 1 && strideRowB == 1) {
      if (sizeof<T>() == 4 && k > 0 && k <= 4 && strideRowC == 1) return shortDots(c, a, b, m, k, rowA, isAdded)
      return dots<T>(c, pitchC, a, b, m, k, rowA, isAdded)
    }
    if (strideRowA == 1 && strideRowC == 1) return combineRows<T>(c, b, a, m, k, rowB, columnA, isAdded)
  }
  if (m == 1) {
    if (strideColumnB == 1) return combineRows<T>(c, a, b, n, k, columnA, rowB, isAdded)
    if (strideRowB == 1 && strideColumnA == 1) return dots<T>(c, sizeof<T>(), b, a, n, k, columnB, isAdded)
  }
  const isBDirect = strideColumnB == 1 && (m <= 16 || n * k <= 4096)
  const isADirect = n <= 32
  if (isBDirect && isADirect) return multiplyDirect<T>(c, a, b, m, n, k, pitchC, rowA, columnA, 32, rowB, isAdded)
  if (k == 0 && !isAdded) {
    for (let i = 0; i < m; i++) zeroBytes(c + <usize>i * pitchC, bytes<T>(n))
    return
  }
  const panelsA = (scratch + 15) & ~15
  const panelsB = panelsA + bytes<T>(MC * KC)
  for (let j = 0; j < n; j += NC) {
    const columns = min(NC, n - j)
    for (let p = 0; p < k; p += KC) {
      const depth = min(KC, k - p)
      pack<T>(panelsB, b + <usize>p * rowB + <usize>j * columnB, columns, depth, columnB, rowB, 2 * lanes<T>())
      for (let i = 0; i < m; i += MC) {
        const rows = min(MC, m - i)
        const to = c + <usize>i * pitchC + bytes<T>(j)
        const from = a + <usize>i * rowA + <usize>p * columnA
        if (isADirect) {
          multiplyDirect<T>(to, from, panelsB, rows, columns, depth, pitchC, rowA, columnA, <usize>depth << 5, 32, isAdded)
        } else {
          pack<T>(panelsA, from, rows, depth, rowA, columnA, 4)
          multiplyPacked<T>(to, panelsA, panelsB, rows, columns, depth, pitchC, isAdded)
        }
      }
      isAdded = true
    }
    isAdded = beta != 0
  }
}

/** C[m, n] = A[m, k] B[k, n] + beta C, beta 0 or 1; strides in elements, C's columns are contiguous. */
export function gemmF32(
  c: usize, a: usize, b: usize, m: i32, n: i32, k: i32,
  strideRowC: i32, strideRowA: i32, strideColumnA: i32, strideRowB: i32, strideColumnB: i32, beta: i32, scratch: usize,
): void {
  gemm<f32>(c, a, b, m, n, k, strideRowC, strideRowA, strideColumnA, strideRowB, strideColumnB, beta, scratch)
}

export function gemmF64(
  c: usize, a: usize, b: usize, m: i32, n: i32, k: i32,
  strideRowC: i32, strideRowA: i32, strideColumnA: i32, strideRowB: i32, strideColumnB: i32, beta: i32, scratch: usize,
): void {
  gemm<f64>(c, a, b, m, n, k, strideRowC, strideRowA, strideColumnA, strideRowB, strideColumnB, beta, scratch)
}
