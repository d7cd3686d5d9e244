// One optimizer step over a run of float32 parameters.
import { fma, fnma, k, put } from './simd'
import { Each, zip } from './zip'

/** The numbers of a step, more than there are registers: loops read them from memory, for the reason that `held` tells. */
const STEP: usize = memory.data(48, 16)

@inline
function setNumber(i: i32, x: f64): void {
  store<f32>(STEP + (<usize>i << 2), <f32>x)
}

// lr, weight decay, momentum, 1 - dampening, then the rates of the velocity and of the gradient itself

@unmanaged @final class Descend { @inline apply(p: v128, g: v128): v128 { return fnma<f32>(k(STEP, 0), g, p) } }
@unmanaged @final class DescendDecayed {
  @inline apply(p: v128, g: v128): v128 { return fnma<f32>(k(STEP, 0), fma<f32>(k(STEP, 1), p, g), p) }
}

/** The step of four parameters, or of the first `count`, with velocities v. */
@inline
function descendMoving(parameter: usize, grad: usize, velocity: usize, v: v128, count: i32): void {
  const p = v128.load(parameter)
  const g = fma<f32>(k(STEP, 1), p, v128.load(grad))
  const next = fma<f32>(k(STEP, 2), v, f32x4.mul(k(STEP, 3), g))
  put(velocity, next, count)
  put(parameter, fnma<f32>(k(STEP, 5), g, fnma<f32>(k(STEP, 4), next, p)), count)
}

/**
 * g = grad + weightDecay p; v = momentum v + (1 - dampening) g, at first v = g; p -= lr (nesterov ? g + momentum v : v).
 * Without momentum `velocity` is not touched and p -= lr g.
 */
export function sgdF32(
  parameter: usize, grad: usize, velocity: usize, n: i32, lr: f64, momentum: f64, dampening: f64, weightDecay: f64,
  isNesterov: bool, isFirst: bool,
): void {
  setNumber(0, lr)
  setNumber(1, weightDecay)
  setNumber(2, momentum)
  setNumber(3, isFirst ? 1 : 1 - dampening)
  setNumber(4, isNesterov ? lr * momentum : lr)
  setNumber(5, isNesterov ? lr : 0)
  if (momentum == 0) {
    if (weightDecay == 0) zip<f32, Descend, Each, Each>(parameter, parameter, grad, n)
    else zip<f32, DescendDecayed, Each, Each>(parameter, parameter, grad, n)
    return
  }
  // The first velocity is the gradient, whatever stood there before.
  const past = i32x4.splat(isFirst ? 0 : -1)
  let at: usize = 0
  for (; n >= 4; n -= 4) {
    descendMoving(parameter + at, grad + at, velocity + at, v128.and(v128.load(velocity + at), past), 4)
    at += 16
  }
  if (n > 0) descendMoving(parameter + at, grad + at, velocity + at, v128.and(v128.load(velocity + at), past), n)
}

// weight decay in the gradient, what decoupled decay leaves of p, beta1, 1 - beta1, beta2, 1 - beta2,
// 1 / sqrt(correction2), eps, lr / correction1

/** The step of four parameters, or of the first `count`. */
@inline
function adapt(parameter: usize, grad: usize, first: usize, second: usize, count: i32): void {
  const p = v128.load(parameter)
  const g = fma<f32>(k(STEP, 0), p, v128.load(grad))
  const m = fma<f32>(k(STEP, 2), v128.load(first), f32x4.mul(k(STEP, 3), g))
  const v = fma<f32>(k(STEP, 4), v128.load(second), f32x4.mul(k(STEP, 5), f32x4.mul(g, g)))
  const root = fma<f32>(f32x4.sqrt(v), k(STEP, 6), k(STEP, 7))
  put(first, m, count)
  put(second, v, count)
  put(parameter, fnma<f32>(k(STEP, 8), f32x4.div(m, root), f32x4.mul(p, k(STEP, 1))), count)
}

/**
 * Adam at step t, with `correction1` = 1 - beta1^t and `correction2` = 1 - beta2^t:
 * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p -= lr / correction1 m / (sqrt(v / correction2) + eps).
 * Weight decay is added to the gradient, or where `isDecoupled` (AdamW) shrinks p by lr weightDecay first.
 */
export function adamF32(
  parameter: usize, grad: usize, first: usize, second: usize, n: i32, lr: f64, beta1: f64, beta2: f64, eps: f64,
  weightDecay: f64, isDecoupled: bool, correction1: f64, correction2: f64,
): void {
  setNumber(0, isDecoupled ? 0 : weightDecay)
  setNumber(1, isDecoupled ? 1 - lr * weightDecay : 1)
  setNumber(2, beta1)
  setNumber(3, 1 - beta1)
  setNumber(4, beta2)
  setNumber(5, 1 - beta2)
  setNumber(6, 1 / Math.sqrt(correction2))
  setNumber(7, eps)
  setNumber(8, lr / correction1)
  let at: usize = 0
  for (; n >= 4; n -= 4) {
    adapt(parameter + at, grad + at, first + at, second + at, 4)
    at += 16
  }
  if (n > 0) adapt(parameter + at, grad + at, first + at, second + at, n)
}
