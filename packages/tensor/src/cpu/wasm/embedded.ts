import type { KernelBuild } from './builds.ts'
import { elementaryModule } from './elementary.generated.ts'
import { fusedModules, plainModule } from './kernels.generated.ts'

/** A compiled module: the kernels that are the same in both builds, those of a build, or the elementary functions. */
export type ModuleName = 'plain' | KernelBuild | 'elementary'

/** What a lower-case hexadecimal digit stands for. */
const digitOf = (code: number): number => code - (code < 97 ? 48 : 87)

function bytesOf(hexadecimal: string): Uint8Array {
  const bytes = new Uint8Array(hexadecimal.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digitOf(hexadecimal.charCodeAt(2 * i)) << 4) | digitOf(hexadecimal.charCodeAt(2 * i + 1))
  }
  return bytes
}

/**
 * The bytes of a module, which are embedded in hexadecimal. Nothing else reads the embedded text, so a page that rather fetches
 * its modules as files replaces this one function.
 */
export function moduleBytes(name: ModuleName): Uint8Array {
  if (name === 'plain') return bytesOf(plainModule)
  if (name === 'elementary') return bytesOf(elementaryModule)
  return bytesOf(fusedModules.map((piece) => piece[name]).join(''))
}
