// Convolution over [batch, channels, depth, height, width]; 2-d ones have a depth of 1, 1-d ones a height of 1 too.
//
// No matrix of windows is made. A padded copy of one image, its columns split by their remainder modulo the stride, turns every row of
// that matrix into a contiguous run: for each tap (channel and place in the window) and output row, the inputs of neighbouring
// outputs lie side by side at the tap's offset. The register tile is 4 channels by 8 outputs, as in the matrix product.
//
// The input's gradient is the same correlation, of the output's gradient with the transposed weights, once per remainder of the input
// position modulo the stride: each tap belongs to exactly one remainder.
import { floorDiv, placeImage } from './pad'
import { Shape, field } from './shape'
import { align, bytes, fma, k, keep, roundUp, storeRun, sumLanes, zeroBytes } from './simd'
import { isWinograd, winogradBackwardInput, winogradBackwardWeights, winogradForward, winogradScratchBytes } from './winograd'

/** Length of a padded run of `outputs` windows, per remainder modulo the stride. */
@inline
function runLength(outputs: i32, kernel: i32, stride: i32, dilation: i32): i32 {
  return outputs - 1 + (kernel - 1) * dilation / stride + 1
}

/** Rows of the padded copy. */
@inline
function paddedRows(outputs: i32, kernel: i32, stride: i32, dilation: i32): i32 {
  return (outputs - 1) * stride + (kernel - 1) * dilation + 1
}

/** Of the gradient's positions j + shift that an input's gradient reads: the least shift, which is the (negative) padding. */
@inline
function leastShift(kernel: i32, stride: i32, padding: i32, dilation: i32): i32 {
  return floorDiv(padding - (kernel - 1) * dilation, stride)
}

/** Length of the padded gradient: ceil(size / stride) positions and the spread of the shifts. */
@inline
function gradientLength(size: i32, kernel: i32, stride: i32, padding: i32, dilation: i32): i32 {
  return (size + stride - 1) / stride + (stride - 1 + padding) / stride - leastShift(kernel, stride, padding, dilation)
}

/** Bytes of scratch space that the convolutions of a shape use. */
export function convScratchBytes(shape: usize): i32 {
  const groups = field(shape, Shape.Groups)
  const inputs = field(shape, Shape.Channels) / groups
  const outputs = field(shape, Shape.OutChannels) / groups
  let image = inputs * field(shape, Shape.StrideWidth)
  let gradient = outputs
  let window = 1
  let phases = 1
  for (let dim = 0; dim < 3; dim++) {
    const size = field(shape, Shape.Depth + dim), kernel = field(shape, Shape.KernelDepth + dim)
    const stride = field(shape, Shape.StrideDepth + dim), dilation = field(shape, Shape.DilationDepth + dim)
    const out = field(shape, Shape.OutDepth + dim)
    image *= dim < 2 ? paddedRows(out, kernel, stride, dilation) : runLength(out, kernel, stride, dilation)
    gradient *= gradientLength(size, kernel, stride, field(shape, Shape.PaddingFront + dim), dilation)
    window *= kernel
    phases *= stride
  }
  const wideGradient = outputs * field(shape, Shape.OutDepth) * field(shape, Shape.OutHeight) * roundUp(field(shape, Shape.OutWidth), 4)
  const weights = max(roundUp(outputs, 4) * inputs, roundUp(inputs, 4) * outputs) * window
  const tables = 2 * max(inputs, outputs) * window + phases + 1
  const direct = 4 * (max(image + wideGradient, gradient) + weights + tables) + 4 * 64
  return isWinograd(shape) ? max(direct, winogradScratchBytes(shape)) : direct
}

/** Weights to panels of [taps][4 rows], by the offset of each tap; rows beyond the last are zero. */
function packWeights(to: usize, weights: usize, rows: i32, rowStride: i32, taps: i32, offsets: usize): void {
  for (let row = 0; row < rows; row += 4) {
    for (let t = 0; t < taps; t++) {
      const at = weights + <usize>load<i32>(offsets + (<usize>t << 2))
      for (let i = 0; i < 4; i++) {
        store<f32>(to, row + i < rows ? load<f32>(at + bytes<f32>((row + i) * rowStride)) : 0)
        to += 4
      }
    }
  }
}

/** 4 channels x 8 outputs; begins at what is there, or at the bias. */
@inline
function tile(
  out: usize, outPlane: usize, step: i32, channels: i32, columns: i32, source: usize, offsets: usize, weights: usize, taps: i32,
  bias: usize, isAdded: bool,
): void {
  let c00 = f32x4.splat(0)
  let c10 = c00, c20 = c00, c30 = c00
  if (bias) {
    c00 = k(bias, 0)
    c10 = k(bias, 1)
    c20 = k(bias, 2)
    c30 = k(bias, 3)
  }
  let c01 = c00, c11 = c10, c21 = c20, c31 = c30
  for (let t = taps; t > 0; t--) {
    const at = source + <usize>load<i32>(offsets)
    const b0 = v128.load(at)
    const b1 = v128.load(at, 16)
    let w = v128.load32_splat(weights)
    c00 = fma<f32>(w, b0, c00)
    c01 = fma<f32>(w, b1, c01)
    w = v128.load32_splat(weights, 4)
    c10 = fma<f32>(w, b0, c10)
    c11 = fma<f32>(w, b1, c11)
    w = v128.load32_splat(weights, 8)
    c20 = fma<f32>(w, b0, c20)
    c21 = fma<f32>(w, b1, c21)
    w = v128.load32_splat(weights, 12)
    c30 = fma<f32>(w, b0, c30)
    c31 = fma<f32>(w, b1, c31)
    offsets += 4
    weights += 16
  }
  finish(out, c00, c01, columns, step, isAdded)
  if (channels > 1) finish(out + outPlane, c10, c11, columns, step, isAdded)
  if (channels > 2) finish(out + 2 * outPlane, c20, c21, columns, step, isAdded)
  if (channels > 3) finish(out + 3 * outPlane, c30, c31, columns, step, isAdded)
}

/** 4 channels x 4 outputs, for the end of a row. */
@inline
function narrowTile(
  out: usize, outPlane: usize, step: i32, channels: i32, columns: i32, source: usize, offsets: usize, weights: usize, taps: i32,
  bias: usize, isAdded: bool,
): void {
  let c0 = f32x4.splat(0)
  let c1 = c0, c2 = c0, c3 = c0
  if (bias) {
    c0 = k(bias, 0)
    c1 = k(bias, 1)
    c2 = k(bias, 2)
    c3 = k(bias, 3)
  }
  for (let t = taps; t > 0; t--) {
    const b = v128.load(source + <usize>load<i32>(offsets))
    c0 = fma<f32>(v128.load32_splat(weights), b, c0)
    c1 = fma<f32>(v128.load32_splat(weights, 4), b, c1)
    c2 = fma<f32>(v128.load32_splat(weights, 8), b, c2)
    c3 = fma<f32>(v128.load32_splat(weights, 12), b, c3)
    offsets += 4
    weights += 16
  }
  const none = f32x4.splat(0)
  finishAny(out, c0, none, columns, step, isAdded)
  if (channels > 1) finishAny(out + outPlane, c1, none, columns, step, isAdded)
  if (channels > 2) finishAny(out + 2 * outPlane, c2, none, columns, step, isAdded)
  if (channels > 3) finishAny(out + 3 * outPlane, c3, none, columns, step, isAdded)
}

/** One channel x 16 outputs: depthwise convolutions. */
@inline
function singleTile(
  out: usize, step: i32, columns: i32, source: usize, offsets: usize, weights: usize, taps: i32, bias: usize, isAdded: bool,
): void {
  let c0 = bias ? k(bias, 0) : f32x4.splat(0)
  let c1 = c0, c2 = c0, c3 = c0
  for (let t = taps; t > 0; t--) {
    const at = source + <usize>load<i32>(offsets)
    const w = v128.load32_splat(weights)
    c0 = fma<f32>(w, v128.load(at), c0)
    c1 = fma<f32>(w, v128.load(at, 16), c1)
    c2 = fma<f32>(w, v128.load(at, 32), c2)
    c3 = fma<f32>(w, v128.load(at, 48), c3)
    offsets += 4
    weights += 16
  }
  finish(out, c0, c1, columns, step, isAdded)
  if (columns > 8) finish(out + bytes<f32>(8 * step), c2, c3, columns - 8, step, isAdded)
}

/** Writes or adds up to 8 outputs of one channel; the usual case stands in the tile itself. */
@inline
function finish(out: usize, v0: v128, v1: v128, columns: i32, step: i32, isAdded: bool): void {
  if (columns >= 8 && step == 1 && !isAdded) {
    v128.store(out, v0)
    v128.store(out, v1, 16)
  } else finishAny(out, v0, v1, columns, step, isAdded)
}

/** The same, and whatever the outputs: those that lie `step` elements apart go one by one. */
function finishAny(out: usize, v0: v128, v1: v128, columns: i32, step: i32, isAdded: bool): void {
  if (step == 1) {
    if (isAdded) {
      v0 = f32x4.add(v0, v128.load(out))
      if (columns > 4) v1 = f32x4.add(v1, v128.load(out, 16))
    }
    storeRun(out, v0, v1, columns)
    return
  }
  for (let left = min(columns, 8); left > 0; left--) {
    const x = f32x4.extract_lane(v0, 0)
    store<f32>(out, isAdded ? load<f32>(out) + x : x)
    out += bytes<f32>(step)
    v0 = v128.shuffle<i32>(v0, v1, 1, 2, 3, 4)
    v1 = v128.shuffle<i32>(v1, v1, 1, 2, 3, 0)
  }
}

// Taps of one pass: 4 channels of weights and the rows of the image that they read stay in the first cache.
@inline
const TAPS = 288

/** out[c, y, x] = bias[c] + sum_t weights[t][c] source[y * sourceRow + offsets[t] + x]; out's rows and columns may be apart. */
function correlate(
  out: usize, outPlane: usize, outRow: usize, step: i32, channels: i32, rows: i32, columns: i32,
  source: usize, sourceRow: usize, offsets: usize, weights: usize, taps: i32, bias: usize,
): void {
  let first = 0
  do {
    const count = min(TAPS, taps - first)
    const isAdded = first > 0
    const tapOffsets = offsets + (<usize>first << 2)
    for (let y = 0; y < rows; y++) {
      for (let c = 0; c < channels; c += 4) {
        const panel = weights + (<usize>(c * taps + first * 4) << 2)
        const start = bias && !isAdded ? bias + (<usize>c << 2) : 0
        const height = channels - c
        let to = out + <usize>y * outRow + <usize>c * outPlane
        let from = source + <usize>y * sourceRow
        if (height == 1) {
          for (let left = columns; left > 0; left -= 16) {
            singleTile(to, step, left, from, tapOffsets, panel, count, start, isAdded)
            to += bytes<f32>(16 * step)
            from += 64
          }
          continue
        }
        for (let left = columns; left > 0; left -= 8) {
          if (left <= 4) narrowTile(to, outPlane, step, height, left, from, tapOffsets, panel, count, start, isAdded)
          else tile(to, outPlane, step, height, left, from, tapOffsets, panel, count, start, isAdded)
          to += bytes<f32>(8 * step)
          from += 32
        }
      }
    }
    first += TAPS
  } while (first < taps)
}

/** Offsets of the forward taps, in bytes: where each reads the padded image, and its weight. Returns their number. */
function forwardTaps(offsets: usize, weightOffsets: usize, shape: usize, inputs: i32, slabs: i32, rows: i32, run: i32): i32 {
  const stride = field(shape, Shape.StrideWidth)
  let taps = 0
  for (let c = 0; c < inputs; c++) {
    for (let z = 0; z < field(shape, Shape.KernelDepth); z++) {
      for (let y = 0; y < field(shape, Shape.KernelHeight); y++) {
        for (let x = 0; x < field(shape, Shape.KernelWidth); x++) {
          const row = (c * slabs + z * field(shape, Shape.DilationDepth)) * rows + y * field(shape, Shape.DilationHeight)
          const column = x * field(shape, Shape.DilationWidth)
          store<i32>(offsets + (<usize>taps << 2), ((row * stride + column % stride) * run + column / stride) << 2)
          store<i32>(weightOffsets + (<usize>taps << 2), taps << 2)
          taps++
        }
      }
    }
  }
  return taps
}

/**
 * out[b, o, p] = bias[o] + sum_{i, u} weights[o, i, u] image[b, i, p stride + u dilation - padding]; bias may be 0.
 * All tensors are contiguous. Like its gradients it tells whether it went the direct way, which rounds otherwise than Winograd's.
 */
export function convF32(out: usize, image: usize, weights: usize, bias: usize, shape: usize, scratch: usize): bool {
  if (isWinograd(shape) && winogradForward(out, image, weights, bias, shape, scratch)) return false
  const batch = field(shape, Shape.Batch), groups = field(shape, Shape.Groups)
  const inputs = field(shape, Shape.Channels) / groups
  const outputs = field(shape, Shape.OutChannels) / groups
  const depth = field(shape, Shape.Depth), height = field(shape, Shape.Height), width = field(shape, Shape.Width)
  const outDepth = field(shape, Shape.OutDepth), outHeight = field(shape, Shape.OutHeight), outWidth = field(shape, Shape.OutWidth)
  const strideDepth = field(shape, Shape.StrideDepth), strideHeight = field(shape, Shape.StrideHeight)
  const strideWidth = field(shape, Shape.StrideWidth)
  const slabs = paddedRows(outDepth, field(shape, Shape.KernelDepth), strideDepth, field(shape, Shape.DilationDepth))
  const rows = paddedRows(outHeight, field(shape, Shape.KernelHeight), strideHeight, field(shape, Shape.DilationHeight))
  const run = runLength(outWidth, field(shape, Shape.KernelWidth), strideWidth, field(shape, Shape.DilationWidth))
  const pitch = strideWidth * run
  const allTaps = bytes<f32>(inputs * windowSize(shape))
  const weightOffsets = scratch + allTaps
  const taps = forwardTaps(scratch, weightOffsets, shape, inputs, slabs, rows, run)
  const panels = align(weightOffsets + allTaps)
  const padded = align(panels + bytes<f32>(roundUp(outputs, 4) * taps))
  const outSlab = bytes<f32>(outHeight * outWidth)
  const outPlane = <usize>outDepth * outSlab
  zeroBytes(padded, bytes<f32>(inputs * slabs * rows * pitch))
  for (let g = 0; g < groups; g++) {
    packWeights(panels, weights + bytes<f32>(g * outputs * taps), outputs, taps, taps, weightOffsets)
    for (let b = 0; b < batch; b++) {
      const from = image + bytes<f32>(b * groups + g) * inputs * depth * height * width
      placeImage(
        padded, from, inputs, depth, height, width, slabs, rows, run, strideWidth,
        field(shape, Shape.PaddingFront), field(shape, Shape.PaddingTop), field(shape, Shape.PaddingLeft),
      )
      const to = out + <usize>((b * groups + g) * outputs) * outPlane
      for (let z = 0; z < outDepth; z++) {
        correlate(
          to + <usize>z * outSlab, outPlane, bytes<f32>(outWidth), 1, outputs, outHeight, outWidth,
          padded + bytes<f32>(z * strideDepth * rows * pitch), bytes<f32>(strideHeight * pitch), scratch, panels, taps,
          bias ? bias + bytes<f32>(g * outputs) : 0,
        )
      }
    }
  }
  return true
}

/** Elements of the window. */
@inline
function windowSize(shape: usize): i32 {
  return field(shape, Shape.KernelDepth) * field(shape, Shape.KernelHeight) * field(shape, Shape.KernelWidth)
}

/** The gradient of convF32 with respect to its image, from the gradient g of its output. */
export function convBackwardInputF32(dImage: usize, g: usize, weights: usize, shape: usize, scratch: usize): bool {
  if (isWinograd(shape) && winogradBackwardInput(dImage, g, weights, shape, scratch)) return false
  const batch = field(shape, Shape.Batch), groups = field(shape, Shape.Groups)
  const inputs = field(shape, Shape.Channels) / groups
  const outputs = field(shape, Shape.OutChannels) / groups
  const depth = field(shape, Shape.Depth), height = field(shape, Shape.Height), width = field(shape, Shape.Width)
  const outDepth = field(shape, Shape.OutDepth), outHeight = field(shape, Shape.OutHeight), outWidth = field(shape, Shape.OutWidth)
  const kernelDepth = field(shape, Shape.KernelDepth), kernelHeight = field(shape, Shape.KernelHeight)
  const kernelWidth = field(shape, Shape.KernelWidth)
  const strideDepth = field(shape, Shape.StrideDepth), strideHeight = field(shape, Shape.StrideHeight)
  const strideWidth = field(shape, Shape.StrideWidth)
  const dilationDepth = field(shape, Shape.DilationDepth), dilationHeight = field(shape, Shape.DilationHeight)
  const dilationWidth = field(shape, Shape.DilationWidth)
  const front = field(shape, Shape.PaddingFront), top = field(shape, Shape.PaddingTop), left = field(shape, Shape.PaddingLeft)
  const leastSlab = leastShift(kernelDepth, strideDepth, front, dilationDepth)
  const leastRow = leastShift(kernelHeight, strideHeight, top, dilationHeight)
  const leastColumn = leastShift(kernelWidth, strideWidth, left, dilationWidth)
  const slabs = gradientLength(depth, kernelDepth, strideDepth, front, dilationDepth)
  const rows = gradientLength(height, kernelHeight, strideHeight, top, dilationHeight)
  const run = gradientLength(width, kernelWidth, strideWidth, left, dilationWidth)
  const window = windowSize(shape)
  const phases = strideDepth * strideHeight * strideWidth

  // Per remainder: where its taps begin; then the taps of all remainders one after the other.
  const starts = scratch
  const offsets = starts + bytes<f32>(phases + 1)
  const weightOffsets = offsets + bytes<f32>(outputs * window)
  let taps = 0
  for (let phase = 0; phase < phases; phase++) {
    store<i32>(starts + (<usize>phase << 2), taps)
    for (let c = 0; c < outputs; c++) {
      for (let w = 0; w < kernelDepth; w++) {
        const z = phase / strideWidth / strideHeight + front - w * dilationDepth
        if (floorDiv(z, strideDepth) * strideDepth != z) continue
        for (let u = 0; u < kernelHeight; u++) {
          const y = phase / strideWidth % strideHeight + top - u * dilationHeight
          if (floorDiv(y, strideHeight) * strideHeight != y) continue
          for (let v = 0; v < kernelWidth; v++) {
            const x = phase % strideWidth + left - v * dilationWidth
            if (floorDiv(x, strideWidth) * strideWidth != x) continue
            const slab = c * slabs + floorDiv(z, strideDepth) - leastSlab
            const row = slab * rows + floorDiv(y, strideHeight) - leastRow
            const place = ((c * inputs * kernelDepth + w) * kernelHeight + u) * kernelWidth + v
            store<i32>(offsets + (<usize>taps << 2), (row * run + floorDiv(x, strideWidth) - leastColumn) << 2)
            store<i32>(weightOffsets + (<usize>taps << 2), place << 2)
            taps++
          }
        }
      }
    }
  }
  store<i32>(starts + (<usize>phases << 2), taps)
  const panels = align(weightOffsets + bytes<f32>(outputs * window))
  const padded = align(panels + bytes<f32>(roundUp(inputs, 4) * outputs * window))
  const slabSize = bytes<f32>(height * width)
  const plane = <usize>depth * slabSize

  zeroBytes(padded, bytes<f32>(outputs * slabs * rows * run))
  for (let group = 0; group < groups; group++) {
    const groupWeights = weights + bytes<f32>(group * outputs * inputs * window)
    for (let phase = 0; phase < phases; phase++) {
      const start = load<i32>(starts + (<usize>phase << 2))
      const count = load<i32>(starts + (<usize>phase << 2), 4) - start
      packWeights(
        panels + bytes<f32>(roundUp(inputs, 4) * start), groupWeights, inputs, window, count, weightOffsets + (<usize>start << 2),
      )
    }
    for (let b = 0; b < batch; b++) {
      const from = g + bytes<f32>(b * groups + group) * outputs * outDepth * outHeight * outWidth
      placeImage(
        padded, from, outputs, outDepth, outHeight, outWidth, slabs, rows, run, 1, -leastSlab, -leastRow, -leastColumn,
      )
      const to = dImage + <usize>((b * groups + group) * inputs) * plane
      for (let phase = 0; phase < phases; phase++) {
        const y = phase / strideWidth % strideHeight
        const x = phase % strideWidth
        const start = load<i32>(starts + (<usize>phase << 2))
        const count = load<i32>(starts + (<usize>phase << 2), 4) - start
        let source = padded
        for (let z = phase / strideWidth / strideHeight; z < depth; z += strideDepth) {
          correlate(
            to + <usize>z * slabSize + bytes<f32>(y * width + x), plane, bytes<f32>(strideHeight * width), strideWidth,
            inputs, (height - y + strideHeight - 1) / strideHeight, (width - x + strideWidth - 1) / strideWidth,
            source, bytes<f32>(run), offsets + (<usize>start << 2), panels + bytes<f32>(roundUp(inputs, 4) * start), count, 0,
          )
          source += bytes<f32>(rows * run)
        }
      }
    }
  }
  return true
}

/**
 * Adds sum_{y, x} g[c, y, x] source[y * sourceRow + offsets[t] + x] to dWeights[c][t] for 4 channels and 2 taps.
 * Rows of g are whole vectors, zero beyond `columns`.
 */
function accumulate(
  dWeights: usize, channels: i32, taps: i32, allTaps: i32, g: usize, plane: usize, rows: i32, columns: i32,
  source: usize, sourceRow: usize, offsets: usize,
): void {
  // Beyond the last channel or tap the first again, whose sum is not written.
  const g1: usize = channels > 1 ? plane : 0
  const g2: usize = channels > 2 ? 2 * plane : 0
  const g3: usize = channels > 3 ? 3 * plane : 0
  let a = source + <usize>load<i32>(offsets)
  let b = taps > 1 ? source + <usize>load<i32>(offsets, 4) : a
  const width = bytes<f32>(roundUp(columns, 4))
  const last = width - 16
  const ones = i32x4.splat(-1)
  const inside = columns & 3 ? keep<f32>(ones, columns & 3) : ones
  let c00 = f32x4.splat(0)
  let c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00
  for (let y = 0; y < rows; y++) {
    let at: usize = 0
    for (; at < last; at += 16) {
      const x0 = v128.load(a + at)
      const x1 = v128.load(b + at)
      const p = g + at
      let d = v128.load(p)
      c00 = fma<f32>(d, x0, c00)
      c01 = fma<f32>(d, x1, c01)
      d = v128.load(p + g1)
      c10 = fma<f32>(d, x0, c10)
      c11 = fma<f32>(d, x1, c11)
      d = v128.load(p + g2)
      c20 = fma<f32>(d, x0, c20)
      c21 = fma<f32>(d, x1, c21)
      d = v128.load(p + g3)
      c30 = fma<f32>(d, x0, c30)
      c31 = fma<f32>(d, x1, c31)
    }
    // Zero times what lies beyond would not be zero for infinities.
    const x0 = v128.and(v128.load(a + at), inside)
    const x1 = v128.and(v128.load(b + at), inside)
    const p = g + at
    let d = v128.load(p)
    c00 = fma<f32>(d, x0, c00)
    c01 = fma<f32>(d, x1, c01)
    d = v128.load(p + g1)
    c10 = fma<f32>(d, x0, c10)
    c11 = fma<f32>(d, x1, c11)
    d = v128.load(p + g2)
    c20 = fma<f32>(d, x0, c20)
    c21 = fma<f32>(d, x1, c21)
    d = v128.load(p + g3)
    c30 = fma<f32>(d, x0, c30)
    c31 = fma<f32>(d, x1, c31)
    a += sourceRow
    b += sourceRow
    g += width
  }
  const next = bytes<f32>(allTaps)
  addPair(dWeights, c00, c01, taps)
  if (channels > 1) addPair(dWeights + next, c10, c11, taps)
  if (channels > 2) addPair(dWeights + 2 * next, c20, c21, taps)
  if (channels > 3) addPair(dWeights + 3 * next, c30, c31, taps)
}

@inline
function addPair(p: usize, v0: v128, v1: v128, taps: i32): void {
  store<f32>(p, load<f32>(p) + sumLanes(v0))
  if (taps > 1) store<f32>(p, load<f32>(p, 4) + sumLanes(v1), 4)
}

/** The gradient of convF32 with respect to its weights, from the gradient g of its output. */
export function convBackwardWeightsF32(dWeights: usize, g: usize, image: usize, shape: usize, scratch: usize): bool {
  if (isWinograd(shape) && winogradBackwardWeights(dWeights, g, image, shape, scratch)) return false
  const batch = field(shape, Shape.Batch), groups = field(shape, Shape.Groups)
  const inputs = field(shape, Shape.Channels) / groups
  const outputs = field(shape, Shape.OutChannels) / groups
  const depth = field(shape, Shape.Depth), height = field(shape, Shape.Height), width = field(shape, Shape.Width)
  const outDepth = field(shape, Shape.OutDepth), outHeight = field(shape, Shape.OutHeight), outWidth = field(shape, Shape.OutWidth)
  const strideDepth = field(shape, Shape.StrideDepth), strideHeight = field(shape, Shape.StrideHeight)
  const strideWidth = field(shape, Shape.StrideWidth)
  const slabs = paddedRows(outDepth, field(shape, Shape.KernelDepth), strideDepth, field(shape, Shape.DilationDepth))
  const rows = paddedRows(outHeight, field(shape, Shape.KernelHeight), strideHeight, field(shape, Shape.DilationHeight))
  const run = runLength(outWidth, field(shape, Shape.KernelWidth), strideWidth, field(shape, Shape.DilationWidth))
  const allTaps = bytes<f32>(inputs * windowSize(shape))
  const taps = forwardTaps(scratch, scratch + allTaps, shape, inputs, slabs, rows, run)
  const padded = align(scratch + 2 * allTaps)
  const sourceRow = bytes<f32>(strideHeight * strideWidth * run)
  const sourceSlab = bytes<f32>(strideDepth * rows * strideWidth * run)
  const outPlane = bytes<f32>(outDepth * outHeight * outWidth)
  const gRun = roundUp(outWidth, 4)
  const gSlab = bytes<f32>(outHeight * gRun)
  const gPlane = <usize>outDepth * gSlab
  const paddedG = align(padded + bytes<f32>(inputs * slabs * rows * strideWidth * run))
  zeroBytes(padded, paddedG + <usize>outputs * gPlane - padded)
  // Rows of one pass: the planes that it reads stay in the first cache.
  const band = max(1, 2048 / max(1, outWidth))
  zeroBytes(dWeights, bytes<f32>(field(shape, Shape.OutChannels) * taps))
  for (let group = 0; group < groups; group++) {
    const groupWeights = dWeights + bytes<f32>(group * outputs * taps)
    for (let b = 0; b < batch; b++) {
      const from = image + bytes<f32>(b * groups + group) * inputs * depth * height * width
      placeImage(
        padded, from, inputs, depth, height, width, slabs, rows, run, strideWidth,
        field(shape, Shape.PaddingFront), field(shape, Shape.PaddingTop), field(shape, Shape.PaddingLeft),
      )
      let gradient = g + <usize>(b * field(shape, Shape.OutPitch) + group * outputs) * outPlane
      if (gRun != outWidth) {
        placeImage(paddedG, gradient, outputs, outDepth, outHeight, outWidth, outDepth, outHeight, gRun, 1, 0, 0, 0)
        gradient = paddedG
      }
      for (let z = 0; z < outDepth; z++) {
        for (let y = 0; y < outHeight; y += band) {
          for (let c = 0; c < outputs; c += 4) {
            for (let t = 0; t < taps; t += 2) {
              accumulate(
                groupWeights + bytes<f32>(c * taps + t), outputs - c, taps - t, taps,
                gradient + <usize>c * gPlane + <usize>z * gSlab + bytes<f32>(y * gRun), gPlane, min(band, outHeight - y), outWidth,
                padded + <usize>z * sourceSlab + <usize>y * sourceRow, sourceRow, scratch + (<usize>t << 2),
              )
            }
          }
        }
      }
    }
  }
  return true
}
