import type { Device, Storage } from './device.ts'
import { read, readSync } from './read.ts'
import { connectTensor, dispatch, dispatchInto, dispatchView, refreshView } from './dispatch.ts'
import type { DType, TypedArray } from './dtypes.ts'
import { checkDType, dtypes, isFloat } from './dtypes.ts'
import { ArgumentError, DTypeError, GradError, ShapeError } from './errors.ts'
import type { Layout, Shape } from './layout.ts'
import { checkShape, contiguousLayout, formatShape, normalizeDim } from './layout.ts'
import type { Operand } from './operands.ts'
import { cast, checkTensors, contiguous, isTensor, promote, stored, toData } from './operands.ts'
import * as along from './ops/along.ts'
import { fresh, inPlace } from './ops/along.ts'
import type { ScatterReduction } from './ops/along.ts'
import * as arrange from './ops/arrange.ts'
import type { PadMode } from './ops/arrange.ts'
import * as diagonals from './ops/diagonals.ts'
import * as indexing from './ops/indexing.ts'
import type { IndexSpec } from './ops/indexing.ts'
import * as masks from './ops/mask.ts'
import { dist } from './ops/distances.ts'
import * as invariants from './ops/linalg/invariants.ts'
import type { NormOptions } from './ops/linalg/norms.ts'
import { elementNorm } from './ops/linalg/norms.ts'
import type { AddProductOptions } from './ops/linalg/products.ts'
import * as products from './ops/linalg/products.ts'
import type { RankOptions } from './ops/linalg/solvers.ts'
import { inv, pinv } from './ops/linalg/solvers.ts'
import * as linear from './ops/matmul.ts'
import * as pointwise from './ops/pointwise.ts'
import type { Dims, ReduceOptions, SumOptions, ValuesAndIndices, VarianceOptions } from './ops/reductions.ts'
import * as reductions from './ops/reductions.ts'
import type { CloseOptions, QuantileOptions } from './ops/statistics.ts'
import * as statistics from './ops/statistics.ts'
import * as search from './ops/search.ts'
import type { UniqueResult } from './ops/search.ts'
import type { Sizes } from './ops/shape.ts'
import * as shapes from './ops/shape.ts'
import { formatTensor } from './print.ts'
import type {
  BinaryPrimitive,
  ComputePrimitive,
  ComputePrimitives,
  ScatterReduce,
  ViewPrimitive,
  ViewPrimitives,
} from './primitives.ts'
import { noParams } from './primitives.ts'
import type { Generator } from './random/index.ts'
import { defaultGenerator } from './random/index.ts'
import type { NestedArray } from './nested.ts'
import { nest, toNumber } from './nested.ts'
import type { Edge, Source, UnseenGrad } from './tape.ts'
import { upload } from './trace.ts'
import { elementary } from './elementary.ts'

/** Which view of which tensor a tensor is. */
interface ViewOf {
  readonly base: Tensor
  readonly primitive: ViewPrimitive
  readonly params: ViewPrimitives[ViewPrimitive]
}

const swapped = { dims: [1, 0] } as const

export interface ToOptions {
  readonly dtype?: DType
  readonly device?: Device
  /** A new tensor even if nothing changes. */
  readonly copy?: boolean
}

/**
 * A multi-dimensional array with a dtype, on a device, that remembers where it came from if that is wanted.
 *
 * Make one with `tensor`, `zeros`, `randn`, ...; the constructor is for backends.
 * Methods never change their tensor unless their name ends in `_`, and nothing ever needs to be freed.
 * @see https://pytorch.org/docs/stable/tensors.html
 */
export class Tensor {
  /** Elements on a device, shared by all views. */
  readonly storage: Storage
  /** How the elements lie in the storage. */
  readonly layout: Layout
  readonly dtype: DType
  /** @internal The tensor that this is a view of; lets in-place writes reach the history of all views. */
  viewOf: ViewOf | undefined = undefined
  /** @internal `storage.rewrites` when the history was last taken from the base. */
  seenRewrites = 0
  #edge: Edge = undefined
  #grad: Tensor | UnseenGrad | undefined = undefined

  constructor(storage: Storage, layout: Layout, dtype: DType) {
    this.storage = storage
    this.layout = layout
    this.dtype = dtype
  }

  // ---- Attributes

  get shape(): Shape {
    return this.layout.shape
  }

  /** Number of dims. */
  get ndim(): number {
    return this.layout.shape.length
  }

  /** Number of elements. */
  get numel(): number {
    return this.layout.numel
  }

  get device(): Device {
    return this.storage.device
  }

  /** The gradient that backward has added up so far. Only autograd and you write it. */
  get grad(): Tensor | undefined {
    const held = this.#grad
    if (held === undefined || held instanceof Tensor) return held
    held.isSeen = true
    return (this.#grad = held.tensor)
  }

  set grad(gradient: Tensor | undefined) {
    this.#grad = gradient
  }

  /** @internal The gradient as it is held: to look at this does not make it seen. */
  get heldGrad(): Tensor | UnseenGrad | undefined {
    return this.#grad
  }

  set heldGrad(held: Tensor | UnseenGrad | undefined) {
    this.#grad = held
  }

  /** @internal Where its gradient goes; undefined if it does not require grad. */
  get edge(): Edge {
    if (this.viewOf !== undefined && this.seenRewrites !== this.storage.rewrites) refreshView(this)
    return this.#edge
  }

  /** The record of the tape that made this tensor; undefined for leaves and without recording. */
  get source(): Source | undefined {
    const { edge } = this
    return edge === undefined || edge.node === this ? undefined : (edge.node as Source)
  }

  /** @internal Which of its source's outputs this is. */
  get slot(): number {
    return this.edge?.slot ?? 0
  }

  /** @internal Called by the dispatch door: this is output `slot` of a record. */
  comesFrom(source: Source, slot: number): void {
    this.#edge = { node: source, slot }
  }

  /** Whether ops on it are recorded: set by you on leaves, inherited by results. */
  get requiresGrad(): boolean {
    return this.edge !== undefined
  }

  /** @throws GradError for results of recorded ops, DTypeError for ints */
  set requiresGrad(value: boolean) {
    if (this.source !== undefined) {
      if (value) return
      throw new GradError('requiresGrad: a result of recorded ops cannot be switched off. Use x.detach().')
    }
    if (value && !isFloat(this.dtype)) {
      throw new DTypeError(`requiresGrad: only float tensors can require grad, got ${this.dtype}. Use x.to('float32').`)
    }
    this.#edge = value ? (this.#edge ?? { node: this, slot: 0 }) : undefined
  }

  /** Sets `requiresGrad` and returns this. */
  requiresGrad_(value = true): this {
    this.requiresGrad = value
    return this
  }

  /** Whether this tensor was made by you rather than by a recorded op. */
  get isLeaf(): boolean {
    return this.source === undefined
  }

  /** Elements to step over per dim to reach the next one. */
  get strides(): readonly number[] {
    return this.layout.strides
  }

  get isContiguous(): boolean {
    return this.layout.isContiguous
  }

  get isFloatingPoint(): boolean {
    return isFloat(this.dtype)
  }

  /** Size of one dim. @throws IndexError */
  size(dim: number): number {
    return this.shape[normalizeDim('size', dim, this.ndim)] ?? 1
  }

  /** Bytes of one element. */
  get elementSize(): number {
    return dtypes[this.dtype].bytes
  }

  /** Bytes of all elements. */
  get nbytes(): number {
    return this.numel * this.elementSize
  }

  /** Whether the dtype has negative numbers. */
  get isSigned(): boolean {
    return dtypes[this.dtype].min < 0
  }

  /** Elements to step over in one dim to reach the next one. @throws IndexError */
  stride(dim: number): number {
    return this.strides[normalizeDim('stride', dim, this.ndim)] ?? 1
  }

  // ---- Reading

  /** The elements in row-major order, copied: a typed array as `DataOf` says. */
  async data(): Promise<TypedArray> {
    return read('data', this)
  }

  /** `data()` at once. @throws DeviceError on devices that read asynchronously */
  dataSync(): TypedArray {
    return readSync('dataSync', this)
  }

  /** The only element as a number (bool: 0 or 1). @throws ShapeError if there are more, DTypeError for int64 beyond 2^53 */
  async item(): Promise<number> {
    this.#checkSingle('item')
    return toNumber('item', (await read('item', this))[0]!)
  }

  /** `item()` at once. @throws DeviceError on devices that read asynchronously */
  itemSync(): number {
    this.#checkSingle('itemSync')
    return toNumber('itemSync', readSync('itemSync', this)[0]!)
  }

  #checkSingle(op: string): void {
    if (this.numel !== 1) {
      throw new ShapeError(
        `${op}: needs exactly one element, got shape ${formatShape(this.shape)} with ${this.numel}. Use tolist().`,
      )
    }
  }

  /** The elements in nested arrays: numbers, or booleans for bool. */
  async tolist(): Promise<NestedArray> {
    return nest(await read('tolist', this), this.shape, this.dtype)
  }

  /** `tolist()` at once. @throws DeviceError on devices that read asynchronously */
  tolistSync(): NestedArray {
    return nest(readSync('tolistSync', this), this.shape, this.dtype)
  }

  /** As PyTorch prints it: values, dtype if not the default, and where the gradient comes from. */
  toString(): string {
    return formatTensor(this)
  }

  // ---- Copies and conversions

  /** The same elements without history: shares the storage, so writes are seen by both. */
  detach(): Tensor {
    return new Tensor(this.storage, this.layout, this.dtype)
  }

  /** Forgets its history in place: the tape ends here. @throws GradError for views, whose history is their base's */
  detach_(): this {
    if (this.viewOf !== undefined && this.source !== undefined) {
      throw new GradError('detach_: a view takes its history from its base. Use x.detach().')
    }
    this.#edge = undefined
    return this
  }

  /** @internal The tensor as it is now, for the tape of an in-place write: same storage, same history, its own future. */
  snapshot(): Tensor {
    const past = new Tensor(this.storage, this.layout, this.dtype)
    past.#edge = this.isLeaf && this.requiresGrad ? { node: past, slot: 0 } : this.edge
    return past
  }

  /** A copy with a storage of its own. Recorded. */
  clone(): Tensor {
    return dispatch('copy', [this], noParams)
  }

  /** This tensor if its elements lie in order, else a copy that has them so. */
  contiguous(): Tensor {
    return contiguous(this)
  }

  /**
   * In another dtype, on another device, or both; this very tensor if nothing changes.
   *
   * Floats to ints round towards zero. Recorded between floats.
   */
  to(target: DType | Device | ToOptions): Tensor {
    // The CPU is a function that is a device.
    const isOne = typeof target === 'object' ? target !== null : typeof target === 'function' && isDevice(target)
    if (typeof target !== 'string' && !isOne) {
      throw new ArgumentError(`to: needs a dtype, a device or options, got ${String(target)}. Use x.to('float32').`)
    }
    const options = typeof target === 'string' ? { dtype: target } : isDevice(target) ? { device: target } : target
    const { dtype = this.dtype, device = this.device, copy = false } = options
    checkDType('to', dtype)
    // What the new device cannot hold is cast before it moves.
    const held = device.dtypes.has(this.dtype) ? this : cast(this, dtype)
    const moved = device === this.device ? held : moveTo(held, device)
    const result = cast(moved, dtype)
    return copy && result === this ? this.clone() : result
  }

  /**
   * `to(device)` from devices that answer later: the same elements on another device.
   *
   * @example
   * ```ts fragment
   * const onCpu = await logits.toAsync(cpu)
   * ```
   */
  async toAsync(device: Device): Promise<Tensor> {
    if (device === this.device) return this
    return new Tensor(upload(device, this.dtype, await this.data()), contiguousLayout(this.shape), this.dtype)
  }

  float(): Tensor {
    return this.to('float32')
  }
  double(): Tensor {
    return this.to('float64')
  }
  half(): Tensor {
    return this.to('float16')
  }
  int(): Tensor {
    return this.to('int32')
  }
  long(): Tensor {
    return this.to('int64')
  }
  bool(): Tensor {
    return this.to('bool')
  }
  /** As uint8. */
  byte(): Tensor {
    return this.to('uint8')
  }

  /** In the dtype of `other`. */
  typeAs(other: Tensor): Tensor {
    checkTensors('typeAs', other)
    return this.to(other.dtype)
  }

  /** A tensor of one value with this one's dtype and device. */
  newFull(shape: Shape, value: number | boolean): Tensor {
    const [held] = toData('newFull', [value], this.dtype)
    return dispatch('full', [], { shape: checkShape('newFull', shape), dtype: this.dtype, value: held! }, this.device)
  }

  /** Zeros with this one's dtype and device. */
  newZeros(...shape: Sizes): Tensor {
    return this.newFull(shapes.listOf(shape), 0)
  }

  /** Ones with this one's dtype and device. */
  newOnes(...shape: Sizes): Tensor {
    return this.newFull(shapes.listOf(shape), 1)
  }

  // ---- Shape

  /** Same elements, other shape; one size may be -1. A view where possible, else a copy. @throws ShapeError */
  reshape(...shape: Sizes): Tensor {
    return shapes.reshape(this, shapes.listOf(shape))
  }

  /** `reshape` that never copies. @throws ShapeError where a copy would be needed */
  view(...shape: Sizes): Tensor {
    return shapes.view(this, shapes.listOf(shape))
  }

  /** Dims in another order. */
  permute(...dims: Sizes): Tensor {
    return shapes.permute(this, shapes.listOf(dims))
  }

  /** Two dims exchanged. */
  transpose(dim0: number, dim1: number): Tensor {
    return shapes.transpose(this, dim0, dim1)
  }

  /** All dims reversed. */
  get T(): Tensor {
    if (this.ndim === 2) return dispatchView('permute', this, swapped)
    return shapes.permute(
      this,
      this.shape.map((_, dim) => this.ndim - 1 - dim),
    )
  }

  /** The last two dims exchanged. */
  get mT(): Tensor {
    return shapes.transpose(this, -2, -1)
  }

  /** Two dims exchanged: `transpose` under NumPy's name. */
  swapaxes(dim0: number, dim1: number): Tensor {
    return shapes.transpose(this, dim0, dim1)
  }

  /** Two dims exchanged: `transpose` under another name. */
  swapdims(dim0: number, dim1: number): Tensor {
    return shapes.transpose(this, dim0, dim1)
  }

  /** A matrix with rows and columns exchanged; fewer dims stay. @throws ShapeError for more than 2 dims */
  t(): Tensor {
    return shapes.t(this)
  }

  /** Dims moved to new places, the others in their order. */
  movedim(from: number | readonly number[], to: number | readonly number[]): Tensor {
    return shapes.movedim(this, from, to)
  }

  /** Without dims of size 1: all of them, or those named. */
  squeeze(dim?: number | readonly number[]): Tensor {
    return shapes.squeeze(this, dim)
  }

  /** In the shape of `other`. */
  reshapeAs(other: Tensor): Tensor {
    checkTensors('reshapeAs', other)
    return shapes.reshape(this, other.shape)
  }

  /** In the shape of `other`, without a copy. */
  viewAs(other: Tensor): Tensor {
    checkTensors('viewAs', other)
    return shapes.view(this, other.shape)
  }

  /** All elements in one dim: `flatten()`. */
  ravel(): Tensor {
    return shapes.flatten(this, 0, -1)
  }

  /** With a new dim of size 1 at `dim`. */
  unsqueeze(dim: number): Tensor {
    return shapes.unsqueeze(this, dim)
  }

  /** Dims of size 1 (and new leading dims) grown without a copy; -1 keeps a size. */
  expand(...shape: Sizes): Tensor {
    return shapes.expand(this, shapes.listOf(shape))
  }

  expandAs(other: Tensor): Tensor {
    checkTensors('expandAs', other)
    return shapes.expand(this, other.shape)
  }

  broadcastTo(...shape: Sizes): Tensor {
    return shapes.expand(this, shapes.listOf(shape))
  }

  /** Dims from `startDim` to `endDim`, both included, as one. */
  flatten(startDim = 0, endDim = -1): Tensor {
    return shapes.flatten(this, startDim, endDim)
  }

  unflatten(dim: number, sizes: readonly number[]): Tensor {
    return shapes.unflatten(this, dim, sizes)
  }

  /** `length` elements from `start` along `dim`. A view. */
  narrow(dim: number, start: number, length: number): Tensor {
    return shapes.narrow(this, dim, start, length)
  }

  /** One slice along `dim`, without that dim. A view. */
  select(dim: number, index: number): Tensor {
    return shapes.select(this, dim, index)
  }

  /** Reversed along dims. A view, unlike PyTorch's copy. */
  flip(...dims: Sizes): Tensor {
    return shapes.flip(this, shapes.listOf(dims))
  }

  /** Parts of a size, or of the sizes given, along `dim`. Views. */
  split(sizes: number | readonly number[], dim = 0): Tensor[] {
    return shapes.split(this, sizes, dim)
  }

  /** `chunks` parts of equal size along `dim`; the last may be smaller. Views. */
  chunk(chunks: number, dim = 0): Tensor[] {
    return shapes.chunk(this, chunks, dim)
  }

  /** The slices along `dim`. Views. */
  unbind(dim = 0): Tensor[] {
    return shapes.unbind(this, dim)
  }

  /** Copies side by side: dim d appears `repeats[d]` times. */
  repeat(...repeats: Sizes): Tensor {
    return shapes.repeat(this, shapes.listOf(repeats))
  }

  /** `repeat` in which missing leading counts are 1. */
  tile(...counts: Sizes): Tensor {
    return arrange.tile(this, shapes.listOf(counts))
  }

  /** Each slice along `dim` (without it: each element) several times in a row; a tensor gives a count for each. */
  repeatInterleave(repeats: number | Tensor, dim?: number): Tensor {
    return arrange.repeatInterleave(this, repeats, dim)
  }

  /** Moved along dims; what leaves at one end enters at the other. Without dims the elements count as flat. */
  roll(shifts: number | readonly number[], dims?: number | readonly number[]): Tensor {
    return arrange.roll(this, shifts, dims)
  }

  /** `k` quarter turns from the first of two dims towards the second. */
  rot90(k = 1, dims: readonly number[] = [0, 1]): Tensor {
    return arrange.rot90(this, k, dims)
  }

  /** Columns reversed. A view. */
  fliplr(): Tensor {
    return arrange.flipDim('fliplr', this, 1)
  }

  /** Rows reversed. A view. */
  flipud(): Tensor {
    return arrange.flipDim('flipud', this, 0)
  }

  /** Parts of almost equal size, or cut at the given positions, along `dim`. Views. */
  tensorSplit(sections: number | readonly number[], dim = 0): Tensor[] {
    return arrange.tensorSplit(this, sections, dim)
  }

  /**
   * Elements added around: `sizes` are pairs (before, after) from the last dim on; negative ones crop.
   *
   * Modes: 'constant' (`value`), 'reflect' (mirrored without the edge), 'replicate' (the edge), 'circular' (the other end).
   * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html; here each mode pads any number of dims
   */
  pad(sizes: readonly number[], { mode = 'constant', value = 0 }: PadOptions = {}): Tensor {
    return arrange.pad(this, sizes, mode, value)
  }

  /** Windows of `size` every `step` elements along `dim`, as a new last dim. A view. */
  unfold(dim: number, size: number, step: number): Tensor {
    return dispatchView('unfold', this, { dim: arrange.checkUnfold(this, dim, size, step), size, step })
  }

  /** The diagonal of two dims as a new last dim; `offset` > 0 lies above the main one. A view. */
  diagonal(offset = 0, dim1 = 0, dim2 = 1): Tensor {
    return diagonals.diagonal(this, offset, dim1, dim2)
  }

  /** A vector as a diagonal matrix, or a copy of a matrix's diagonal. */
  diag(offset = 0): Tensor {
    return diagonals.diag(this, offset)
  }

  /** Matrices of zeros with the last dim as a diagonal. */
  diagEmbed(offset = 0, dim1 = -2, dim2 = -1): Tensor {
    return diagonals.diagEmbed(this, offset, dim1, dim2)
  }

  /** All elements as a diagonal matrix. */
  diagFlat(offset = 0): Tensor {
    return diagonals.diagEmbed(this.reshape(-1), offset, 0, 1)
  }

  /** 0 above a diagonal of the last two dims. */
  tril(diagonal = 0): Tensor {
    return diagonals.triangular('tril', this, diagonal)
  }

  /** 0 below a diagonal of the last two dims. */
  triu(diagonal = 0): Tensor {
    return diagonals.triangular('triu', this, diagonal)
  }

  /** Adds up what broadcasting repeated, to a shape that broadcasts to this one's. */
  sumTo(shape: Shape): Tensor {
    return shapes.sumTo(this, shape)
  }

  // ---- Indexing

  /**
   * Part of the tensor, one spec per dim: positions, slices (`'1:3'`, `'::-1'`, `slice(start, end, step)`), `'...'`, `null`
   * for a new dim, int tensors or arrays of positions, bool masks. A view unless tensors, arrays or masks pick elements.
   *
   * Dims picked together stand where the first of them was if they are neighbours, else in front.
   * @throws IndexError, DTypeError, ArgumentError
   * @example
   * ```ts
   * const x = tensor([[1, 2, 3], [4, 5, 6]])
   * x.index(0) // row 0: [1, 2, 3]
   * x.index(':', '::-1') // columns reversed
   * x.index('...', [0, 2]) // columns 0 and 2
   * x.index(x.gt(3)) // [4, 5, 6]
   * ```
   * @see https://pytorch.org/docs/stable/tensor_view.html, `x[...]` in PyTorch; negative steps as in NumPy
   */
  index(...specs: readonly IndexSpec[]): Tensor {
    return indexing.read(this, specs)
  }

  /**
   * Writes into what `index` would give: `x.set([0, ':'], v)` is `x[0, :] = v`. An array is a list of specs, one per dim; to
   * write at an array of positions, put it in one: `x.set([[0, 2]], v)`. Seen by all views, recorded for backward.
   *
   * @throws ShapeError unless `value` broadcasts to the place, DTypeError for floats into ints, GradError on leaves
   * @example
   * ```ts
   * zeros(2, 3).set([':', 1], 5).tolistSync() // -> [[0, 5, 0], [0, 5, 0]]
   * ```
   */
  set(index: IndexSpec | readonly IndexSpec[], value: Operand): this {
    indexing.put(
      'set',
      this,
      Array.isArray(index) ? (index as readonly IndexSpec[]) : [index as IndexSpec],
      value,
      false,
    )
    return this
  }

  /** A copy with `values` written (or added) where one spec per dim points. */
  indexPut(specs: readonly IndexSpec[], values: Operand, { accumulate = false }: AccumulateOptions = {}): Tensor {
    const result = this.clone()
    indexing.put('indexPut', result, specs, values, accumulate)
    return result
  }

  /** `out[i][j] = this[index[i][j]][j]` for dim 0, and so on. */
  gather(dim: number, index: Tensor): Tensor {
    return along.gather(this, dim, index)
  }

  /** `gather` whose index broadcasts; without `dim` both count as flat. */
  takeAlongDim(indices: Tensor, dim?: number): Tensor {
    return along.takeAlongDim(this, indices, dim)
  }

  /** A copy with `values` written where `index` points along `dim`. */
  scatter(dim: number, index: Tensor, values: Operand, { reduce = 'replace' }: ScatterOptions = {}): Tensor {
    return along.scatter(fresh, this, dim, index, values, reduce)
  }

  /** A copy with `values` added where `index` points along `dim`. */
  scatterAdd(dim: number, index: Tensor, values: Tensor): Tensor {
    return along.scatter(fresh, this, dim, index, values, 'add')
  }

  /** A copy with `values` combined where `index` points along `dim`; without `includeSelf` the old values there do not count. */
  scatterReduce(
    dim: number,
    index: Tensor,
    values: Tensor,
    reduce: ScatterReduction,
    { includeSelf = true }: { readonly includeSelf?: boolean } = {},
  ): Tensor {
    return along.scatterReduce(this, dim, index, values, reduce, includeSelf)
  }

  /** The slices along `dim` that 1-d `index` names. */
  indexSelect(dim: number, index: Tensor): Tensor {
    return along.indexSelect(this, dim, index)
  }

  /** A copy with the slices `alpha * values` added where 1-d `index` points along `dim`. */
  indexAdd(dim: number, index: Tensor, values: Tensor, { alpha = 1 }: AlphaOptions = {}): Tensor {
    return along.indexAdd(fresh, this, dim, index, values, alpha)
  }

  /** A copy with `value` in the slices along `dim` that 1-d `index` names. */
  indexFill(dim: number, index: Tensor, value: Operand): Tensor {
    const result = this.clone()
    along.indexFill_('indexFill', result, dim, index, value)
    return result
  }

  /** A copy with `values` in the slices along `dim` that 1-d `index` names. */
  indexCopy(dim: number, index: Tensor, values: Tensor): Tensor {
    const result = this.clone()
    along.indexCopy_('indexCopy', result, dim, index, values)
    return result
  }

  /** Elements at row-major positions, in the shape of `index`. */
  take(index: Tensor): Tensor {
    return along.take(this, index)
  }

  /** A copy with `values` written (or added) at row-major positions. */
  put(index: Tensor, values: Tensor, { accumulate = false }: AccumulateOptions = {}): Tensor {
    const result = this.clone()
    along.put_('put', result, index, values, accumulate)
    return result
  }

  /** The elements where `mask` (bool, broadcast) is true, in row-major order. */
  maskedSelect(mask: Tensor): Tensor {
    return masks.maskedSelect(this, mask)
  }

  /** `maskedSelect` on devices that answer later. Recorded. */
  maskedSelectAsync(mask: Tensor): Promise<Tensor> {
    return masks.maskedSelectAsync(this, mask)
  }

  /** A copy with `value` where `mask` (bool, broadcast) is true. */
  maskedFill(mask: Tensor, value: Operand): Tensor {
    return masks.maskedFill(fresh, this, mask, value)
  }

  /** A copy with the elements of `source`, in order, where `mask` (bool, broadcast) is true. */
  maskedScatter(mask: Tensor, source: Tensor): Tensor {
    return masks.maskedScatter(fresh, this, mask, source)
  }

  /** A copy with `values` in place of `select(dim, index)`. */
  selectScatter(values: Tensor, dim: number, index: number): Tensor {
    return arrange.withView('selectScatter', this, values, (x) => x.select(dim, index))
  }

  /** A copy with `values` in place of `start:end:step` along `dim`. */
  sliceScatter(values: Tensor, dim = 0, start?: number, end?: number, step = 1): Tensor {
    const at = normalizeDim('sliceScatter', dim, this.ndim)
    const specs = [...this.shape.slice(0, at).map(() => ':'), { start, end, step }]
    return arrange.withView('sliceScatter', this, values, (x) => x.index(...specs))
  }

  /** A copy with `values` in place of `diagonal(offset, dim1, dim2)`. */
  diagonalScatter(values: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor {
    return arrange.withView('diagonalScatter', this, values, (x) => x.diagonal(offset, dim1, dim2))
  }

  /** The indices of each element that is not 0, one row per element: [count, ndim]. */
  nonzero(): Tensor
  /** Per dim the indices of the elements that are not 0, ready for `index`. */
  nonzero(options: { readonly asTuple: true }): Tensor[]
  nonzero(options?: { readonly asTuple: true }): Tensor | Tensor[] {
    return options?.asTuple === true
      ? search.nonzeroColumns('nonzero', this.ndim === 0 ? this.reshape(1) : this)
      : search.nonzero(this)
  }

  /** `nonzero()` on devices that answer later. */
  nonzeroAsync(): Promise<Tensor>
  nonzeroAsync(options: { readonly asTuple: true }): Promise<Tensor[]>
  async nonzeroAsync(options?: { readonly asTuple: true }): Promise<Tensor | Tensor[]> {
    const x = options?.asTuple === true && this.ndim === 0 ? this.reshape(1) : this
    const data = await read('nonzeroAsync', x)
    return options?.asTuple === true
      ? search.columnsOf('nonzeroAsync', x, data)
      : search.rowsOf('nonzeroAsync', x, data)
  }

  /** `nonzero()` under NumPy's name. */
  argwhere(): Tensor {
    return search.nonzero(this)
  }

  /** The different elements (with `dim`: slices) in ascending order; on request also where each went and how often it was there. */
  unique(options: UniqueOptions & ({ readonly returnInverse: true } | { readonly returnCounts: true })): UniqueResult
  unique(options?: UniqueOptions): Tensor
  unique({ dim, returnInverse = false, returnCounts = false }: UniqueOptions = {}): Tensor | UniqueResult {
    const result = search.unique(this, dim)
    return returnInverse || returnCounts ? result : result.values
  }

  /** `unique` of neighbours only: each run of equal elements (with `dim`: slices) once, in the order met. */
  uniqueConsecutive(
    options: UniqueOptions & ({ readonly returnInverse: true } | { readonly returnCounts: true }),
  ): UniqueResult
  uniqueConsecutive(options?: UniqueOptions): Tensor
  uniqueConsecutive({ dim, returnInverse = false, returnCounts = false }: UniqueOptions = {}): Tensor | UniqueResult {
    const result = search.uniqueConsecutive(this, dim)
    return returnInverse || returnCounts ? result : result.values
  }

  /** How often each of 0, 1, 2, ... occurs in a 1-d int tensor, or the sum of the `weights` of each. */
  bincount({ weights, minLength = 0 }: { readonly weights?: Tensor; readonly minLength?: number } = {}): Tensor {
    return search.bincount(this, weights, minLength)
  }

  /** Counts of `bins` equally wide bins from `min` to `max`; equal bounds mean those of the data. */
  histc(bins = 100, { min = 0, max = 0 }: { readonly min?: number; readonly max?: number } = {}): Tensor {
    return search.histc(this, bins, min, max)
  }

  /** Elements of this where `condition` holds, of `other` elsewhere. */
  where(condition: Tensor, other: Operand): Tensor {
    return pointwise.where(condition, this, other)
  }

  // ---- Element-wise functions

  /** -x. */
  neg(): Tensor {
    return pointwise.unary('neg', this)
  }

  /** |x|. */
  abs(): Tensor {
    return pointwise.unary('abs', this)
  }

  /** -1, 0 or 1. */
  sign(): Tensor {
    return pointwise.unary('sign', this)
  }

  /** x * x. */
  square(): Tensor {
    return pointwise.unary('square', this)
  }

  /** Down to a whole number. */
  floor(): Tensor {
    return pointwise.unary('floor', this)
  }

  /** Up to a whole number. */
  ceil(): Tensor {
    return pointwise.unary('ceil', this)
  }

  /** To the nearest whole number, halves to the even one. */
  round(): Tensor {
    return pointwise.unary('round', this)
  }

  /** Towards zero to a whole number. */
  trunc(): Tensor {
    return pointwise.unary('trunc', this)
  }

  /** max(x, 0). */
  relu(): Tensor {
    return pointwise.unary('relu', this)
  }

  /** All bits inverted; bools negated. */
  bitwiseNot(): Tensor {
    return pointwise.unary('bitwiseNot', this)
  }

  /** Whether x is 0, as bool. */
  logicalNot(): Tensor {
    return pointwise.unary('logicalNot', this)
  }

  /** Whether x is NaN, as bool. */
  isnan(): Tensor {
    return pointwise.unary('isnan', this)
  }

  /** Whether x is infinite, as bool. */
  isinf(): Tensor {
    return pointwise.unary('isinf', this)
  }

  /** Whether x is neither infinite nor NaN, as bool. */
  isfinite(): Tensor {
    return pointwise.unary('isfinite', this)
  }

  /** e^x. */
  exp(): Tensor {
    return pointwise.unaryFloat('exp', this)
  }

  /** 2^x. */
  exp2(): Tensor {
    return pointwise.unaryFloat('exp2', this)
  }

  /** e^x - 1, exact near 0. */
  expm1(): Tensor {
    return pointwise.unaryFloat('expm1', this)
  }

  /** Natural logarithm. */
  log(): Tensor {
    return pointwise.unaryFloat('log', this)
  }

  /** Logarithm to base 2. */
  log2(): Tensor {
    return pointwise.unaryFloat('log2', this)
  }

  /** Logarithm to base 10. */
  log10(): Tensor {
    return pointwise.unaryFloat('log10', this)
  }

  /** log(1 + x), exact near 0. */
  log1p(): Tensor {
    return pointwise.unaryFloat('log1p', this)
  }

  /** Square root. */
  sqrt(): Tensor {
    return pointwise.unaryFloat('sqrt', this)
  }

  /** 1 / sqrt(x). */
  rsqrt(): Tensor {
    return pointwise.unaryFloat('rsqrt', this)
  }

  /** 1 / x. */
  reciprocal(): Tensor {
    return pointwise.unaryFloat('reciprocal', this)
  }

  /** Sine of radians. */
  sin(): Tensor {
    return pointwise.unaryFloat('sin', this)
  }

  /** Cosine of radians. */
  cos(): Tensor {
    return pointwise.unaryFloat('cos', this)
  }

  /** Tangent of radians. */
  tan(): Tensor {
    return pointwise.unaryFloat('tan', this)
  }

  /** Arc sine in radians. */
  asin(): Tensor {
    return pointwise.unaryFloat('asin', this)
  }

  /** Arc cosine in radians. */
  acos(): Tensor {
    return pointwise.unaryFloat('acos', this)
  }

  /** Arc tangent in radians. */
  atan(): Tensor {
    return pointwise.unaryFloat('atan', this)
  }

  /** Hyperbolic sine. */
  sinh(): Tensor {
    return pointwise.unaryFloat('sinh', this)
  }

  /** Hyperbolic cosine. */
  cosh(): Tensor {
    return pointwise.unaryFloat('cosh', this)
  }

  /** Hyperbolic tangent. */
  tanh(): Tensor {
    return pointwise.unaryFloat('tanh', this)
  }

  /** Inverse hyperbolic sine. */
  asinh(): Tensor {
    return pointwise.unaryFloat('asinh', this)
  }

  /** Inverse hyperbolic cosine. */
  acosh(): Tensor {
    return pointwise.unaryFloat('acosh', this)
  }

  /** Inverse hyperbolic tangent. */
  atanh(): Tensor {
    return pointwise.unaryFloat('atanh', this)
  }

  /** 1 / (1 + e^-x). */
  sigmoid(): Tensor {
    return pointwise.unaryFloat('sigmoid', this)
  }

  /** Error function. */
  erf(): Tensor {
    return pointwise.unaryFloat('erf', this)
  }

  /** 1 - erf(x), exact in the tail. */
  erfc(): Tensor {
    return pointwise.unaryFloat('erfc', this)
  }

  /** Inverse of erf on (-1, 1). */
  erfinv(): Tensor {
    return pointwise.unaryFloat('erfinv', this)
  }

  /** log |gamma(x)|. */
  lgamma(): Tensor {
    return pointwise.unaryFloat('lgamma', this)
  }

  /** Derivative of lgamma. */
  digamma(): Tensor {
    return pointwise.unaryFloat('digamma', this)
  }

  /** Derivative of digamma. */
  trigamma(): Tensor {
    return pointwise.unaryFloat('trigamma', this)
  }

  /** log(1 + e^(beta x)) / beta, without overflow; x itself above `threshold / beta`. */
  softplus({ beta = 1, threshold = 20 }: { readonly beta?: number; readonly threshold?: number } = {}): Tensor {
    return pointwise.softplus(this, beta, threshold)
  }

  /** log(sigmoid(x)), without underflow. */
  logSigmoid(): Tensor {
    return pointwise.logSigmoid(this)
  }

  /** Into [min, max]; a missing bound does not limit, NaN stays. */
  clamp(min?: Operand, max?: Operand): Tensor {
    return pointwise.clamp(this, min, max)
  }

  /** NaN replaced by `nan`, infinities by the given values or the dtype's extremes. */
  nanToNum(nan = 0, positiveInfinity?: number, negativeInfinity?: number): Tensor {
    return pointwise.nanToNum(this, nan, positiveInfinity, negativeInfinity)
  }

  /** e^x / sum(e^x) along `dim`. */
  softmax(dim: number): Tensor {
    return dispatch('softmax', [this], { dim: normalizeDim('softmax', dim, this.ndim) })
  }

  /** log(softmax(x)) along `dim`, exact for large inputs. */
  logSoftmax(dim: number): Tensor {
    return dispatch('logSoftmax', [this], { dim: normalizeDim('logSoftmax', dim, this.ndim) })
  }

  // ---- Arithmetic: operands broadcast and promote as in PyTorch

  /** this + alpha * other. */
  add(other: Operand, { alpha = 1 }: AlphaOptions = {}): Tensor {
    return pointwise.binary('add', this, scaled('add', other, alpha))
  }

  /** this - alpha * other. */
  sub(other: Operand, { alpha = 1 }: AlphaOptions = {}): Tensor {
    return pointwise.binary('sub', this, scaled('sub', other, alpha))
  }

  /** this * other. */
  mul(other: Operand): Tensor {
    return pointwise.binary('mul', this, other)
  }

  /** this / other: of floats, or rounded by `rounding` 'floor' or 'trunc'. */
  div(other: Operand, { rounding }: { readonly rounding?: 'floor' | 'trunc' } = {}): Tensor {
    return pointwise.div(this, other, rounding)
  }

  /** this to the power of other. */
  pow(other: Operand): Tensor {
    return pointwise.pow(this, other)
  }

  /** this / other, rounded down. */
  floorDivide(other: Operand): Tensor {
    return pointwise.binary('floorDivide', this, other)
  }

  /** Remainder with the sign of the divisor. */
  remainder(other: Operand): Tensor {
    return pointwise.binary('remainder', this, other)
  }

  /** Remainder with the sign of the dividend. */
  fmod(other: Operand): Tensor {
    return pointwise.binary('fmod', this, other)
  }

  /** The larger one; NaN if either is. */
  maximum(other: Operand): Tensor {
    return pointwise.binary('maximum', this, other)
  }

  /** The smaller one; NaN if either is. */
  minimum(other: Operand): Tensor {
    return pointwise.binary('minimum', this, other)
  }

  /** Bits set in both. */
  bitwiseAnd(other: Operand): Tensor {
    return pointwise.binary('bitwiseAnd', this, other)
  }

  /** Bits set in either. */
  bitwiseOr(other: Operand): Tensor {
    return pointwise.binary('bitwiseOr', this, other)
  }

  /** Bits set in one. */
  bitwiseXor(other: Operand): Tensor {
    return pointwise.binary('bitwiseXor', this, other)
  }

  /** Bits moved up. */
  bitwiseLeftShift(other: Operand): Tensor {
    return pointwise.binary('bitwiseLeftShift', this, other)
  }

  /** Bits moved down, sign kept. */
  bitwiseRightShift(other: Operand): Tensor {
    return pointwise.binary('bitwiseRightShift', this, other)
  }

  /** Whether equal, as bool. */
  eq(other: Operand): Tensor {
    return pointwise.binary('eq', this, other)
  }

  /** Whether different, as bool. */
  ne(other: Operand): Tensor {
    return pointwise.binary('ne', this, other)
  }

  /** Whether less, as bool. */
  lt(other: Operand): Tensor {
    return pointwise.binary('lt', this, other)
  }

  /** Whether less or equal, as bool. */
  le(other: Operand): Tensor {
    return pointwise.binary('le', this, other)
  }

  /** Whether greater, as bool. */
  gt(other: Operand): Tensor {
    return pointwise.binary('gt', this, other)
  }

  /** Whether greater or equal, as bool. */
  ge(other: Operand): Tensor {
    return pointwise.binary('ge', this, other)
  }

  /** Whether both are not 0, as bool. */
  logicalAnd(other: Operand): Tensor {
    return pointwise.binary('logicalAnd', this, other)
  }

  /** Whether either is not 0, as bool. */
  logicalOr(other: Operand): Tensor {
    return pointwise.binary('logicalOr', this, other)
  }

  /** Whether one and only one is not 0, as bool. */
  logicalXor(other: Operand): Tensor {
    return pointwise.binary('logicalXor', this, other)
  }

  /** Angle of the point (other, this) in radians. */
  atan2(other: Operand): Tensor {
    return pointwise.binaryFloat('atan2', this, other)
  }

  /** sqrt(this^2 + other^2), without overflow. */
  hypot(other: Operand): Tensor {
    return pointwise.binaryFloat('hypot', this, other)
  }

  /** |this| with the sign of other. */
  copysign(other: Operand): Tensor {
    return pointwise.binaryFloat('copysign', this, other)
  }

  /** Per element max(x, 0) - x y + log(1 + e^-|x|): the binary cross-entropy of logit x and target y. */
  bceWithLogits(target: Operand): Tensor {
    return pointwise.binaryFloat('bceWithLogits', this, target)
  }

  // ---- Matrix products

  /** Matrix product of the last two dims; leading dims broadcast; 1-d operands as vectors. */
  matmul(other: Tensor): Tensor {
    return linear.matmul(this, other)
  }

  /** [n, k] @ [k, m]. */
  mm(other: Tensor): Tensor {
    return linear.mm(this, other)
  }

  /** [b, n, k] @ [b, k, m]. */
  bmm(other: Tensor): Tensor {
    return linear.bmm(this, other)
  }

  /** [n, k] @ [k]. */
  mv(other: Tensor): Tensor {
    return linear.mv(this, other)
  }

  /** Sum of the products of two vectors. */
  dot(other: Tensor): Tensor {
    return linear.dot(this, other)
  }

  /** All products of two vectors: [n], [m] -> [n, m]. */
  outer(other: Tensor): Tensor {
    return linear.outer(this, other)
  }

  /** Products over the last dims of both, all pairs of the others. */
  inner(other: Tensor): Tensor {
    return products.inner(this, other)
  }

  /** Blocks of `other`, one for each element, which scales it: the Kronecker product. */
  kron(other: Tensor): Tensor {
    return products.kron(this, other)
  }

  /** Cross product of vectors of 3 elements along `dim` (-1 unlike PyTorch's method, which looks for the first dim of size 3). */
  cross(other: Tensor, dim = -1): Tensor {
    return products.cross(this, other, { dim })
  }

  /** beta * this + alpha * (a @ b) for matrices. */
  addmm(a: Tensor, b: Tensor, options: AddProductOptions = {}): Tensor {
    return products.addmm(this, a, b, options)
  }

  /** beta * this + alpha * (a @ b) for a matrix and a vector. */
  addmv(a: Tensor, b: Tensor, options: AddProductOptions = {}): Tensor {
    return products.addmv(this, a, b, options)
  }

  /** beta * this + alpha * outer(a, b) for vectors. */
  addr(a: Tensor, b: Tensor, options: AddProductOptions = {}): Tensor {
    return products.addr(this, a, b, options)
  }

  /** beta * this + alpha * (a @ b) for batches of matrices. */
  baddbmm(a: Tensor, b: Tensor, options: AddProductOptions = {}): Tensor {
    return products.baddbmm(this, a, b, options)
  }

  /** beta * this + alpha * the sum of a[i] @ b[i] over a batch. */
  addbmm(a: Tensor, b: Tensor, options: AddProductOptions = {}): Tensor {
    return products.addbmm(this, a, b, options)
  }

  // ---- Linear algebra; decompositions are functions of `linalg`

  /** Sum of the diagonal of the last two dims. */
  trace(): Tensor {
    return invariants.trace(this)
  }

  /** Determinants of the last two dims. */
  det(): Tensor {
    return invariants.det(this)
  }

  /** log of the determinants; NaN where negative. */
  logdet(): Tensor {
    return invariants.logdet(this)
  }

  /** Sign and log |determinant|. */
  slogdet(): invariants.SignLogDet {
    return invariants.slogdet(this)
  }

  /** Inverse matrices. @throws LinalgError where singular */
  inverse(): Tensor {
    return inv(this)
  }

  /** Moore-Penrose pseudo-inverses. */
  pinverse(options: RankOptions = {}): Tensor {
    return pinv(this, options)
  }

  /** The product of n of these matrices; of -n inverses for n < 0. */
  matrixPower(n: number): Tensor {
    return invariants.matrixPower(this, n)
  }

  /** e^A of square matrices. */
  matrixExp(): Tensor {
    return invariants.matrixExp(this)
  }

  /** (sum |x|^p)^(1 / p) over `dim` (default: all); 'fro' means p = 2, 'nuc' the sum of the singular values. */
  norm(p: number | 'fro' | 'nuc' = 'fro', dim?: Dims, options: Omit<NormOptions, 'dim'> = {}): Tensor {
    return elementNorm(this, p, dim, options)
  }

  /** The norm of order p of the difference. */
  dist(other: Tensor, p = 2): Tensor {
    return dist(this, other, p)
  }

  // ---- Reductions: over `dim` (one, several, or all)

  sum(dim?: Dims, options: SumOptions = {}): Tensor {
    return reductions.sum(this, dim, options)
  }

  /** @throws DTypeError for ints */
  mean(dim?: Dims, options: SumOptions = {}): Tensor {
    return reductions.mean(this, dim, options)
  }

  prod(dim?: Dims, options: SumOptions = {}): Tensor {
    return reductions.prod(this, dim, options)
  }

  /** The largest value; ties share the gradient. */
  amax(dim?: Dims, options: ReduceOptions = {}): Tensor {
    return reductions.amax(this, dim, options)
  }

  /** The smallest value; ties share the gradient. */
  amin(dim?: Dims, options: ReduceOptions = {}): Tensor {
    return reductions.amin(this, dim, options)
  }

  /** The largest value of all, or values and positions along `dim`. */
  max(): Tensor
  max(dim: number, options?: ReduceOptions): ValuesAndIndices
  max(dim?: number, { keepDim = false }: ReduceOptions = {}): Tensor | ValuesAndIndices {
    return dim === undefined
      ? reductions.amax(this, undefined, {})
      : reductions.extremumAlong('max', this, dim, keepDim)
  }

  /** The smallest value of all, or values and positions along `dim`. */
  min(): Tensor
  min(dim: number, options?: ReduceOptions): ValuesAndIndices
  min(dim?: number, { keepDim = false }: ReduceOptions = {}): Tensor | ValuesAndIndices {
    return dim === undefined
      ? reductions.amin(this, undefined, {})
      : reductions.extremumAlong('min', this, dim, keepDim)
  }

  /** Position of the largest value along `dim`, or in row-major order of all. */
  argmax(dim?: number, { keepDim = false }: ReduceOptions = {}): Tensor {
    return reductions.argExtremum('argmax', this, dim, keepDim)
  }

  /** Position of the smallest value along `dim`, or in row-major order of all. */
  argmin(dim?: number, { keepDim = false }: ReduceOptions = {}): Tensor {
    return reductions.argExtremum('argmin', this, dim, keepDim)
  }

  /** Variance; unbiased unless `correction` is 0. */
  var(dim?: Dims, options: VarianceOptions = {}): Tensor {
    return reductions.variance(this, dim, options)
  }

  /** Standard deviation; from the unbiased variance unless `correction` is 0. */
  std(dim?: Dims, options: VarianceOptions = {}): Tensor {
    return reductions.variance(this, dim, options).sqrt()
  }

  /** log(sum(e^x)), exact for large inputs. */
  logSumExp(dim?: Dims, options: ReduceOptions = {}): Tensor {
    return reductions.logSumExp(this, dim, options)
  }

  /** Whether all are not 0, as bool. */
  all(dim?: Dims, options: ReduceOptions = {}): Tensor {
    return reductions.truth('all', this, dim, options)
  }

  /** Whether any is not 0, as bool. */
  any(dim?: Dims, options: ReduceOptions = {}): Tensor {
    return reductions.truth('any', this, dim, options)
  }

  /** Running sum along `dim`. */
  cumsum(dim: number, { dtype }: Pick<SumOptions, 'dtype'> = {}): Tensor {
    return reductions.scan('cumsum', this, dim, dtype)
  }

  /** Running product along `dim`. */
  cumprod(dim: number, { dtype }: Pick<SumOptions, 'dtype'> = {}): Tensor {
    return reductions.scan('cumprod', this, dim, dtype)
  }

  /** Running maximum along `dim` and where it was met. */
  cummax(dim: number): ValuesAndIndices {
    return reductions.scanExtremum('cummax', this, dim)
  }

  /** Running minimum along `dim` and where it was met. */
  cummin(dim: number): ValuesAndIndices {
    return reductions.scanExtremum('cummin', this, dim)
  }

  // ---- Sorting

  /** Sorted along `dim`, equal values in their order; NaN counts as the largest. */
  sort(dim = -1, { descending = false }: SortOptions = {}): ValuesAndIndices {
    return reductions.sort(this, dim, descending)
  }

  /** Sorted along the first dim. */
  msort(): Tensor {
    return reductions.sort(this, 0, false).values
  }

  argsort(dim = -1, { descending = false }: SortOptions = {}): Tensor {
    return reductions.sort(this, dim, descending).indices
  }

  /** The k largest (or smallest) along `dim`, in order. */
  topk(k: number, dim = -1, { largest = true }: { readonly largest?: boolean } = {}): ValuesAndIndices {
    return reductions.topk(this, k, dim, largest)
  }

  // ---- Statistics and comparison

  /** Whether each element is close: |this - other| <= atol + rtol |other|. */
  isclose(other: Tensor, options: CloseOptions = {}): Tensor {
    return statistics.isclose(this, other, options)
  }

  /** Whether all elements are close. @throws DeviceError on devices that read asynchronously */
  allclose(other: Tensor, options: CloseOptions = {}): boolean {
    return statistics.allclose(this, other, options)
  }

  /** Whether shape and elements are equal. @throws DeviceError on devices that read asynchronously */
  equal(other: Tensor): boolean {
    return statistics.equal(this, other)
  }

  /** `equal` on devices that answer later. */
  equalAsync(other: Tensor): Promise<boolean> {
    return statistics.equalAsync(this, other)
  }

  /** `allclose` on devices that answer later. */
  allcloseAsync(other: Tensor, options: CloseOptions = {}): Promise<boolean> {
    return statistics.allcloseAsync(this, other, options)
  }

  /** The k-th smallest along `dim` and its position; k counts from 1. */
  kthvalue(k: number, dim = -1, options: ReduceOptions = {}): ValuesAndIndices {
    return statistics.kthvalue(this, k, dim, options)
  }

  /** The (lower) middle value of all, or values and positions along `dim`. */
  median(): Tensor
  median(dim: number, options?: ReduceOptions): ValuesAndIndices
  median(dim?: number, options: ReduceOptions = {}): Tensor | ValuesAndIndices {
    return dim === undefined ? statistics.median(this) : statistics.medianAlong(this, dim, options)
  }

  /** The most frequent value along `dim`, the smallest of equals, and where it stands last. */
  mode(dim = -1, options: ReduceOptions = {}): ValuesAndIndices {
    return statistics.mode(this, dim, options)
  }

  /** Values below which fractions `q` of the elements lie; several q make a new first dim. */
  quantile(q: number | readonly number[], dim?: number, options: QuantileOptions = {}): Tensor {
    return statistics.quantile(this, q, dim, options)
  }

  /** Sum with NaN counted as 0. */
  nansum(dim?: Dims, options: SumOptions = {}): Tensor {
    return statistics.nansum(this, dim, options)
  }

  /** Mean of what is not NaN. */
  nanmean(dim?: Dims, options: SumOptions = {}): Tensor {
    return statistics.nanmean(this, dim, options)
  }

  /** How many elements are not 0. */
  countNonzero(dim?: Dims): Tensor {
    return statistics.countNonzero(this, dim)
  }

  /** Smallest and largest at once. */
  aminmax(dim?: number, options: ReduceOptions = {}): { readonly min: Tensor; readonly max: Tensor } {
    return statistics.aminmax(this, dim, options)
  }

  /** log(e^this + e^other), without overflow. */
  logaddexp(other: Operand): Tensor {
    return statistics.logaddexp(this, other)
  }

  /** log of the running sum of e^x along `dim`. */
  logcumsumexp(dim: number): Tensor {
    return statistics.logcumsumexp(this, dim)
  }

  /** 0 below 0, 1 above, `values` at 0. */
  heaviside(values: Tensor): Tensor {
    return statistics.heaviside(this, values)
  }

  /** Differences of neighbours along `dim`, n times over. */
  diff(n = 1, dim = -1): Tensor {
    return statistics.diff(this, n, dim)
  }

  /** this log(other), 0 where this is 0. */
  xlogy(other: Operand): Tensor {
    return statistics.xlogy(this, other)
  }

  /** this + weight (end - this). */
  lerp(end: Tensor, weight: Operand): Tensor {
    return this.add(end.sub(this).mul(weight))
  }

  /** this + value a b. */
  addcmul(a: Tensor, b: Tensor, { value = 1 }: { readonly value?: number } = {}): Tensor {
    return this.add(a.mul(b), { alpha: value })
  }

  /** this + value a / b. */
  addcdiv(a: Tensor, b: Tensor, { value = 1 }: { readonly value?: number } = {}): Tensor {
    return this.add(a.div(b), { alpha: value })
  }

  /** What is left of the whole part, with the sign of x. */
  frac(): Tensor {
    return this.sub(this.trunc())
  }

  /** log(x / (1 - x)). */
  logit(): Tensor {
    return this.div(this.neg().add(1)).log()
  }

  // ---- In place: the storage changes, all views see it, and backward notices what it needed

  #into<P extends ComputePrimitive>(primitive: P, inputs: readonly Tensor[], params: ComputePrimitives[P]): this {
    dispatchInto(this, primitive, inputs, params)
    return this
  }

  #binaryInto(primitive: BinaryPrimitive, other: Operand): this {
    const [a, b] = promote(`${primitive}_`, this, other)
    return this.#into(primitive, [a, b], noParams)
  }

  add_(other: Operand, { alpha = 1 }: AlphaOptions = {}): this {
    return this.#binaryInto('add', scaled('add_', other, alpha))
  }
  sub_(other: Operand, { alpha = 1 }: AlphaOptions = {}): this {
    return this.#binaryInto('sub', scaled('sub_', other, alpha))
  }
  mul_(other: Operand): this {
    return this.#binaryInto('mul', other)
  }
  div_(other: Operand): this {
    return this.#binaryInto('div', other)
  }
  pow_(other: Operand): this {
    return this.#binaryInto('pow', other)
  }
  neg_(): this {
    return this.#into('neg', [this], noParams)
  }
  abs_(): this {
    return this.#into('abs', [this], noParams)
  }
  exp_(): this {
    return this.#into('exp', [this], noParams)
  }
  log_(): this {
    return this.#into('log', [this], noParams)
  }
  sqrt_(): this {
    return this.#into('sqrt', [this], noParams)
  }
  rsqrt_(): this {
    return this.#into('rsqrt', [this], noParams)
  }
  reciprocal_(): this {
    return this.#into('reciprocal', [this], noParams)
  }
  square_(): this {
    return this.#into('square', [this], noParams)
  }
  sin_(): this {
    return this.#into('sin', [this], noParams)
  }
  cos_(): this {
    return this.#into('cos', [this], noParams)
  }
  tanh_(): this {
    return this.#into('tanh', [this], noParams)
  }
  sigmoid_(): this {
    return this.#into('sigmoid', [this], noParams)
  }
  relu_(): this {
    return this.#into('relu', [this], noParams)
  }
  floor_(): this {
    return this.#into('floor', [this], noParams)
  }
  ceil_(): this {
    return this.#into('ceil', [this], noParams)
  }
  round_(): this {
    return this.#into('round', [this], noParams)
  }
  trunc_(): this {
    return this.#into('trunc', [this], noParams)
  }
  sign_(): this {
    return this.#into('sign', [this], noParams)
  }
  clamp_(min: number = -Infinity, max: number = Infinity): this {
    return this.#into('clamp', [this], { min, max })
  }

  /** this += value * a * b. */
  addcmul_(a: Tensor, b: Tensor, { value = 1 }: { readonly value?: number } = {}): this {
    return this.add_(a.mul(b), { alpha: value })
  }

  /** this += value * a / b. */
  addcdiv_(a: Tensor, b: Tensor, { value = 1 }: { readonly value?: number } = {}): this {
    return this.add_(a.div(b), { alpha: value })
  }

  /** this += weight * (end - this). */
  lerp_(end: Tensor, weight: Operand): this {
    return this.add_(end.sub(this).mul(weight))
  }

  /** Takes the elements of `source` (broadcast, cast). */
  copy_(source: Tensor): this {
    return this.#into('copy', [cast(source, this.dtype).expand(this.shape)], noParams)
  }

  /** `value` everywhere. @throws DTypeError if an int dtype cannot hold it */
  fill_(value: Operand): this {
    if (isTensor(value) && value.ndim > 0) {
      throw new ShapeError(`fill_: the value must be a number or 0-d, got ${formatShape(value.shape)}. Use copy_.`)
    }
    const source = stored('fill_', this, value)
    if (isTensor(value)) return this.#into('copy', [source.expand(this.shape)], noParams)
    const [held] = toData('fill_', [value], this.dtype)
    return this.#into('full', [], { shape: this.shape, dtype: this.dtype, value: held! })
  }

  zero_(): this {
    return this.fill_(0)
  }

  /** `value` where `mask` (bool, broadcast) is true. */
  maskedFill_(mask: Tensor, value: Operand): this {
    masks.maskedFill(inPlace, this, mask, value)
    return this
  }

  /** The elements of `source`, in order, where `mask` (bool, broadcast) is true. */
  maskedScatter_(mask: Tensor, source: Tensor): this {
    masks.maskedScatter(inPlace, this, mask, source)
    return this
  }

  /** `values` written (or added) where one spec per dim points. @see set */
  indexPut_(specs: readonly IndexSpec[], values: Operand, { accumulate = false }: AccumulateOptions = {}): this {
    indexing.put('indexPut_', this, specs, values, accumulate)
    return this
  }

  /** `value` in the slices along `dim` that 1-d `index` names. */
  indexFill_(dim: number, index: Tensor, value: Operand): this {
    along.indexFill_('indexFill_', this, dim, index, value)
    return this
  }

  /** `values` in the slices along `dim` that 1-d `index` names. */
  indexCopy_(dim: number, index: Tensor, values: Tensor): this {
    along.indexCopy_('indexCopy_', this, dim, index, values)
    return this
  }

  /** The slices `alpha * values` added where 1-d `index` points along `dim`. */
  indexAdd_(dim: number, index: Tensor, values: Tensor, { alpha = 1 }: AlphaOptions = {}): this {
    along.indexAdd(inPlace, this, dim, index, values, alpha)
    return this
  }

  /** `values` written (or combined) where `index` points along `dim`. */
  scatter_(dim: number, index: Tensor, values: Operand, { reduce = 'replace' }: ScatterOptions = {}): this {
    along.scatter(inPlace, this, dim, index, values, reduce)
    return this
  }

  /** `values` added where `index` points along `dim`. */
  scatterAdd_(dim: number, index: Tensor, values: Tensor): this {
    along.scatter(inPlace, this, dim, index, values, 'add')
    return this
  }

  /** `values` combined where `index` points along `dim`; without `includeSelf` the old values there do not count. */
  scatterReduce_(
    dim: number,
    index: Tensor,
    values: Tensor,
    reduce: ScatterReduction,
    { includeSelf = true }: { readonly includeSelf?: boolean } = {},
  ): this {
    return this.copy_(along.scatterReduce(this.clone(), dim, index, values, reduce, includeSelf))
  }

  /** `values` written (or added) at row-major positions. */
  put_(index: Tensor, values: Tensor, { accumulate = false }: AccumulateOptions = {}): this {
    along.put_('put_', this, index, values, accumulate)
    return this
  }

  /** `value` on the main diagonal of all dims together. */
  fillDiagonal_(value: number): this {
    diagonals.fillDiagonal_(this, value)
    return this
  }

  /** 0 above a diagonal of the last two dims. */
  tril_(diagonal = 0): this {
    diagonals.triangular_('tril', this, diagonal)
    return this
  }

  /** 0 below a diagonal of the last two dims. */
  triu_(diagonal = 0): this {
    diagonals.triangular_('triu', this, diagonal)
    return this
  }

  /** Uniform in [from, to). */
  uniform_(from = 0, to = 1, { generator = defaultGenerator }: GeneratorOptions = {}): this {
    checkFloat('uniform_', this)
    if (!(from <= to)) throw new ArgumentError(`uniform_: needs from <= to, got ${from} and ${to}.`)
    return this.#into('uniform', [], { shape: this.shape, dtype: this.dtype, generator, from, to })
  }

  normal_(mean = 0, std = 1, { generator = defaultGenerator }: GeneratorOptions = {}): this {
    checkFloat('normal_', this)
    if (!(std >= 0)) throw new ArgumentError(`normal_: std must be >= 0, got ${std}.`)
    return this.#into('normal', [], { shape: this.shape, dtype: this.dtype, generator, mean, std })
  }

  /** Whole numbers in [from, to); without bounds all that the dtype holds exactly from 0 on. */
  random_(from?: number, to?: number, { generator = defaultGenerator }: GeneratorOptions = {}): this {
    const [low, high] = randomBounds(this.dtype, from, to)
    return this.#into('randint', [], { shape: this.shape, dtype: this.dtype, generator, from: low, to: high })
  }

  /** The number of trials, each with `probability`, up to the first success. */
  geometric_(probability: number, { generator = defaultGenerator }: GeneratorOptions = {}): this {
    if (!(probability > 0 && probability < 1))
      throw new ArgumentError(`geometric_: needs 0 < p < 1, got ${probability}.`)
    const draws = uniformDraws(this, generator).clamp(2 ** -54)
    return this.copy_(draws.log().div(elementary.log1p(-probability)).ceil())
  }

  /** Cauchy: density sigma / (pi (sigma^2 + (x - median)^2)). */
  cauchy_(median = 0, sigma = 1, { generator = defaultGenerator }: GeneratorOptions = {}): this {
    if (!(sigma > 0)) throw new ArgumentError(`cauchy_: sigma must be > 0, got ${sigma}.`)
    checkFloat('cauchy_', this)
    return this.copy_(uniformDraws(this, generator).sub(0.5).mul(Math.PI).tan().mul(sigma).add(median))
  }

  exponential_(lambda = 1, { generator = defaultGenerator }: GeneratorOptions = {}): this {
    checkFloat('exponential_', this)
    if (!(lambda > 0)) throw new ArgumentError(`exponential_: lambda must be > 0, got ${lambda}.`)
    return this.#into('exponential', [], { shape: this.shape, dtype: this.dtype, generator, lambda })
  }

  /** 1 with `probability`, else 0. */
  bernoulli_(probability = 0.5, { generator = defaultGenerator }: GeneratorOptions = {}): this {
    if (!(probability >= 0 && probability <= 1))
      throw new ArgumentError(`bernoulli_: needs 0 <= p <= 1, got ${probability}.`)
    return this.#into('bernoulliScalar', [], { shape: this.shape, dtype: this.dtype, generator, probability })
  }
}

interface AlphaOptions {
  /** Factor of the other operand. */
  readonly alpha?: number
}

interface AccumulateOptions {
  /** Adds instead of overwriting; positions named twice add up. */
  readonly accumulate?: boolean
}

interface ScatterOptions {
  readonly reduce?: ScatterReduce
}

interface PadOptions {
  readonly mode?: PadMode
  readonly value?: number
}

interface UniqueOptions {
  /** Compares whole slices along it instead of elements. */
  readonly dim?: number
  readonly returnInverse?: boolean
  readonly returnCounts?: boolean
}

interface SortOptions {
  readonly descending?: boolean
}

interface GeneratorOptions {
  readonly generator?: Generator
}

function checkFloat(op: string, x: Tensor): void {
  if (!isFloat(x.dtype)) throw new DTypeError(`${op}: needs a float dtype, got ${x.dtype}. Use random_.`)
}

/** Float64 uniforms, whatever the dtype of what they become. */
function uniformDraws(x: Tensor, generator: Generator): Tensor {
  return dispatch('uniform', [], { shape: x.shape, dtype: 'float64', generator, from: 0, to: 1 }, x.device)
}

/** One more than the largest whole number of each dtype up to which all are exact. */
const wholeRange: { readonly [D in DType]: number } = {
  bool: 2,
  uint8: 2 ** 8,
  int32: 2 ** 31,
  int64: 2 ** 63,
  float16: 2 ** 11 + 1,
  float32: 2 ** 24 + 1,
  // 2^53 + 1 is no float64, so the last number is left out.
  float64: 2 ** 53,
}

/** `random_()`, `random_(to)` and `random_(from, to)`. */
function randomBounds(dtype: DType, from: number | undefined, to: number | undefined): readonly [number, number] {
  if (from === undefined) return [0, wholeRange[dtype]]
  const [low, high] = to === undefined ? [0, from] : [from, to]
  if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low)
    throw new ArgumentError(`random_: needs whole numbers from < to, got ${low} and ${high}.`)
  toData('random_', [low, high - 1], dtype)
  return [low, high]
}

function scaled(op: string, other: Operand, alpha: number): Operand {
  if (alpha === 1) return other
  return isTensor(other) ? other.mul(alpha) : pointwise.checkedNumber(op, other) * alpha
}

function isDevice(target: Device | ToOptions): target is Device {
  return 'kernels' in target
}

/** A copy on another device. Reads synchronously: devices that cannot are left by `await transfer(x, device)`. */
function moveTo(x: Tensor, device: Device): Tensor {
  return new Tensor(upload(device, x.dtype, readSync('to', x)), contiguousLayout(x.shape), x.dtype)
}

connectTensor(Tensor)

// Node prints objects with it: console.log(tensor) shows values, not fields.
Object.defineProperty(Tensor.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: Tensor.prototype.toString })
