import { bytes, copyBytes, zeroBytes } from './simd'

/** floor(a / b) for b > 0 and any a. */
@inline
export function floorDiv(a: i32, b: i32): i32 {
  return a >= 0 ? a / b : -((b - 1 - a) / b)
}

/**
 * Copies planes of depth x height x width into planes of slabs x rows x (stride runs of `run`), shifted by the padding, zeros around:
 * to[slab][row][remainder][q] = from[slab - front][row - top][q * stride + remainder - left].
 */
export function padImage(
  to: usize, from: usize, planes: i32, depth: i32, height: i32, width: i32, slabs: i32, rows: i32, run: i32, stride: i32,
  front: i32, top: i32, left: i32,
): void {
  for (let c = 0; c < planes; c++) {
    for (let slab = 0; slab < slabs; slab++) {
      const z = slab - front
      const isSlabInside = z >= 0 && z < depth
      for (let row = 0; row < rows; row++) {
        const y = row - top
        const isInside = isSlabInside && y >= 0 && y < height
        for (let remainder = 0; remainder < stride; remainder++) {
          // q from `first` to `last` is inside the image.
          const shift = left - remainder
          const first = min(run, max(0, -floorDiv(-shift, stride)))
          const last = isInside ? max(first, min(run, floorDiv(width - 1 + shift, stride) + 1)) : first
          zeroBytes(to, bytes<f32>(first))
          let at = to + bytes<f32>(first)
          let source = from + (bytes<f32>((z * height + y) * width) + bytes<f32>(first * stride - shift))
          if (stride == 1) copyBytes(at, source, bytes<f32>(last - first))
          else {
            for (let q = first; q < last; q++) {
              store<f32>(at, load<f32>(source))
              at += 4
              source += bytes<f32>(stride)
            }
          }
          zeroBytes(to + bytes<f32>(last), bytes<f32>(run - last))
          to += bytes<f32>(run)
        }
      }
    }
    from += bytes<f32>(depth * height * width)
  }
}
