import { dispatch, dispatchInto } from '../dispatch.ts'
import { isFloat } from '../dtypes.ts'
import { ArgumentError, DTypeError, IndexError, ShapeError } from '../errors.ts'
import { broadcastShapes, formatShape, sameShape } from '../layout.ts'
import type { Shape } from '../layout.ts'
import type { Operand } from '../operands.ts'
import { checkList, indexTensor, isTensor, stored } from '../operands.ts'
import { noParams } from '../primitives.ts'
import type { Tensor } from '../tensor.ts'
import { canReadNow } from '../trace.ts'
import { nonzeroColumns } from './search.ts'
import { sliceDim } from './shape.ts'

/**
 * Part of a dim, as Python's `start:end:step`: negative positions count from the end, missing ones reach as far as the step
 * leads, positions beyond an end are cut.
 */
export interface Slice {
  readonly start?: number | null | undefined
  readonly end?: number | null | undefined
  readonly step?: number | null | undefined
}

/** Positions, or (of booleans) a mask. */
export type IndexList = readonly (number | boolean | IndexList)[]

/**
 * What may stand in one place of an index: a position, `slice(start, end, step)` or its text (`'1:3'`, `'::-1'`, `':'`),
 * `'...'` for all dims not named, `null` for a new dim, an int tensor or array of positions, a bool tensor or array as a mask.
 */
export type IndexSpec = number | boolean | string | null | Slice | Tensor | IndexList

/** `start:end:step` of a dim, as Python's slices; a negative step runs backwards. @see Slice */
export function slice(start?: number | null, end?: number | null, step?: number | null): Slice {
  return { start, end, step }
}

type Part = number | boolean | '...' | null | Slice | Tensor

const sliceText = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/

function parse(op: string, x: Tensor, spec: IndexSpec): Part {
  if (spec === null || typeof spec === 'number' || typeof spec === 'boolean') return spec
  if (typeof spec === 'string') {
    if (spec.trim() === '...') return '...'
    const match = sliceText.exec(spec)
    if (match === null)
      throw new ArgumentError(`${op}: ${JSON.stringify(spec)} is no slice. Write '1:3', ':', '::-1' or '...'.`)
    const [start, end, step] = match.slice(1).map((text) => (text === undefined ? null : Number(text)))
    return { start, end, step }
  }
  if (isTensor(spec)) return tensorPart(op, spec)
  if (Array.isArray(spec)) return listTensor(op, x, spec)
  if (isSlice(spec)) return spec
  throw new ArgumentError(
    `${op}: cannot index with ${typeof spec}. Use a number, a slice, a tensor, an array, null or '...'.`,
  )
}

const sliceKeys: ReadonlySet<string> = new Set(['start', 'end', 'step'])

function isSlice(spec: unknown): spec is Slice {
  return typeof spec === 'object' && spec !== null && Object.keys(spec).every((key) => sliceKeys.has(key))
}

/** A 0-d tensor is a single position or flag where it can be read at once; elsewhere it picks like any other. */
function tensorPart(op: string, spec: Tensor): Part {
  if (isFloat(spec.dtype) || spec.dtype === 'uint8') {
    const hint = spec.dtype === 'uint8' ? ", or to('bool') for a mask" : ''
    throw new DTypeError(`${op}: an index must be int64, int32 or bool, got ${spec.dtype}. Use to('int64')${hint}.`)
  }
  if (spec.ndim > 0 || !canReadNow(spec.device)) return spec
  const value = spec.itemSync()
  return spec.dtype === 'bool' ? value !== 0 : value
}

function listTensor(op: string, x: Tensor, list: IndexList): Tensor {
  const shape: number[] = []
  for (let level: unknown = list; Array.isArray(level); level = level[0]) shape.push(level.length)
  const values: (number | boolean)[] = []
  const collect = (item: number | boolean | IndexList, depth: number): void => {
    if (!Array.isArray(item)) {
      if (depth !== shape.length) throw ragged()
      values.push(item as number | boolean)
      return
    }
    if (item.length !== shape[depth]) throw ragged()
    for (const inner of item as IndexList) collect(inner, depth + 1)
  }
  const ragged = () => new ShapeError(`${op}: the arrays of an index are ragged. Give rows of equal length.`)
  collect(list, 0)
  if (values.length > 0 && values.every((value) => typeof value === 'boolean'))
    return indexTensor(op, values.map(Number), shape, x.device, 'bool')
  const wrong = values.find((value) => !Number.isInteger(value))
  if (wrong !== undefined) {
    throw new ArgumentError(
      `${op}: an array index needs whole numbers, or booleans alone, got ${String(wrong)}. Round it first.`,
    )
  }
  return indexTensor(op, values.map(Number), shape, x.device)
}

function dimsTakenBy(part: Part): number {
  if (part === null || part === '...' || typeof part === 'boolean') return 0
  return isTensor(part) && part.dtype === 'bool' ? part.ndim : 1
}

/** First position, number of elements and step of a slice in a dim of `size`. @throws ArgumentError, IndexError */
function sliceBounds(op: string, { start, end, step }: Slice, size: number): [number, number, number] {
  const stride = step ?? 1
  for (const bound of [start ?? 0, end ?? 0, stride]) {
    if (!Number.isInteger(bound))
      throw new ArgumentError(`${op}: a slice needs whole numbers, got ${String(bound)}. Round it first.`)
  }
  if (stride === 0) throw new ArgumentError(`${op}: a slice step of 0 leads nowhere. Use 1 or -1.`)
  // A backward slice may end before the first element, a forward one after the last.
  const [low, high] = stride > 0 ? [0, size] : [-1, size - 1]
  const cut = (bound: number) => Math.min(Math.max(bound < 0 ? bound + size : bound, low), high)
  const from = start === null || start === undefined ? (stride > 0 ? low : high) : cut(start)
  const to = end === null || end === undefined ? (stride > 0 ? high : low) : cut(end)
  return [from, Math.max(0, Math.ceil((to - from) / stride)), stride]
}

/** A view of `x`, and int tensors that pick together from some of its dims. */
interface Resolved {
  readonly view: Tensor
  readonly pickedDims: readonly number[]
  readonly indices: readonly Tensor[]
}

/** Applies what needs no copy and collects the rest, as PyTorch does: single positions count as views, not as picking. */
function resolve(op: string, x: Tensor, specs: readonly IndexSpec[]): Resolved {
  const parts = specs.map((spec) => parse(op, x, spec))
  const named = parts.reduce<number>((count, part) => count + dimsTakenBy(part), 0)
  if (named > x.ndim)
    throw new IndexError(`${op}: too many indices: ${named} for the ${x.ndim} dims of ${formatShape(x.shape)}.`)
  if (parts.filter((part) => part === '...').length > 1)
    throw new IndexError(`${op}: '...' may stand once, got several. Use ':' for single dims.`)
  let view = x
  let dim = 0 // of the view
  let own = 0 // of x
  const pickedDims: number[] = []
  const indices: Tensor[] = []
  const pick = (index: Tensor): void => {
    pickedDims.push(dim++)
    indices.push(index)
  }
  for (const part of parts) {
    if (part === '...') {
      dim += x.ndim - named
      own += x.ndim - named
      continue
    }
    if (part === null) view = view.unsqueeze(dim++)
    else if (typeof part === 'number') view = position(op, view, dim, part, own)
    else if (typeof part === 'boolean') {
      view = view.unsqueeze(dim)
      pick(indexTensor(op, part ? [0] : [], [Number(part)], x.device))
    } else if (!isTensor(part)) view = sliced(op, view, dim++, part)
    else if (part.dtype !== 'bool') pick(part)
    else {
      const covered = view.shape.slice(dim, dim + part.ndim)
      if (!sameShape(part.shape, covered)) {
        throw new IndexError(
          `${op}: the mask does not fit: ${formatShape(part.shape)} vs ${formatShape(covered)} of the dims that it covers.`,
        )
      }
      nonzeroColumns(op, part).forEach(pick)
    }
    own += dimsTakenBy(part)
  }
  return { view, pickedDims, indices }
}

function position(op: string, x: Tensor, dim: number, index: number, own: number): Tensor {
  const size = x.shape[dim]!
  if (!Number.isInteger(index) || index < -size || index >= size)
    throw new IndexError(`${op}: index ${index} is out of range for dim ${own} of size ${size}.`)
  return x.select(dim, index)
}

function sliced(op: string, x: Tensor, dim: number, part: Slice): Tensor {
  const size = x.shape[dim]!
  const [start, length, step] = sliceBounds(op, part, size)
  return start === 0 && length === size && step === 1 ? x : sliceDim(x, dim, start, length, step)
}

/**
 * How the picked elements lie: `toFront` moves the picked dims of the view to the front, where the primitives want them;
 * `back` moves the dims that were picked to their place in the result: where the first picked dim was if all of them
 * are neighbours, else to the front.
 */
function arrangement(
  view: Tensor,
  pickedDims: readonly number[],
  picked: number,
): { toFront: number[]; back: number[] } {
  const rest = view.shape.map((_, dim) => dim).filter((dim) => !pickedDims.includes(dim))
  const first = pickedDims[0]!
  const together = pickedDims.at(-1)! - first === pickedDims.length - 1
  const front = together ? rest.filter((dim) => dim < first).length : 0
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
  return {
    toFront: [...pickedDims, ...rest],
    back: [...range(picked, picked + front), ...range(0, picked), ...range(picked + front, picked + rest.length)],
  }
}

const isIdentity = (dims: readonly number[]): boolean => dims.every((dim, i) => dim === i)
const permuted = (x: Tensor, dims: readonly number[]): Tensor => (isIdentity(dims) ? x : x.permute(dims))

export function read(x: Tensor, specs: readonly IndexSpec[]): Tensor {
  const { view, pickedDims, indices } = resolve('index', x, specs)
  if (indices.length === 0) return view
  const picked = indices.map(({ shape }) => shape).reduce((a, b) => broadcastShapes('index', a, b)).length
  const { toFront, back } = arrangement(view, pickedDims, picked)
  return permuted(dispatch('index', [permuted(view, toFront), ...indices], noParams), back)
}

/** `values` without leading dims of size 1 that the place has not. */
function trimmed(op: string, values: Tensor, shape: Shape): Tensor {
  let lead = 0
  while (values.ndim - lead > shape.length && values.shape[lead] === 1) lead++
  const result = lead === 0 ? values : values.reshape(values.shape.slice(lead))
  const fits =
    result.ndim <= shape.length &&
    result.shape.every((size, dim) => size === 1 || size === shape[dim + shape.length - result.ndim])
  if (!fits) {
    throw new ShapeError(
      `${op}: values do not broadcast to what is indexed: ${formatShape(values.shape)} vs ${formatShape(shape)}.`,
    )
  }
  return result
}

/** Writes into the elements that `index` would give. @throws ShapeError, IndexError, DTypeError, GradError */
export function put(op: string, x: Tensor, specs: readonly IndexSpec[], operand: Operand, accumulate: boolean): void {
  checkList(op, 'the index', specs)
  const source = stored(op, x, operand)
  const { view, pickedDims, indices } = resolve(op, x, specs)
  if (indices.length === 0) {
    const values = trimmed(op, source, view.shape)
    if (accumulate) view.add_(values)
    else view.copy_(values)
    return
  }
  const pickedShape = indices.map(({ shape }) => shape).reduce((a, b) => broadcastShapes(op, a, b))
  const { toFront, back } = arrangement(view, pickedDims, pickedShape.length)
  const target = permuted(view, toFront)
  const front = [...pickedShape, ...target.shape.slice(pickedDims.length)]
  const shape = back.map((dim) => front[dim]!)
  const values = trimmed(op, source, shape)
  const inverse = back.map((_, dim) => back.indexOf(dim))
  const arranged = isIdentity(back) || values.ndim === 0 ? values : values.expand(shape).permute(inverse)
  dispatchInto(target, 'indexPut', [target, arranged, ...indices], { accumulate })
}
