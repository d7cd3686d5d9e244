const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The float16 nearest to `value` (ties to even), as its 16 bits. */
export function encodeHalf(value: number): number {
  float[0] = value
  const word = roundOdd(value)
  const sign = (word >>> 16) & 0x8000
  const exponent = ((word >>> 23) & 0xff) - 112
  const mantissa = word & 0x7fffff
  if (exponent >= 31) return sign | (exponent === 143 && mantissa !== 0 ? 0x7e00 : 0x7c00)
  if (exponent > 0) return sign | roundShift((exponent << 23) | mantissa, 13)
  if (exponent < -10) return sign
  return sign | roundShift(mantissa | 0x800000, 14 - exponent)
}

/** Drops the low bits, to nearest, ties to even. A carry runs into the exponent, as it should. */
function roundShift(word: number, shift: number): number {
  const half = 2 ** (shift - 1)
  const rest = word % (2 * half)
  const kept = Math.floor(word / (2 * half))
  return rest > half || (rest === half && kept % 2 === 1) ? kept + 1 : kept
}

/** Float32 bits of `value`, rounded to odd: a second rounding to fewer bits then ends where a single one would. */
function roundOdd(value: number): number {
  const nearest = float[0]!
  let word = bits[0]!
  if (nearest === value || Number.isNaN(value) || !Number.isFinite(nearest)) return word
  if (Math.abs(nearest) > Math.abs(value)) word -= 1
  return word | 1
}

/** The number that 16 bits stand for. */
export function decodeHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 31
  const mantissa = half & 1023
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25)
}
