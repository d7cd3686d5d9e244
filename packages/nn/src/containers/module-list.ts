import { ArgumentError } from '@metagrad/tensor'
import { Module } from '../module.ts'
import { List } from './list.ts'

/**
 * A list of modules that their owner finds; it has no forward of its own.
 *
 * @example
 * ```ts
 * class Stack extends Module {
 *   readonly layers = new ModuleList([new Linear(4, 4), new Linear(4, 4)])
 *   forward(x: Tensor): Tensor {
 *     return [...this.layers].reduce((h, layer) => layer.forward(h), x)
 *   }
 * }
 * new Stack().namedParameters()[0]![0] // -> 'layers.0.weight'
 * ```
 * @throws ArgumentError for what is no module
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
 */
export class ModuleList<M extends Module = Module> extends List<M> {
  constructor(modules: Iterable<M> = []) {
    super()
    this.append(...modules)
  }

  protected override accepts(value: unknown): value is M {
    return value instanceof Module
  }

  /** @throws ArgumentError always */
  forward(): never {
    throw new ArgumentError('ModuleList: has no forward. Call those of its modules, or use Sequential.')
  }

  /** The modules from `start` up to `end` as a list of their own: the modules themselves, not copies. */
  slice(start?: number, end?: number): ModuleList<M> {
    return new ModuleList([...this].slice(start, end))
  }
}
