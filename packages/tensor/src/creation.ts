import { cpu } from './cpu/index.ts'
import type { Device } from './device.ts'
import { dispatch, wrap } from './dispatch.ts'
import type { DType, TypedArray } from './dtypes.ts'
import { checkDType, getDefaultDType, isFloat } from './dtypes.ts'
import { ArgumentError, DTypeError, ShapeError } from './errors.ts'
import type { Shape } from './layout.ts'
import { checkShape, contiguousLayout, formatShape, numelOf } from './layout.ts'
import { checkTensors, indexTensor, isTensor, toData } from './operands.ts'
import type { Generator } from './random/index.ts'
import { defaultGenerator } from './random/index.ts'
import type { Tensor } from './tensor.ts'
import { upload } from './trace.ts'

/** Numbers in nested arrays of equal lengths, a plain number, a typed array or a tensor. */
export type TensorData = number | bigint | boolean | TypedArray | Uint16Array | Tensor | readonly TensorData[]

export interface TensorOptions {
  /** Defaults to what the data is: float32 for numbers, bool for booleans, int64 for bigints, a typed array's own. */
  readonly dtype?: DType
  /** Defaults to the CPU. */
  readonly device?: Device
  /** Whether ops on it are recorded for backward. Float dtypes only. */
  readonly requiresGrad?: boolean
}

export interface RandomOptions extends TensorOptions {
  /** Defaults to the process-wide generator that `manualSeed` sets. */
  readonly generator?: Generator
}

/** `zeros(2, 3)`, `zeros([2, 3])`, `zeros([2, 3], { dtype: 'int32' })`. */
export type SizeArguments<Options> =
  | readonly [shape: Shape, options?: Options]
  | readonly [options?: Options]
  | readonly [...sizes: number[]]
  | readonly [...sizes: number[], options: Options]

function parseSizes<Options extends object>(op: string, args: readonly unknown[]): [Shape, Partial<Options>] {
  const last = args.at(-1)
  const hasOptions = typeof last === 'object' && last !== null && !Array.isArray(last)
  const sizes = hasOptions ? args.slice(0, -1) : args
  const shape = sizes.length === 1 && Array.isArray(sizes[0]) ? sizes[0] : sizes.filter((size) => size !== undefined)
  return [checkShape(op, shape as Shape), (hasOptions ? last : {}) as Partial<Options>]
}

/** Applies the options that every factory shares. @throws DTypeError for requiresGrad on ints */
function finish(op: string, x: Tensor, { requiresGrad = false }: TensorOptions): Tensor {
  if (!requiresGrad) return x
  if (!isFloat(x.dtype))
    throw new DTypeError(`${op}: only float tensors can require grad, got ${x.dtype}. Set { dtype: 'float32' }.`)
  x.requiresGrad = true
  return x
}

function floatDType(op: string, dtype: DType = getDefaultDType()): DType {
  if (!isFloat(checkDType(op, dtype))) throw new DTypeError(`${op}: needs a float dtype, got ${dtype}.`)
  return dtype
}

interface Flat {
  readonly shape: Shape
  readonly values: ArrayLike<number | bigint | boolean>
  readonly dtype: DType
}

function dtypeOfArray(data: TypedArray): DType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof BigInt64Array) return 'int64'
  if (data instanceof Uint8Array) return 'uint8'
  const name = Object.prototype.toString.call(data).slice(8, -1)
  throw new ArgumentError(
    `tensor: a ${name} has no matching dtype. Convert it, with Float32Array.from(data) for instance.`,
  )
}

const isScalar = (data: unknown): data is number | bigint | boolean =>
  typeof data === 'number' || typeof data === 'bigint' || typeof data === 'boolean'

function flattenData(data: TensorData): Flat {
  const shape: number[] = []
  for (
    let level: unknown = data;
    Array.isArray(level) || ArrayBuffer.isView(level);
    level = (level as readonly unknown[])[0]
  ) {
    shape.push((level as readonly unknown[]).length)
  }
  const values: (number | bigint | boolean)[] = []
  collect(data, shape, 0, values)
  const kinds = new Set(values.map((value) => typeof value))
  const dtype =
    kinds.size === 1 && kinds.has('boolean')
      ? 'bool'
      : kinds.size === 1 && kinds.has('bigint')
        ? 'int64'
        : getDefaultDType()
  return { shape, values, dtype }
}

function collect(data: TensorData, shape: Shape, depth: number, into: (number | bigint | boolean)[]): void {
  if (depth === shape.length) {
    if (!isScalar(data)) {
      const got = data === null ? 'null' : Array.isArray(data) ? 'an array' : typeof data
      throw new ArgumentError(`tensor: element ${into.length} is ${got}, expected a number, at depth ${depth}.`)
    }
    into.push(data)
    return
  }
  const list = data as readonly TensorData[]
  if (!(Array.isArray(data) || ArrayBuffer.isView(data)) || list.length !== shape[depth]) {
    const got = Array.isArray(data) ? `length ${list.length}` : String(data)
    throw new ShapeError(
      `tensor: nested arrays are ragged: got ${got} where others have length ${shape[depth]}, at depth ${depth}.`,
    )
  }
  for (const item of list) collect(item, shape, depth + 1, into)
}

/**
 * A tensor of the given data, copied.
 *
 * @throws ShapeError for ragged arrays, ArgumentError for what is no number, DTypeError where `dtype` cannot hold a value
 * @example
 * ```ts
 * tensor([[1, 2], [3, 4]]).shape // -> [2, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tensor.html; numbers are float32 unless `dtype` says otherwise,
 * because JavaScript cannot tell 1 from 1.0
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  if (isTensor(data)) {
    const copy = data
      .detach()
      .to({ dtype: options.dtype ?? data.dtype, device: options.device ?? data.device, copy: true })
    return finish('tensor', copy, options)
  }
  const flat = ArrayBuffer.isView(data)
    ? { shape: [data.length], values: data, dtype: options.dtype ?? dtypeOfArray(data as TypedArray) }
    : flattenData(data)
  return finish('tensor', fromFlat(flat, options), options)
}

function fromFlat({ shape, values, dtype }: Flat, options: TensorOptions): Tensor {
  const target = checkDType('tensor', options.dtype ?? dtype)
  return fromData(toData('tensor', values, target), shape, target, options.device)
}

/** A tensor that holds a copy of `data`, which is already in the dtype's user form. */
export function fromData(data: TypedArray, shape: Shape, dtype: DType, device: Device = cpu): Tensor {
  const layout = contiguousLayout(checkShape('fromData', shape))
  if (data.length !== layout.numel) {
    throw new ShapeError(`fromData: ${formatShape(shape)} needs ${layout.numel} elements, got ${data.length}.`)
  }
  if (!device.dtypes.has(dtype)) {
    throw new DTypeError(`fromData: device "${device.name}" has no ${dtype}. It has ${[...device.dtypes].join(', ')}.`)
  }
  return wrap(upload(device, dtype, data), layout, dtype)
}

/** A tensor of one value. @see https://pytorch.org/docs/stable/generated/torch.full.html */
export function full(shape: Shape, value: number | bigint | boolean, options: TensorOptions = {}): Tensor {
  checkShape('full', shape)
  const natural = typeof value === 'boolean' ? 'bool' : typeof value === 'bigint' ? 'int64' : getDefaultDType()
  const dtype = checkDType('full', options.dtype ?? natural)
  const [held] = toData('full', [value], dtype)
  return finish('full', dispatch('full', [], { shape, dtype, value: held! }, options.device ?? cpu), options)
}

/** All 0. @see https://pytorch.org/docs/stable/generated/torch.zeros.html */
export function zeros(...args: SizeArguments<TensorOptions>): Tensor {
  const [shape, options] = parseSizes<TensorOptions>('zeros', args)
  return full(shape, 0, options)
}

/** All 1. @see https://pytorch.org/docs/stable/generated/torch.ones.html */
export function ones(...args: SizeArguments<TensorOptions>): Tensor {
  const [shape, options] = parseSizes<TensorOptions>('ones', args)
  return full(shape, 1, options)
}

/** Room without a promise about the values; they are 0 here. @see https://pytorch.org/docs/stable/generated/torch.empty.html */
export function empty(...args: SizeArguments<TensorOptions>): Tensor {
  const [shape, options] = parseSizes<TensorOptions>('empty', args)
  return full(shape, 0, options)
}

/** What a `...Like` factory takes from its model unless told otherwise. */
function like(x: Tensor, options: TensorOptions): TensorOptions {
  return { dtype: x.dtype, device: x.device, ...options }
}

export function zerosLike(x: Tensor, options: TensorOptions = {}): Tensor {
  checkTensors('zerosLike', x)
  return full(x.shape, 0, like(x, options))
}

export function onesLike(x: Tensor, options: TensorOptions = {}): Tensor {
  checkTensors('onesLike', x)
  return full(x.shape, 1, like(x, options))
}

export function fullLike(x: Tensor, value: number | bigint | boolean, options: TensorOptions = {}): Tensor {
  checkTensors('fullLike', x)
  return full(x.shape, value, like(x, options))
}

export function emptyLike(x: Tensor, options: TensorOptions = {}): Tensor {
  checkTensors('emptyLike', x)
  return full(x.shape, 0, like(x, options))
}

/**
 * `start, start + step, ...` up to `end`, without it; `arange(n)` counts from 0. Float32 unless `dtype` is given.
 *
 * @throws ArgumentError for a step of 0 or of the wrong sign
 * @see https://pytorch.org/docs/stable/generated/torch.arange.html; PyTorch gives int64 for whole numbers
 */
export function arange(end: number, options?: TensorOptions): Tensor
export function arange(start: number, end: number, options?: TensorOptions): Tensor
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor
export function arange(...args: readonly (number | TensorOptions | undefined)[]): Tensor {
  const numbers = args.filter((arg) => typeof arg === 'number')
  const options = args.find((arg) => typeof arg === 'object') ?? {}
  const [start, end, step] = numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1]
  if (!Number.isFinite(start) || !Number.isFinite(end) || !Number.isFinite(step)) {
    throw new ArgumentError(`arange: bounds must be finite, got ${start}, ${end}, ${step}.`)
  }
  if (step === 0 || (end - start) * step < 0) {
    throw new ArgumentError(`arange: a step of ${step} does not lead from ${start} to ${end}.`)
  }
  const dtype = checkDType('arange', options.dtype ?? getDefaultDType())
  if (dtype === 'bool') throw new DTypeError("arange: bool has no steps. Use { dtype: 'int64' }.")
  if (!isFloat(dtype)) toData('arange', [start, step], dtype)
  const [length] = checkShape('arange', [Math.ceil((end - start) / step)])
  return finish(
    'arange',
    dispatch('arange', [], { length: length!, start, step, dtype }, options.device ?? cpu),
    options,
  )
}

/** Int dtypes take what lies before the point. */
function whole(values: Float64Array, dtype: DType): Float64Array {
  return isFloat(dtype) ? values : values.map(Math.trunc)
}

/** `steps` evenly spaced values from `start` to `end`, both included. */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  checkShape('linspace', [steps])
  const dtype = checkDType('linspace', options.dtype ?? getDefaultDType())
  const step = steps > 1 ? (end - start) / (steps - 1) : 0
  // Counted from the nearer end, so that both ends are exact.
  const values = Float64Array.from({ length: steps }, (_, i) =>
    2 * i < steps ? start + i * step : end - (steps - 1 - i) * step,
  )
  return finish(
    'linspace',
    fromData(toData('linspace', whole(values, dtype), dtype), [steps], dtype, options.device),
    options,
  )
}

/** `base` to the power of evenly spaced exponents. */
export function logspace(
  start: number,
  end: number,
  steps: number,
  options: TensorOptions & { readonly base?: number } = {},
): Tensor {
  checkShape('logspace', [steps])
  const dtype = checkDType('logspace', options.dtype ?? getDefaultDType())
  const base = options.base ?? 10
  const step = steps > 1 ? (end - start) / (steps - 1) : 0
  const exponents = Float64Array.from({ length: steps }, (_, i) =>
    2 * i < steps ? start + i * step : end - (steps - 1 - i) * step,
  )
  const values = exponents.map((exponent) => base ** exponent)
  return finish(
    'logspace',
    fromData(toData('logspace', whole(values, dtype), dtype), [steps], dtype, options.device),
    options,
  )
}

/** 1 on the main diagonal, else 0. */
export function eye(rows: number, columns: number | TensorOptions = rows, options: TensorOptions = {}): Tensor {
  checkShape('eye', [rows])
  if (typeof columns === 'object') return eye(rows, rows, columns)
  checkShape('eye', [rows, columns])
  const dtype = checkDType('eye', options.dtype ?? getDefaultDType())
  const values = new Uint8Array(numelOf([rows, columns]))
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1
  return finish('eye', fromData(toData('eye', values, dtype), [rows, columns], dtype, options.device), options)
}

/** Uniform in [0, 1), PyTorch's numbers for the same seed. */
export function rand(...args: SizeArguments<RandomOptions>): Tensor {
  const [shape, options] = parseSizes<RandomOptions>('rand', args)
  const { generator = defaultGenerator, device = cpu } = options
  const params = { shape, dtype: floatDType('rand', options.dtype), generator, from: 0, to: 1 }
  return finish('rand', dispatch('uniform', [], params, device), options)
}

/** Standard normal, PyTorch's numbers for the same seed. */
export function randn(...args: SizeArguments<RandomOptions>): Tensor {
  const [shape, options] = parseSizes<RandomOptions>('randn', args)
  const { generator = defaultGenerator, device = cpu } = options
  const params = { shape, dtype: floatDType('randn', options.dtype), generator, mean: 0, std: 1 }
  return finish('randn', dispatch('normal', [], params, device), options)
}

/** Normal with mean and standard deviation given as numbers or (broadcast) tensors. */
export function normal(
  mean: number | Tensor,
  std: number | Tensor,
  shape?: Shape,
  options: RandomOptions = {},
): Tensor {
  if (!isTensor(mean) && !isTensor(std)) {
    if (!(std >= 0)) throw new ArgumentError(`normal: std must be >= 0, got ${std}.`)
    const { generator = defaultGenerator, device = cpu } = options
    const params = {
      shape: checkShape('normal', shape ?? []),
      dtype: floatDType('normal', options.dtype),
      generator,
      mean,
      std,
    }
    return finish('normal', dispatch('normal', [], params, device), options)
  }
  const model = isTensor(mean) ? (isTensor(std) ? mean.add(std) : mean) : (std as Tensor)
  const noise = randn(shape ?? model.shape, { ...options, dtype: options.dtype ?? model.dtype, device: model.device })
  return noise.mul(std).add(mean)
}

/** Whole numbers in [low, high); `randint(high, shape)` starts at 0. Int64 unless `dtype` is given. */
export function randint(high: number, shape: Shape, options?: RandomOptions): Tensor
export function randint(low: number, high: number, shape: Shape, options?: RandomOptions): Tensor
export function randint(...args: readonly (number | Shape | RandomOptions | undefined)[]): Tensor {
  const bounds = args.filter((arg) => typeof arg === 'number')
  const shape = args.find((arg): arg is Shape => Array.isArray(arg)) ?? []
  const options = (args.find((arg) => typeof arg === 'object' && !Array.isArray(arg)) ?? {}) as RandomOptions
  const [from, to] = bounds.length === 1 ? [0, bounds[0]!] : [bounds[0]!, bounds[1]!]
  if (!Number.isInteger(from) || !Number.isInteger(to) || to <= from) {
    throw new ArgumentError(`randint: needs whole numbers low < high, got ${from} and ${to}.`)
  }
  const { generator = defaultGenerator, device = cpu } = options
  const dtype = checkDType('randint', options.dtype ?? 'int64')
  const params = { shape: checkShape('randint', shape), dtype, generator, from, to }
  return finish('randint', dispatch('randint', [], params, device), options)
}

/** Whole numbers in [low, high) in the shape, dtype and device of `x`. */
export function randintLike(x: Tensor, low: number, high: number, options: RandomOptions = {}): Tensor {
  checkTensors('randintLike', x)
  return randint(low, high, x.shape, like(x, options))
}

/**
 * Powers of a vector as columns: x^(n-1), ..., x, 1; with `increasing` 1, x, ..., x^(n-1). Square by default.
 *
 * Shapes: [m] -> [m, columns].
 * @see https://pytorch.org/docs/stable/generated/torch.vander.html
 */
export function vander(
  x: Tensor,
  columns?: number,
  { increasing = false }: { readonly increasing?: boolean } = {},
): Tensor {
  checkTensors('vander', x)
  if (x.ndim !== 1) throw new ShapeError(`vander: needs a 1-d tensor, got ${formatShape(x.shape)}.`)
  const [count] = checkShape('vander', [columns ?? x.numel])
  const powers = indexTensor('vander', [...Array(count!).keys()], [count!], x.device, 'int32')
  return x.unsqueeze(1).pow(increasing ? powers : powers.flip(0))
}

/** The numbers 0 .. n - 1 in random order, as int64. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  const { generator = defaultGenerator, device = cpu } = options
  const dtype = checkDType('randperm', options.dtype ?? (device.dtypes.has('int64') ? 'int64' : 'int32'))
  return finish(
    'randperm',
    dispatch('randperm', [], { shape: checkShape('randperm', [n]), dtype, generator }, device),
    options,
  )
}

export function randLike(x: Tensor, options: RandomOptions = {}): Tensor {
  checkTensors('randLike', x)
  return rand(x.shape, like(x, options))
}

export function randnLike(x: Tensor, options: RandomOptions = {}): Tensor {
  checkTensors('randnLike', x)
  return randn(x.shape, like(x, options))
}

/** 1 with the probability that each element of `probabilities` gives, else 0; PyTorch's draws for the same seed. */
export function bernoulli(
  probabilities: Tensor,
  { generator = defaultGenerator }: { readonly generator?: Generator } = {},
): Tensor {
  checkTensors('bernoulli', probabilities)
  if (!isFloat(probabilities.dtype)) {
    throw new DTypeError(`bernoulli: needs float probabilities, got ${probabilities.dtype}. Use p.to('float32').`)
  }
  return dispatch('bernoulli', [probabilities], { generator })
}

/**
 * Draws row indices with the probabilities that each row gives (they need not add up to 1).
 *
 * Shapes: [n] or [rows, n] -> [samples] or [rows, samples], ints.
 */
export function multinomial(
  probabilities: Tensor,
  samples: number,
  options: { readonly replacement?: boolean; readonly generator?: Generator } = {},
): Tensor {
  checkTensors('multinomial', probabilities)
  const { replacement = false, generator = defaultGenerator } = options
  const { shape } = probabilities
  if (shape.length < 1 || shape.length > 2) {
    throw new ShapeError(`multinomial: needs probabilities of 1 or 2 dims, got ${formatShape(shape)}.`)
  }
  if (!isFloat(probabilities.dtype)) {
    throw new DTypeError(`multinomial: needs float probabilities, got ${probabilities.dtype}. Use p.to('float32').`)
  }
  if (!Number.isInteger(samples) || samples < 1 || (!replacement && samples > shape.at(-1)!)) {
    throw new ArgumentError(
      `multinomial: cannot draw ${samples} of ${shape.at(-1)} ${replacement ? '' : 'without replacement '}per row.`,
    )
  }
  return dispatch('multinomial', [probabilities], { samples, replacement, generator })
}
