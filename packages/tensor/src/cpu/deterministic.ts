import { useKernels } from './index.ts'

/**
 * Makes the CPU give the same bits on every machine: the same run gives the same weights in Node and in every browser.
 *
 * Engines with relaxed SIMD (Node 22, Chromium 114 and later) fuse a multiplication and an addition into one rounding, which is
 * quicker and differs in the last bit from engines that cannot. `deterministic(true)` uses the plain build everywhere, for
 * all that runs from then on; `deterministic(false)`, as at the start, the quickest one there is. Tensors stay as they are.
 *
 * Orders of summation are fixed anyhow: on one machine, the same run always gives the same bits.
 *
 * @example
 * deterministic(true)
 * manualSeed(0)
 * randn([3]).exp().sum().itemSync() // -> 5.5281195640563965
 * deterministic(false)
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html
 */
export function deterministic(on: boolean): void {
  useKernels(on ? 'simd128' : undefined)
}
