import { setFlagsFromString } from 'node:v8'
import type { KernelChoice } from '@metagrad/tensor'
import { useKernels } from '@metagrad/tensor'

function runs(choice: KernelChoice): boolean {
  try {
    useKernels(choice)
    return true
  } catch {
    return false
  }
}

/** Every way in which the CPU computes here. What the engine lacks is printed. Node 20 has relaxed SIMD behind a flag. */
export function kernelChoices(): readonly KernelChoice[] {
  if (!runs('relaxed')) setFlagsFromString('--experimental-wasm-relaxed-simd')
  const choices = (['reference', 'simd128', 'relaxed'] as const).filter(
    (choice) => runs(choice) || console.warn(`skipped, this engine does not run the ${choice} kernels.`),
  )
  useKernels('simd128')
  return choices
}
