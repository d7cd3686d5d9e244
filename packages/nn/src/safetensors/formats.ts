import type { DType, TypedArray } from '@metagrad/tensor'
import { decodeBrainFloat, decodeHalf, encodeHalf } from './half.ts'

/** How the file holds one of its dtypes, and which of ours takes it without loss. */
interface Format {
  /** Bytes of one element. */
  readonly bytes: number
  readonly dtype: DType
  /** Elements from a buffer that begins with them and holds nothing else. */
  readonly decode: (buffer: ArrayBuffer) => TypedArray
}

/** Dtypes that files may have. Sub-byte and 8-bit floats, and 64-bit unsigned ints, fit in none of ours. */
export const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['F64', { bytes: 8, dtype: 'float64', decode: (buffer) => new Float64Array(buffer) }],
  ['F32', { bytes: 4, dtype: 'float32', decode: (buffer) => new Float32Array(buffer) }],
  ['F16', { bytes: 2, dtype: 'float16', decode: (buffer) => Float32Array.from(new Uint16Array(buffer), decodeHalf) }],
  ['BF16', { bytes: 2, dtype: 'float32', decode: (buffer) => decodeBrainFloat(new Uint16Array(buffer)) }],
  ['I64', { bytes: 8, dtype: 'int64', decode: (buffer) => new BigInt64Array(buffer) }],
  ['I32', { bytes: 4, dtype: 'int32', decode: (buffer) => new Int32Array(buffer) }],
  ['I16', { bytes: 2, dtype: 'int32', decode: (buffer) => Int32Array.from(new Int16Array(buffer)) }],
  ['U16', { bytes: 2, dtype: 'int32', decode: (buffer) => Int32Array.from(new Uint16Array(buffer)) }],
  ['U32', { bytes: 4, dtype: 'int64', decode: (buffer) => BigInt64Array.from(new Uint32Array(buffer), BigInt) }],
  ['I8', { bytes: 1, dtype: 'int32', decode: (buffer) => Int32Array.from(new Int8Array(buffer)) }],
  ['U8', { bytes: 1, dtype: 'uint8', decode: (buffer) => new Uint8Array(buffer) }],
  ['BOOL', { bytes: 1, dtype: 'bool', decode: (buffer) => new Uint8Array(buffer).map((byte) => Number(byte !== 0)) }],
])

/** How each of our dtypes is written: losslessly. */
export const written: {
  readonly [D in DType]: { readonly name: string; readonly encode: (data: TypedArray) => Uint8Array }
} = {
  bool: { name: 'BOOL', encode: bytesOf },
  uint8: { name: 'U8', encode: bytesOf },
  int32: { name: 'I32', encode: bytesOf },
  int64: { name: 'I64', encode: bytesOf },
  float16: { name: 'F16', encode: (data) => bytesOf(Uint16Array.from(data as Float32Array, encodeHalf)) },
  float32: { name: 'F32', encode: bytesOf },
  float64: { name: 'F64', encode: bytesOf },
}

/** Every engine that matters is little-endian, as the format is. */
function bytesOf(data: TypedArray | Uint16Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
