// Pooling over [batch, channels, height, width] with the shape of a convolution; its outChannels and groups are not read.
import { Shape, field } from './shape'
import { bytes } from './simd'

/** The largest of each window and its position in the plane (int64); the first where several are, NaN where one is. Padding never wins. */
export function maxPoolF32(out: usize, positions: usize, image: usize, shape: usize): void {
  const planes = field(shape, Shape.Batch) * field(shape, Shape.Channels)
  const height = field(shape, Shape.Height), width = field(shape, Shape.Width)
  const strideHeight = field(shape, Shape.StrideHeight), strideWidth = field(shape, Shape.StrideWidth)
  const dilationHeight = field(shape, Shape.DilationHeight), dilationWidth = field(shape, Shape.DilationWidth)
  const outHeight = field(shape, Shape.OutHeight), outWidth = field(shape, Shape.OutWidth)
  for (let plane = 0; plane < planes; plane++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const top = oy * strideHeight - field(shape, Shape.PaddingTop)
      const bottom = min(height, top + (field(shape, Shape.KernelHeight) - 1) * dilationHeight + 1)
      const firstRow = top < 0 ? top + (dilationHeight - 1 - top) / dilationHeight * dilationHeight : top
      for (let ox = 0; ox < outWidth; ox++) {
        const left = ox * strideWidth - field(shape, Shape.PaddingLeft)
        const right = min(width, left + (field(shape, Shape.KernelWidth) - 1) * dilationWidth + 1)
        const firstColumn = left < 0 ? left + (dilationWidth - 1 - left) / dilationWidth * dilationWidth : left
        let best: f32 = -Infinity
        let position = firstRow * width + firstColumn
        for (let y = firstRow; y < bottom; y += dilationHeight) {
          for (let x = firstColumn; x < right; x += dilationWidth) {
            const value = load<f32>(image + bytes<f32>(y * width + x))
            if (value > best || value != value) {
              best = value
              position = y * width + x
            }
          }
        }
        store<f32>(out, best)
        store<i64>(positions, position)
        out += 4
        positions += 8
      }
    }
    image += bytes<f32>(height * width)
  }
}

/** dImage = 0, then += g at the positions that maxPoolF32 kept. */
export function maxPoolBackwardF32(dImage: usize, g: usize, positions: usize, shape: usize): void {
  const planes = field(shape, Shape.Batch) * field(shape, Shape.Channels)
  const plane = bytes<f32>(field(shape, Shape.Height) * field(shape, Shape.Width))
  const outputs = field(shape, Shape.OutHeight) * field(shape, Shape.OutWidth)
  memory.fill(dImage, 0, plane * planes)
  for (let c = 0; c < planes; c++) {
    for (let i = 0; i < outputs; i++) {
      const at = dImage + (<usize>load<i32>(positions) << 2)
      store<f32>(at, load<f32>(at) + load<f32>(g))
      g += 4
      positions += 8
    }
    dImage += plane
  }
}

/** How many elements a window is divided by: `divisor` if not 0, else its elements inside, or with the padding. */
@inline
function windowSize(top: i32, left: i32, shape: usize, isPaddingCounted: bool, divisor: i32): i32 {
  if (divisor != 0) return divisor
  const paddingTop = isPaddingCounted ? field(shape, Shape.PaddingTop) : 0
  const paddingLeft = isPaddingCounted ? field(shape, Shape.PaddingLeft) : 0
  const bottom = min(top + field(shape, Shape.KernelHeight), field(shape, Shape.Height) + paddingTop)
  const right = min(left + field(shape, Shape.KernelWidth), field(shape, Shape.Width) + paddingLeft)
  return (bottom - max(top, -paddingTop)) * (right - max(left, -paddingLeft))
}

/** The mean of each window. */
export function avgPoolF32(out: usize, image: usize, shape: usize, isPaddingCounted: bool, divisor: i32): void {
  const planes = field(shape, Shape.Batch) * field(shape, Shape.Channels)
  const height = field(shape, Shape.Height), width = field(shape, Shape.Width)
  for (let plane = 0; plane < planes; plane++) {
    for (let oy = 0; oy < field(shape, Shape.OutHeight); oy++) {
      const top = oy * field(shape, Shape.StrideHeight) - field(shape, Shape.PaddingTop)
      const bottom = min(height, top + field(shape, Shape.KernelHeight))
      for (let ox = 0; ox < field(shape, Shape.OutWidth); ox++) {
        const left = ox * field(shape, Shape.StrideWidth) - field(shape, Shape.PaddingLeft)
        const right = min(width, left + field(shape, Shape.KernelWidth))
        let total: f32 = 0
        for (let y = max(0, top); y < bottom; y++) {
          for (let x = max(0, left); x < right; x++) total += load<f32>(image + bytes<f32>(y * width + x))
        }
        store<f32>(out, total / <f32>windowSize(top, left, shape, isPaddingCounted, divisor))
        out += 4
      }
    }
    image += bytes<f32>(height * width)
  }
}

/** dImage = 0, then += g / size over each window. */
export function avgPoolBackwardF32(dImage: usize, g: usize, shape: usize, isPaddingCounted: bool, divisor: i32): void {
  const planes = field(shape, Shape.Batch) * field(shape, Shape.Channels)
  const height = field(shape, Shape.Height), width = field(shape, Shape.Width)
  memory.fill(dImage, 0, bytes<f32>(planes * height * width))
  for (let plane = 0; plane < planes; plane++) {
    for (let oy = 0; oy < field(shape, Shape.OutHeight); oy++) {
      const top = oy * field(shape, Shape.StrideHeight) - field(shape, Shape.PaddingTop)
      const bottom = min(height, top + field(shape, Shape.KernelHeight))
      for (let ox = 0; ox < field(shape, Shape.OutWidth); ox++) {
        const left = ox * field(shape, Shape.StrideWidth) - field(shape, Shape.PaddingLeft)
        const right = min(width, left + field(shape, Shape.KernelWidth))
        const share = load<f32>(g) / <f32>windowSize(top, left, shape, isPaddingCounted, divisor)
        g += 4
        for (let y = max(0, top); y < bottom; y++) {
          for (let x = max(0, left); x < right; x++) {
            const at = dImage + bytes<f32>(y * width + x)
            store<f32>(at, load<f32>(at) + share)
          }
        }
      }
    }
    dImage += bytes<f32>(height * width)
  }
}
