// One optimizer step over a run of float32 parameters. `gradScale` multiplies the gradient first: clipping, -1 to maximize.
import { fma, fnma, put } from './simd'

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
  const scale = splat(gradScale)
  if (momentum == 0) {
    for (let at: usize = 0; n > 0; n -= 4) {
      const p = v128.load(parameter + at)
      const g = fma<f32>(decay, p, f32x4.mul(v128.load(grad + at), scale))
      put(parameter + at, fnma<f32>(rate, g, p), n)
      at += 16
    }
    return
  }
  // The first velocity is the gradient, whatever stood there before.
  const taking = splat(isFirst ? 1 : 1 - dampening)
  const keeping = splat(momentum)
  const past = i32x4.splat(isFirst ? 0 : -1)
  const ahead = splat(isNesterov ? momentum : 1)
  const present = splat(isNesterov ? 1 : 0)
  for (let at: usize = 0; n > 0; n -= 4) {
    const p = v128.load(parameter + at)
    const g = fma<f32>(decay, p, f32x4.mul(v128.load(grad + at), scale))
    const v = fma<f32>(keeping, v128.and(v128.load(velocity + at), past), f32x4.mul(taking, g))
    put(velocity + at, v, n)
    put(parameter + at, fnma<f32>(rate, fma<f32>(ahead, v, f32x4.mul(present, g)), p), n)
    at += 16
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
  for (let at: usize = 0; n > 0; n -= 4) {
    const p = v128.load(parameter + at)
    const g = fma<f32>(decay, p, f32x4.mul(v128.load(grad + at), scale))
    const m = fma<f32>(keep1, v128.load(first + at), f32x4.mul(take1, g))
    const v = fma<f32>(keep2, v128.load(second + at), f32x4.mul(take2, f32x4.mul(g, g)))
    const root = fma<f32>(f32x4.sqrt(v), unbias, floor)
    put(first + at, m, n)
    put(second + at, v, n)
    put(parameter + at, fnma<f32>(rate, f32x4.div(m, root), f32x4.mul(p, shrink)), n)
    at += 16
  }
}
