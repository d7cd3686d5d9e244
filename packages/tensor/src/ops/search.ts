import { indexDType } from '../device.ts'
import type { TypedArray } from '../dtypes.ts'
import { isFloat, resultType } from '../dtypes.ts'
import { ArgumentError, DTypeError, ShapeError } from '../errors.ts'
import { formatShape, normalizeDim, sameShape } from '../layout.ts'
import { cast, checkTensors, indexTensor, isTensor } from '../operands.ts'
import { readSync } from '../read.ts'
import type { Tensor } from '../tensor.ts'

/** Row-major positions of what is not 0. */
function nonzeroPositions(data: TypedArray): Float64Array {
  let count = 0
  for (let i = 0; i < data.length; i++) if (Number(data[i]) !== 0) count++
  const found = new Float64Array(count)
  count = 0
  for (let i = 0; i < data.length; i++) if (Number(data[i]) !== 0) found[count++] = i
  return found
}

/** Per dim of `x`, whose elements are `data`, the index of each that is not 0. */
export function columnsOf(op: string, x: Tensor, data: TypedArray): Tensor[] {
  const found = nonzeroPositions(data)
  let step = x.numel
  return x.shape.map((size) => {
    step /= Math.max(1, size)
    const per = step
    return indexTensor(
      op,
      found.map((at) => Math.floor(at / per) % size),
      [found.length],
      x.device,
    )
  })
}

/** Per dim, the index of each element that is not 0. @throws DeviceError on devices that read asynchronously */
export function nonzeroColumns(op: string, x: Tensor): Tensor[] {
  return columnsOf(op, x, readSync(op, x))
}

/** One row of indices per element of `x`, whose elements are `data`, that is not 0. */
export function rowsOf(op: string, x: Tensor, data: TypedArray): Tensor {
  const found = nonzeroPositions(data)
  const rows = new Float64Array(found.length * x.ndim)
  found.forEach((at, row) => {
    let rest = at
    for (let dim = x.ndim - 1; dim >= 0; dim--) {
      rows[row * x.ndim + dim] = rest % x.shape[dim]!
      rest = Math.floor(rest / x.shape[dim]!)
    }
  })
  return indexTensor(op, rows, [found.length, x.ndim], x.device)
}

/** One row of indices per element that is not 0. @throws DeviceError on devices that read asynchronously */
export function nonzero(x: Tensor): Tensor {
  return rowsOf('nonzero', x, readSync('nonzero', x))
}

/** What `unique` tells beside the values. */
export interface UniqueResult {
  readonly values: Tensor
  /** For each element of the input (with `dim`: each slice), its place among the values. */
  readonly inverse: Tensor
  /** How often each value occurs. */
  readonly counts: Tensor
}

/** The first of each run of equal slices along dim 0. */
function runsOf(lines: Tensor): { starts: Tensor; ids: Tensor } {
  const [size] = lines.shape
  const differs = lines.narrow(0, 1, size! - 1).ne(lines.narrow(0, 0, size! - 1))
  const changes = lines.ndim === 1 ? differs : differs.flatten(1).any(1)
  const ids = indexTensor('unique', new Float64Array(size!), [size!], lines.device)
  ids.narrow(0, 1, size! - 1).copy_(changes.cumsum(0))
  const starts = changes.newFull([size!], 1)
  starts.narrow(0, 1, size! - 1).copy_(changes)
  return { starts, ids }
}

/** Row indices in lexicographic order of the rows. */
function rowOrder(op: string, rows: Tensor): Float64Array {
  const data = readSync(op, rows)
  const [count, width] = [rows.shape[0]!, rows.shape[1]!]
  return Float64Array.from({ length: count }, (_, i) => i).sort((a, b) => {
    for (let i = 0; i < width; i++) {
      const [left, right] = [data[a * width + i]!, data[b * width + i]!]
      if (left !== right) return left < right ? -1 : 1
    }
    return a - b
  })
}

/** The slices along `dim` (flat without it) that differ from their neighbour before; sorted first if asked. */
function uniqueOf(op: string, x: Tensor, dim: number | undefined, sorted: boolean): UniqueResult {
  const at = dim === undefined ? 0 : normalizeDim(op, dim, x.ndim)
  const lines = dim === undefined || x.ndim === 0 ? x.reshape([-1]) : x.movedim(at, 0)
  const [size] = lines.shape
  const none = indexTensor(op, [], [0], x.device)
  if (size === 0)
    return {
      values: dim === undefined ? lines : x,
      inverse: none.reshape(dim === undefined ? x.shape : [0]),
      counts: none,
    }
  const order = sorted ? orderOf(op, lines) : undefined
  const arranged = order === undefined ? lines : lines.indexSelect(0, order)
  const { starts, ids } = runsOf(arranged)
  const values = arranged.indexSelect(0, nonzeroColumns(op, starts)[0]!)
  const inverse = order === undefined ? ids : ids.scatter(0, order, ids)
  const counts = ids.newFull([values.shape[0]!], 0).indexAdd(0, ids, ids.newFull([size!], 1))
  return {
    values: values.ndim === x.ndim ? values.movedim(0, at) : values,
    inverse: dim === undefined ? inverse.reshape(x.shape) : inverse,
    counts,
  }
}

function orderOf(op: string, lines: Tensor): Tensor {
  if (lines.ndim === 1) return lines.argsort(0)
  return indexTensor(op, rowOrder(op, lines.flatten(1)), [lines.shape[0]!], lines.device)
}

export function unique(x: Tensor, dim: number | undefined): UniqueResult {
  return uniqueOf('unique', x.detach(), dim, true)
}

export function uniqueConsecutive(x: Tensor, dim: number | undefined): UniqueResult {
  return uniqueOf('uniqueConsecutive', x.detach(), dim, false)
}

/** How often each of 0, 1, 2, ... occurs, or the sum of the weights of each. */
export function bincount(x: Tensor, weights: Tensor | undefined, minLength: number): Tensor {
  if (weights !== undefined) checkTensors('bincount', weights)
  if (isFloat(x.dtype)) throw new DTypeError(`bincount: needs an int dtype, got ${x.dtype}. Use x.to('int64').`)
  if (x.ndim !== 1) throw new ShapeError(`bincount: needs a 1-d tensor, got ${formatShape(x.shape)}. Use x.flatten().`)
  if (!Number.isInteger(minLength) || minLength < 0)
    throw new ArgumentError(`bincount: minLength must be a whole number >= 0, got ${minLength}.`)
  if (weights !== undefined && !sameShape(weights.shape, x.shape)) {
    throw new ShapeError(
      `bincount: weights have the wrong shape: ${formatShape(weights.shape)} vs ${formatShape(x.shape)}.`,
    )
  }
  const positions = cast(x, indexDType(x.device))
  const length = x.numel === 0 ? minLength : Math.max(minLength, Number(readSync('bincount', positions.amax())[0]) + 1)
  if (x.numel > 0 && positions.amin().itemSync() < 0)
    throw new ArgumentError(`bincount: needs elements >= 0, got ${positions.amin().itemSync()}.`)
  const amounts =
    weights === undefined
      ? positions.newFull([x.numel], 1)
      : weights.dtype === 'float32'
        ? weights
        : weights.to('float64')
  return amounts.newFull([length], 0).indexAdd(0, positions, amounts)
}

/** Counts of equally wide bins between `min` and `max`; equal bounds mean those of the data. */
export function histc(x: Tensor, bins: number, min: number, max: number): Tensor {
  if (!isFloat(x.dtype)) throw new DTypeError(`histc: needs a float dtype, got ${x.dtype}. Use x.to('float32').`)
  if (!Number.isInteger(bins) || bins < 1)
    throw new ArgumentError(`histc: needs a whole number of bins >= 1, got ${bins}.`)
  const flat = x.detach().reshape([-1])
  let [low, high] = [min, max]
  if (low === high && flat.numel > 0)
    [low, high] = [flat.amin(), flat.amax()].map((bound) => Number(readSync('histc', bound)[0])) as [number, number]
  if (low === high) [low, high] = [low - 1, high + 1]
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high)
    throw new ArgumentError(`histc: needs finite bounds min <= max, got ${low} and ${high}. Give { min, max }.`)
  const inside = flat.ge(low).logicalAnd(flat.le(high))
  const place = flat
    .sub(low)
    .div(high - low)
    .mul(bins)
    .floor()
    .clamp(0, bins - 1)
  // Elements outside are counted in one bin more, which is cut off.
  const bin = place.where(inside, bins).to(indexDType(x.device))
  return flat
    .newFull([bins + 1], 0)
    .indexAdd(0, bin, flat.newFull([flat.numel], 1))
    .narrow(0, 0, bins)
}

/** Both in one dtype. */
function common(a: Tensor, b: Tensor): [Tensor, Tensor] {
  const dtype = resultType(a, b)
  return [cast(a, dtype), cast(b, dtype)]
}

/**
 * Where values would go in sorted rows: `right` false gives the first place, true the one after the last equal element.
 *
 * Both are sorted together; how many of the sorted row come before a value is its place.
 */
export function searchSorted(op: string, sorted: Tensor, values: Tensor, right: boolean): Tensor {
  checkTensors(op, sorted, values)
  if (sorted.ndim === 0) throw new ShapeError(`${op}: the sorted sequence must have at least 1 dim, got [].`)
  if (sorted.ndim > 1 && !sameShape(sorted.shape.slice(0, -1), values.shape.slice(0, -1))) {
    throw new ShapeError(
      `${op}: leading dims differ: ${formatShape(sorted.shape)} vs ${formatShape(values.shape)}. Use one sorted row for all.`,
    )
  }
  const [row, wanted] = common(sorted.detach(), sorted.ndim === 1 ? values.detach().reshape([-1]) : values.detach())
  const [known, asked] = [row.shape.at(-1)!, wanted.shape.at(-1)!]
  // The sort is stable: of equal elements, those put first come first.
  const joined = right ? [row, wanted] : [wanted, row]
  const both = joined[0]!.newFull([...row.shape.slice(0, -1), known + asked], 0)
  both.narrow(-1, 0, joined[0]!.shape.at(-1)!).copy_(joined[0]!)
  both.narrow(-1, joined[0]!.shape.at(-1)!, joined[1]!.shape.at(-1)!).copy_(joined[1]!)
  const order = both.argsort(-1)
  const before = (right ? order.lt(known) : order.ge(asked)).cumsum(-1)
  const places = order.newFull(both.shape, 0).scatter(-1, order, before)
  return places.narrow(-1, right ? known : 0, asked).reshape(values.shape)
}

/** Whether each element occurs in `test`. */
export function isin(elements: Tensor | number, test: Tensor | number, invert: boolean): Tensor {
  const model = isTensor(elements) ? elements : test
  if (!isTensor(model)) throw new ArgumentError('isin: needs at least one tensor, got two numbers. Use ===.')
  const asTensor = (x: Tensor | number) => (isTensor(x) ? x : model.newFull([], x))
  const [wanted, known] = common(asTensor(elements), asTensor(test).reshape([-1]))
  if (known.numel === 0) return wanted.newFull(wanted.shape, Number(invert)).bool()
  const sorted = known.sort(0).values
  const place = searchSorted('isin', sorted, wanted, false).clamp(0, known.numel - 1)
  const found = sorted.take(place).eq(wanted)
  return invert ? found.logicalNot() : found
}

/** `searchSorted` of one row of boundaries. */
export function bucketize(values: Tensor, boundaries: Tensor, right: boolean): Tensor {
  checkTensors('bucketize', values, boundaries)
  if (boundaries.ndim !== 1)
    throw new ShapeError(`bucketize: the boundaries must be 1-d, got ${formatShape(boundaries.shape)}.`)
  return searchSorted('bucketize', boundaries, values, right)
}
