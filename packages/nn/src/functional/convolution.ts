import type { ConvParams, Tensor } from '@metagrad/tensor'
import { ArgumentError, DTypeError, ShapeError, dispatch, formatShape } from '@metagrad/tensor'
import { checkSizes } from '../check.ts'
import type { PerDim } from './windows.ts'
import { checkInput, extents, perDim, weightShape } from './windows.ts'

interface SharedOptions {
  /** An offset per output channel. */
  readonly bias?: Tensor | undefined
  /** How far the window moves; 1 by default. */
  readonly stride?: PerDim
  /** Steps between neighbouring elements of the window; 1 by default. */
  readonly dilation?: PerDim
  /** As many parts of the channels, each convolved by itself; 1 by default. */
  readonly groups?: number
}

export interface ConvOptions extends SharedOptions {
  /**
   * Zeros on either side; none by default. 'valid' means none, 'same' as many as give an output of the input's size (of an odd number
   * one more behind).
   */
  readonly padding?: PerDim | 'same' | 'valid'
}

export interface ConvTransposeOptions extends SharedOptions {
  /** How many elements fewer the result has on either side; none by default. */
  readonly padding?: PerDim
  /** Elements that the result has more behind, where several inputs of a convolution have outputs of one size; none by default. */
  readonly outputPadding?: PerDim
}

/** The shapes and dtypes that both kinds share. `inputs` and `outputs` are the channels that the weights are made for. */
function checkOperands(
  op: string,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  { dims, groups, inputs, outputs }: { dims: number; groups: number; inputs: number; outputs: number },
): void {
  for (const operand of [weight, bias]) {
    if (operand !== undefined && operand.dtype !== x.dtype) {
      throw new DTypeError(
        `${op}: input, weight and bias must have one dtype: got ${x.dtype} and ${operand.dtype}. Use x.to('${operand.dtype}').`,
      )
    }
  }
  const channels = x.shape.at(-dims - 1)!
  if (channels !== inputs) {
    throw new ShapeError(
      `${op}: the input's channels do not fit the weight: ${formatShape(x.shape)} has ${channels} vs ${inputs} for weight ${formatShape(weight.shape)} and groups ${groups}.`,
    )
  }
  if (inputs % groups !== 0 || outputs % groups !== 0) {
    throw new ShapeError(
      `${op}: channels must be divisible by groups ${groups}: got ${inputs} in and ${outputs} out for weight ${formatShape(weight.shape)}.`,
    )
  }
  if (bias !== undefined && (bias.ndim !== 1 || bias.shape[0] !== outputs)) {
    throw new ShapeError(
      `${op}: the bias must have one element per output channel: [${outputs}], got ${formatShape(bias.shape)}.`,
    )
  }
}

function checkWeight(op: string, weight: Tensor, dims: number, shape: string): void {
  if (weight.ndim !== dims + 2 || weight.numel === 0) {
    throw new ShapeError(`${op}: the weight must be ${shape}, none 0, got ${formatShape(weight.shape)}.`)
  }
}

/** With a batch dim, and the result without it where the input had none. */
function batched(x: Tensor, dims: number, run: (x: Tensor) => Tensor): Tensor {
  return x.ndim === dims + 2 ? run(x) : run(x.unsqueeze(0)).squeeze(0)
}

/** Zeros around and, where an odd number of them is to be shared out, the input with the odd one already behind it. */
function padded(
  op: string,
  x: Tensor,
  padding: PerDim | 'same' | 'valid',
  extent: readonly number[],
  stride: readonly number[],
): readonly [x: Tensor, padding: readonly number[]] {
  if (padding === 'valid') return [x, extent.map(() => 0)]
  if (padding !== 'same') {
    if (typeof padding === 'string')
      throw new ArgumentError(`${op}: unknown padding ${JSON.stringify(padding)}. Use 'same', 'valid' or numbers.`)
    return [x, perDim(op, 'padding', padding, extent.length, 0)]
  }
  if (stride.some((step) => step !== 1))
    throw new ArgumentError(`${op}: padding 'same' needs stride 1, got ${formatShape(stride)}. Give numbers.`)
  const total = extent.map((size) => size - 1)
  const odd = total.map((zeros) => zeros % 2)
  const around = total.map((zeros) => Math.floor(zeros / 2))
  // Pairs of the last dim come first.
  return [odd.includes(1) ? x.pad(odd.toReversed().flatMap((behind) => [0, behind])) : x, around]
}

function conv(op: string, dims: number, x: Tensor, weight: Tensor, options: ConvOptions): Tensor {
  const { bias, groups = 1 } = options
  const stride = perDim(op, 'stride', options.stride ?? 1, dims, 1)
  const dilation = perDim(op, 'dilation', options.dilation ?? 1, dims, 1)
  checkSizes(op, { groups })
  checkInput(op, x, dims)
  checkWeight(op, weight, dims, weightShape('O', 'C / groups', dims))
  const [outputs, perGroup, ...kernel] = weight.shape as [number, number, ...number[]]
  checkOperands(op, x, weight, bias, { dims, groups, inputs: perGroup * groups, outputs })
  const extent = extents(kernel, dilation)
  const [input, padding] = padded(op, x, options.padding ?? 0, extent, stride)
  const room = input.shape.slice(-dims).map((size, dim) => size + 2 * padding[dim]!)
  if (room.some((size, dim) => size < extent[dim]!)) {
    throw new ShapeError(
      `${op}: the window is larger than the padded input: ${formatShape(extent)} vs ${formatShape(room)}.`,
    )
  }
  const params: ConvParams = { stride, padding, dilation, groups }
  return batched(input, dims, (images) =>
    dispatch('conv', bias === undefined ? [images, weight] : [images, weight, bias], params),
  )
}

function convTranspose(op: string, dims: number, x: Tensor, weight: Tensor, options: ConvTransposeOptions): Tensor {
  const { bias, groups = 1 } = options
  const stride = perDim(op, 'stride', options.stride ?? 1, dims, 1)
  const dilation = perDim(op, 'dilation', options.dilation ?? 1, dims, 1)
  const padding = perDim(op, 'padding', options.padding ?? 0, dims, 0)
  const behind = perDim(op, 'outputPadding', options.outputPadding ?? 0, dims, 0)
  checkSizes(op, { groups })
  checkInput(op, x, dims)
  checkWeight(op, weight, dims, weightShape('C', 'O / groups', dims))
  const [inputs, perGroup, ...kernel] = weight.shape as [number, number, ...number[]]
  checkOperands(op, x, weight, bias, { dims, groups, inputs, outputs: perGroup * groups })
  if (behind.some((size, dim) => size >= Math.max(stride[dim]!, dilation[dim]!))) {
    throw new ArgumentError(
      `${op}: outputPadding must be smaller than stride or dilation: got ${formatShape(behind)} for stride ${formatShape(stride)}, dilation ${formatShape(dilation)}.`,
    )
  }
  const extent = extents(kernel, dilation)
  const size = x.shape
    .slice(-dims)
    .map((n, dim) => (n - 1) * stride[dim]! - 2 * padding[dim]! + extent[dim]! + behind[dim]!)
  if (size.some((n) => n < 1)) {
    throw new ShapeError(`${op}: nothing is left of ${formatShape(x.shape)}: the result would be ${formatShape(size)}.`)
  }
  return batched(x, dims, (images) => {
    const result = dispatch('convTranspose', [images, weight], { stride, padding, dilation, groups, size })
    return bias === undefined ? result : result.add(bias.reshape([-1, ...size.map(() => 1)]))
  })
}

/**
 * Slides windows of weights over a sequence: out[n, o, p] = bias[o] + sum over c, u of weight[o, c, u] x[n, c, p stride + u dilation - padding].
 *
 * Shapes: x [N, C, L] or [C, L], weight [O, C / groups, K], bias [O] -> [N, O, (L + 2 padding - dilation (K - 1) - 1) / stride + 1],
 * rounded down.
 * @throws ShapeError for operands that do not fit, ArgumentError for options out of range, DTypeError for other dtypes than one of floats
 * @example
 * ```ts
 * conv1d(tensor([[1, 2, 3, 4]]), tensor([[[1, -1]]])).tolistSync() // -> [[-1, -1, -1]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html
 */
export function conv1d(x: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor {
  return conv('conv1d', 1, x, weight, options)
}

/**
 * Slides windows of weights over images: out[n, o, p] = bias[o] + sum over c, u of weight[o, c, u] x[n, c, p stride + u dilation - padding].
 *
 * Shapes: x [N, C, H, W] or [C, H, W], weight [O, C / groups, KH, KW], bias [O] -> [N, O, H', W'] with, rounded down,
 * H' = (H + 2 padding - dilation (KH - 1) - 1) / stride + 1.
 * @throws ShapeError for operands that do not fit, ArgumentError for options out of range, DTypeError for other dtypes than one of floats
 * @example
 * ```ts
 * conv2d(ones(1, 3, 8, 8), ones(4, 3, 3, 3), { padding: 1, stride: 2 }).shape // -> [1, 4, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 */
export function conv2d(x: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor {
  return conv('conv2d', 2, x, weight, options)
}

/**
 * Slides windows of weights over volumes: out[n, o, p] = bias[o] + sum over c, u of weight[o, c, u] x[n, c, p stride + u dilation - padding].
 *
 * Shapes: x [N, C, D, H, W] or [C, D, H, W], weight [O, C / groups, KD, KH, KW], bias [O] -> [N, O, D', H', W'], as `conv2d`.
 * @throws ShapeError for operands that do not fit, ArgumentError for options out of range, DTypeError for other dtypes than one of floats
 * @example
 * ```ts
 * conv3d(ones(1, 2, 4, 4, 4), ones(5, 2, 3, 3, 3), { padding: 'same' }).shape // -> [1, 5, 4, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv3d.html
 */
export function conv3d(x: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor {
  return conv('conv3d', 3, x, weight, options)
}

/**
 * The gradient of `conv1d` with respect to its input, as a layer of its own: every input element spreads over a window of the result.
 *
 * Shapes: x [N, C, L] or [C, L], weight [C, O / groups, K], bias [O] -> [N, O, (L - 1) stride - 2 padding + dilation (K - 1) +
 * outputPadding + 1].
 * @throws ShapeError for operands that do not fit, ArgumentError for options out of range, DTypeError for other dtypes than one of floats
 * @example
 * ```ts
 * convTranspose1d(tensor([[1, 2]]), tensor([[[1, 10, 100]]]), { stride: 2 }).tolistSync() // -> [[1, 10, 102, 20, 200]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose1d.html
 */
export function convTranspose1d(x: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor {
  return convTranspose('convTranspose1d', 1, x, weight, options)
}

/**
 * The gradient of `conv2d` with respect to its input, as a layer of its own: every input element spreads over a window of the result.
 *
 * Shapes: x [N, C, H, W] or [C, H, W], weight [C, O / groups, KH, KW], bias [O] -> [N, O, H', W'] with
 * H' = (H - 1) stride - 2 padding + dilation (KH - 1) + outputPadding + 1.
 * @throws ShapeError for operands that do not fit, ArgumentError for options out of range, DTypeError for other dtypes than one of floats
 * @example
 * ```ts
 * convTranspose2d(ones(1, 3, 4, 4), ones(3, 2, 2, 2), { stride: 2 }).shape // -> [1, 2, 8, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose2d.html
 */
export function convTranspose2d(x: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor {
  return convTranspose('convTranspose2d', 2, x, weight, options)
}

/**
 * The gradient of `conv3d` with respect to its input, as a layer of its own: every input element spreads over a window of the result.
 *
 * Shapes: x [N, C, D, H, W] or [C, D, H, W], weight [C, O / groups, KD, KH, KW], bias [O] -> [N, O, D', H', W'], as `convTranspose2d`.
 * @throws ShapeError for operands that do not fit, ArgumentError for options out of range, DTypeError for other dtypes than one of floats
 * @example
 * ```ts
 * convTranspose3d(ones(1, 3, 2, 2, 2), ones(3, 2, 2, 2, 2), { stride: 2 }).shape // -> [1, 2, 4, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose3d.html
 */
export function convTranspose3d(x: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor {
  return convTranspose('convTranspose3d', 3, x, weight, options)
}
