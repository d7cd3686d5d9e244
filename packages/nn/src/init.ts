import type { Generator, Tensor } from '@metagrad/tensor'
import { ArgumentError, ShapeError, dispatchAll, eye, formatShape, randn } from '@metagrad/tensor'
import { noGrad } from '@metagrad/autograd'
import { checkChoice } from './check.ts'

export interface InitOptions {
  /** Defaults to the process-wide generator that `manualSeed` sets. */
  readonly generator?: Generator
}

/** Writes into a tensor that may require grad, without recording, and returns it. */
function filled<T extends Tensor>(tensor: T, fill: () => void): T {
  noGrad(fill)
  return tensor
}

/** Uniform in [from, to). @see https://pytorch.org/docs/stable/nn.init.html */
export function uniform_<T extends Tensor>(tensor: T, from = 0, to = 1, options: InitOptions = {}): T {
  return filled(tensor, () => tensor.uniform_(from, to, options))
}

/** Normal with the given mean and standard deviation. */
export function normal_<T extends Tensor>(tensor: T, mean = 0, std = 1, options: InitOptions = {}): T {
  return filled(tensor, () => tensor.normal_(mean, std, options))
}

/** All elements to one value. */
export function constant_<T extends Tensor>(tensor: T, value: number): T {
  return filled(tensor, () => tensor.fill_(value))
}

export function zeros_<T extends Tensor>(tensor: T): T {
  return constant_(tensor, 0)
}

export function ones_<T extends Tensor>(tensor: T): T {
  return constant_(tensor, 1)
}

/** The identity matrix, or the beginning of it. @throws ShapeError unless the tensor is 2-d */
export function eye_<T extends Tensor>(tensor: T): T {
  if (tensor.ndim !== 2) throw new ShapeError(`eye_: needs a 2-d tensor, got ${formatShape(tensor.shape)}.`)
  const [rows, columns] = tensor.shape
  return filled(tensor, () => tensor.copy_(eye(rows!, columns!, { dtype: tensor.dtype, device: tensor.device })))
}

export interface TruncNormalOptions extends InitOptions {
  readonly mean?: number
  readonly std?: number
  /** Lower bound. */
  readonly a?: number
  /** Upper bound. */
  readonly b?: number
}

/** (1 + erf(x / sqrt 2)) / 2 of one number, by Tensor's erf. */
function normalDistribution(x: number, like: Tensor): number {
  const value = like
    .newFull([], x / Math.SQRT2)
    .double()
    .erf()
    .itemSync()
  return (1 + value) / 2
}

/**
 * Normal, drawn anew where it lies outside of [a, b]: by the inverse of the distribution function, so that each element takes one draw.
 *
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.trunc_normal_
 */
export function truncNormal_<T extends Tensor>(
  tensor: T,
  { mean = 0, std = 1, a = -2, b = 2, ...random }: TruncNormalOptions = {},
): T {
  if (!(std > 0) || !(a < b))
    throw new ArgumentError(`truncNormal_: needs std > 0 and a < b, got ${std}, ${a} and ${b}.`)
  const [low, high] = [a, b].map((bound) => 2 * normalDistribution((bound - mean) / std, tensor) - 1)
  return filled(tensor, () => {
    tensor.uniform_(low, high, random)
    tensor.copy_(
      tensor
        .erfinv()
        .mul(std * Math.SQRT2)
        .add(mean)
        .clamp(a, b),
    )
  })
}

/** Which nonlinearity follows the layer. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu'

const gains: { readonly [N in Nonlinearity]: (slope: number) => number } = {
  linear: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: (slope) => Math.sqrt(2 / (1 + slope ** 2)),
  selu: () => 3 / 4,
}

/**
 * The factor by which a nonlinearity shrinks standard deviations, inverted.
 *
 * @param slope of the left half of 'leakyRelu'
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain
 */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  checkChoice('calculateGain', 'nonlinearity', nonlinearity, Object.keys(gains))
  return gains[nonlinearity](slope)
}

/** Inputs and outputs of a weight [out, in, ...window]. @throws ShapeError below 2 dims */
function fans(op: string, { shape }: Tensor): { fanIn: number; fanOut: number } {
  const [outputs, inputs, ...window] = shape
  if (outputs === undefined || inputs === undefined) {
    throw new ShapeError(`${op}: needs a weight [out, in, ...], got ${formatShape(shape)}. Use uniform_ or normal_.`)
  }
  const places = window.reduce((product, size) => product * size, 1)
  return { fanIn: inputs * places, fanOut: outputs * places }
}

export interface XavierOptions extends InitOptions {
  /** Factor; see `calculateGain`. */
  readonly gain?: number
}

function xavierStd(op: string, tensor: Tensor, gain: number): number {
  const { fanIn, fanOut } = fans(op, tensor)
  return gain * Math.sqrt(2 / (fanIn + fanOut))
}

/**
 * Uniform in +-gain sqrt(6 / (fanIn + fanOut)).
 *
 * @see X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010
 */
export function xavierUniform_<T extends Tensor>(tensor: T, { gain = 1, ...random }: XavierOptions = {}): T {
  const bound = Math.sqrt(3) * xavierStd('xavierUniform_', tensor, gain)
  return uniform_(tensor, -bound, bound, random)
}

/** Normal with standard deviation gain sqrt(2 / (fanIn + fanOut)). @see `xavierUniform_` */
export function xavierNormal_<T extends Tensor>(tensor: T, { gain = 1, ...random }: XavierOptions = {}): T {
  return normal_(tensor, 0, xavierStd('xavierNormal_', tensor, gain), random)
}

export interface KaimingOptions extends InitOptions {
  /** Slope of the left half of 'leakyRelu'. */
  readonly a?: number
  /** Whether variances are kept going forward or backward. */
  readonly mode?: 'fanIn' | 'fanOut'
  readonly nonlinearity?: Nonlinearity
}

function kaimingStd(
  op: string,
  tensor: Tensor,
  { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' }: KaimingOptions,
): number {
  checkChoice(op, 'mode', mode, ['fanIn', 'fanOut'])
  return calculateGain(nonlinearity, a) / Math.sqrt(fans(op, tensor)[mode])
}

/**
 * Uniform in +-gain sqrt(3 / fan).
 *
 * @see K. He et al., "Delving Deep into Rectifiers", 2015
 */
export function kaimingUniform_<T extends Tensor>(tensor: T, { generator, ...options }: KaimingOptions = {}): T {
  const bound = Math.sqrt(3) * kaimingStd('kaimingUniform_', tensor, options)
  return uniform_(tensor, -bound, bound, generator && { generator })
}

/** Normal with standard deviation gain / sqrt(fan). @see `kaimingUniform_` */
export function kaimingNormal_<T extends Tensor>(tensor: T, { generator, ...options }: KaimingOptions = {}): T {
  return normal_(tensor, 0, kaimingStd('kaimingNormal_', tensor, options), generator && { generator })
}

/**
 * Rows (or columns, where there are more rows) of length `gain` at right angles; dims after the first count as one.
 *
 * @see A. Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013
 */
export function orthogonal_<T extends Tensor>(tensor: T, { gain = 1, ...random }: XavierOptions = {}): T {
  if (tensor.ndim < 2) throw new ShapeError(`orthogonal_: needs 2 dims or more, got ${formatShape(tensor.shape)}.`)
  const rows = tensor.shape[0]!
  const columns = tensor.numel / Math.max(1, rows)
  return filled(tensor, () => {
    const draws = randn([rows, columns], { dtype: tensor.dtype, device: tensor.device, ...random })
    const tall = rows < columns ? draws.T.contiguous() : draws
    const [q, r] = dispatchAll('qr', [tall], { mode: 'reduced' })
    const diagonal = r!.mul(eye(...(r!.shape as [number, number]), { dtype: r!.dtype, device: r!.device })).sum(0)
    // The signs make the factorisation unique, and the result uniform over all rotations.
    const rotation = q!.mul(diagonal.sign())
    tensor.copy_((rows < columns ? rotation.T : rotation).reshape(tensor.shape).mul(gain))
  })
}
