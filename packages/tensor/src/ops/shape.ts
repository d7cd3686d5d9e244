import { dispatch, dispatchView } from '../dispatch.ts'
import { noParams } from '../primitives.ts'
import { ArgumentError, IndexError, ShapeError } from '../errors.ts'
import type { Shape } from '../layout.ts'
import { checkShape, formatShape, normalizeDim, normalizeDims, numelOf, sameShape, viewLayout } from '../layout.ts'
import { cast, checkList, checkTensorList, contiguous } from '../operands.ts'
import { resultType } from '../dtypes.ts'
import type { Tensor } from '../tensor.ts'

/** `f(2, 3)` and `f([2, 3])` mean the same. */
export type Sizes = readonly number[] | readonly [readonly number[]]

export function listOf(sizes: Sizes): readonly number[] {
  const [first] = sizes
  return Array.isArray(first) ? first : (sizes as readonly number[])
}

/** A shape with at most one -1 filled in. @throws ShapeError */
export function resolveShape(op: string, x: Tensor, sizes: readonly number[]): Shape {
  const free = sizes.indexOf(-1)
  let shape = sizes
  if (free !== -1) {
    if (sizes.indexOf(-1, free + 1) !== -1)
      throw new ShapeError(`${op}: only one size can be -1, got ${formatShape(sizes)}.`)
    const rest = numelOf(sizes.with(free, 1))
    const size = x.numel / rest
    if (rest === 0 || !Number.isInteger(size)) {
      throw new ShapeError(
        `${op}: ${formatShape(x.shape)} with ${x.numel} elements does not divide into ${formatShape(sizes)}.`,
      )
    }
    shape = sizes.with(free, size)
  }
  checkShape(op, shape)
  if (numelOf(shape) !== x.numel) {
    throw new ShapeError(
      `${op}: ${formatShape(x.shape)} has ${x.numel} elements, ${formatShape(sizes)} needs ${numelOf(shape)}.`,
    )
  }
  return shape
}

export function view(x: Tensor, sizes: readonly number[]): Tensor {
  return dispatchView('view', x, { shape: resolveShape('view', x, sizes) })
}

export function reshape(x: Tensor, sizes: readonly number[]): Tensor {
  const shape = resolveShape('reshape', x, sizes)
  if (sameShape(shape, x.shape)) return x
  return dispatchView('view', viewLayout(x.layout, shape) === undefined ? contiguous(x) : x, { shape })
}

export function permute(x: Tensor, dims: readonly number[]): Tensor {
  if (dims.length !== x.ndim) {
    throw new ShapeError(
      `permute: needs each of the ${x.ndim} dims of ${formatShape(x.shape)} once, got [${dims.join(', ')}].`,
    )
  }
  const order = dims.map((dim) => normalizeDim('permute', dim, x.ndim))
  if (new Set(order).size !== order.length) throw new ShapeError(`permute: dims [${dims.join(', ')}] name a dim twice.`)
  return dispatchView('permute', x, { dims: order })
}

export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  const [a, b] = [normalizeDim('transpose', dim0, x.ndim), normalizeDim('transpose', dim1, x.ndim)]
  const dims = x.shape.map((_, dim) => (dim === a ? b : dim === b ? a : dim))
  return dispatchView('permute', x, { dims })
}

export function t(x: Tensor): Tensor {
  if (x.ndim > 2) throw new ShapeError(`t: needs at most 2 dims, got ${formatShape(x.shape)}. Use x.mT or permute.`)
  return x.ndim < 2 ? x : transpose(x, 0, 1)
}

export function movedim(x: Tensor, from: number | readonly number[], to: number | readonly number[]): Tensor {
  const sources = [from].flat().map((dim) => normalizeDim('movedim', dim, x.ndim))
  const targets = [to].flat().map((dim) => normalizeDim('movedim', dim, x.ndim))
  if (
    sources.length !== targets.length ||
    new Set(sources).size !== sources.length ||
    new Set(targets).size !== targets.length
  ) {
    throw new ShapeError(
      `movedim: needs as many distinct dims on both sides: got [${sources.join(', ')}] vs [${targets.join(', ')}].`,
    )
  }
  const rest = x.shape.map((_, dim) => dim).filter((dim) => !sources.includes(dim))
  const dims = x.shape.map((_, dim) => {
    const i = targets.indexOf(dim)
    return i === -1 ? rest.shift()! : sources[i]!
  })
  return dispatchView('permute', x, { dims })
}

export function squeeze(x: Tensor, dim?: number | readonly number[]): Tensor {
  const dims = normalizeDims('squeeze', dim, x.ndim)
  const shape = x.shape.filter((size, d) => size !== 1 || !dims.includes(d))
  return shape.length === x.ndim ? x : dispatchView('view', x, { shape })
}

export function unsqueeze(x: Tensor, dim: number): Tensor {
  const at = normalizeDim('unsqueeze', dim, x.ndim + 1)
  return dispatchView('view', x, { shape: x.shape.toSpliced(at, 0, 1) })
}

export function expand(x: Tensor, sizes: readonly number[]): Tensor {
  const lead = sizes.length - x.ndim
  const shape = sizes.map((size, dim) => (size === -1 && dim >= lead ? x.shape[dim - lead]! : size))
  checkShape('expand', shape)
  const fits = lead >= 0 && x.shape.every((size, dim) => size === shape[dim + lead] || size === 1)
  if (!fits) {
    throw new ShapeError(
      `expand: ${formatShape(x.shape)} does not expand to ${formatShape(sizes)}: only dims of size 1 grow.`,
    )
  }
  return sameShape(shape, x.shape) ? x : dispatchView('expand', x, { shape })
}

export function flatten(x: Tensor, startDim: number, endDim: number): Tensor {
  if (x.ndim === 0) return reshape(x, [1])
  const start = normalizeDim('flatten', startDim, x.ndim)
  const end = normalizeDim('flatten', endDim, x.ndim)
  if (start > end) throw new ShapeError(`flatten: startDim ${startDim} lies after endDim ${endDim}.`)
  return reshape(x, x.shape.toSpliced(start, end - start + 1, numelOf(x.shape.slice(start, end + 1))))
}

export function unflatten(x: Tensor, dim: number, sizes: readonly number[]): Tensor {
  const at = cutDim('unflatten', x, dim)
  checkList('unflatten', 'sizes', sizes)
  const free = sizes.indexOf(-1)
  const known = free === -1 ? sizes : sizes.with(free, x.shape[at]! / numelOf(sizes.with(free, 1)))
  if (numelOf(known) !== x.shape[at] || known.some((size) => !Number.isInteger(size))) {
    throw new ShapeError(`unflatten: dim ${dim} of size ${x.shape[at]} does not divide into ${formatShape(sizes)}.`)
  }
  return reshape(x, x.shape.toSpliced(at, 1, ...known))
}

/** A dim that can be cut: 0-d tensors have none. @throws ShapeError, IndexError */
function cutDim(op: string, x: Tensor, dim: number): number {
  if (x.ndim === 0) throw new ShapeError(`${op}: a 0-d tensor has no dim to cut. Use x.reshape(1).`)
  return normalizeDim(op, dim, x.ndim)
}

/** A box in one dim, everything in the others; trusted arguments. */
export function sliceDim(x: Tensor, dim: number, start: number, size: number, step: number): Tensor {
  return dispatchView('slice', x, {
    starts: x.shape.map((_, d) => (d === dim ? start : 0)),
    sizes: x.shape.with(dim, size),
    steps: x.shape.map((_, d) => (d === dim ? step : 1)),
  })
}

export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  const at = cutDim('narrow', x, dim)
  const size = x.shape[at]!
  const from = start < 0 ? start + size : start
  if (!Number.isInteger(from) || !Number.isInteger(length) || from < 0 || length < 0 || from + length > size) {
    throw new IndexError(`narrow: ${length} elements from ${start} do not lie within dim ${dim} of size ${size}.`)
  }
  return sliceDim(x, at, from, length, 1)
}

export function select(x: Tensor, dim: number, index: number): Tensor {
  if (x.ndim === 0) throw new IndexError('select: a 0-d tensor has no dim to select from. Use item().')
  const at = normalizeDim('select', dim, x.ndim)
  const size = x.shape[at]!
  if (!Number.isInteger(index) || index < -size || index >= size) {
    throw new IndexError(`select: index ${index} is out of range for dim ${dim} of size ${size}.`)
  }
  return dispatchView('view', sliceDim(x, at, index < 0 ? index + size : index, 1, 1), {
    shape: x.shape.toSpliced(at, 1),
  })
}

export function flip(x: Tensor, dims: readonly number[]): Tensor {
  const flipped = new Set(normalizeDims('flip', dims, x.ndim))
  return dispatchView('slice', x, {
    starts: x.shape.map((size, dim) => (flipped.has(dim) ? size - 1 : 0)),
    sizes: x.shape,
    steps: x.shape.map((_, dim) => (flipped.has(dim) ? -1 : 1)),
  })
}

export function cat(tensors: readonly Tensor[], dim: number): Tensor {
  checkTensorList('cat', tensors)
  if (tensors.length === 0) throw new ArgumentError('cat: needs at least one tensor, got an empty list.')
  const dtype = resultType(...tensors)
  // PyTorch lets empty 1-d tensors through, whatever the others' shape.
  const shaped = tensors.filter((x) => !(x.ndim === 1 && x.numel === 0))
  const parts = (shaped.length === 0 ? tensors.slice(0, 1) : shaped).map((x) => cast(x, dtype))
  if (parts[0]!.ndim === 0) throw new ShapeError('cat: 0-d tensors cannot be joined. Use stack.')
  return dispatch('cat', parts, { dim: normalizeDim('cat', dim, parts[0]!.ndim) })
}

export function stack(tensors: readonly Tensor[], dim: number): Tensor {
  checkTensorList('stack', tensors)
  if (tensors.length === 0) throw new ArgumentError('stack: needs at least one tensor, got an empty list.')
  const [first] = tensors
  for (const x of tensors) {
    if (!sameShape(x.shape, first!.shape)) {
      throw new ShapeError(
        `stack: all shapes must be equal: got ${formatShape(first!.shape)} and ${formatShape(x.shape)}.`,
      )
    }
  }
  const at = normalizeDim('stack', dim, first!.ndim + 1)
  return cat(
    tensors.map((x) => unsqueeze(x, at)),
    at,
  )
}

export function split(x: Tensor, sizes: number | readonly number[], dim: number): Tensor[] {
  const at = cutDim('split', x, dim)
  const total = x.shape[at]!
  if (typeof sizes !== 'number') checkList('split', 'sizes', sizes)
  if (typeof sizes === 'number' && !(Number.isInteger(sizes) && sizes > 0)) {
    throw new ShapeError(`split: the size of a part must be a whole number > 0, got ${sizes}.`)
  }
  const parts =
    typeof sizes === 'number'
      ? Array.from({ length: Math.max(1, Math.ceil(total / sizes)) }, (_, i) => Math.min(sizes, total - i * sizes))
      : sizes
  if (
    parts.reduce((sum, size) => sum + size, 0) !== total ||
    parts.some((size) => !Number.isInteger(size) || size < 0)
  ) {
    throw new ShapeError(`split: parts [${parts.join(', ')}] do not add up to dim ${dim} of size ${total}.`)
  }
  let start = 0
  return parts.map((size) => sliceDim(x, at, (start += size) - size, size, 1))
}

export function chunk(x: Tensor, chunks: number, dim: number): Tensor[] {
  if (!(Number.isInteger(chunks) && chunks > 0))
    throw new ShapeError(`chunk: needs a whole number of chunks > 0, got ${chunks}.`)
  const at = cutDim('chunk', x, dim)
  return split(x, Math.max(1, Math.ceil(x.shape[at]! / chunks)), at)
}

export function unbind(x: Tensor, dim: number): Tensor[] {
  const at = cutDim('unbind', x, dim)
  return Array.from({ length: x.shape[at]! }, (_, i) => select(x, at, i))
}

/** Copies laid side by side: dim d appears `repeats[d]` times. */
export function repeat(x: Tensor, repeats: readonly number[]): Tensor {
  checkShape('repeat', repeats)
  if (repeats.length < x.ndim) {
    throw new ShapeError(
      `repeat: needs a count for each of the ${x.ndim} dims of ${formatShape(x.shape)}, got [${repeats.join(', ')}].`,
    )
  }
  const shape = [...Array.from({ length: repeats.length - x.ndim }, () => 1), ...x.shape]
  const interleaved = shape.flatMap((size) => [1, size])
  const grown = shape.flatMap((size, dim) => [repeats[dim]!, size])
  const result = dispatch('copy', [expand(reshape(x, interleaved), grown)], noParams)
  return reshape(
    result,
    shape.map((size, dim) => size * repeats[dim]!),
  )
}

/** Adds up what broadcasting repeated: the inverse of expanding `shape` to x's shape. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x
  const lead = x.ndim - shape.length
  const dims = x.shape
    .map((_, dim) => dim)
    .filter((dim) => dim < lead || (shape[dim - lead] === 1 && x.shape[dim] !== 1))
  return reshape(dims.length === 0 ? x : x.sum(dims, { keepDim: true }), shape)
}
