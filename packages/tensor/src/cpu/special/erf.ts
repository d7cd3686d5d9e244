import { erfcOfLarge } from './erfc-of-large.ts'
import { polynomial } from './polynomial.ts'

// erf(x) / x - 1 in powers of x^2 for |x| < 1, fitted by golden/fit.py.
const REST = [
  0.1283791670955126, -0.37612638903183754, 0.1128379167095512, -0.02686617064512984, 0.0052239776254232985,
  -0.000854832702193483, 0.00012055332902888736, -1.4925647567519332e-5, 1.6462045441468418e-6, -1.6364642158167616e-7,
  1.4792401209404813e-8, -1.216456005728345e-9, 8.709045129053106e-11, -4.230945824295338e-12,
]

/**
 * The error function: `2 / sqrt(pi) * integral of exp(-t^2) from 0 to x`.
 *
 * @see https://dlmf.nist.gov/7.2
 */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size < 1) return x + x * polynomial(REST, x * x)
  if (size > 6) return Math.sign(x)
  return x < 0 ? erfcOfLarge(size) - 1 : 1 - erfcOfLarge(size)
}
