import {
  ArgumentError,
  ShapeError,
  Tensor,
  type TypedArray,
  formatShape,
  sameShape,
  stack,
  tensor,
} from '@metagrad/tensor'

type Numeric = number | bigint | boolean

/** What `defaultCollate` makes of samples of a type: tensors at the leaves, lists of strings, the same structure around. */
export type Collated<Sample> = Sample extends Tensor | Numeric | TypedArray
  ? Tensor
  : Sample extends string
    ? string[]
    : Sample extends object
      ? { [Key in keyof Sample]: Collated<Sample[Key]> }
      : never

/**
 * One batch of samples: tensors and typed arrays are stacked, numbers and booleans become a tensor, strings a list; arrays
 * are collated position by position, objects key by key.
 *
 * Shapes: k samples of shape [...] -> [k, ...]. Numbers become float32, booleans bool, bigints int64.
 * @throws ArgumentError for an empty list, for samples that differ in structure, or for anything else
 * @throws ShapeError for tensors of different shapes
 * @example
 * ```ts
 * const { x, y } = defaultCollate([{ x: tensor([1, 2]), y: 0 }, { x: tensor([3, 4]), y: 1 }])
 * x.tolistSync() // -> [[1, 2], [3, 4]]
 * y.tolistSync() // -> [0, 1]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.default_collate; there numbers become float64 or int64
 */
export function defaultCollate<Sample>(samples: readonly Sample[]): Collated<Sample> {
  if (samples.length === 0) throw new ArgumentError('defaultCollate: needs at least one sample, got none.')
  return collate(samples, 'sample') as Collated<Sample>
}

function collate(samples: readonly unknown[], place: string): unknown {
  const [first] = samples
  if (samples.every((sample) => sample instanceof Tensor)) return stackOf(samples, place)
  if (samples.every(isTypedArray))
    return stackOf(
      samples.map((sample) => tensor(sample)),
      place,
    )
  if (samples.every((sample) => typeof sample === 'string')) return samples
  if (samples.every((sample) => typeof sample === 'number')) return tensor(samples)
  if (samples.every((sample) => typeof sample === 'boolean')) return tensor(samples)
  if (samples.every((sample) => typeof sample === 'bigint')) return tensor(samples)
  if (samples.every((sample) => Array.isArray(sample))) {
    const other = samples.find((sample) => sample.length !== samples[0]!.length)
    if (other !== undefined) {
      throw new ArgumentError(
        `defaultCollate: lengths differ in ${place}: got ${samples[0]!.length} and ${other.length}. Pass a collate that pads.`,
      )
    }
    return samples[0]!.map((_, i) =>
      collate(
        samples.map((sample) => sample[i]),
        `${place}[${i}]`,
      ),
    )
  }
  if (samples.every(isPlainObject)) {
    const collated = Object.keys(samples[0]!).map((key): [string, unknown] => [
      key,
      collate(
        samples.map((sample) => sample[key]),
        `${place}.${key}`,
      ),
    ])
    return Object.fromEntries(collated)
  }
  const other = samples.findIndex((sample) => kindOf(sample) !== kindOf(first))
  throw new ArgumentError(
    other === -1
      ? `defaultCollate: ${place} is ${kindOf(first)}, which has no batch. Pass a collate.`
      : `defaultCollate: ${place} is ${kindOf(first)} at first and ${kindOf(samples[other])} at position ${other}. Pass a collate.`,
  )
}

function stackOf(tensors: readonly Tensor[], place: string): Tensor {
  const [first] = tensors
  const other = tensors.find(({ shape }) => !sameShape(shape, first!.shape))
  if (other === undefined) return stack(tensors)
  throw new ShapeError(
    `defaultCollate: shapes differ in ${place}: ${formatShape(first!.shape)} vs ${formatShape(other.shape)}. Pass a collate that pads.`,
  )
}

const arrays = [Float32Array, Float64Array, Int32Array, BigInt64Array, Uint8Array]

function isTypedArray(value: unknown): value is TypedArray {
  return arrays.some((array) => value instanceof array)
}

function isPlainObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? (value.constructor?.name ?? 'an object') : `a ${typeof value}`
}
