// One optimizer step over a run of float32 parameters. `gradScale` multiplies the gradient first: clipping, -1 to maximize.
import { fma, fnma, storeTail } from './simd'

@inline
function put(p: usize, v: v128, left: i32): void {
  if (left < 4) storeTail<f32>(p, v, left)
  else v128.store(p, v)
}

@inline
function splat(x: f64): v128 {
  return f32x4.splat(<f32>x)
}

/**
 * g = gradScale grad + weightDecay p; v = momentum v + (1 - dampening) g, at first v = g; p -= lr (nesterov ? g + momentum v : v).
 * Without momentum `velocity` is not touched and p -= lr g.
 */
export function sgdF32(
  parameter: usize, grad: usize, velocity: usize, n: i32, lr: f64, momentum: f64, dampening: f64, weightDecay: f64,
  isNesterov: bool, isFirst: bool, gradScale: f64,
): void {
  const rate = splat(lr)
  const decay = splat(weightDecay)
  const keeping = splat(isFirst ? 0 : momentum)
  const taking = splat(isFirst ? 1 : 1 - dampening)
  const looking = splat(momentum)
  const scale = splat(gradScale)
  for (; n > 0; n -= 4) {
    const p = v128.load(parameter)
    let g = fma<f32>(decay, p, f32x4.mul(v128.load(grad), scale))
    if (momentum != 0) {
      // The first velocity is the gradient whatever stood there before.
      const old = isFirst ? f32x4.splat(0) : v128.load(velocity)
      const v = fma<f32>(keeping, old, f32x4.mul(taking, g))
      put(velocity, v, n)
      g = isNesterov ? fma<f32>(looking, v, g) : v
      velocity += 16
    }
    put(parameter, fnma<f32>(rate, g, p), n)
    parameter += 16
    grad += 16
  }
}

/**
 * Adam at step t, with `correction1` = 1 - beta1^t and `correction2` = 1 - beta2^t:
 * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p -= lr / correction1 m / (sqrt(v / correction2) + eps).
 * Weight decay is added to the gradient, or where `isDecoupled` (AdamW) shrinks p by lr weightDecay first.
 */
export function adamF32(
  parameter: usize, grad: usize, first: usize, second: usize, n: i32, lr: f64, beta1: f64, beta2: f64, eps: f64,
  weightDecay: f64, isDecoupled: bool, correction1: f64, correction2: f64, gradScale: f64,
): void {
  const decay = splat(isDecoupled ? 0 : weightDecay)
  const shrink = splat(isDecoupled ? 1 - lr * weightDecay : 1)
  const keep1 = splat(beta1)
  const take1 = splat(1 - beta1)
  const keep2 = splat(beta2)
  const take2 = splat(1 - beta2)
  const rate = splat(lr / correction1)
  const unbias = splat(1 / Math.sqrt(correction2))
  const floor = splat(eps)
  const scale = splat(gradScale)
  for (; n > 0; n -= 4) {
    const p = v128.load(parameter)
    const g = fma<f32>(decay, p, f32x4.mul(v128.load(grad), scale))
    const m = fma<f32>(keep1, v128.load(first), f32x4.mul(take1, g))
    const v = fma<f32>(keep2, v128.load(second), f32x4.mul(take2, f32x4.mul(g, g)))
    const root = fma<f32>(f32x4.sqrt(v), unbias, floor)
    put(first, m, n)
    put(second, v, n)
    put(parameter, fnma<f32>(rate, f32x4.div(m, root), f32x4.mul(p, shrink)), n)
    parameter += 16
    grad += 16
    first += 16
    second += 16
  }
}
