import type { Device, DType } from '@metagrad/tensor'
import { ArgumentError, DTypeError, Tensor, checkDType, currentTrace, indexDType, isFloat } from '@metagrad/tensor'
import type { ForwardHook, ForwardPreHook } from './hooks.ts'
import { addForwardHook, addForwardPreHook } from './hooks.ts'
import { Parameter } from './parameter.ts'
import { formatTree } from './print.ts'
import type { LoadOptions, LoadResult, StateDict } from './state-dict.ts'
import { loadInto } from './state-dict.ts'

/** A module of one tensor to one tensor: what `Sequential` chains. */
export interface Layer extends Module {
  forward(x: Tensor): Tensor
}

export interface MoveOptions {
  /** Float parameters and buffers only; ints keep their dtype. */
  readonly dtype?: DType
  readonly device?: Device
}

export interface BufferOptions {
  /** Whether `stateDict` holds it; true by default. */
  readonly persistent?: boolean
}

type Named<T> = [name: string, value: T]

/**
 * A part of a model: it holds parameters, buffers and other modules as ordinary properties, and computes in `forward`.
 *
 * What is a public property is found, in order of declaration; lists go into `ModuleList`, `ModuleDict` or `ParameterList`,
 * and `#private` fields stay out.
 * @example
 * ```ts
 * class Net extends Module {
 *   readonly hidden = new Linear(2, 8)
 *   readonly output = new Linear(8, 1)
 *   forward(x: Tensor): Tensor {
 *     return this.output.forward(this.hidden.forward(x).relu())
 *   }
 * }
 * const net = new Net()
 * net.namedParameters().map(([name]) => name) // -> ['hidden.weight', 'hidden.bias', 'output.weight', 'output.bias']
 * net.forward(zeros(5, 2)).shape // -> [5, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html; `model.forward(x)` takes the place of `model(x)`
 */
export abstract class Module {
  #training = true
  /** Names of the properties that are buffers, and whether `stateDict` holds them. */
  readonly #buffers = new Map<string, boolean>()

  /** Whether layers such as dropout behave as in training. Set by `train()` and `eval()`. */
  get training(): boolean {
    const value = this.#training
    currentTrace()?.guard(() => this.#training === value)
    return value
  }

  set training(value: boolean) {
    this.#training = value
  }

  /** Computes the output. Subclasses give it their own parameters. */
  abstract forward(...inputs: never[]): unknown

  // ---- Parts

  /** Makes `tensor` the property `name`: state that is saved and moved with the module, but not learned. Returns it. */
  registerBuffer(name: string, tensor: Tensor, { persistent = true }: BufferOptions = {}): Tensor {
    checkFree(this, name, 'registerBuffer')
    this.#buffers.set(name, persistent)
    Reflect.set(this, name, tensor)
    return tensor
  }

  /** Makes `module` the child `name`: for names that are only known when the program runs. */
  registerModule(name: string, module: Module): void {
    checkFree(this, name, 'registerModule')
    Reflect.set(this, name, module)
  }

  #own<T>(belongs: (value: unknown) => value is T): Named<T>[] {
    const found: Named<T>[] = []
    for (const [name, value] of Object.entries(this) as Named<unknown>[]) {
      if (belongs(value)) found.push([name, value])
      else refuseHidden(this, name, value)
    }
    return found
  }

  #ownBuffers(persistentOnly: boolean): Named<Tensor>[] {
    return [...this.#buffers]
      .filter(([, persistent]) => persistent || !persistentOnly)
      .map(([name]): Named<unknown> => [name, Reflect.get(this, name)])
      .filter((entry): entry is Named<Tensor> => entry[1] instanceof Tensor)
  }

  /** All modules below, this one first. Without `shared`, a module that is met again is left out. */
  *#walk(prefix: string, shared: boolean, seen: Set<Module>): Generator<Named<Module>> {
    seen.add(this)
    yield [prefix, this]
    for (const [name, child] of this.#own(isModule)) {
      if (!seen.has(child)) yield* child.#walk(join(prefix, name), shared, seen)
    }
    // A shared module is met on each path to it; one that contains itself is not entered again.
    if (shared) seen.delete(this)
  }

  /** The direct children with their property names. */
  namedChildren(): [name: string, module: Module][] {
    return this.#own(isModule)
  }

  children(): Module[] {
    return this.namedChildren().map(([, child]) => child)
  }

  /** This module (named '') and all below, each once, with dotted names. */
  namedModules(): [name: string, module: Module][] {
    return [...this.#walk('', false, new Set())]
  }

  modules(): Module[] {
    return this.namedModules().map(([, module]) => module)
  }

  /** All parameters, each once, with dotted names. */
  namedParameters(): [name: string, parameter: Parameter][] {
    return unique(this.namedModules().flatMap(([path, module]) => module.#own(isParameter).map(under<Parameter>(path))))
  }

  /** All parameters, each once: what an optimizer takes. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter)
  }

  /** All buffers, each once, with dotted names. */
  namedBuffers(): [name: string, buffer: Tensor][] {
    return unique(this.namedModules().flatMap(([path, module]) => module.#ownBuffers(false).map(under<Tensor>(path))))
  }

  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer)
  }

  /** The module with a dotted name. @throws ArgumentError naming the known ones */
  getSubmodule(name: string): Module {
    return find('getSubmodule', name, this.namedModules())
  }

  /** The parameter with a dotted name. @throws ArgumentError naming the known ones */
  getParameter(name: string): Parameter {
    return find('getParameter', name, this.namedParameters())
  }

  // ---- Modes and changes: each returns this

  /** Sets `training` here and below. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode
    return this
  }

  /** Sets `training` to false here and below: `train(false)`. */
  eval(): this {
    return this.train(false)
  }

  /** Calls `change` with each module below, then with this one. */
  apply(change: (module: Module) => void): this {
    for (const child of this.children()) child.apply(change)
    change(this)
    return this
  }

  /**
   * Moves parameters and buffers to a dtype, a device, or both, in place: parameters stay the objects that optimizers hold.
   *
   * @throws DTypeError for a dtype that is no float
   */
  to(target: DType | Device | MoveOptions): this {
    const options: MoveOptions =
      typeof target === 'string' ? { dtype: target } : 'kernels' in target ? { device: target } : target
    if (options.dtype !== undefined && !isFloat(checkDType('to', options.dtype))) {
      throw new DTypeError(`to: a module takes float dtypes, got ${options.dtype}. Convert single tensors with x.to.`)
    }
    // Counts are int64; a GPU holds them as int32.
    const whole = (x: Tensor): DType => (x.dtype === 'int64' ? indexDType(options.device ?? x.device) : x.dtype)
    const move = (x: Tensor): Tensor =>
      x.detach().to({ ...options, dtype: isFloat(x.dtype) ? (options.dtype ?? x.dtype) : whole(x) })
    // All copies first, so that a device that cannot take one leaves the module as it was.
    const parameters = this.parameters().map((parameter) => ({
      parameter,
      data: move(parameter),
      grad: parameter.grad === undefined ? undefined : move(parameter.grad),
    }))
    const buffers = this.modules().flatMap((module) =>
      module.#ownBuffers(false).map(([name, buffer]) => ({ module, name, data: move(buffer) })),
    )
    for (const { parameter, data, grad } of parameters) parameter.setData(data).grad = grad
    for (const { module, name, data } of buffers) Reflect.set(module, name, data)
    return this
  }

  float(): this {
    return this.to('float32')
  }

  double(): this {
    return this.to('float64')
  }

  half(): this {
    return this.to('float16')
  }

  /** Drops the gradients of all parameters. */
  zeroGrad(): this {
    for (const parameter of this.parameters()) parameter.grad = undefined
    return this
  }

  /** Whether the parameters below are learned: `requiresGrad_(false)` freezes them. */
  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = value
    return this
  }

  // ---- State

  /**
   * All parameters and persistent buffers by dotted name, without history. They share their elements with the module:
   * clone them to keep them while training goes on.
   */
  stateDict(): StateDict {
    const state: StateDict = new Map()
    for (const [path, module] of this.#walk('', true, new Set())) {
      const tensors = [...module.#own(isParameter), ...module.#ownBuffers(true)]
      for (const [name, tensor] of tensors) state.set(join(path, name), tensor.detach())
    }
    return state
  }

  /**
   * Copies a state into the parameters and buffers. All or nothing: where it does not fit, nothing is changed.
   *
   * @throws StateDictError naming the keys that are missing or unexpected (unless `strict` is false), or whose shapes differ
   * @example
   * ```ts
   * const [a, b] = [new Linear(2, 3), new Linear(2, 3)]
   * b.loadStateDict(a.stateDict())
   * b.weight.eq(a.weight).all().itemSync() // -> 1
   * ```
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options: LoadOptions = {}): LoadResult {
    return loadInto(this.constructor.name, this.stateDict(), state, options)
  }

  // ---- Hooks

  /** Calls `hook` before each forward; an array that it returns takes the place of the inputs. Returns what removes it. */
  registerForwardPreHook<M extends Module>(this: M, hook: ForwardPreHook<M>): () => void {
    return addForwardPreHook(this, hook)
  }

  /** Calls `hook` after each forward; what it returns takes the place of the output. Returns what removes it. */
  registerForwardHook<M extends Module>(this: M, hook: ForwardHook<M>): () => void {
    return addForwardHook(this, hook)
  }

  // ---- Printing

  /** What stands in the parentheses of `toString`: by default the settings, which are the properties that are plain values. */
  extraRepr(): string {
    return Object.entries(this)
      .filter(([, value]) => isSetting(value))
      .map(([name, value]) => `${name}=${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`)
      .join(', ')
  }

  /** The module and its children as a tree, as PyTorch prints them. */
  toString(): string {
    return formatTree(this)
  }
}

// Node prints objects with it: console.log(model) shows the tree.
Object.defineProperty(Module.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Module): string {
    return this.toString()
  },
})

const isModule = (value: unknown): value is Module => value instanceof Module
const isParameter = (value: unknown): value is Parameter => value instanceof Parameter

function isSetting(value: unknown): boolean {
  const plain = (item: unknown): boolean => ['number', 'string', 'boolean'].includes(typeof item)
  return plain(value) || (Array.isArray(value) && value.every(plain))
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`
}

const under =
  <T>(path: string) =>
  ([name, value]: Named<T>): Named<T> => [join(path, name), value]

/** The first of each value. */
function unique<T>(entries: readonly Named<T>[]): Named<T>[] {
  const seen = new Set<T>()
  return entries.filter(([, value]) => !seen.has(value) && seen.add(value))
}

function find<T>(op: string, name: string, entries: readonly Named<T>[]): T {
  const entry = entries.find(([known]) => known === name)
  if (entry !== undefined) return entry[1]
  const known = entries.map(([other]) => JSON.stringify(other)).join(', ')
  throw new ArgumentError(`${op}: there is no ${JSON.stringify(name)}. There are ${known}.`)
}

/** @throws ArgumentError for a name that would not survive in a state's dotted keys, or that is taken */
function checkFree(module: Module, name: string, op: string): void {
  if (name === '' || name.includes('.')) {
    throw new ArgumentError(`${op}: a name must not be empty or contain a dot, got ${JSON.stringify(name)}.`)
  }
  if (name in module && Reflect.get(module, name) !== undefined) {
    throw new ArgumentError(`${op}: ${module.constructor.name} already has ${JSON.stringify(name)}. Use another name.`)
  }
}

/** A plain list of modules would silently not be learned. @throws ArgumentError for one */
function refuseHidden(module: Module, name: string, value: unknown): void {
  const items = Array.isArray(value)
    ? value
    : value instanceof Map || value instanceof Set
      ? [...value.values()]
      : undefined
  const part = items?.find((item) => isModule(item) || isParameter(item))
  if (part === undefined) return
  const [what, home] = isModule(part) ? ['modules', 'ModuleList or ModuleDict'] : ['parameters', 'ParameterList']
  throw new ArgumentError(
    `${module.constructor.name}: ${what} in a plain list are not found: property "${name}". Use ${home}, or a #private field to hide them.`,
  )
}
