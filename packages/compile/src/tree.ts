import { Tensor } from '@metagrad/tensor'

/**
 * The structure of arguments or of a result: tensors are numbered in the order in which they are met, what stands between them
 * is kept to compare with.
 */
export type Tree =
  | { readonly kind: 'tensor'; readonly at: number }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'record'; readonly entries: readonly Entry[] }
  | { readonly kind: 'module'; readonly module: object; readonly entries: readonly Entry[] }

type Entry = readonly [name: string, tree: Tree]

/** Whether a value is an object of no class. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A model is taken apart as `Module` itself does it: by its public properties. Other objects of classes count as themselves. */
function isModule(value: object): boolean {
  return 'forward' in value && typeof value.forward === 'function'
}

/** Takes a value apart. @param tensors receives the tensors, in order */
export function treeOf(value: unknown, tensors: Tensor[]): Tree {
  return walk(value, tensors, new Set())
}

function walk(value: unknown, tensors: Tensor[], above: Set<object>): Tree {
  if (value instanceof Tensor) return { kind: 'tensor', at: tensors.push(value) - 1 }
  if (typeof value !== 'object' || value === null || above.has(value)) return { kind: 'value', value }
  const inside = new Set([...above, value])
  if (Array.isArray(value)) {
    return { kind: 'list', items: value.map((item: unknown) => walk(item, tensors, inside)) }
  }
  const entries = (): Entry[] =>
    Object.entries(value).map(([name, item]: [string, unknown]) => [name, walk(item, tensors, inside)])
  if (isPlain(value)) return { kind: 'record', entries: entries() }
  if (isModule(value)) return { kind: 'module', module: value, entries: entries() }
  return { kind: 'value', value }
}

/** Whether a value has the structure of a tree. @param tensors receives its tensors, in the order of the tree */
export function fits(tree: Tree, value: unknown, tensors: Tensor[]): boolean {
  switch (tree.kind) {
    case 'tensor':
      return value instanceof Tensor && tensors.push(value) > 0
    case 'value':
      return Object.is(value, tree.value)
    case 'list':
      return Array.isArray(value) && fitsItems(tree.items, value, tensors)
    case 'record':
      return (
        isPlain(value) && Object.keys(value).length === tree.entries.length && fitsEntries(tree.entries, value, tensors)
      )
    case 'module':
      return (
        value === tree.module &&
        Object.keys(tree.module).length === tree.entries.length &&
        fitsEntries(tree.entries, tree.module, tensors)
      )
  }
}

function fitsItems(items: readonly Tree[], values: readonly unknown[], tensors: Tensor[]): boolean {
  if (values.length !== items.length) return false
  for (let i = 0; i < items.length; i++) if (!fits(items[i]!, values[i], tensors)) return false
  return true
}

function fitsEntries(entries: readonly Entry[], value: object, tensors: Tensor[]): boolean {
  return entries.every(([name, tree]) => fits(tree, Reflect.get(value, name), tensors))
}

/** Puts a value together from its tensors. Modules and values are themselves. */
export function build(tree: Tree, tensors: readonly Tensor[]): unknown {
  switch (tree.kind) {
    case 'tensor':
      return tensors[tree.at]
    case 'value':
      return tree.value
    case 'list':
      return tree.items.map((item) => build(item, tensors))
    case 'record':
      return Object.fromEntries(tree.entries.map(([name, item]) => [name, build(item, tensors)]))
    case 'module':
      return tree.module
  }
}

/** Where two trees differ, as a path such as `[0].loss`; undefined where they do not. */
export function differs(a: Tree, b: Tree, path = ''): string | undefined {
  if (a.kind === 'tensor' && b.kind === 'tensor') return a.at === b.at ? undefined : path
  if (a.kind === 'value' && b.kind === 'value') return Object.is(a.value, b.value) ? undefined : path
  if (a.kind === 'list' && b.kind === 'list') {
    if (a.items.length !== b.items.length) return path
    return first(a.items, (item, i) => differs(item, b.items[i]!, `${path}[${i}]`))
  }
  if ((a.kind === 'record' && b.kind === 'record') || (a.kind === 'module' && b.kind === 'module')) {
    if (a.entries.length !== b.entries.length) return path
    if (a.kind === 'module' && b.kind === 'module' && a.module !== b.module) return path
    return first(a.entries, ([name, item], i) => {
      const [otherName, other] = b.entries[i]!
      return name === otherName ? differs(item, other, `${path}.${name}`) : path
    })
  }
  return path
}

function first<T, R>(list: readonly T[], of: (item: T, at: number) => R | undefined): R | undefined {
  for (let i = 0; i < list.length; i++) {
    const found = of(list[i]!, i)
    if (found !== undefined) return found
  }
  return undefined
}
