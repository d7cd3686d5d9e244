// Pooling over [planes, depth, height, width]. Where the windows lie is told by a table.
import { bytes } from './simd'

/**
 * Fields of a pool in memory, i32 each. The windows follow: three per output along the depth, then the height, then the width, namely
 * the first element inside, the one after the last, and how many the mean counts.
 */
const enum Pool {
  Planes,
  Depth, Height, Width,
  OutDepth, OutHeight, OutWidth,
  DilationDepth, DilationHeight, DilationWidth,
  Windows,
}

@inline
function field(pool: usize, index: i32): i32 {
  return load<i32>(pool + (<usize>index << 2))
}

/** Where the windows along the heights and the widths begin. */
@inline
function heights(pool: usize): usize {
  return pool + bytes<i32>(Pool.Windows + 3 * field(pool, Pool.OutDepth))
}

@inline
function widths(pool: usize): usize {
  return heights(pool) + bytes<i32>(3 * field(pool, Pool.OutHeight))
}

/** The largest of each window and its position in the plane (int64); the first where several are, NaN where one is. Padding never wins. */
export function maxPoolF32(out: usize, positions: usize, image: usize, pool: usize): void {
  const height = field(pool, Pool.Height), width = field(pool, Pool.Width)
  const plane = bytes<f32>(field(pool, Pool.Depth) * height * width)
  const dilationDepth = field(pool, Pool.DilationDepth), dilationHeight = field(pool, Pool.DilationHeight)
  const dilationWidth = field(pool, Pool.DilationWidth)
  const firstSlab = pool + bytes<i32>(Pool.Windows), firstRow = heights(pool), firstColumn = widths(pool)
  const lastColumn = firstColumn + bytes<i32>(3 * field(pool, Pool.OutWidth))
  for (let n = field(pool, Pool.Planes); n > 0; n--) {
    for (let slab = firstSlab; slab < firstRow; slab += 12) {
      for (let row = firstRow; row < firstColumn; row += 12) {
        for (let column = firstColumn; column < lastColumn; column += 12) {
          const left = load<i32>(column), right = load<i32>(column, 4)
          let best: f32 = -Infinity
          let position = -1
          for (let z = load<i32>(slab); z < load<i32>(slab, 4); z += dilationDepth) {
            for (let y = load<i32>(row); y < load<i32>(row, 4); y += dilationHeight) {
              const start = (z * height + y) * width
              for (let x = left; x < right; x += dilationWidth) {
                const value = load<f32>(image + bytes<f32>(start + x))
                if (value > best || value != value || position < 0) {
                  best = value
                  position = start + x
                }
              }
            }
          }
          store<f32>(out, best)
          store<i64>(positions, max(0, position))
          out += 4
          positions += 8
        }
      }
    }
    image += plane
  }
}

/** The mean of each window; the sum over `divisor` if that is not 0. */
export function avgPoolF32(out: usize, image: usize, pool: usize, divisor: f32): void {
  const height = field(pool, Pool.Height), width = field(pool, Pool.Width)
  const plane = bytes<f32>(field(pool, Pool.Depth) * height * width)
  const firstSlab = pool + bytes<i32>(Pool.Windows), firstRow = heights(pool), firstColumn = widths(pool)
  const lastColumn = firstColumn + bytes<i32>(3 * field(pool, Pool.OutWidth))
  for (let n = field(pool, Pool.Planes); n > 0; n--) {
    for (let slab = firstSlab; slab < firstRow; slab += 12) {
      for (let row = firstRow; row < firstColumn; row += 12) {
        const counted = load<i32>(slab, 8) * load<i32>(row, 8)
        for (let column = firstColumn; column < lastColumn; column += 12) {
          const left = load<i32>(column), right = load<i32>(column, 4)
          let total: f32 = 0
          for (let z = load<i32>(slab); z < load<i32>(slab, 4); z++) {
            for (let y = load<i32>(row); y < load<i32>(row, 4); y++) {
              const start = (z * height + y) * width
              for (let x = left; x < right; x++) total += load<f32>(image + bytes<f32>(start + x))
            }
          }
          store<f32>(out, total / (divisor ? divisor : <f32>(counted * load<i32>(column, 8))))
          out += 4
        }
      }
    }
    image += plane
  }
}

/** dImage = 0, then += g / size over each window. */
export function avgPoolBackwardF32(dImage: usize, g: usize, pool: usize, divisor: f32): void {
  const height = field(pool, Pool.Height), width = field(pool, Pool.Width)
  const plane = bytes<f32>(field(pool, Pool.Depth) * height * width)
  const firstSlab = pool + bytes<i32>(Pool.Windows), firstRow = heights(pool), firstColumn = widths(pool)
  const lastColumn = firstColumn + bytes<i32>(3 * field(pool, Pool.OutWidth))
  memory.fill(dImage, 0, plane * field(pool, Pool.Planes))
  for (let n = field(pool, Pool.Planes); n > 0; n--) {
    for (let slab = firstSlab; slab < firstRow; slab += 12) {
      for (let row = firstRow; row < firstColumn; row += 12) {
        const counted = load<i32>(slab, 8) * load<i32>(row, 8)
        for (let column = firstColumn; column < lastColumn; column += 12) {
          const left = load<i32>(column), right = load<i32>(column, 4)
          const share = load<f32>(g) / (divisor ? divisor : <f32>(counted * load<i32>(column, 8)))
          g += 4
          for (let z = load<i32>(slab); z < load<i32>(slab, 4); z++) {
            for (let y = load<i32>(row); y < load<i32>(row, 4); y++) {
              const start = (z * height + y) * width
              for (let x = left; x < right; x++) {
                const at = dImage + bytes<f32>(start + x)
                store<f32>(at, load<f32>(at) + share)
              }
            }
          }
        }
      }
    }
    dImage += plane
  }
}
