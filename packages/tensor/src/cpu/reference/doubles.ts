import type { View } from '../../device.ts'
import { contiguousLayout } from '../../layout.ts'
import { ArrayStorage, arrayOf } from '../storage.ts'
import { cast } from './elementwise.ts'

/** A float view as contiguous float64: routines work on that alone. A copy, so they may overwrite it. */
export function widen(x: View): Float64Array {
  const doubles = new Float64Array(x.layout.numel)
  const storage = new ArrayStorage(x.storage.device, 'float64', doubles)
  cast([{ storage, layout: contiguousLayout(x.layout.shape), dtype: 'float64' }], [x], { dtype: 'float64' })
  return doubles
}

/** Stores float64 results, rounding to the output's dtype. Outputs of routines are fresh. */
export function narrow(out: View, values: Float64Array): void {
  ;(arrayOf(out) as Float64Array).set(values, out.layout.offset)
}
