import type { DType, TypedArray } from '../dtypes.ts'
import { fillWith } from './arrays.ts'
import type { Generator } from './generator.ts'

// V8 takes the quick unsigned remainder only when it can see that both sides are unsigned 32-bit integers: hence `>>> 0`.
const TWO_POW_32 = 2 ** 32

/**
 * Fills `out` with integers from [low, high): `draw % (high - low) + low`, the draw one word for a range below 2^32 and two
 * words from there on.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.randint.html
 */
export function fillRandint(generator: Generator, out: TypedArray, low: number | bigint, high: number | bigint): void {
  const range = BigInt(high) - BigInt(low)
  if (range >= TWO_POW_32) fillWide(generator, out, BigInt(low), range)
  else if (out instanceof BigInt64Array) fillInt64(generator, out, BigInt(low), Number(range))
  else fillNarrow(generator, out, Number(low), Number(range))
}

/**
 * Fills `out` with integers from all that are 0 or more and that the dtype holds exactly: `random_()` without bounds.
 *
 * @param dtype - the tensor's dtype, because bool and uint8 share one kind of memory
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.random_.html
 */
export function fillRandom(generator: Generator, out: TypedArray, dtype: DType): void {
  fillRandint(generator, out, 0, wholeRange[dtype])
}

const wholeRange: { readonly [D in DType]: number | bigint } = {
  bool: 2,
  uint8: 2 ** 8,
  int32: 2 ** 31,
  int64: 2n ** 63n,
  float16: 2 ** 11 + 1,
  float32: 2 ** 24 + 1,
  float64: 2n ** 53n + 1n,
}

function fillNarrow(generator: Generator, out: Exclude<TypedArray, BigInt64Array>, low: number, range: number): void {
  for (let i = 0; i < out.length; i++) out[i] = ((generator.uint32() >>> 0) % (range >>> 0)) + low
}

function fillInt64(generator: Generator, out: BigInt64Array, low: bigint, range: number): void {
  for (let i = 0; i < out.length; i++) out[i] = BigInt((generator.uint32() >>> 0) % (range >>> 0)) + low
}

function fillWide(generator: Generator, out: TypedArray, low: bigint, range: bigint): void {
  if (out instanceof BigInt64Array) {
    for (let i = 0; i < out.length; i++) out[i] = (generator.uint64() % range) + low
  } else {
    fillWith(out, () => Number((generator.uint64() % range) + low))
  }
}
