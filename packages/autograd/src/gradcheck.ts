import type { Tensor } from '@metagrad/tensor'
import { GradError, fromData } from '@metagrad/tensor'
import { grad } from './backward.ts'
import { enableGrad, noGrad } from './modes.ts'

/** What is checked: any function of tensors with one or several results. */
export type Differentiable = (...inputs: Tensor[]) => Tensor | readonly Tensor[]

export interface GradcheckOptions {
  /** Largest allowed difference, relative to the larger of 1 and the derivative. */
  readonly tolerance?: number
  /** Step of the finite differences. */
  readonly step?: number
}

export interface GradcheckResult {
  /** Largest difference found, relative to the larger of 1 and the derivative. */
  readonly error: number
  /** Where it was found: output element and input element. */
  readonly where: string
}

/** Weights of f(x - 2h), f(x - h), f(x + h), f(x + 2h) in the five-point formula for f'(x), times 12 h. */
const stencil = [
  [-2, 1],
  [-1, -8],
  [1, 8],
  [2, -1],
] as const

function outputsOf(f: Differentiable, inputs: readonly Tensor[]): Tensor[] {
  return [f(...inputs)].flat().filter((output) => output.isFloatingPoint)
}

function numbers(x: Tensor): Float64Array {
  return x.dataSync() as Float64Array
}

/** Numeric derivatives of all output elements by element `at` of input `which`. */
function numericColumn(
  f: Differentiable,
  inputs: readonly Tensor[],
  which: number,
  at: number,
  step: number,
): Float64Array[] {
  const values = numbers(inputs[which]!)
  const center = values[at]!
  const columns = stencil.map(([shift]) => {
    const moved = values.with(at, center + shift * step)
    const shifted = inputs.map((x, i) => (i === which ? fromData(moved, x.shape, x.dtype, x.device) : x.detach()))
    return noGrad(() => outputsOf(f, shifted).map(numbers))
  })
  return columns[0]!.map((_, output) =>
    columns[0]![output]!.map(
      (__, i) => stencil.reduce((sum, [, weight], s) => sum + weight * columns[s]![output]![i]!, 0) / (12 * step),
    ),
  )
}

/**
 * Compares the gradients of `f` with finite differences, for each element of each float64 input that requires grad.
 *
 * @throws GradError if an input is not float64, or if a derivative differs by more than the tolerance
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.html
 */
export function gradcheck(
  f: Differentiable,
  inputs: readonly Tensor[],
  { tolerance = 1e-6, step = 1e-3 }: GradcheckOptions = {},
): GradcheckResult {
  const checked = inputs.map((x, i) => ({ x, i })).filter(({ x }) => x.requiresGrad)
  if (checked.length === 0) throw new GradError('gradcheck: no input requires grad, so there is nothing to check.')
  for (const { x, i } of checked) {
    if (x.dtype !== 'float64')
      throw new GradError(`gradcheck: input ${i} is ${x.dtype}; finite differences need float64. Use x.to('float64').`)
  }
  const outputs = enableGrad(() => outputsOf(f, inputs))
  let worst: GradcheckResult = { error: 0, where: 'nowhere' }
  const analytic = outputs.map((output) =>
    jacobianRows(
      output,
      checked.map(({ x }) => x),
    ),
  )
  checked.forEach(({ x, i }, c) => {
    for (let at = 0; at < x.numel; at++) {
      const numeric = numericColumn(f, inputs, i, at, step)
      outputs.forEach((output, o) => {
        for (let element = 0; element < output.numel; element++) {
          const [a, n] = [analytic[o]![element]![c]![at]!, numeric[o]![element]!]
          const error = Math.abs(a - n) / Math.max(1, Math.abs(a), Math.abs(n))
          // NaN on either side must not pass for a small error.
          if (!(error <= worst.error))
            worst = {
              error: Number.isNaN(error) ? Infinity : error,
              where: `d output ${o}[${element}] / d input ${i}[${at}]: ${a} vs ${n} numerically`,
            }
        }
      })
    }
  })
  if (!(worst.error <= tolerance)) {
    throw new GradError(
      `gradcheck: gradients differ by ${worst.error.toExponential(1)} > ${tolerance}: ${worst.where}.`,
      'GRADCHECK',
    )
  }
  return worst
}

/** For each element of `output`, its derivatives by each input. */
function jacobianRows(output: Tensor, inputs: readonly Tensor[]): Float64Array[][] {
  return Array.from({ length: output.numel }, (_, element) => {
    if (!output.requiresGrad) return inputs.map((x) => new Float64Array(x.numel))
    const seed = new Float64Array(output.numel)
    seed[element] = 1
    const gradOutputs = [fromData(seed, output.shape, 'float64', output.device)]
    const gradients = grad([output], inputs, { gradOutputs, retainGraph: true, allowUnused: true })
    return gradients.map((g, i) => (g === undefined ? new Float64Array(inputs[i]!.numel) : numbers(g)))
  })
}

/**
 * `gradcheck` of the gradient itself: proves the second derivatives.
 *
 * The outputs' gradients are inputs of the checked function too, fixed numbers of moderate size.
 * @throws GradError as `gradcheck`
 */
export function gradgradcheck(
  f: Differentiable,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): GradcheckResult {
  const which = inputs.map((x, i) => (x.requiresGrad ? i : -1)).filter((i) => i >= 0)
  const outputs = noGrad(() => outputsOf(f, inputs))
  const seeds = outputs.map((output, o) => {
    const values = Float64Array.from({ length: output.numel }, (_, i) => Math.cos(1.7 * i + o) + 0.25)
    return fromData(values, output.shape, 'float64', output.device).requiresGrad_()
  })
  const gradient: Differentiable = (...args) => {
    const xs = args.slice(0, inputs.length)
    const gradOutputs = args.slice(inputs.length)
    return enableGrad(() => {
      const live = xs.map((x, i) => (which.includes(i) && !x.requiresGrad ? x.detach().requiresGrad_() : x))
      const results = outputsOf(f, live)
      const used = results
        .map((result, i) => ({ result, seed: gradOutputs[i]! }))
        .filter(({ result }) => result.requiresGrad)
      const gradients = grad(
        used.map(({ result }) => result),
        which.map((i) => live[i]!),
        { gradOutputs: used.map(({ seed }) => seed), createGraph: true, allowUnused: true },
      )
      return gradients.filter((g) => g !== undefined)
    })
  }
  return gradcheck(gradient, [...inputs, ...seeds], options)
}
