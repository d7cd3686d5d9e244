import { ArgumentError, IndexError } from '@metagrad/tensor'
import { Module } from '../module.ts'

/**
 * A module whose own properties '0', '1', ... are its items, so that they are found like any other.
 *
 * @internal What `Sequential`, `ModuleList` and `ParameterList` have in common.
 */
export abstract class List<T extends object> extends Module {
  [index: number]: T

  /** Whether a value is an item of this kind of list. */
  protected abstract accepts(value: unknown): value is T

  /** Property names of the items, in order. */
  #names(): string[] {
    return Object.entries(this)
      .filter(([, value]) => this.accepts(value))
      .map(([name]) => name)
  }

  #check(op: string, item: unknown): void {
    if (this.accepts(item)) return
    const got = item === null || typeof item !== 'object' ? String(item) : item.constructor.name
    throw new ArgumentError(`${op}: ${this.constructor.name} cannot hold ${got}.`)
  }

  #locate(op: string, index: number, length: number): number {
    if (!Number.isInteger(index) || index < -length || index >= length) {
      throw new IndexError(`${op}: index ${String(index)} is out of range for ${length} items.`)
    }
    return index < 0 ? index + length : index
  }

  /** Number of items. */
  get length(): number {
    return this.#names().length
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (const name of this.#names()) yield Reflect.get(this, name) as T
  }

  /** The item at an index; negative ones count from the end. @throws IndexError */
  at(index: number): T {
    const names = this.#names()
    return Reflect.get(this, names[this.#locate('at', index, names.length)]!) as T
  }

  /** Puts an item in the place of another. @throws IndexError, ArgumentError */
  set(index: number, item: T): this {
    this.#check('set', item)
    const names = this.#names()
    Reflect.set(this, names[this.#locate('set', index, names.length)]!, item)
    return this
  }

  /** Adds items at the end. @throws ArgumentError for what this list cannot hold */
  append(...items: readonly T[]): this {
    for (const item of items) this.#check('append', item)
    for (const item of items) Reflect.set(this, String(this.length), item)
    return this
  }

  /** Adds the items of another list at the end. */
  extend(items: Iterable<T>): this {
    return this.append(...items)
  }

  /** Puts an item before the one at `index`. @throws IndexError, ArgumentError */
  insert(index: number, item: T): this {
    this.#check('insert', item)
    const items = [...this]
    this.#renumber(items.toSpliced(this.#locate('insert', index, items.length + 1), 0, item), 'insert')
    return this
  }

  /** Takes an item out, the last one by default, and returns it. @throws IndexError */
  pop(index = -1): T {
    const items = [...this]
    const at = this.#locate('pop', index, items.length)
    this.#renumber(items.toSpliced(at, 1), 'pop')
    return items[at]!
  }

  #renumber(items: readonly T[], op: string): void {
    const names = this.#names()
    const named = names.find((name) => !/^\d+$/.test(name))
    if (named !== undefined) {
      throw new ArgumentError(`${op}: the items have names (${JSON.stringify(named)}), so their order is fixed.`)
    }
    for (const name of names) Reflect.deleteProperty(this, name)
    for (const [i, item] of items.entries()) Reflect.set(this, String(i), item)
  }
}
