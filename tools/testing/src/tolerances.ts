import type { DType } from '@metagrad/tensor'

/** Largest error against PyTorch, relative to the larger of the value and (for results that cancel) `scale`. */
export const tolerances: { readonly [D in DType]: number } = {
  bool: 0,
  uint8: 0,
  int32: 0,
  int64: 0,
  float16: 1e-3,
  float32: 1e-5,
  float64: 1e-12,
}

/** Largest error of gradcheck and gradgradcheck in float64. */
export const gradcheckTolerance = 1e-6

/** Largest error between layouts of the same input: products and sums may add up in another order, by a few units in the last place. */
export const layoutTolerance: { readonly [D in DType]: number } = {
  bool: 0,
  uint8: 0,
  int32: 0,
  int64: 0,
  float16: 1e-3,
  float32: 1e-6,
  float64: 1e-14,
}

/** How far `got` is from `want`, relative to the larger of |want| and `floor`; 0 for equal infinities and NaNs, Infinity for unequal ones. */
export function relativeError(got: number, want: number, floor: number): number {
  if (Object.is(got, want) || got === want) return 0
  if (Number.isNaN(got) && Number.isNaN(want)) return 0
  if (!Number.isFinite(got) || !Number.isFinite(want)) return Infinity
  return Math.abs(got - want) / Math.max(Math.abs(want), floor)
}
