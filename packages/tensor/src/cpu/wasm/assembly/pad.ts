import { bytes } from './simd'

/** floor(a / b) for b > 0 and any a. */
@inline
export function floorDiv(a: i32, b: i32): i32 {
  return a >= 0 ? a / b : -((b - 1 - a) / b)
}

/** Copies `count` numbers that lie `step` apart to where they lie side by side. */
@inline
function gather(to: usize, from: usize, count: i32, step: i32): void {
  if (step == 1 && count >= 4) {
    // The last vector may lie over the one before.
    const last = bytes<f32>(count - 4)
    for (let at: usize = 0; at < last; at += 16) v128.store(to + at, v128.load(from + at))
    v128.store(to + last, v128.load(from + last))
    return
  }
  for (; count > 0; count--) {
    store<f32>(to, load<f32>(from))
    to += 4
    from += bytes<f32>(step)
  }
}

/**
 * Copies planes of depth x height x width into planes of slabs x rows x (stride runs of `run`), shifted by the padding:
 * to[slab][row][remainder][q] = from[slab - front][row - top][q * stride + remainder - left] where there is such a place.
 * What lies around is not written: zeroed once, it serves for one image after the other.
 */
export function placeImage(
  to: usize, from: usize, planes: i32, depth: i32, height: i32, width: i32, slabs: i32, rows: i32, run: i32, stride: i32,
  front: i32, top: i32, left: i32,
): void {
  const firstSlab = max(0, -front), endSlab = min(depth, slabs - front)
  const firstRow = max(0, -top), endRow = min(height, rows - top)
  for (let remainder = 0; remainder < stride; remainder++) {
    // From q = first on, `count` places are inside the image.
    const shift = left - remainder
    const first = max(0, -floorDiv(-shift, stride))
    const count = min(run, floorDiv(width - 1 + shift, stride) + 1) - first
    for (let c = 0; c < planes; c++) {
      for (let z = firstSlab; z < endSlab; z++) {
        let at = to + bytes<f32>((((c * slabs + z + front) * rows + firstRow + top) * stride + remainder) * run + first)
        let source = from + bytes<f32>(((c * depth + z) * height + firstRow) * width + first * stride - shift)
        for (let y = firstRow; y < endRow; y++) {
          gather(at, source, count, stride)
          at += bytes<f32>(stride * run)
          source += bytes<f32>(width)
        }
      }
    }
  }
}
