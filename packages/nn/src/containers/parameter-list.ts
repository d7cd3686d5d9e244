import { ArgumentError } from '@metagrad/tensor'
import { Parameter } from '../parameter.ts'
import { List } from './list.ts'

/**
 * A list of parameters that their owner finds.
 *
 * @throws ArgumentError for what is no parameter
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ParameterList.html
 */
export class ParameterList extends List<Parameter> {
  constructor(parameters: Iterable<Parameter> = []) {
    super()
    this.append(...parameters)
  }

  protected override accepts(value: unknown): value is Parameter {
    return value instanceof Parameter
  }

  /** @throws ArgumentError always */
  forward(): never {
    throw new ArgumentError('ParameterList: has no forward. Use its parameters.')
  }

  override extraRepr(): string {
    return [...this].map((parameter) => `[${parameter.shape.join(', ')}]`).join(', ')
  }
}
