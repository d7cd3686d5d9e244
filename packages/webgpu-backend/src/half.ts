const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)

/** The bits of the float16 nearest to a number; halves of a step go to the even neighbour. */
export function toHalf(value: number): number {
  float[0] = value
  const bits = word[0]!
  const sign = (bits >>> 16) & 0x8000
  const size = bits & 0x7fff_ffff
  if (size > 0x7f80_0000) return sign | 0x7e00
  if (size >= 0x4780_0000) return sign | 0x7c00
  // Below 2^-14 a float16 counts steps of 2^-24: adding 1/2 to the size lets float32 round there.
  if (size < 0x3880_0000) {
    word[0] = size
    float[0]! += 0.5
    return sign | (word[0]! - 0x3f00_0000)
  }
  const rounded = size - 0x3800_0000 + 0xfff + ((size >>> 13) & 1)
  return sign | (rounded >>> 13)
}

/** The number that float16 bits stand for. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 31
  const mantissa = bits & 0x3ff
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : Number.NaN
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25)
}
