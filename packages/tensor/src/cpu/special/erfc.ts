import { erf } from './erf.ts'
import { erfcOfLarge } from './erfc-of-large.ts'

/**
 * The complementary error function, `1 - erf(x)` without its loss of digits for large x.
 *
 * @see https://dlmf.nist.gov/7.2
 */
export function erfc(x: number): number {
  if (x < 0.5) return 1 - erf(x)
  return erfcOfLarge(x)
}
