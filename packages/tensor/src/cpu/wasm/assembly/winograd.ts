// Convolutions with a 3 x 3 window and stride 1 by Winograd's F(2 x 2, 3 x 3): 16 products instead of 36 for a tile of 2 x 2 outputs.
// For a tile of 4 x 4 inputs d and a window w the outputs are A^T [(G w G^T) * (B^T d B)] A, products element by element, so that over
// all channels and tiles it takes 16 matrix products. Lanes are neighbouring tiles. Both gradients are made of the same parts: that of
// the input is a convolution with the window turned round, that of the weights is G^T [sum (A g A^T) * (B^T d B)] G.
// A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, arXiv:1509.09308.
//
// What is not finite would spread over its tile: each function tells whether all of its results are finite, and if they are not, the
// direct convolution has to be asked.
import { placeImage } from './pad'
import { Shape, field } from './shape'
import { align, bytes, fma, keep, roundUp, splat, storeRun, sumLanes, zeroBytes } from './simd'

/** Tiles of one pass: what it writes in between stays in the second cache. */
@inline
const TILES = 160

/** Rows of tiles of one pass. */
@inline
function rowsOfPass(columns: i32): i32 {
  return max(1, TILES / columns)
}

/** Tiles of one pass in whole pairs of vectors: a last vector of a row may reach 3 tiles beyond it. */
@inline
function passLength(columns: i32): i32 {
  return roundUp(rowsOfPass(columns) * columns + 3, 8)
}

/** Bytes from one of the 16 places to the next: a line more than their rows, for places of the same line would push each other out. */
@inline
function placeBytes(row: usize, channels: i32): usize {
  return row * channels + 64
}

/** Columns of a padded image whose rows of tiles are read four tiles at a time. */
@inline
function paddedColumns(columns: i32): i32 {
  return 2 * roundUp(columns, 4) + 4
}

/** Whether it fits, and pays: with few channels the transforms cost more than they save, with many the windows leave the cache. */
export function isWinograd(shape: usize): bool {
  const groups = field(shape, Shape.Groups)
  const inputs = field(shape, Shape.Channels) / groups, outputs = field(shape, Shape.OutPitch) / groups
  return field(shape, Shape.Depth) == 1 && field(shape, Shape.OutDepth) == 1 && field(shape, Shape.KernelDepth) == 1
    && field(shape, Shape.KernelHeight) == 3 && field(shape, Shape.KernelWidth) == 3
    && field(shape, Shape.StrideHeight) == 1 && field(shape, Shape.StrideWidth) == 1
    && field(shape, Shape.DilationHeight) == 1 && field(shape, Shape.DilationWidth) == 1
    && min(inputs, outputs) >= 8 && max(inputs, outputs) <= 256
    && field(shape, Shape.OutHeight) >= 4 && field(shape, Shape.OutWidth) >= 4
}

/** Room for one window between its two transforms, in front of those of all windows. */
@inline
const HALF: usize = 48

/** Bytes of scratch space, for the convolution and both gradients. */
export function winogradScratchBytes(shape: usize): i32 {
  const groups = field(shape, Shape.Groups)
  const channels = roundUp(max(field(shape, Shape.Channels), field(shape, Shape.OutChannels)) / groups, 4)
  const height = max(field(shape, Shape.Height), field(shape, Shape.OutHeight))
  const columns = (max(field(shape, Shape.Width), field(shape, Shape.OutWidth)) + 1) / 2
  const images = 2 * channels * (height + 4) * paddedColumns(columns)
  // The fewer columns, the more rows may a pass have: its length is bounded by both.
  const pass = 2 * 16 * (channels * (max(TILES, columns) + 16) + 16)
  return <i32>HALF + 4 * (16 * channels * channels + images + pass) + 16 * 16
}

/** G w G^T for each pair of channels, to panels of [16][outputs / 4][inputs][4]; a window turned round is read backwards. */
function transformWeights(
  to: usize, half: usize, weights: usize, outputs: i32, inputs: i32, outputStride: i32, inputStride: i32, isTurned: bool,
): void {
  const panels = roundUp(outputs, 4) / 4
  const next = bytes<f32>(panels * inputs * 4)
  zeroBytes(to, 16 * next)
  const step: i32 = isTurned ? -4 : 4
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      let from = weights + bytes<f32>(o * outputStride + i * inputStride) + (isTurned ? 32 : 0)
      let at = to + bytes<f32>(((o >> 2) * inputs + i) * 4 + (o & 3))
      for (let column = 0; column < 3; column++) {
        const w0 = load<f32>(from), w1 = load<f32>(from + 3 * step), w2 = load<f32>(from + 6 * step)
        store<f32>(half + bytes<f32>(column), w0)
        store<f32>(half + bytes<f32>(column), <f32>0.5 * (w0 + w1 + w2), 12)
        store<f32>(half + bytes<f32>(column), <f32>0.5 * (w0 - w1 + w2), 24)
        store<f32>(half + bytes<f32>(column), w2, 36)
        from += step
      }
      for (let row = 0; row < 4; row++) {
        const w0 = load<f32>(half + <usize>row * 12), w1 = load<f32>(half + <usize>row * 12, 4), w2 = load<f32>(half + <usize>row * 12, 8)
        store<f32>(at, w0)
        store<f32>(at + next, <f32>0.5 * (w0 + w1 + w2))
        store<f32>(at + 2 * next, <f32>0.5 * (w0 - w1 + w2))
        store<f32>(at + 3 * next, w2)
        at += 4 * next
      }
    }
  }
}

/** Elements 0, 2, 4, 6 and 1, 3, 5, 7 of two vectors. */
@inline
function evens(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6)
}
@inline
function odds(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 1, 3, 5, 7)
}

/** Of one row of B^T d, which is the sum or the difference of two rows of pixels, the products with B for 4 tiles. */
@inline
function storeInputRow(to: usize, next: usize, a: usize, b: usize, isSum: bool): void {
  // Each tile begins two pixels after the one before, so that its last two pixels are another's first.
  const p0 = combine(a, b, isSum), p1 = combine(a + 16, b + 16, isSum)
  const q0 = combine(a + 8, b + 8, isSum), q1 = combine(a + 24, b + 24, isSum)
  const x0 = evens(p0, p1), x1 = odds(p0, p1), x2 = evens(q0, q1), x3 = odds(q0, q1)
  v128.store(to, f32x4.sub(x0, x2))
  v128.store(to + next, f32x4.add(x1, x2))
  v128.store(to + 2 * next, f32x4.sub(x2, x1))
  v128.store(to + 3 * next, f32x4.sub(x1, x3))
}

@inline
function combine(a: usize, b: usize, isSum: bool): v128 {
  return isSum ? f32x4.add(v128.load(a), v128.load(b)) : f32x4.sub(v128.load(a), v128.load(b))
}

/** B^T d B of a row of tiles, four at a time, to 16 places that are `next` apart. */
function transformInput(to: usize, next: usize, image: usize, pitch: usize, columns: i32): void {
  for (let left = columns; left > 0; left -= 4) {
    const row1 = image + pitch, row2 = row1 + pitch, row3 = row2 + pitch
    storeInputRow(to, next, image, row2, false)
    storeInputRow(to + 4 * next, next, row1, row2, true)
    storeInputRow(to + 8 * next, next, row2, row1, false)
    storeInputRow(to + 12 * next, next, row1, row3, false)
    image += 32
    to += 16
  }
}

/** A g A^T of a row of tiles of 2 x 2, four at a time, to 16 places that are `next` apart. */
function transformGradient(to: usize, next: usize, g: usize, pitch: usize, columns: i32): void {
  for (let left = columns; left > 0; left -= 4) {
    const top0 = evens(v128.load(g), v128.load(g, 16)), top1 = odds(v128.load(g), v128.load(g, 16))
    const low0 = evens(v128.load(g + pitch), v128.load(g + pitch, 16)), low1 = odds(v128.load(g + pitch), v128.load(g + pitch, 16))
    storeSpread(to, next, top0, top1)
    storeSpread(to + 4 * next, next, f32x4.add(top0, low0), f32x4.add(top1, low1))
    storeSpread(to + 8 * next, next, f32x4.sub(top0, low0), f32x4.sub(top1, low1))
    storeSpread(to + 12 * next, next, f32x4.neg(low0), f32x4.neg(low1))
    g += 32
    to += 16
  }
}

/** (x0, x1) A^T. */
@inline
function storeSpread(to: usize, next: usize, x0: v128, x1: v128): void {
  v128.store(to, x0)
  v128.store(to + next, f32x4.add(x0, x1))
  v128.store(to + 2 * next, f32x4.sub(x0, x1))
  v128.store(to + 3 * next, f32x4.neg(x1))
}

/** M[4 outputs][8 tiles] = sum over the inputs of u[input][4] v[input][tiles]. */
@inline
function multiply(m: usize, v: usize, u: usize, row: usize, inputs: i32): void {
  let c00 = f32x4.splat(0)
  let c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00
  for (let i = inputs; i > 0; i--) {
    const b0 = v128.load(v)
    const b1 = v128.load(v, 16)
    let w = splat<f32>(u)
    c00 = fma<f32>(w, b0, c00)
    c01 = fma<f32>(w, b1, c01)
    w = v128.load32_splat(u, 4)
    c10 = fma<f32>(w, b0, c10)
    c11 = fma<f32>(w, b1, c11)
    w = v128.load32_splat(u, 8)
    c20 = fma<f32>(w, b0, c20)
    c21 = fma<f32>(w, b1, c21)
    w = v128.load32_splat(u, 12)
    c30 = fma<f32>(w, b0, c30)
    c31 = fma<f32>(w, b1, c31)
    v += row
    u += 16
  }
  v128.store(m, c00)
  v128.store(m, c01, 16)
  v128.store(m + row, c10)
  v128.store(m + row, c11, 16)
  v128.store(m + 2 * row, c20)
  v128.store(m + 2 * row, c21, 16)
  v128.store(m + 3 * row, c30)
  v128.store(m + 3 * row, c31, 16)
}

/** A^T m A of a row of tiles and the bias; two rows of outputs, or one at the end. Returns a vector of zeros if all are finite. */
function transformOutput(
  out: usize, pitch: usize, width: i32, isLast: bool, m: usize, next: usize, bias: v128,
): v128 {
  let check = f32x4.splat(0)
  for (let left = width; left > 0; left -= 8) {
    const upper0 = upper(m, next), lower0 = lower(m, next)
    const upper1 = upper(m + next, next), lower1 = lower(m + next, next)
    const upper2 = upper(m + 2 * next, next), lower2 = lower(m + 2 * next, next)
    const top0 = f32x4.add(bias, f32x4.add(f32x4.add(upper0, upper1), upper2))
    const top1 = f32x4.add(bias, f32x4.sub(f32x4.sub(upper1, upper2), upper(m + 3 * next, next)))
    const low0 = f32x4.add(bias, f32x4.add(f32x4.add(lower0, lower1), lower2))
    const low1 = f32x4.add(bias, f32x4.sub(f32x4.sub(lower1, lower2), lower(m + 3 * next, next)))
    storeRun(out, v128.shuffle<i32>(top0, top1, 0, 4, 1, 5), v128.shuffle<i32>(top0, top1, 2, 6, 3, 7), left)
    if (!isLast) storeRun(out + pitch, v128.shuffle<i32>(low0, low1, 0, 4, 1, 5), v128.shuffle<i32>(low0, low1, 2, 6, 3, 7), left)
    const sums = f32x4.add(f32x4.add(top0, top1), f32x4.add(low0, low1))
    check = f32x4.add(check, f32x4.sub(sums, sums))
    m += 16
    out += 32
  }
  return check
}

/** A column of the first row of A^T m. */
@inline
function upper(m: usize, next: usize): v128 {
  return f32x4.add(f32x4.add(v128.load(m), v128.load(m + 4 * next)), v128.load(m + 8 * next))
}

/** A column of its second row. */
@inline
function lower(m: usize, next: usize): v128 {
  return f32x4.sub(f32x4.sub(v128.load(m + 4 * next), v128.load(m + 8 * next)), v128.load(m + 12 * next))
}

/** out = image convolved with transformed weights, for one group; planes of one batch element to the next are `..Batch` bytes apart. */
function convolve(
  out: usize, outBatch: usize, outputs: i32, outHeight: i32, outWidth: i32,
  image: usize, imageBatch: usize, inputs: i32, height: i32, width: i32, top: i32, left: i32,
  batch: i32, u: usize, bias: usize, scratch: usize,
): bool {
  const rows = (outHeight + 1) / 2, columns = (outWidth + 1) / 2
  const panels = roundUp(outputs, 4) / 4
  const run = paddedColumns(columns), pitch = bytes<f32>(run)
  const plane = <usize>(2 * rows + 2) * pitch
  const row = bytes<f32>(passLength(columns))
  const v = align(scratch + plane * inputs)
  const nextV = placeBytes(row, inputs), nextM = placeBytes(row, 4 * panels)
  const m = align(v + 16 * nextV)
  const outPlane = bytes<f32>(outHeight * outWidth)
  let check = f32x4.splat(0)
  zeroBytes(scratch, plane * inputs)
  for (let first = 0; first < batch * rows; first += rowsOfPass(columns)) {
    const last = min(batch * rows, first + rowsOfPass(columns))
    for (let r = first; r < last; r++) {
      const b = r / rows, y = r % rows
      if (y == 0) placeImage(scratch, image + <usize>b * imageBatch, inputs, 1, height, width, 1, 2 * rows + 2, run, 1, 0, top, left)
      const at = v + bytes<f32>((r - first) * columns)
      for (let i = 0; i < inputs; i++) {
        transformInput(at + <usize>i * row, nextV, scratch + <usize>i * plane + <usize>(2 * y) * pitch, pitch, columns)
      }
    }
    // As far as the last vector of the last row reaches.
    const length = bytes<f32>(roundUp((last - first) * columns + 3, 8))
    for (let place = 0; place < 16; place++) {
      for (let t: usize = 0; t < length; t += 32) {
        for (let panel = 0; panel < panels; panel++) {
          multiply(
            m + <usize>place * nextM + <usize>(4 * panel) * row + t, v + <usize>place * nextV + t,
            u + bytes<f32>((place * panels + panel) * inputs * 4), row, inputs,
          )
        }
      }
    }
    for (let r = first; r < last; r++) {
      const b = r / rows, y = r % rows
      const to = out + <usize>b * outBatch + bytes<f32>(2 * y * outWidth)
      const from = m + bytes<f32>((r - first) * columns)
      for (let o = 0; o < outputs; o++) {
        const start = bias ? splat<f32>(bias + bytes<f32>(o)) : f32x4.splat(0)
        const isLast = 2 * y + 1 == outHeight
        check = f32x4.add(
          check,
          transformOutput(to + <usize>o * outPlane, bytes<f32>(outWidth), outWidth, isLast, from + <usize>o * row, nextM, start),
        )
      }
    }
  }
  return sumLanes(check) == 0
}

export function winogradForward(out: usize, image: usize, weights: usize, bias: usize, shape: usize, scratch: usize): bool {
  const groups = field(shape, Shape.Groups)
  const inputs = field(shape, Shape.Channels) / groups, outputs = field(shape, Shape.OutChannels) / groups
  const height = field(shape, Shape.Height), width = field(shape, Shape.Width)
  const outHeight = field(shape, Shape.OutHeight), outWidth = field(shape, Shape.OutWidth)
  const imageGroup = bytes<f32>(inputs * height * width), outGroup = bytes<f32>(outputs * outHeight * outWidth)
  const half = align(scratch)
  const u = half + HALF
  const rest = align(u + bytes<f32>(16 * roundUp(outputs, 4) * inputs))
  for (let group = 0; group < groups; group++) {
    transformWeights(u, half, weights + bytes<f32>(group * outputs * inputs * 9), outputs, inputs, inputs * 9, 9, false)
    const isFinite = convolve(
      out + <usize>group * outGroup, <usize>groups * outGroup, outputs, outHeight, outWidth,
      image + <usize>group * imageGroup, <usize>groups * imageGroup, inputs, height, width,
      field(shape, Shape.PaddingTop), field(shape, Shape.PaddingLeft),
      field(shape, Shape.Batch), u, bias ? bias + bytes<f32>(group * outputs) : 0, rest,
    )
    if (!isFinite) return false
  }
  return true
}

/** The input's gradient is the gradient convolved with the window turned round, padded by what the padding leaves of its size. */
export function winogradBackwardInput(dImage: usize, g: usize, weights: usize, shape: usize, scratch: usize): bool {
  const groups = field(shape, Shape.Groups)
  const inputs = field(shape, Shape.Channels) / groups, outputs = field(shape, Shape.OutChannels) / groups
  const height = field(shape, Shape.Height), width = field(shape, Shape.Width)
  const outHeight = field(shape, Shape.OutHeight), outWidth = field(shape, Shape.OutWidth)
  const imageGroup = bytes<f32>(inputs * height * width), outGroup = bytes<f32>(outputs * outHeight * outWidth)
  const half = align(scratch)
  const u = half + HALF
  const rest = align(u + bytes<f32>(16 * roundUp(inputs, 4) * outputs))
  for (let group = 0; group < groups; group++) {
    transformWeights(u, half, weights + bytes<f32>(group * outputs * inputs * 9), inputs, outputs, 9, inputs * 9, true)
    const isFinite = convolve(
      dImage + <usize>group * imageGroup, <usize>groups * imageGroup, inputs, height, width,
      g + <usize>group * outGroup, <usize>groups * outGroup, outputs, outHeight, outWidth,
      2 - field(shape, Shape.PaddingTop), 2 - field(shape, Shape.PaddingLeft),
      field(shape, Shape.Batch), u, 0, rest,
    )
    if (!isFinite) return false
  }
  return true
}

/** Adds sum over the tiles of g[output][tile] v[input][tile] for 4 outputs and 2 inputs. */
@inline
function correlateTiles(
  to: usize, nextOutput: usize, g: usize, v: usize, row: usize, tiles: i32, hasSecond: bool,
): void {
  // Without a second input the first again, whose sum is not written.
  const w = hasSecond ? v + row : v
  const g1 = g + row, g2 = g1 + row, g3 = g2 + row
  // The sums begin with what is left beyond whole vectors.
  const rest = tiles & 3, whole = bytes<f32>(tiles - rest)
  let x0 = keep<f32>(v128.load(v + whole), rest), x1 = keep<f32>(v128.load(w + whole), rest)
  let d = keep<f32>(v128.load(g + whole), rest)
  let c00 = f32x4.mul(d, x0), c01 = f32x4.mul(d, x1)
  d = keep<f32>(v128.load(g1 + whole), rest)
  let c10 = f32x4.mul(d, x0), c11 = f32x4.mul(d, x1)
  d = keep<f32>(v128.load(g2 + whole), rest)
  let c20 = f32x4.mul(d, x0), c21 = f32x4.mul(d, x1)
  d = keep<f32>(v128.load(g3 + whole), rest)
  let c30 = f32x4.mul(d, x0), c31 = f32x4.mul(d, x1)
  for (let at: usize = 0; at < whole; at += 16) {
    x0 = v128.load(v + at)
    x1 = v128.load(w + at)
    d = v128.load(g + at)
    c00 = fma<f32>(d, x0, c00)
    c01 = fma<f32>(d, x1, c01)
    d = v128.load(g1 + at)
    c10 = fma<f32>(d, x0, c10)
    c11 = fma<f32>(d, x1, c11)
    d = v128.load(g2 + at)
    c20 = fma<f32>(d, x0, c20)
    c21 = fma<f32>(d, x1, c21)
    d = v128.load(g3 + at)
    c30 = fma<f32>(d, x0, c30)
    c31 = fma<f32>(d, x1, c31)
  }
  addSums(to, c00, c01, hasSecond)
  addSums(to + nextOutput, c10, c11, hasSecond)
  addSums(to + 2 * nextOutput, c20, c21, hasSecond)
  addSums(to + 3 * nextOutput, c30, c31, hasSecond)
}

@inline
function addSums(p: usize, v0: v128, v1: v128, hasSecond: bool): void {
  store<f32>(p, load<f32>(p) + sumLanes(v0))
  if (hasSecond) store<f32>(p, load<f32>(p, 4) + sumLanes(v1), 4)
}

/** G^T u G of a pair of channels whose 16 places are `next` apart: 9 weights. Returns their sum, to see whether they are finite. */
function untransformWeights(to: usize, half: usize, u: usize, next: usize): f32 {
  for (let column = 0; column < 4; column++) {
    const u0 = load<f32>(u), u1 = load<f32>(u + 4 * next), u2 = load<f32>(u + 8 * next), u3 = load<f32>(u + 12 * next)
    store<f32>(half + bytes<f32>(column), u0 + <f32>0.5 * (u1 + u2))
    store<f32>(half + bytes<f32>(column), <f32>0.5 * (u1 - u2), 16)
    store<f32>(half + bytes<f32>(column), <f32>0.5 * (u1 + u2) + u3, 32)
    u += next
  }
  let total: f32 = 0
  for (let row: usize = 0; row < 3; row++) {
    const u0 = load<f32>(half + row * 16), u1 = load<f32>(half + row * 16, 4)
    const u2 = load<f32>(half + row * 16, 8), u3 = load<f32>(half + row * 16, 12)
    const w0 = u0 + <f32>0.5 * (u1 + u2), w1 = <f32>0.5 * (u1 - u2), w2 = <f32>0.5 * (u1 + u2) + u3
    store<f32>(to, w0)
    store<f32>(to, w1, 4)
    store<f32>(to, w2, 8)
    total += w0 + w1 + w2
    to += 12
  }
  return total
}

export function winogradBackwardWeights(dWeights: usize, g: usize, image: usize, shape: usize, scratch: usize): bool {
  const batch = field(shape, Shape.Batch), groups = field(shape, Shape.Groups)
  const inputs = field(shape, Shape.Channels) / groups, outputs = field(shape, Shape.OutChannels) / groups
  const height = field(shape, Shape.Height), width = field(shape, Shape.Width)
  const outHeight = field(shape, Shape.OutHeight), outWidth = field(shape, Shape.OutWidth)
  const rows = (outHeight + 1) / 2, columns = (outWidth + 1) / 2
  const allOutputs = roundUp(outputs, 4)
  const run = paddedColumns(columns), pitch = bytes<f32>(run)
  const plane = <usize>(2 * rows + 2) * pitch
  const row = bytes<f32>(passLength(columns))
  const half = align(scratch)
  const u = half + HALF
  const padded = align(u + bytes<f32>(16 * allOutputs * inputs))
  const paddedG = align(padded + plane * inputs)
  const v = align(paddedG + plane * outputs)
  const nextU = bytes<f32>(allOutputs * inputs), nextV = placeBytes(row, inputs), nextT = placeBytes(row, allOutputs)
  const t = align(v + 16 * nextV)
  let total: f32 = 0
  zeroBytes(padded, paddedG + plane * outputs - padded)
  for (let group = 0; group < groups; group++) {
    zeroBytes(u, 16 * nextU)
    for (let first = 0; first < batch * rows; first += rowsOfPass(columns)) {
      const last = min(batch * rows, first + rowsOfPass(columns))
      for (let r = first; r < last; r++) {
        const b = r / rows, y = r % rows
        if (y == 0) {
          const from = image + bytes<f32>((b * groups + group) * inputs * height * width)
          placeImage(
            padded, from, inputs, 1, height, width, 1, 2 * rows + 2, run, 1,
            0, field(shape, Shape.PaddingTop), field(shape, Shape.PaddingLeft),
          )
          const gradient = g + bytes<f32>((b * field(shape, Shape.OutPitch) + group * outputs) * outHeight * outWidth)
          placeImage(paddedG, gradient, outputs, 1, outHeight, outWidth, 1, 2 * rows + 2, run, 1, 0, 0, 0)
        }
        const at = bytes<f32>((r - first) * columns), start = <usize>(2 * y) * pitch
        for (let i = 0; i < inputs; i++) {
          transformInput(v + at + <usize>i * row, nextV, padded + <usize>i * plane + start, pitch, columns)
        }
        for (let o = 0; o < outputs; o++) {
          transformGradient(t + at + <usize>o * row, nextT, paddedG + <usize>o * plane + start, pitch, columns)
        }
      }
      const tiles = (last - first) * columns
      for (let place: usize = 0; place < 16; place++) {
        for (let o = 0; o < outputs; o += 4) {
          for (let i = 0; i < inputs; i += 2) {
            correlateTiles(
              u + place * nextU + bytes<f32>(o * inputs + i), bytes<f32>(inputs),
              t + place * nextT + <usize>o * row, v + place * nextV + <usize>i * row, row, tiles, i + 1 < inputs,
            )
          }
        }
      }
    }
    for (let pair = 0; pair < outputs * inputs; pair++) {
      const sum = untransformWeights(dWeights + bytes<f32>((group * outputs * inputs + pair) * 9), half, u + bytes<f32>(pair), nextU)
      total += sum - sum
    }
  }
  return total == 0
}
