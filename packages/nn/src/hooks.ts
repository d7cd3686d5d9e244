import type { Module } from './module.ts'

type Inputs<M extends Module> = Parameters<M['forward']>
type Output<M extends Module> = ReturnType<M['forward']>

/** Sees the inputs of a forward; an array that it returns takes their place. */
export type ForwardPreHook<M extends Module = Module> = (
  module: M,
  inputs: Inputs<M>,
) => readonly [...Inputs<M>] | undefined | void

/** Sees inputs and output of a forward; what it returns takes the place of the output. */
export type ForwardHook<M extends Module = Module> = (
  module: M,
  inputs: Inputs<M>,
  output: Output<M>,
) => Output<M> | undefined | void

/** What surrounds one module's forward: rewrites its inputs, rewrites its output. */
interface Hooked {
  readonly before: Set<(inputs: readonly unknown[]) => readonly unknown[]>
  readonly after: Set<(inputs: readonly unknown[], output: unknown) => unknown>
  readonly uninstall: () => void
}

const hooked = new WeakMap<Module, Hooked>()

/** Puts a `forward` that runs hooks before the module's own. Modules without hooks pay nothing. */
function install(module: Module): Hooked {
  const known = hooked.get(module)
  if (known !== undefined) return known
  const own = Object.getOwnPropertyDescriptor(module, 'forward')
  const { forward } = module
  const before: Hooked['before'] = new Set()
  const after: Hooked['after'] = new Set()
  const value = (...args: unknown[]): unknown => {
    const inputs = [...before].reduce<readonly unknown[]>((current, hook) => hook(current), args)
    const output: unknown = Reflect.apply(forward, module, inputs)
    return [...after].reduce((current, hook) => hook(inputs, current), output)
  }
  Object.defineProperty(module, 'forward', { value, configurable: true, writable: true, enumerable: false })
  const uninstall = (): void => {
    hooked.delete(module)
    if (own === undefined) Reflect.deleteProperty(module, 'forward')
    else Object.defineProperty(module, 'forward', own)
  }
  const state = { before, after, uninstall }
  hooked.set(module, state)
  return state
}

function add<H>(module: Module, hook: H, listOf: (state: Hooked) => Set<H>): () => void {
  const state = install(module)
  const list = listOf(state).add(hook)
  return () => {
    if (list.delete(hook) && state.before.size + state.after.size === 0) state.uninstall()
  }
}

export function addForwardPreHook<M extends Module>(module: M, hook: ForwardPreHook<M>): () => void {
  const rewrite = (inputs: readonly unknown[]): readonly unknown[] => hook(module, inputs as Inputs<M>) ?? inputs
  return add(module, rewrite, (state) => state.before)
}

export function addForwardHook<M extends Module>(module: M, hook: ForwardHook<M>): () => void {
  const rewrite = (inputs: readonly unknown[], output: unknown): unknown =>
    hook(module, inputs as Inputs<M>, output as Output<M>) ?? output
  return add(module, rewrite, (state) => state.after)
}
