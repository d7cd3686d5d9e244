import { noGrad } from '@metagrad/autograd'
import { ArgumentError, StateDictError, Tensor, cat, zerosLike } from '@metagrad/tensor'
import { count, nonNegative, oneOf, optional } from './options.ts'
import type { LearningRate, OptimizerDefinition, OptimizerParams, ParamGroup } from './optimizer.ts'
import { Optimizer } from './optimizer.ts'
import type { Point } from './strong-wolfe.ts'
import { strongWolfe } from './strong-wolfe.ts'

export interface LBFGSSettings extends LearningRate {
  /** Length of a step in units of the direction; the first one to try with a line search. Default 1. */
  lr: number
  /** Iterations per step. Default 20. */
  maxIter: number
  /** Evaluations of the closure per step after which no iteration starts. Default 1.25 maxIter. */
  maxEval: number | undefined
  /** A step ends when no element of the gradient is larger. Default 1e-7. */
  toleranceGrad: number
  /** A step ends when neither the loss nor a parameter changes by more. Default 1e-9. */
  toleranceChange: number
  /** Iterations remembered. Default 100. */
  historySize: number
  /** Search each step's length instead of taking lr. Default none. */
  lineSearchFn: 'strongWolfe' | undefined
}

export type LBFGSOptions = Partial<LBFGSSettings>

/** Kept for the first parameter, as PyTorch does; all tensors span all parameters, flattened. */
type LBFGSState = {
  funcEvals: number
  nIter: number
  /** Last direction and how far it was followed. */
  d: Tensor | undefined
  t: number
  /** Changes of the gradient, changes of the parameters, and 1 / their products. */
  oldDirs: readonly Tensor[]
  oldStps: readonly Tensor[]
  ro: readonly number[]
  hDiag: number
  prevFlatGrad: Tensor | undefined
}

const definition: OptimizerDefinition<LBFGSSettings> = {
  name: 'LBFGS',
  options: {
    lr: [1, nonNegative],
    maxIter: [20, count],
    maxEval: [undefined, optional(count)],
    toleranceGrad: [1e-7, nonNegative],
    toleranceChange: [1e-9, nonNegative],
    historySize: [100, count],
    lineSearchFn: [undefined, optional(oneOf('strongWolfe'))],
  },
}

/**
 * Quasi-Newton steps from the last changes of the gradient. Evaluates the closure several times per step.
 *
 * The closure clears the gradients, computes the loss, calls backward and returns the loss. Parameters must be on a device
 * that is read synchronously.
 * @throws ArgumentError for options out of range, more than one group, or a step without a closure
 * @example
 * ```ts
 * const x = tensor([-1, 1.5], { requiresGrad: true })
 * const optimizer = new LBFGS([x], { lineSearchFn: 'strongWolfe' })
 * optimizer.step(() => {
 *   optimizer.zeroGrad()
 *   const loss = x.sub(1).square().sum()
 *   loss.backward()
 *   return loss
 * })
 * x.tolistSync() // -> [1, 1.000000...]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.LBFGS.html; J. Nocedal, S. Wright, "Numerical optimization",
 * algorithms 7.4 and 7.5
 */
export class LBFGS extends Optimizer<LBFGSSettings, LBFGSState> {
  constructor(params: OptimizerParams<LBFGSSettings>, options: LBFGSOptions = {}) {
    super(definition, params, options)
  }

  override addParamGroup(group: Parameters<Optimizer<LBFGSSettings, LBFGSState>['addParamGroup']>[0]): void {
    if (this.paramGroups.length > 0)
      throw new ArgumentError('LBFGS: has one group only. Pass all parameters in one list.')
    super.addParamGroup(group)
  }

  protected override initialState(): LBFGSState {
    return {
      funcEvals: 0,
      nIter: 0,
      d: undefined,
      t: 0,
      oldDirs: [],
      oldStps: [],
      ro: [],
      hDiag: 1,
      prevFlatGrad: undefined,
    }
  }

  override step(): never
  override step(closure: () => Tensor): Tensor
  override step(closure?: () => Tensor): Tensor {
    if (closure === undefined)
      throw new ArgumentError('LBFGS.step: needs a closure that computes the loss and its gradients.')
    return noGrad(() => this.#iterate(closure))
  }

  #iterate(closure: () => Tensor): Tensor {
    const [group] = this.paramGroups as [ParamGroup<LBFGSSettings>]
    const { lr, maxIter, maxEval = Math.floor(1.25 * maxIter), toleranceGrad, toleranceChange } = group
    const state = this.stateOf(group.params[0]!, group)
    let evaluations = 0
    const evaluate = (): Tensor => {
      evaluations++
      state.funcEvals++
      return this.evaluate(closure)
    }
    const firstLoss = evaluate()
    let loss = firstLoss.itemSync()
    let gradient = flatGradient(group.params)
    for (let i = 1; i <= maxIter; i++) {
      if (largest(gradient) <= toleranceGrad) break
      const d = (state.d = direction(state, gradient, group.historySize))
      state.nIter++
      state.prevFlatGrad = gradient
      state.t = state.nIter === 1 ? Math.min(1, 1 / gradient.abs().sum().itemSync()) * lr : lr
      const slope = gradient.dot(d).itemSync()
      if (slope > -toleranceChange) break

      const previousLoss = loss
      const origin = group.params.map((param) => param.clone())
      if (group.lineSearchFn === undefined) {
        move(group.params, origin, d, state.t)
        // Where the step ended matters to another iteration only.
        if (i === maxIter) break
        loss = evaluate().itemSync()
        gradient = flatGradient(group.params)
      } else {
        const at = (t: number): Point => {
          move(group.params, origin, d, t)
          const value = evaluate().itemSync()
          const gradientThere = flatGradient(group.params)
          return { t, value, slope: gradientThere.dot(d).itemSync(), gradient: gradientThere }
        }
        const start = { t: 0, value: loss, slope, gradient }
        const best = strongWolfe({ evaluate: at, start, t: state.t, reach: largest(d), tolerance: toleranceChange })
        ;({ value: loss, gradient, t: state.t } = best)
        move(group.params, origin, d, state.t)
      }
      const isStuck = largest(d) * state.t <= toleranceChange || Math.abs(loss - previousLoss) < toleranceChange
      if (evaluations >= maxEval || isStuck) break
    }
    return firstLoss
  }

  protected override loadState(
    param: Tensor,
    group: ParamGroup<LBFGSSettings>,
    saved: { readonly [name: string]: unknown },
  ): LBFGSState {
    const size = group.params.reduce((sum, { numel }) => sum + numel, 0)
    const own = (value: unknown, name: string): Tensor => {
      if (!(value instanceof Tensor) || value.ndim !== 1 || value.numel !== size) {
        throw new StateDictError(`LBFGS.loadStateDict: ${name} must hold tensors of shape [${size}].`)
      }
      return value.detach().to({ dtype: param.dtype, device: param.device, copy: true })
    }
    const list = (name: string): readonly unknown[] => {
      const value = saved[name]
      if (!Array.isArray(value)) throw new StateDictError(`LBFGS.loadStateDict: ${name} must be a list.`)
      return value
    }
    const number = (value: unknown, name: string): number => {
      if (typeof value !== 'number') throw new StateDictError(`LBFGS.loadStateDict: ${name} must be a number.`)
      return value
    }
    const state: LBFGSState = {
      funcEvals: number(saved['funcEvals'], 'funcEvals'),
      nIter: number(saved['nIter'], 'nIter'),
      d: saved['d'] === undefined ? undefined : own(saved['d'], 'd'),
      t: number(saved['t'], 't'),
      oldDirs: list('oldDirs').map((value) => own(value, 'oldDirs')),
      oldStps: list('oldStps').map((value) => own(value, 'oldStps')),
      ro: list('ro').map((value) => number(value, 'ro')),
      hDiag: number(saved['hDiag'], 'hDiag'),
      prevFlatGrad: saved['prevFlatGrad'] === undefined ? undefined : own(saved['prevFlatGrad'], 'prevFlatGrad'),
    }
    if (state.oldDirs.length !== state.ro.length || state.oldStps.length !== state.ro.length) {
      throw new StateDictError('LBFGS.loadStateDict: oldDirs, oldStps and ro must have one length.')
    }
    return state
  }
}

/** Minus the inverse Hessian, as far as it is known, times the gradient. Remembers the last change first. */
function direction(state: LBFGSState, gradient: Tensor, historySize: number): Tensor {
  const { d, prevFlatGrad, t } = state
  if (d === undefined || prevFlatGrad === undefined) return gradient.neg()
  const change = gradient.sub(prevFlatGrad)
  const step = d.mul(t)
  const product = change.dot(step).itemSync()
  if (product > 1e-10) {
    const kept = state.ro.length === historySize ? 1 : 0
    state.oldDirs = [...state.oldDirs.slice(kept), change]
    state.oldStps = [...state.oldStps.slice(kept), step]
    state.ro = [...state.ro.slice(kept), 1 / product]
    state.hDiag = product / change.dot(change).itemSync()
  }
  const { oldDirs, oldStps, ro } = state
  const result = gradient.neg()
  const weights: number[] = []
  for (let i = ro.length - 1; i >= 0; i--) {
    weights[i] = oldStps[i]!.dot(result).itemSync() * ro[i]!
    result.add_(oldDirs[i]!, { alpha: -weights[i]! })
  }
  result.mul_(state.hDiag)
  for (let i = 0; i < ro.length; i++) {
    const weight = oldDirs[i]!.dot(result).itemSync() * ro[i]!
    result.add_(oldStps[i]!, { alpha: weights[i]! - weight })
  }
  return result
}

function flatGradient(params: readonly Tensor[]): Tensor {
  return cat(params.map((param) => (param.grad ?? zerosLike(param)).flatten()))
}

function largest(x: Tensor): number {
  return x.abs().amax().itemSync()
}

/** `param = origin + t * direction`, each parameter taking its part of the flat direction. */
function move(params: readonly Tensor[], origin: readonly Tensor[], d: Tensor, t: number): void {
  let offset = 0
  params.forEach((param, i) => {
    const part = d.narrow(0, offset, param.numel).reshape(param.shape)
    param.copy_(origin[i]!).add_(part, { alpha: t })
    offset += param.numel
  })
}
