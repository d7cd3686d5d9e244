import { readFile } from 'node:fs/promises'
import type { Plugin } from 'vite'

/** What nothing on the page calls: linear algebra beyond products and QR, images, printing, functions no layer is of. */
const leftOut = [
  /\/tensor\/src\/cpu\/reference\/linalg\/(cholesky|eigh?|lstsq|lu|matrix-exponential|svd|triangular)\.ts$/,
  /\/tensor\/src\/cpu\/special\/(digamma|erfinv|lgamma|trigamma)\.ts$/,
  /\/tensor\/src\/cpu\/(fast-windows|reference\/(convolution|pooling))\.ts$/,
  /\/tensor\/src\/ops\/linalg\/(invariants|norms|products|solvers)\.ts$/,
  /\/tensor\/src\/ops\/(distances|einsum|search|statistics|tensordot)\.ts$/,
  /\/tensor\/src\/random\/multinomial\.ts$/,
  /\/(tensor|nn)\/src\/print\.ts$/,
  /\/autograd\/src\/rules\/linalg\.ts$/,
]

/**
 * Leaves functions out of the page. A backend has every kernel and a tensor every method, so no bundler can tell which of
 * them the page's few layers call; each function that is left out becomes one that says so.
 */
export function leaveOut(): Plugin {
  return {
    name: 'leave-out',
    apply: 'build',
    // Only a warning by itself: something that a file left out exports otherwise than by name.
    onLog(_level, log) {
      if (log.code === 'IMPORT_IS_UNDEFINED') this.error(log)
    },
    async load(path) {
      if (!leftOut.some((pattern) => pattern.test(path))) return undefined
      const names = [...(await readFile(path, 'utf8')).matchAll(/^export (?:(?:async )?function|const) (\w+)/gm)].map(
        (at) => at[1]!,
      )
      return names
        .map((name) => `export const ${name} = () => { throw new Error('${name} is not part of the page.') }`)
        .join('\n')
    },
  }
}
