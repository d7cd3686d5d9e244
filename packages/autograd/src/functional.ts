import type { Tensor } from '@metagrad/tensor'
import { GradError, formatShape, fromData, isTensor, sameShape, stack } from '@metagrad/tensor'
import { grad } from './backward.ts'
import { enableGrad } from './modes.ts'

/** A function of tensors with one result. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor

/** One tensor or several. */
export type Inputs = Tensor | readonly Tensor[]

export interface FunctionalOptions {
  /** Records the derivatives, so that they can be differentiated. */
  readonly createGraph?: boolean
}

/** Inputs that a derivative can be taken by: with `createGraph` still connected to where they came from. */
function connected(inputs: Inputs, createGraph: boolean): Tensor[] {
  return [inputs].flat().map((x) => (createGraph && x.requiresGrad ? x.view(x.shape) : x.detach().requiresGrad_()))
}

/** Zeros for inputs that the output does not depend on. */
function gradients(
  output: Tensor,
  inputs: readonly Tensor[],
  seed: Tensor | undefined,
  createGraph: boolean,
): Tensor[] {
  if (!output.requiresGrad) return inputs.map((x) => x.newFull(x.shape, 0))
  const options = { createGraph, retainGraph: true, allowUnused: true }
  const found = grad([output], inputs, seed === undefined ? options : { ...options, gradOutputs: [seed] })
  return found.map((g, i) => g ?? inputs[i]!.newFull(inputs[i]!.shape, 0))
}

function like<Given extends Inputs>(given: Given, list: readonly Tensor[]): Given {
  return (isTensor(given) ? list[0] : list) as Given
}

function checkVector(op: string, vector: Tensor, shape: readonly number[]): void {
  if (!sameShape(vector.shape, shape)) {
    throw new GradError(`${op}: the vector has the wrong shape: ${formatShape(vector.shape)} vs ${formatShape(shape)}.`)
  }
}

/**
 * The value of `f` and its gradient by each input; `f` gives a scalar.
 *
 * @example
 * ```ts
 * const [value, dx] = valueAndGrad((x) => x.square().sum(), tensor([1, 2, 3]))
 * value.itemSync() // -> 14
 * dx.tolistSync() // -> [2, 4, 6]
 * ```
 */
export function valueAndGrad<Given extends Inputs>(
  f: TensorFunction,
  inputs: Given,
  { createGraph = false }: FunctionalOptions = {},
): [value: Tensor, gradient: Given] {
  return enableGrad(() => {
    const xs = connected(inputs, createGraph)
    const value = f(...xs)
    return [createGraph ? value : value.detach(), like(inputs, gradients(value, xs, undefined, createGraph))]
  })
}

/**
 * The value of `f` and the product v^T J of a vector of its result's shape with its Jacobian.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.vjp.html
 */
export function vjp<Given extends Inputs>(
  f: TensorFunction,
  inputs: Given,
  v?: Tensor,
  { createGraph = false }: FunctionalOptions = {},
): [value: Tensor, product: Given] {
  return enableGrad(() => {
    const xs = connected(inputs, createGraph)
    const value = f(...xs)
    if (v !== undefined) checkVector('vjp', v, value.shape)
    return [createGraph ? value : value.detach(), like(inputs, gradients(value, xs, v, createGraph))]
  })
}

/**
 * The value of `f` and the product J v of its Jacobian with a vector per input, by differentiating v^T J twice.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.jvp.html
 */
export function jvp<Given extends Inputs>(
  f: TensorFunction,
  inputs: Given,
  v: Given,
  { createGraph = false }: FunctionalOptions = {},
): [value: Tensor, product: Tensor] {
  return enableGrad(() => {
    const xs = connected(inputs, createGraph)
    const vs = [v as Inputs].flat()
    xs.forEach((x, i) => checkVector('jvp', vs[i]!, x.shape))
    const value = f(...xs)
    const zero = value.newFull(value.shape, 0).requiresGrad_()
    const linear = gradients(value, xs, zero, true)
    const total = linear.map((g, i) => g.mul(vs[i]!).sum()).reduce((a, b) => a.add(b))
    const [product] = gradients(total, [zero], undefined, createGraph)
    return [createGraph ? value : value.detach(), product!]
  })
}

/** A vector of zeros with a 1, as the gradient of one element. */
function unit(model: Tensor, at: number): Tensor {
  const data = new Float64Array(model.numel)
  data[at] = 1
  return fromData(data, model.shape, 'float64').to({ dtype: model.dtype, device: model.device })
}

/**
 * All derivatives of `f`'s result by each input.
 *
 * Shapes: result [..r], input [..x] -> [..r, ..x].
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.jacobian.html
 */
export function jacobian<Given extends Inputs>(
  f: TensorFunction,
  inputs: Given,
  { createGraph = false }: FunctionalOptions = {},
): Given {
  return enableGrad(() => {
    const xs = connected(inputs, createGraph)
    const value = f(...xs)
    const rows = Array.from({ length: value.numel }, (_, at) => gradients(value, xs, unit(value, at), createGraph))
    const blocks = xs.map((x, i) =>
      rows.length === 0
        ? x.newFull([...value.shape, ...x.shape], 0)
        : stack(rows.map((row) => row[i]!)).reshape([...value.shape, ...x.shape]),
    )
    return like(inputs, blocks)
  })
}

/**
 * All second derivatives of a scalar function.
 *
 * Shapes: one input [..x] -> [..x, ..x]; several give a table of blocks.
 * @throws GradError if the result is no scalar
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.hessian.html
 */
export function hessian(f: TensorFunction, inputs: Tensor, options?: FunctionalOptions): Tensor
export function hessian(f: TensorFunction, inputs: readonly Tensor[], options?: FunctionalOptions): Tensor[][]
export function hessian(f: TensorFunction, inputs: Inputs, options: FunctionalOptions = {}): Tensor | Tensor[][] {
  const xs = [inputs].flat()
  const blocks = xs.map((_, i) =>
    jacobian(
      (...live) => {
        const value = f(...live)
        if (value.numel !== 1)
          throw new GradError(`hessian: the function must give a scalar, got shape ${formatShape(value.shape)}.`)
        return gradients(value, [live[i]!], undefined, true)[0]!
      },
      xs,
      options,
    ),
  )
  return isTensor(inputs) ? blocks[0]![0]! : blocks.map((row) => [...row])
}

/** The value of a scalar function and the product of its Hessian with a vector. @see https://pytorch.org/docs/stable/generated/torch.autograd.functional.hvp.html */
export function hvp(
  f: TensorFunction,
  input: Tensor,
  v: Tensor,
  { createGraph = false }: FunctionalOptions = {},
): [value: Tensor, product: Tensor] {
  return enableGrad(() => {
    checkVector('hvp', v, input.shape)
    const [x] = connected(input, createGraph)
    const value = f(x!)
    const [g] = gradients(value, [x!], undefined, true)
    const [product] = gradients(g!.mul(v).sum(), [x!], undefined, createGraph)
    return [createGraph ? value : value.detach(), product!]
  })
}

/** `f` applied to each slice along dim 0 of its inputs, stacked: a loop written as a function. @see https://pytorch.org/docs/stable/generated/torch.func.vmap.html */
export function vmap(f: TensorFunction): TensorFunction {
  return (...inputs) => {
    const size = inputs[0]?.shape[0]
    if (size === undefined || inputs.some((x) => x.shape[0] !== size)) {
      throw new GradError(
        `vmap: all inputs need the same size in dim 0, got ${inputs.map((x) => formatShape(x.shape)).join(' and ')}.`,
      )
    }
    return stack(Array.from({ length: size }, (_, i) => f(...inputs.map((x) => x.select(0, i)))))
  }
}
