import { readFile } from 'node:fs/promises'
import type { Plugin } from 'vite'

const embedding = /\/tensor\/src\/cpu\/wasm\/embedded\.ts$/

/** Where the package embeds its modules, and the names that stand before their text. */
const embedded = [
  { file: 'kernels.generated.ts', modules: { plain: 'plainModule', simd128: 'simd128', relaxed: 'relaxed' } },
  { file: 'elementary.generated.ts', modules: { elementary: 'elementaryModule' } },
]

/** What every module begins with. A build may hold instructions that Node itself does not know. */
const magic = Buffer.from('\0asm')

/**
 * The kernels as files beside the page, of which a browser fetches the build that it runs: the package embeds both as text, for
 * it loads without waiting. Whoever imports the package from the page waits for them instead.
 */
export function kernelFiles(): Plugin {
  return {
    name: 'kernel-files',
    apply: 'build',
    async load(path) {
      if (!embedding.test(path)) return undefined
      const urls: string[] = []
      for (const { file, modules } of embedded) {
        const text = await readFile(path.replace('embedded.ts', file), 'utf8')
        for (const [name, label] of Object.entries(modules)) {
          const source = bytesAfter(label, text)
          if (!magic.equals(source.subarray(0, magic.length))) this.error(`${file} embeds no module as ${label}.`)
          const asset = this.emitFile({ type: 'asset', name: `${name}.wasm`, source })
          urls.push(`${name}: import.meta.ROLLUP_FILE_URL_${asset}`)
        }
      }
      return `
        import { quickestBuild } from './builds.ts'
        const urls = { ${urls.join(', ')} }
        const fetched = async (name) => {
          const response = await fetch(urls[name])
          if (!response.ok) throw new Error(\`The kernels \${urls[name]} are not there: \${response.status}.\`)
          return [name, new Uint8Array(await response.arrayBuffer())]
        }
        const modules = new Map(await Promise.all(['plain', quickestBuild(), 'elementary'].map(fetched)))
        export const moduleBytes = (name) => modules.get(name)
      `
    },
  }
}

/** The bytes of the hexadecimal pieces that follow a label. */
function bytesAfter(label: string, text: string): Buffer {
  const pieces = [...text.matchAll(new RegExp(`\\b${label}\\s*[:=]\\s*'([0-9a-f]+)'`, 'g'))].map((at) => at[1]!)
  return Buffer.from(pieces.join(''), 'hex')
}
