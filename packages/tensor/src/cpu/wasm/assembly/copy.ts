// Bytes from here to there: strided copies, fill, rows by index.
import { indexAt } from './indices'
import { bytes, copyBytes, splat } from './simd'

/** Copies one run of n elements. */
@inline
function copyRun<T>(out: usize, a: usize, n: i32, outStride: i32, stride: i32): void {
  if (outStride == 1 && stride == 1) {
    copyBytes(out, a, bytes<T>(n))
    return
  }
  const outStep = bytes<T>(outStride)
  const step = bytes<T>(stride)
  for (; n > 0; n--) {
    store<T>(out, load<T>(a))
    out += outStep
    a += step
  }
}

/** Rows written in order whose source advances down the columns: in tiles, so that each cache line is read once. */
function copyTransposed<T>(out: usize, a: usize, rows: i32, columns: i32, outStrideRow: i32, strideColumn: i32): void {
  const tile = 16
  for (let top = 0; top < rows; top += tile) {
    const height = min(tile, rows - top)
    for (let left = 0; left < columns; left += tile) {
      const width = min(tile, columns - left)
      for (let i = top; i < top + height; i++) {
        copyRun<T>(out + bytes<T>(i * outStrideRow + left), a + bytes<T>(i + left * strideColumn), width, 1, strideColumn)
      }
    }
  }
}

/** Per dim from `dim` on: the size, and the strides of either side. */
function copyWalk<T>(out: usize, a: usize, dim: usize, rank: i32): void {
  const size = load<i32>(dim)
  const outStride = load<i32>(dim, 4)
  const stride = load<i32>(dim, 8)
  if (rank == 1) {
    copyRun<T>(out, a, size, outStride, stride)
    return
  }
  const strideColumn = load<i32>(dim, 20)
  if (rank == 2 && stride == 1 && load<i32>(dim, 16) == 1 && strideColumn != 1) {
    copyTransposed<T>(out, a, size, load<i32>(dim, 12), outStride, strideColumn)
    return
  }
  for (let i = 0; i < size; i++) {
    copyWalk<T>(out, a, dim + 12, rank - 1)
    out += bytes<T>(outStride)
    a += bytes<T>(stride)
  }
}

/** From one strided view to another; the descriptor has both strides per dimension. */
export function copy8Nd(out: usize, a: usize, descriptor: usize): void { copyWalk<u8>(out, a, descriptor + 4, load<i32>(descriptor)) }
export function copy16Nd(out: usize, a: usize, descriptor: usize): void { copyWalk<u16>(out, a, descriptor + 4, load<i32>(descriptor)) }
export function copy32Nd(out: usize, a: usize, descriptor: usize): void { copyWalk<u32>(out, a, descriptor + 4, load<i32>(descriptor)) }
export function copy64Nd(out: usize, a: usize, descriptor: usize): void { copyWalk<u64>(out, a, descriptor + 4, load<i32>(descriptor)) }

@inline
function fill<T>(out: usize, value: T, n: i32): void {
  const end = out + bytes<T>(n)
  if (n >= 16 / <i32>sizeof<T>()) {
    store<T>(out, value)
    const same = splat<T>(out)
    for (; out + 16 <= end; out += 16) v128.store(out, same)
  }
  for (; out < end; out += sizeof<T>()) store<T>(out, value)
}

export function fillF32(out: usize, value: f32, n: i32): void { fill<f32>(out, value, n) }
export function fillF64(out: usize, value: f64, n: i32): void { fill<f64>(out, value, n) }
export function fillI32(out: usize, value: i32, n: i32): void { fill<i32>(out, value, n) }

/**
 * out[i] = table[indices[i]], rows of `rowBytes` bytes.
 * Returns -1, or the position of the first index out of range (nothing from there on is written).
 */
export function gatherRows(
  out: usize, table: usize, indices: usize, n: i32, indexShift: i32, tableRows: i32, rowBytes: i32,
): i32 {
  for (let i = 0; i < n; i++) {
    const row = indexAt(indices, i, indexShift, tableRows)
    if (row < 0) return i
    copyBytes(out, table + <usize>row * rowBytes, rowBytes)
    out += rowBytes
  }
  return -1
}

/** out[indices[i]] += a[i], rows of `columns` float32. Returns as gatherRows does. */
export function scatterAddRowsF32(
  out: usize, a: usize, indices: usize, n: i32, indexShift: i32, outRows: i32, columns: i32,
): i32 {
  for (let i = 0; i < n; i++) {
    const row = indexAt(indices, i, indexShift, outRows)
    if (row < 0) return i
    let to = out + bytes<f32>(row * columns)
    const end = to + bytes<f32>(columns)
    for (; to + 16 <= end; to += 16) {
      v128.store(to, f32x4.add(v128.load(to), v128.load(a)))
      a += 16
    }
    for (; to < end; to += 4) {
      store<f32>(to, load<f32>(to) + load<f32>(a))
      a += 4
    }
  }
  return -1
}
