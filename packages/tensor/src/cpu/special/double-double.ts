// Numbers of about 106 bits as unevaluated sums `high + low` with |low| at most half an ulp of high.
// See T. Dekker, "A floating-point technique for extending the available precision", Numerische Mathematik 18, 1971;
// Y. Hida, X. Li, D. Bailey, "Library for double-double and quad-double arithmetic", 2007.

/** `high + low`. */
export interface DoubleDouble {
  readonly high: number
  readonly low: number
}

const SPLITTER = 2 ** 27 + 1

export function of(high: number, low = 0): DoubleDouble {
  return { high, low }
}

export function toNumber(a: DoubleDouble): number {
  return a.high + a.low
}

/** a + b, exactly. */
export function sum(a: number, b: number): DoubleDouble {
  const high = a + b
  const bPart = high - a
  return { high, low: a - (high - bPart) + (b - bPart) }
}

/** a + b, exactly, where |a| >= |b|. */
function quickSum(a: number, b: number): DoubleDouble {
  const high = a + b
  return { high, low: b - (high - a) }
}

/** a b, exactly, away from overflow and underflow. */
export function product(a: number, b: number): DoubleDouble {
  const high = a * b
  const aSplit = SPLITTER * a
  const aHigh = aSplit - (aSplit - a)
  const aLow = a - aHigh
  const bSplit = SPLITTER * b
  const bHigh = bSplit - (bSplit - b)
  const bLow = b - bHigh
  return { high, low: aLow * bLow - (high - aHigh * bHigh - aLow * bHigh - aHigh * bLow) }
}

export function negate(a: DoubleDouble): DoubleDouble {
  return { high: -a.high, low: -a.low }
}

export function add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const highs = sum(a.high, b.high)
  const lows = sum(a.low, b.low)
  const first = quickSum(highs.high, highs.low + lows.high)
  return quickSum(first.high, first.low + lows.low)
}

export function subtract(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  return add(a, negate(b))
}

export function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const highs = product(a.high, b.high)
  return quickSum(highs.high, highs.low + (a.high * b.low + a.low * b.high))
}

/** a times a power of two, exactly. */
export function scale(a: DoubleDouble, power: number): DoubleDouble {
  return { high: a.high * power, low: a.low * power }
}

export function divide(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const first = a.high / b.high
  const firstRest = subtract(a, multiply(b, of(first)))
  const second = firstRest.high / b.high
  const secondRest = subtract(firstRest, multiply(b, of(second)))
  const quotient = quickSum(first, second)
  return add(quotient, of(secondRest.high / b.high))
}

/** `coefficients[0] + x (coefficients[1] + x (...))`. */
export function polynomial(coefficients: readonly DoubleDouble[], x: DoubleDouble): DoubleDouble {
  return coefficients.reduceRight((value, coefficient) => add(multiply(value, x), coefficient), of(0))
}
