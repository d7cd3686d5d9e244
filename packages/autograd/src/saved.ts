import type { Primitive, Primitives, Shape, Source, Tensor } from '@metagrad/tensor'
import { GradError } from '@metagrad/tensor'

/**
 * What a gradient rule may read of its record. Naming a tensor (`{ x }`, `{ y, out }`) is what saves it: the read fails if
 * the tensor was changed in place since it was recorded. Shapes and parameters cannot change.
 */
export class Saved<P extends Primitive = Primitive> {
  readonly #source: Source<P>

  constructor(source: Source<P>) {
    this.#source = source
  }

  /** First input. */
  get x(): Tensor {
    return this.input(0)
  }

  /** Second input. */
  get y(): Tensor {
    return this.input(1)
  }

  /** Third input. */
  get z(): Tensor {
    return this.input(2)
  }

  /** First output. */
  get out(): Tensor {
    return this.output(0)
  }

  get params(): Primitives[P] {
    return this.#source.params
  }

  /** Number of inputs. */
  get count(): number {
    return this.#source.inputs.length
  }

  get shape(): Shape {
    return this.shapeOf(0)
  }

  shapeOf(i: number): Shape {
    return this.#source.inputs[i]!.shape
  }

  /** Whether input i wants a gradient. */
  needs(i: number): boolean {
    return this.#source.edges[i] !== undefined
  }

  input(i: number): Tensor {
    const tensor = this.#source.inputs[i]!
    this.#check(tensor, this.#source.versions[i]!, `input ${i}`)
    return tensor
  }

  output(i: number): Tensor {
    const tensor = this.#source.outputs[i]!
    this.#check(tensor, this.#source.outputVersions[i]!, 'the result')
    return tensor
  }

  #check(tensor: Tensor, version: number, what: string): void {
    if (tensor.storage.version === version) return
    const { primitive } = this.#source
    throw new GradError(
      `backward: ${what} of ${primitive} [${tensor.shape.join(', ')}] was changed in place after ${primitive} read it: version ${tensor.storage.version} vs ${version}. Use x.clone() or the method without _.`,
      'CHANGED_IN_PLACE',
    )
  }
}

/** Gradient of one input: from the gradient of the output to its share, not yet summed to the input's shape. */
export type InputGradient<P extends Primitive> = (g: Tensor, saved: Saved<P>) => Tensor

/** Gradients of all inputs at once, for primitives with several outputs or any number of inputs. A missing output gradient is 0. */
export type JointGradient<P extends Primitive> = (
  gs: readonly (Tensor | undefined)[],
  saved: Saved<P>,
) => readonly (Tensor | undefined)[]

/** One gradient per input, all at once, or undefined: the primitive has none. */
export type Rule<P extends Primitive> = readonly (InputGradient<P> | undefined)[] | JointGradient<P> | undefined

export type Rules<P extends Primitive = Primitive> = { readonly [K in P]: Rule<K> }
