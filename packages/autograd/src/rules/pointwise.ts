import type { BinaryPrimitives, Tensor, UnaryPrimitives } from '@metagrad/tensor'
import { dispatch } from '@metagrad/tensor'
import type { Rules, Saved } from '../saved.ts'
import { fused, logisticGradient } from './fused.ts'

/** Step functions: flat wherever they have a derivative. */
const flat = (g: Tensor): Tensor => g.newFull(g.shape, 0)

/** Half of the gradient where both are equal, as PyTorch. */
const winner = (g: Tensor, wins: Tensor, ties: Tensor): Tensor => g.mul(wins.to(g.dtype).add(ties.to(g.dtype).mul(0.5)))

type Pointwise =
  | keyof UnaryPrimitives
  | keyof BinaryPrimitives
  | 'where'
  | 'clamp'
  | 'copy'
  | 'cast'
  | 'dropout'
  | 'bceWithLogitsSum'

/** The normal distribution function plus x times its derivative. */
function gelu(g: Tensor, { x }: Saved<'gelu'>): Tensor {
  const distribution = x.mul(Math.SQRT1_2).erf().add(1).mul(0.5)
  const density = x
    .square()
    .mul(-0.5)
    .exp()
    .mul(1 / Math.sqrt(2 * Math.PI))
  return g.mul(distribution.add(x.mul(density)))
}

/** sigmoid(x) (1 + x (1 - sigmoid(x))). */
function silu(g: Tensor, { x }: Saved<'silu'>): Tensor {
  const share = x.sigmoid()
  return g.mul(share).mul(x.mul(share.neg().add(1)).add(1))
}

/** d/dx as a formula of the gradient g, the inputs x, y, z and the result out. Broadcasting and dtypes are the engine's business. */
export const pointwiseRules: Rules<Pointwise> = {
  neg: [(g) => g.neg()],
  abs: [(g, { x }) => g.mul(x.sign())],
  sign: [flat],
  square: [(g, { x }) => g.mul(x).mul(2)],
  floor: [flat],
  ceil: [flat],
  round: [flat],
  trunc: [flat],
  reciprocal: [(g, { out }) => g.mul(out).mul(out).neg()],
  sqrt: [(g, { out }) => g.div(out.mul(2))],
  rsqrt: [(g, { out }) => g.mul(out.mul(out).mul(out)).mul(-0.5)],
  exp: [(g, { out }) => g.mul(out)],
  exp2: [(g, { out }) => g.mul(out).mul(Math.LN2)],
  expm1: [(g, { out }) => g.mul(out.add(1))],
  log: [(g, { x }) => g.div(x)],
  log2: [(g, { x }) => g.div(x.mul(Math.LN2))],
  log10: [(g, { x }) => g.div(x.mul(Math.LN10))],
  log1p: [(g, { x }) => g.div(x.add(1))],
  sin: [(g, { x }) => g.mul(x.cos())],
  cos: [(g, { x }) => g.mul(x.sin()).neg()],
  tan: [(g, { out }) => g.mul(out.square().add(1))],
  asin: [(g, { x }) => g.mul(x.square().neg().add(1).rsqrt())],
  acos: [(g, { x }) => g.mul(x.square().neg().add(1).rsqrt()).neg()],
  atan: [(g, { x }) => g.div(x.square().add(1))],
  sinh: [(g, { x }) => g.mul(x.cosh())],
  cosh: [(g, { x }) => g.mul(x.sinh())],
  tanh: [(g, { out }) => fused('tanhBackward', g, out) ?? g.sub(g.mul(out.square()))],
  asinh: [(g, { x }) => g.mul(x.square().add(1).rsqrt())],
  acosh: [(g, { x }) => g.mul(x.sub(1).mul(x.add(1)).rsqrt())],
  atanh: [(g, { x }) => g.div(x.square().neg().add(1))],
  sigmoid: [(g, { out }) => fused('sigmoidBackward', g, out) ?? g.mul(out).mul(out.neg().add(1))],
  relu: [(g, { out }) => fused('reluBackward', g, out) ?? g.maskedFill(out.le(0), 0)],
  gelu: [gelu],
  silu: [silu],
  // d erf(x) / dx = 2 / sqrt(pi) e^(-x^2)
  erf: [(g, { x }) => g.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI))],
  erfc: [(g, { x }) => g.mul(x.square().neg().exp()).mul(-2 / Math.sqrt(Math.PI))],
  erfinv: [(g, { out }) => g.mul(out.square().exp()).mul(Math.sqrt(Math.PI) / 2)],
  lgamma: [(g, { x }) => g.mul(x.digamma())],
  digamma: [(g, { x }) => g.mul(x.trigamma())],
  trigamma: undefined,
  bitwiseNot: undefined,
  logicalNot: undefined,
  isnan: undefined,
  isinf: undefined,
  isfinite: undefined,

  add: [(g) => g, (g) => g],
  sub: [(g) => g, (g) => g.neg()],
  mul: [(g, { y }) => g.mul(y), (g, { x }) => g.mul(x)],
  div: [(g, { y }) => g.div(y), (g, { y, out }) => g.mul(out).div(y).neg()],
  floorDivide: [flat, flat],
  pow: [
    // 0 for a power of 0, where x^(y - 1) may be infinite.
    (g, { x, y }) => g.mul(y.mul(x.pow(y.sub(1)))).maskedFill(y.eq(0), 0),
    // 0^y is flat in y for y >= 0, where log(x) is not finite.
    (g, { x, y, out }) => g.mul(out.mul(x.log())).maskedFill(x.eq(0).logicalAnd(y.ge(0)), 0),
  ],
  maximum: [(g, { x, y }) => winner(g, x.gt(y), x.eq(y)), (g, { x, y }) => winner(g, y.gt(x), x.eq(y))],
  minimum: [(g, { x, y }) => winner(g, x.lt(y), x.eq(y)), (g, { x, y }) => winner(g, y.lt(x), x.eq(y))],
  atan2: [
    (g, { x, y }) => g.mul(y).div(x.square().add(y.square())),
    (g, { x, y }) => g.mul(x).div(x.square().add(y.square())).neg(),
  ],
  remainder: [(g) => g, (g, { x, y }) => g.mul(x.div(y, { rounding: 'floor' })).neg()],
  fmod: [(g) => g, (g, { x, y }) => g.mul(x.div(y, { rounding: 'trunc' })).neg()],
  hypot: [(g, { x, out }) => g.mul(x.div(out)), (g, { y, out }) => g.mul(y.div(out))],
  copysign: [(g, { x, out }) => g.mul(out.div(x).maskedFill(x.eq(0), 0)), flat],
  bitwiseAnd: undefined,
  bitwiseOr: undefined,
  bitwiseXor: undefined,
  bitwiseLeftShift: undefined,
  bitwiseRightShift: undefined,
  bceWithLogits: [(g, { x, y }) => logisticGradient(g, x, y, 1), (g, { x }) => g.mul(x).neg()],
  bceWithLogitsSum: [
    (g, { x, y, params }) => logisticGradient(g, x, y, params.scale),
    (g, { x, params }) => g.mul(x).mul(-params.scale),
  ],
  eq: undefined,
  ne: undefined,
  lt: undefined,
  le: undefined,
  gt: undefined,
  ge: undefined,
  logicalAnd: undefined,
  logicalOr: undefined,
  logicalXor: undefined,

  where: [undefined, (g, { x }) => g.where(x, 0), (g, { x }) => g.maskedFill(x, 0)],
  dropout: [(g, { y, params }) => dispatch('dropout', [g, y], params), undefined],
  clamp: [(g, { x, params }) => g.mul(x.ge(params.min).logicalAnd(x.le(params.max)))],
  copy: [(g) => g],
  cast: [(g) => g],
}
