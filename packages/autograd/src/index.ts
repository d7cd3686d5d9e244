import './tensor-methods.ts'

export { backward, grad, retainGrad, type BackwardOptions, type GradOptions } from './backward.ts'
export { registerHook, type TensorHook } from './hooks.ts'
export { enableGrad, inferenceMode, isGradEnabled, noGrad } from './modes.ts'
export { AutogradFunction as Function, FunctionContext } from './function.ts'
export { checkpoint } from './checkpoint.ts'
export {
  hessian,
  hvp,
  jacobian,
  jvp,
  valueAndGrad,
  vjp,
  vmap,
  type FunctionalOptions,
  type Inputs,
  type TensorFunction,
} from './functional.ts'
export { detectAnomaly } from './anomaly.ts'
export {
  gradcheck,
  gradgradcheck,
  type Differentiable,
  type GradcheckOptions,
  type GradcheckResult,
} from './gradcheck.ts'
export { rules } from './rules/index.ts'
export type { Rule, Rules, Saved } from './saved.ts'
