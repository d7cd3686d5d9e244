import { ArgumentError, StateDictError, Tensor, currentTrace, formatShape, sameShape } from '@metagrad/tensor'
import { enableGrad } from '@metagrad/autograd'
import type { OptionTable } from './options.ts'
import { resolveOptions } from './options.ts'

/** Parameters with options of their own; options left out are the optimizer's. */
export type GroupOptions<Settings> = Partial<Settings> & { readonly params: Tensor | Iterable<Tensor> }

/** What an optimizer optimizes: parameters, or groups of them. */
export type OptimizerParams<Settings> = Iterable<Tensor> | Iterable<GroupOptions<Settings>>

/** Parameters that share options. Options may be changed between steps. */
export type ParamGroup<Settings> = Settings & {
  readonly params: Tensor[]
  /** The learning rate before a scheduler changed it. */
  initialLr?: number
}

/** What an optimizer remembers of a parameter: tensors of its shape and numbers, or lists of such. */
export type ParamState = { [name: string]: Tensor | number | readonly (Tensor | number)[] | undefined }

/** State by the position of the parameter, counted through all groups, and the groups with positions for parameters. */
export interface OptimizerStateDict {
  readonly state: { readonly [position: string]: { readonly [name: string]: unknown } }
  readonly paramGroups: readonly { readonly params: readonly number[]; readonly [option: string]: unknown }[]
}

export interface LearningRate {
  /** Learning rate: the length of a step. >= 0. */
  lr: number
}

/** Names an optimizer and its options. */
export interface OptimizerDefinition<Settings> {
  readonly name: string
  readonly options: OptionTable<Settings>
}

/**
 * Groups of parameters, what is remembered of each parameter, and a step that changes them.
 *
 * A first-order method extends `FirstOrderOptimizer` instead and is its update rule only.
 * @see https://pytorch.org/docs/stable/optim.html#torch.optim.Optimizer
 */
export abstract class Optimizer<Settings extends LearningRate, State extends ParamState> {
  readonly name: string
  /** Options of groups that do not set their own. */
  readonly defaults: Settings
  readonly paramGroups: ParamGroup<Settings>[] = []
  /** What is remembered of each parameter that has made a step. */
  readonly state: Map<Tensor, State> = new Map()
  readonly #options: OptionTable<Settings>

  constructor(
    { name, options: table }: OptimizerDefinition<Settings>,
    params: OptimizerParams<Settings>,
    options: Partial<Settings>,
  ) {
    this.name = name
    this.#options = table
    this.defaults = resolveOptions(name, table, options)
    const list = listOf<Tensor | GroupOptions<Settings>>(name, params)
    if (list.every(isGroup)) for (const group of list) this.addParamGroup(group)
    else this.#addGroup(list, {})
  }

  /** What is remembered of a parameter before its first step. */
  protected abstract initialState(param: Tensor, group: ParamGroup<Settings>): State

  /** Changes the parameters by one step, in place, from the gradients in `grad`. Those without one stay. */
  abstract step(): void
  /** Calls `closure` with recording on, then steps; returns what it returned. */
  abstract step<T>(closure: () => T): T

  /** Forgets the gradients of all parameters: `grad` becomes undefined. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const param of params) param.grad = undefined
    // A compiled function clears those that it saw.
    const count = this.#countParams()
    currentTrace()?.guard(() => this.#countParams() === count)
  }

  #countParams(): number {
    return this.paramGroups.reduce((sum, { params }) => sum + params.length, 0)
  }

  /**
   * Adds parameters, with options of their own.
   *
   * @throws ArgumentError if an option is wrong, or a parameter is no leaf or already here
   */
  addParamGroup({ params, ...options }: GroupOptions<Settings>): void {
    this.#addGroup(params instanceof Tensor ? [params] : [...params], options)
  }

  #addGroup(params: readonly unknown[], options: object): void {
    const settings = resolveOptions(this.name, this.#options, { ...this.defaults, ...options })
    const known = new Set(this.paramGroups.flatMap((group) => group.params))
    const checked = params.map((param, i) => {
      const leaf = checkParam(this.name, param, i)
      if (known.has(leaf)) {
        throw new ArgumentError(`${this.name}: parameter ${i} is already optimized. Pass each tensor once.`)
      }
      known.add(leaf)
      return leaf
    })
    this.paramGroups.push({ ...settings, params: checked })
  }

  /** What is remembered of `param`, made at its first step. */
  protected stateOf(param: Tensor, group: ParamGroup<Settings>): State {
    let state = this.state.get(param)
    if (state === undefined) this.state.set(param, (state = this.initialState(param, group)))
    return state
  }

  /** Runs a closure with recording on, whatever the mode around. */
  protected evaluate<T>(closure: () => T): T {
    return enableGrad(closure)
  }

  /**
   * All that is needed to go on elsewhere, as a plain object.
   *
   * The tensors are those of the optimizer, not copies: the next step changes them.
   * @see https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.state_dict.html
   */
  stateDict(): OptimizerStateDict {
    const positions = new Map(this.paramGroups.flatMap(({ params }) => params).map((param, i) => [param, i]))
    return {
      state: Object.fromEntries([...this.state].map(([param, state]) => [positions.get(param)!, { ...state }])),
      paramGroups: this.paramGroups.map((group) => ({
        ...Object.fromEntries(Object.entries(group)),
        params: group.params.map((param) => positions.get(param)!),
      })),
    }
  }

  /**
   * Takes over the options and state (copied, in the dtype and on the device of each parameter) of `stateDict()`.
   *
   * @throws StateDictError if it does not fit the groups and parameters here; nothing is then changed
   * @see https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.load_state_dict.html
   */
  loadStateDict(saved: OptimizerStateDict): void {
    const fail = (what: string): StateDictError => new StateDictError(`${this.name}.loadStateDict: ${what}`)
    if (!Array.isArray(saved?.paramGroups) || typeof saved.state !== 'object') {
      throw fail('needs an object with state and paramGroups. Pass what stateDict() returned.')
    }
    if (saved.paramGroups.length !== this.paramGroups.length) {
      throw fail(`number of groups differs: got ${saved.paramGroups.length} vs ${this.paramGroups.length} here.`)
    }
    const settings = this.paramGroups.map((group, i) => this.#loadGroup(group, saved.paramGroups[i]!, i))
    const params = new Map<number, [Tensor, ParamGroup<Settings>]>()
    this.paramGroups.forEach((group, i) =>
      group.params.forEach((param, j) =>
        params.set(saved.paramGroups[i]!.params[j]!, [param, { ...group, ...settings[i]! }]),
      ),
    )
    const states = Object.entries(saved.state).map(([position, state]): [Tensor, State] => {
      const found = params.get(Number(position))
      if (found === undefined) throw fail(`state of parameter ${position} belongs to no group.`)
      const [param, group] = found
      return [param, this.loadState(param, group, state, position)]
    })
    this.paramGroups.forEach((group, i) => Object.assign(group, settings[i]))
    this.state.clear()
    for (const [param, state] of states) this.state.set(param, state)
  }

  #loadGroup(
    group: ParamGroup<Settings>,
    { params, initialLr, ...options }: OptimizerStateDict['paramGroups'][number],
    at: number,
  ): Settings {
    const op = `${this.name}.loadStateDict`
    if (!Array.isArray(params) || params.length !== group.params.length) {
      throw new StateDictError(
        `${op}: number of parameters of group ${at} differs: got ${String(params?.length)} vs ${group.params.length} here.`,
      )
    }
    try {
      const { params: _, initialLr: __, ...own } = group
      const settings = resolveOptions(op, this.#options, { ...own, ...options })
      return typeof initialLr === 'number' ? { ...settings, initialLr } : settings
    } catch (error) {
      if (error instanceof ArgumentError) throw new StateDictError(error.message)
      throw error
    }
  }

  /** A copy of saved state for `param`, checked. @throws StateDictError */
  protected loadState(
    param: Tensor,
    group: ParamGroup<Settings>,
    saved: { readonly [name: string]: unknown },
    position: string,
  ): State {
    const op = `${this.name}.loadStateDict`
    const state: ParamState = this.initialState(param, group)
    const names = Object.keys(state)
    for (const [name, value] of Object.entries(saved)) {
      const of = `${name} of parameter ${position}`
      if (!names.includes(name)) throw new StateDictError(`${op}: unknown ${of}. It has ${names.join(', ')}.`)
      if (typeof state[name] === 'number') {
        if (typeof value !== 'number') throw new StateDictError(`${op}: ${of} must be a number, got ${typeof value}.`)
        state[name] = value
      } else if (value !== undefined) {
        if (!(value instanceof Tensor)) {
          throw new StateDictError(`${op}: ${of} must be a tensor, got ${typeof value}.`)
        }
        if (!sameShape(value.shape, param.shape)) {
          throw new StateDictError(
            `${op}: ${of} has the wrong shape: ${formatShape(value.shape)} vs ${formatShape(param.shape)}.`,
          )
        }
        state[name] = value.detach().to({ dtype: param.dtype, device: param.device, copy: true })
      }
    }
    const missing = names.find((name) => state[name] !== undefined && saved[name] === undefined)
    if (missing !== undefined) throw new StateDictError(`${op}: ${missing} of parameter ${position} is missing.`)
    return state as State
  }
}

function listOf<Item>(op: string, params: Iterable<Item>): Item[] {
  if (params instanceof Tensor || typeof params?.[Symbol.iterator] !== 'function') {
    const got = params instanceof Tensor ? 'one tensor' : String(params)
    throw new ArgumentError(`${op}: params must be a list of tensors or of { params } groups, got ${got}.`)
  }
  const list = [...params]
  if (list.length === 0) {
    throw new ArgumentError(`${op}: got no parameters. Pass a list of tensors or of { params } groups.`)
  }
  return list
}

function isGroup<Settings>(item: Tensor | GroupOptions<Settings>): item is GroupOptions<Settings> {
  return !(item instanceof Tensor) && typeof item === 'object' && item !== null && 'params' in item
}

function checkParam(op: string, param: unknown, at: number): Tensor {
  if (!(param instanceof Tensor)) {
    throw new ArgumentError(`${op}: parameter ${at} must be a tensor, got ${param === null ? 'null' : typeof param}.`)
  }
  if (!param.isLeaf) {
    throw new ArgumentError(`${op}: parameter ${at} is the result of recorded ops. Only leaves can be optimized.`)
  }
  if (!param.isFloatingPoint) {
    throw new ArgumentError(`${op}: parameter ${at} must be of floats, got ${param.dtype}.`)
  }
  return param
}
