// PyTorch's vector kernels are compiled with fused multiply-add, so that `u * range + from` is rounded once. To give the
// same bits, these two functions round once, too: an intermediate that is rounded to odd never causes a second rounding.
// See S. Boldo, G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to odd",
// IEEE Transactions on Computers 57(4), 2008.

const float64 = new Float64Array(1)
const bits = new BigInt64Array(float64.buffer)
const SPLITTER = 2 ** 27 + 1

/** `a * b + c` for float32 numbers, rounded once to float32. */
export function fma32(a: number, b: number, c: number): number {
  const product = a * b
  const sum = product + c
  const error = sumError(product, c, sum)
  return Math.fround(error === 0 ? sum : roundToOdd(sum, error))
}

/** `a * b + c` for float64 numbers, rounded once; `a * b` must be far from overflow and underflow. */
export function fma64(a: number, b: number, c: number): number {
  const product = a * b
  const productError = multiplyError(a, b, product)
  const low = c + productError
  const lowError = sumError(c, productError, low)
  const high = product + low
  const highError = sumError(product, low, high)
  const rest = highError + lowError
  const restError = sumError(highError, lowError, rest)
  return high + (restError === 0 ? rest : roundToOdd(rest, restError))
}

/** What `sum`, the rounded `a + b`, lacks. */
function sumError(a: number, b: number, sum: number): number {
  const bPart = sum - a
  return a - (sum - bPart) + (b - bPart)
}

/** What `product`, the rounded `a * b`, lacks. */
function multiplyError(a: number, b: number, product: number): number {
  const aSplit = SPLITTER * a
  const aHigh = aSplit - (aSplit - a)
  const aLow = a - aHigh
  const bSplit = SPLITTER * b
  const bHigh = bSplit - (bSplit - b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

/** The one of the two neighbours of `value + error` (error not 0) whose last bit is 1. */
function roundToOdd(value: number, error: number): number {
  float64[0] = value
  // The bits of a float count its magnitude up, whatever its sign.
  if ((bits[0]! & 1n) === 0n) bits[0]! += error > 0 === value > 0 ? 1n : -1n
  return float64[0]
}
