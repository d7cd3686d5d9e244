import type { Shape, Tensor, Windows } from '@metagrad/tensor'
import { ArgumentError, ShapeError, formatShape } from '@metagrad/tensor'
import type { PerDim } from '../windows.ts'
import { checkInput, extents, perDim } from '../windows.ts'

export interface PoolOptions {
  /** How far the window moves; its own size by default, so that windows neither overlap nor leave gaps. */
  readonly stride?: PerDim | undefined
  /** Elements on either side that count as nothing, at most half a window; none by default. */
  readonly padding?: PerDim
  /** Whether a last window may begin inside and reach beyond the end; false by default. */
  readonly ceilMode?: boolean
}

/** Sizes of the pooled dims, one for all or one each; null keeps the input's. */
export type AdaptiveSize = number | readonly (number | null)[]

/** The pooled dims, none of them empty. */
function pooledSizes(op: string, x: Tensor, dims: number): Shape {
  checkInput(op, x, dims)
  if (x.shape.slice(-dims - 1).includes(0))
    throw new ShapeError(`${op}: only the batch may be empty, got ${formatShape(x.shape)}.`)
  return x.shape.slice(-dims)
}

/** Windows of one size along each dim. */
export function slidingWindows(
  op: string,
  x: Tensor,
  kernelSize: PerDim,
  dims: number,
  { stride = kernelSize, padding = 0, ceilMode = false, dilation = 1 }: PoolOptions & { readonly dilation?: PerDim },
): Windows[] {
  const kernel = perDim(op, 'kernelSize', kernelSize, dims, 1)
  const steps = perDim(op, 'stride', stride, dims, 1)
  const around = perDim(op, 'padding', padding, dims, 0)
  const spread = perDim(op, 'dilation', dilation, dims, 1)
  const sizes = pooledSizes(op, x, dims)
  if (around.some((size, dim) => 2 * size > kernel[dim]!)) {
    throw new ArgumentError(
      `${op}: padding must be at most half of the window: got ${formatShape(around)} for ${formatShape(kernel)}.`,
    )
  }
  return extents(kernel, spread).map((reach, dim) => {
    const [step, before, size] = [steps[dim]!, around[dim]!, sizes[dim]!]
    const room = size + 2 * before - reach
    let outputs = (ceilMode ? Math.ceil : Math.floor)(room / step) + 1
    // No window begins in the padding behind.
    if (ceilMode && (outputs - 1) * step >= size + before) outputs--
    if (outputs < 1) {
      throw new ShapeError(
        `${op}: the window is larger than the padded input: ${reach} vs ${size + 2 * before} in ${formatShape(x.shape)}.`,
      )
    }
    return { outputs, step, per: 1, reach, padding: before, dilation: spread[dim]! }
  })
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** As many windows as asked for, which cover the input: from floor(o size / outputs) to ceil((o + 1) size / outputs). */
export function adaptiveWindows(op: string, x: Tensor, outputSize: AdaptiveSize, dims: number): Windows[] {
  const sizes = pooledSizes(op, x, dims)
  const list = typeof outputSize === 'number' ? sizes.map(() => outputSize) : outputSize
  const fits = Array.isArray(list) && list.length === dims
  if (!fits || !list.every((size) => size === null || (Number.isInteger(size) && size >= 0))) {
    const got = Array.isArray(list) ? `[${list.map(String).join(', ')}]` : String(list)
    const many = dims === 1 ? '' : `, or ${dims} of them, null for the input's`
    throw new ArgumentError(`${op}: outputSize must be a whole number >= 0${many}, got ${got}.`)
  }
  return sizes.map((size, dim) => {
    const outputs = list[dim] ?? size
    const common = greatestCommonDivisor(size, Math.max(1, outputs))
    const per = Math.max(1, outputs) / common
    return { outputs, step: size / common, per, reach: size / common + per - 1, padding: 0, dilation: 1 }
  })
}
