import type { Tensor } from '@metagrad/tensor'
import { DTypeError, ShapeError, arange, formatShape } from '@metagrad/tensor'
import type { PerDim } from './windows.ts'
import { checkInput, extents, perDim } from './windows.ts'

export interface UnfoldOptions {
  /** How far the window moves; 1 by default. */
  readonly stride?: PerDim
  /** Zeros on either side; none by default. */
  readonly padding?: PerDim
  /** Steps between neighbouring elements of the window; 1 by default. */
  readonly dilation?: PerDim
}

interface Blocks {
  readonly kernel: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly dilation: readonly number[]
}

function blocksOf(op: string, kernelSize: PerDim, { stride = 1, padding = 0, dilation = 1 }: UnfoldOptions): Blocks {
  return {
    kernel: perDim(op, 'kernelSize', kernelSize, 2, 1),
    stride: perDim(op, 'stride', stride, 2, 1),
    padding: perDim(op, 'padding', padding, 2, 0),
    dilation: perDim(op, 'dilation', dilation, 2, 1),
  }
}

/** How many windows fit along each dim. @throws ShapeError if none does */
function counts(op: string, size: readonly number[], { kernel, stride, padding, dilation }: Blocks): readonly number[] {
  const extent = extents(kernel, dilation)
  return size.map((n, dim) => {
    const room = n + 2 * padding[dim]! - extent[dim]!
    if (room < 0) {
      throw new ShapeError(
        `${op}: the window is larger than the padded input: ${formatShape(extent)} vs ${formatShape(size.map((m, d) => m + 2 * padding[d]!))}.`,
      )
    }
    return Math.floor(room / stride[dim]!) + 1
  })
}

/** [.., H, W] with `value` around -> its windows, [.., KH KW, windows]. */
function windowsOf(x: Tensor, { kernel, stride, padding, dilation }: Blocks, value: number): Tensor {
  const [high, wide] = extents(kernel, dilation) as [number, number]
  const [top, left] = padding as [number, number]
  const windows = x
    .pad([left, left, top, top], { value })
    .unfold(-2, high, stride[0]!)
    .unfold(-2, wide, stride[1]!)
    .index('...', `::${dilation[0]!}`, `::${dilation[1]!}`)
  const lead = windows.ndim - 4
  const order = [...Array.from({ length: lead }, (_, dim) => dim), lead + 2, lead + 3, lead, lead + 1]
  return windows
    .permute(order)
    .flatten(lead + 2)
    .flatten(lead, lead + 1)
}

/**
 * The windows of images as columns (im2col).
 *
 * Shapes: x [N, C, H, W] or [C, H, W] -> [N, C KH KW, windows].
 * @throws ShapeError for inputs that no window fits, ArgumentError for options out of range
 * @example
 * ```ts
 * unfold(arange(4).float().reshape(1, 2, 2), [1, 2]).tolistSync() // -> [[0, 2], [1, 3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.unfold.html
 */
export function unfold(x: Tensor, kernelSize: PerDim, options: UnfoldOptions = {}): Tensor {
  checkInput('unfold', x, 2)
  const blocks = blocksOf('unfold', kernelSize, options)
  counts('unfold', x.shape.slice(-2), blocks)
  return windowsOf(x, blocks, 0).flatten(-3, -2)
}

/**
 * Images from their windows as columns (col2im): what lies in several windows is added up.
 *
 * Shapes: x [N, C KH KW, windows] or [C KH KW, windows] -> [N, C, *outputSize].
 * @throws ShapeError for another number of columns or windows than the sizes give, ArgumentError for options out of range
 * @example
 * ```ts
 * fold(ones(2, 3), [1, 4], [1, 2]).tolistSync() // -> [[[1, 2, 2, 1]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.fold.html
 */
export function fold(x: Tensor, outputSize: PerDim, kernelSize: PerDim, options: UnfoldOptions = {}): Tensor {
  const blocks = blocksOf('fold', kernelSize, options)
  const [height, width] = perDim('fold', 'outputSize', outputSize, 2, 1) as [number, number]
  const [window, fitting] = [blocks.kernel, counts('fold', [height, width], blocks)].map(([a, b]) => a! * b!) as [
    number,
    number,
  ]
  if ((x.ndim !== 2 && x.ndim !== 3) || x.shape.at(-2)! % window !== 0 || x.shape.at(-1) !== fitting) {
    throw new ShapeError(
      `fold: the input must be [N, C * ${window}, ${fitting}] or [C * ${window}, ${fitting}], got ${formatShape(x.shape)}.`,
    )
  }
  if (!x.isFloatingPoint) throw new DTypeError(`fold: needs a float dtype, got ${x.dtype}. Use x.to('float32').`)
  // Each column element's place in the image; padding goes to one place more, which is cut off.
  const size = height * width
  const dtype = x.device.dtypes.has('int64') ? 'int64' : 'int32'
  const places = windowsOf(arange(size, { dtype, device: x.device }).reshape(height, width), blocks, size)
  const rows = x.unflatten(-2, [x.shape.at(-2)! / window, window]).flatten(-2)
  const index = places.flatten().expand(rows.shape)
  const sums = x.newFull([...rows.shape.slice(0, -1), size + 1], 0).scatterAdd(-1, index, rows)
  return sums.narrow(-1, 0, size).unflatten(-1, [height, width])
}
