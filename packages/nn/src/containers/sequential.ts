import type { Tensor } from '@metagrad/tensor'
import type { Layer } from '../module.ts'
import { Module } from '../module.ts'
import { List } from './list.ts'

/**
 * Layers in a row: each takes the output of the one before.
 *
 * `model[0]` or `model.at(-1)` is a layer; an object gives the layers names of their own.
 * @example
 * ```ts
 * const model = new Sequential(new Linear(2, 8), new ReLU(), new Linear(8, 1))
 * model.forward(zeros(5, 2)).shape // -> [5, 1]
 * new Sequential({ hidden: new Linear(2, 8), output: new Linear(8, 1) }).parameters().length // -> 4
 * ```
 * @throws ArgumentError for what is no module
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 */
export class Sequential extends List<Layer> {
  constructor(...layers: readonly Layer[] | readonly [Readonly<Record<string, Layer>>]) {
    super()
    const [first] = layers
    if (layers.length === 1 && isRecord(first)) {
      for (const [name, layer] of Object.entries(first)) this.registerModule(name, layer)
    } else {
      this.append(...(layers as readonly Layer[]))
    }
  }

  protected override accepts(value: unknown): value is Layer {
    return value instanceof Module
  }

  forward(x: Tensor): Tensor {
    let output = x
    for (const layer of this) output = layer.forward(output)
    return output
  }

  /** The layers from `start` up to `end` as a Sequential of their own: the layers themselves, not copies. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(...[...this].slice(start, end))
  }
}

function isRecord(
  value: Layer | Readonly<Record<string, Layer>> | undefined,
): value is Readonly<Record<string, Layer>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
