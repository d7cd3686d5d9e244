import { dispatch } from '../dispatch.ts'
import { ArgumentError, IndexError, ShapeError } from '../errors.ts'
import { checkShape, formatShape, normalizeDim } from '../layout.ts'
import { checkList, checkTensorList, checkTensors, indexTensor, isTensor, stored, toData } from '../operands.ts'
import { readSync } from '../read.ts'
import type { Tensor } from '../tensor.ts'
import { cat, flip, narrow, repeat, sliceDim, split, stack, transpose, unsqueeze } from './shape.ts'

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i)
}

/** `repeat` in which missing leading counts are 1. */
export function tile(x: Tensor, counts: readonly number[]): Tensor {
  checkShape('tile', counts)
  const lead = Math.max(0, x.ndim - counts.length)
  return repeat(x, [...range(lead).fill(1), ...counts])
}

/** Each slice along `dim` several times in a row; flat without `dim`. */
export function repeatInterleave(x: Tensor, repeats: number | Tensor, dim: number | undefined): Tensor {
  const lines = dim === undefined || x.ndim === 0 ? x.reshape([-1]) : x
  const at = dim === undefined ? 0 : normalizeDim('repeatInterleave', dim, x.ndim)
  const size = lines.shape[at]!
  const counts = isTensor(repeats) ? countsOf(repeats, size) : range(size).fill(repeats)
  const wrong = counts.find((count) => !Number.isInteger(count) || count < 0)
  if (wrong !== undefined) throw new ArgumentError(`repeatInterleave: counts must be whole numbers >= 0, got ${wrong}.`)
  const length = counts.reduce((sum, count) => sum + count, 0)
  checkShape('repeatInterleave', lines.shape.with(at, length))
  const positions = counts.flatMap((count, i) => range(count).fill(i))
  return lines.indexSelect(at, indexTensor('repeatInterleave', positions, [positions.length], x.device))
}

function countsOf(repeats: Tensor, size: number): number[] {
  const counts = repeats.ndim > 1 ? [] : Array.from(readSync('repeatInterleave', repeats), Number)
  if (counts.length === 1) return range(size).fill(counts[0]!)
  if (counts.length !== size) {
    throw new ShapeError(
      `repeatInterleave: needs a count for each of the ${size} slices, got shape ${formatShape(repeats.shape)}.`,
    )
  }
  return counts
}

/** Moved along dims; what leaves at one end enters at the other. Without dims the elements count as flat. */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  dims: number | readonly number[] | undefined,
): Tensor {
  const steps = [shifts].flat()
  if (steps.some((step) => !Number.isInteger(step)))
    throw new ArgumentError(`roll: shifts must be whole numbers, got [${steps.join(', ')}].`)
  if (dims === undefined) {
    if (steps.length !== 1) throw new ArgumentError(`roll: ${steps.length} shifts need as many dims, got none.`)
    return rollDim(x.reshape([-1]), steps[0]!, 0).reshape(x.shape)
  }
  const at = [dims].flat()
  if (at.length !== steps.length)
    throw new ArgumentError(`roll: needs a dim for each shift: got [${at.join(', ')}] vs [${steps.join(', ')}].`)
  return steps.reduce((result, step, i) => rollDim(result, step, normalizeDim('roll', at[i]!, x.ndim)), x)
}

function rollDim(x: Tensor, step: number, dim: number): Tensor {
  const size = x.shape[dim] ?? 1
  const shift = size === 0 ? 0 : ((step % size) + size) % size
  if (shift === 0) return x.clone()
  return cat([narrow(x, dim, size - shift, shift), narrow(x, dim, 0, size - shift)], dim)
}

/** `k` quarter turns from the first of two dims towards the second. */
export function rot90(x: Tensor, k: number, dims: readonly number[]): Tensor {
  checkList('rot90', 'dims', dims)
  if (!Number.isInteger(k)) throw new ArgumentError(`rot90: needs a whole number of turns, got ${k}.`)
  const [from, to] = dims.map((dim) => normalizeDim('rot90', dim, x.ndim))
  if (dims.length !== 2 || from === to)
    throw new ShapeError(`rot90: needs two different dims, got [${dims.join(', ')}] of ${x.ndim} dims.`)
  switch (((k % 4) + 4) % 4) {
    case 1:
      return transpose(flip(x, [to!]), from!, to!)
    case 2:
      return flip(x, [from!, to!])
    case 3:
      return transpose(flip(x, [from!]), from!, to!)
    default:
      return x.clone()
  }
}

/** Parts of almost equal size (the first ones larger by one), or cut at the given positions. Views. */
export function tensorSplit(x: Tensor, sections: number | readonly number[], dim: number): Tensor[] {
  if (x.ndim === 0) throw new ShapeError('tensorSplit: a 0-d tensor cannot be split. Use x.reshape(1).')
  const at = normalizeDim('tensorSplit', dim, x.ndim)
  const size = x.shape[at]!
  if (typeof sections === 'number') {
    if (!Number.isInteger(sections) || sections < 1)
      throw new ArgumentError(`tensorSplit: needs a whole number of parts >= 1, got ${sections}.`)
    const sizes = range(sections).map((i) => Math.floor(size / sections) + (i < size % sections ? 1 : 0))
    return split(x, sizes, at)
  }
  checkList('tensorSplit', 'positions', sections)
  if (sections.some((cut) => !Number.isInteger(cut)))
    throw new ArgumentError(`tensorSplit: positions must be whole numbers, got [${sections.join(', ')}].`)
  const cuts = sections.map((cut) => Math.min(Math.max(cut < 0 ? cut + size : cut, 0), size))
  return [...cuts, size].map((end, i) => {
    const start = i === 0 ? 0 : cuts[i - 1]!
    return sliceDim(x, at, start, Math.max(0, end - start), 1)
  })
}

/** At least `ndim` dims, new ones of size 1: 1-d tensors become rows, in 3-d `[1, n, 1]`. */
export function atLeast(x: Tensor, ndim: 1 | 2 | 3): Tensor {
  checkTensors(`atleast${ndim}d`, x)
  if (x.ndim >= ndim) return x
  if (x.ndim === 0) return x.reshape(range(ndim).fill(1))
  if (ndim === 2) return unsqueeze(x, 0)
  return x.ndim === 1 ? unsqueeze(unsqueeze(x, 0), 2) : unsqueeze(x, 2)
}

export function stackAlong(op: string, tensors: readonly Tensor[], least: 1 | 2 | 3, dim: number): Tensor {
  checkTensorList(op, tensors)
  if (tensors.length === 0) throw new ArgumentError(`${op}: needs at least one tensor, got an empty list.`)
  return cat(
    tensors.map((x) => atLeast(x, least)),
    dim,
  )
}

export function hstack(tensors: readonly Tensor[]): Tensor {
  checkTensorList('hstack', tensors)
  return stackAlong('hstack', tensors, 1, tensors.every((x) => x.ndim <= 1) ? 0 : 1)
}

export function columnStack(tensors: readonly Tensor[]): Tensor {
  checkTensorList('columnStack', tensors)
  const columns = tensors.map((x) => (x.ndim <= 1 ? x.reshape([-1, 1]) : x))
  return stackAlong('columnStack', columns, 2, 1)
}

/** How `meshgrid` lays out its dims: 'ij' as matrices, 'xy' as coordinates (the first two swapped). */
export type MeshIndexing = 'ij' | 'xy'

export function meshgrid(tensors: readonly Tensor[], indexing: MeshIndexing): Tensor[] {
  checkTensorList('meshgrid', tensors)
  if (tensors.length === 0) throw new ArgumentError('meshgrid: needs at least one tensor, got an empty list.')
  if (indexing !== 'ij' && indexing !== 'xy')
    throw new ArgumentError(`meshgrid: indexing must be 'ij' or 'xy', got ${JSON.stringify(indexing)}.`)
  const wrong = tensors.find((x) => x.ndim > 1)
  if (wrong !== undefined)
    throw new ShapeError(`meshgrid: needs tensors of at most 1 dim, got ${formatShape(wrong.shape)}.`)
  const shape = tensors.map((x) => x.numel)
  const grids = tensors.map((x, at) => x.reshape(shape.map((size, dim) => (dim === at ? size : 1))).expand(shape))
  return indexing === 'xy' && tensors.length > 1 ? grids.map((grid) => transpose(grid, 0, 1)) : grids
}

/** All ways to choose one element of each tensor, as rows. */
export function cartesianProd(tensors: readonly Tensor[]): Tensor {
  checkTensors('cartesianProd', ...tensors)
  if (tensors.length === 1) return tensors[0]!
  const grids = meshgrid(tensors, 'ij')
  return stack(
    grids.map((grid) => grid.reshape([-1])),
    1,
  )
}

/** All choices of `r` elements of a 1-d tensor, in order, as rows. */
export function combinations(x: Tensor, r: number, withReplacement: boolean): Tensor {
  checkTensors('combinations', x)
  if (x.ndim !== 1) throw new ShapeError(`combinations: needs a 1-d tensor, got ${formatShape(x.shape)}.`)
  if (!Number.isInteger(r) || r < 0) throw new ArgumentError(`combinations: r must be a whole number >= 0, got ${r}.`)
  if (r === 0) return x.newFull([0], 0)
  const rows: number[] = []
  const choose = (chosen: readonly number[], from: number): void => {
    if (chosen.length === r) {
      rows.push(...chosen)
      return
    }
    for (let i = from; i < x.numel; i++) choose([...chosen, i], withReplacement ? i : i + 1)
  }
  choose([], 0)
  return x.take(indexTensor('combinations', rows, [rows.length / r, r], x.device))
}

/** What `pad` puts around: a value, the mirror image, the last element, or the other end. */
export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular'

/** Where the element at position `at` (from -before on) of a padded dim comes from. */
const padSource: { readonly [M in Exclude<PadMode, 'constant'>]: (at: number, size: number) => number } = {
  reflect: (at, size) => (at < 0 ? -at : at < size ? at : 2 * (size - 1) - at),
  replicate: (at, size) => Math.min(Math.max(at, 0), size - 1),
  circular: (at, size) => (at + size) % size,
}

/** Largest width that each mode can fill from a dim of `size`. */
const padLimit: { readonly [M in Exclude<PadMode, 'constant'>]: (size: number) => number } = {
  reflect: (size) => size - 1,
  replicate: (size) => (size > 0 ? Infinity : 0),
  circular: (size) => size,
}

/** `sizes` are pairs (before, after) from the last dim on; negative ones crop. */
export function pad(x: Tensor, sizes: readonly number[], mode: PadMode, value: number): Tensor {
  if (!Array.isArray(sizes) || sizes.length % 2 !== 0 || sizes.length > 2 * x.ndim || !sizes.every(Number.isInteger)) {
    throw new ShapeError(
      `pad: needs pairs of whole numbers for at most the ${x.ndim} dims of ${formatShape(x.shape)}, got [${String(sizes)}].`,
    )
  }
  if (mode !== 'constant' && !Object.hasOwn(padSource, mode)) {
    throw new ArgumentError(`pad: unknown mode ${JSON.stringify(mode)}. Use constant, reflect, replicate or circular.`)
  }
  const widths = x.shape.map((_, dim) => {
    const pair = 2 * (x.ndim - 1 - dim)
    return [sizes[pair] ?? 0, sizes[pair + 1] ?? 0] as const
  })
  widths.forEach(([before, after], dim) => {
    if (x.shape[dim]! + Math.min(before, 0) + Math.min(after, 0) < 0)
      throw new ShapeError(`pad: cannot crop ${before} and ${after} of dim ${dim} of size ${x.shape[dim]}.`)
  })
  if (mode !== 'constant')
    return widths.reduce((result, [before, after], dim) => padDim(result, dim, before, after, mode), x)
  const [fill] = toData('pad', [value], x.dtype)
  const cropped = widths.reduce((result, [before, after], dim) => {
    const [start, end] = [Math.max(0, -before), Math.max(0, -after)]
    return start + end === 0 ? result : narrow(result, dim, start, x.shape[dim]! - start - end)
  }, x)
  const positive = (at: 0 | 1) => widths.map((pair) => Math.max(0, pair[at]))
  return dispatch('pad', [cropped], { before: positive(0), after: positive(1), value: Number(fill) })
}

function padDim(x: Tensor, dim: number, before: number, after: number, mode: Exclude<PadMode, 'constant'>): Tensor {
  if (before === 0 && after === 0) return x
  const size = x.shape[dim]!
  const limit = padLimit[mode](size)
  if (before > limit || after > limit) {
    throw new ShapeError(
      `pad: mode ${mode} adds at most ${limit} elements to dim ${dim} of size ${size}, got ${before} and ${after}.`,
    )
  }
  const positions = range(size + before + after).map((i) => padSource[mode](i - before, size))
  return x.indexSelect(dim, indexTensor('pad', positions, [positions.length], x.device))
}

/** Sliding windows over a dim as a new last dim. */
export function checkUnfold(x: Tensor, dim: number, size: number, step: number): number {
  if (x.ndim === 0) throw new ShapeError('unfold: a 0-d tensor has no dim to slide over. Use x.reshape(1).')
  const at = normalizeDim('unfold', dim, x.ndim)
  if (!Number.isInteger(size) || size < 0 || size > x.shape[at]!)
    throw new IndexError(`unfold: a window of ${size} does not fit in dim ${dim} of size ${x.shape[at]}.`)
  if (!Number.isInteger(step) || step < 1)
    throw new ArgumentError(`unfold: the step must be a whole number >= 1, got ${step}.`)
  return at
}

/** Flips named dims of tensors that have them. */
export function flipDim(op: string, x: Tensor, dim: number): Tensor {
  if (x.ndim <= dim) throw new ShapeError(`${op}: needs at least ${dim + 1} dims, got ${formatShape(x.shape)}.`)
  return flip(x, [dim])
}

/** A copy of `x` with `values` in one of its views. */
export function withView(op: string, x: Tensor, values: Tensor, view: (x: Tensor) => Tensor): Tensor {
  checkTensors(op, values)
  const result = x.clone()
  const place = view(result)
  if (place.shape.length !== values.ndim || place.shape.some((size, dim) => size !== values.shape[dim])) {
    throw new ShapeError(
      `${op}: values do not fit the view: ${formatShape(values.shape)} vs ${formatShape(place.shape)}.`,
    )
  }
  place.copy_(stored(op, x, values))
  return result
}
