import { product } from './double-double.ts'
import { polynomial } from './polynomial.ts'
import { elementary } from '../wasm/elementary.ts'

// (1 + 2 x) exp(x^2) erfc(x) in powers of t = (x - 4) / (x + 4) for x in [0.5, 28], fitted by golden/fit.py: the constant, what
// it lies beyond its float64, and the rest over t.
const CONSTANT = 1.2329951186255526
const CONSTANT_REST = -4.625297555142697e-17
const SLOPES = [
  -0.1396211168405625, 0.015379652102620043, 0.06809705425469155, -0.10103906603632536, 0.09373283499839602,
  -0.06633036581163701, 0.03716751553664289, -0.01619773406614335, 0.005031969985873844, -0.0007577732177613991,
  -0.0001992567354246133, 0.00015062129727491847, -2.4399102635589326e-5, -1.1220715279323804e-5, 5.709627922644893e-6,
  2.908105732721223e-7, -8.256941492833015e-7, 7.90955091330684e-8, 1.110639593898605e-7, -2.2095135312864963e-8,
  -1.5497246173868043e-8, 4.101588018232909e-9, 2.1699590779394764e-9, -5.92821954734322e-10, -2.1987097752103605e-10,
  4.9663765777882246e-11,
]

/** erfc(x) for x >= 0.5, or NaN: `exp(-x^2) p(t) / (1 + 2 x)`, each rounding error but that of the exponential carried along. */
export function erfcOfLarge(x: number): number {
  if (x > 28) return 0
  const t = (x - 4) / (x + 4)
  const rest = t * polynomial(SLOPES, t)
  const scaled = CONSTANT + rest
  const scaledRest = rest - (scaled - CONSTANT) + CONSTANT_REST
  const divisor = 2 * x + 1
  const divisorRest = 1 - (divisor - 2 * x)
  const quotient = scaled / divisor
  const back = product(quotient, divisor)
  const quotientRest = (scaled - back.high - back.low + scaledRest - quotient * divisorRest) / divisor
  const square = product(x, x)
  const power = elementary.exp(-square.high)
  return power * quotient + power * (quotientRest - quotient * square.low)
}
