const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The 16 bits of a number that a float16 holds exactly. */
export function encodeHalf(value: number): number {
  float[0] = value
  const word = bits[0]!
  const sign = (word >>> 16) & 0x8000
  if (Number.isNaN(value)) return sign | 0x7e00
  if (!Number.isFinite(value)) return sign | 0x7c00
  const exponent = ((word >>> 23) & 0xff) - 112
  return sign | (exponent > 0 ? (exponent << 10) | ((word & 0x7fffff) >>> 13) : Math.abs(value) * 2 ** 24)
}

/** The number that the 16 bits of a float16 stand for. */
export function decodeHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 31
  const mantissa = half & 1023
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25)
}

/** bfloat16 is the upper half of a float32. */
export function decodeBrainFloat(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer)
}
