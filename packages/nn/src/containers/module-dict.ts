import { ArgumentError } from '@metagrad/tensor'
import { Module } from '../module.ts'

/**
 * Modules by name that their owner finds; it has no forward of its own.
 *
 * @example
 * ```ts
 * const heads = new ModuleDict({ price: new Linear(8, 1), kind: new Linear(8, 3) })
 * heads.get('kind').forward(zeros(5, 8)).shape // -> [5, 3]
 * ```
 * @throws ArgumentError for what is no module, or for names that are taken
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html
 */
export class ModuleDict<M extends Module = Module> extends Module {
  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    super()
    const entries = Symbol.iterator in modules ? modules : Object.entries(modules)
    for (const [name, module] of entries) this.set(name, module)
  }

  /** Number of modules. */
  get size(): number {
    return this.namedChildren().length
  }

  has(name: string): boolean {
    return this.namedChildren().some(([known]) => known === name)
  }

  /** @throws ArgumentError for an unknown name */
  get(name: string): M {
    if (this.has(name)) return Reflect.get(this, name) as M
    throw new ArgumentError(
      `ModuleDict: there is no ${JSON.stringify(name)}. There are ${[...this.keys()].map((key) => JSON.stringify(key)).join(', ')}.`,
    )
  }

  /** Puts a module under a name, which may be in use already. @throws ArgumentError */
  set(name: string, module: M): this {
    if (!(module instanceof Module)) throw new ArgumentError(`ModuleDict: ${JSON.stringify(name)} is no module.`)
    if (this.has(name)) Reflect.set(this, name, module)
    else this.registerModule(name, module)
    return this
  }

  /** Takes a module out; returns whether it was there. */
  delete(name: string): boolean {
    return this.has(name) && Reflect.deleteProperty(this, name)
  }

  keys(): string[] {
    return this.namedChildren().map(([name]) => name)
  }

  values(): M[] {
    return this.children() as M[]
  }

  entries(): [name: string, module: M][] {
    return this.namedChildren() as [string, M][]
  }

  [Symbol.iterator](): Iterator<[name: string, module: M]> {
    return this.entries()[Symbol.iterator]()
  }

  /** @throws ArgumentError always */
  forward(): never {
    throw new ArgumentError('ModuleDict: has no forward. Call those of its modules.')
  }
}
