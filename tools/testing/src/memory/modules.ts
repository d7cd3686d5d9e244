import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'

/** A way to break the engine: text of one of its files, and what stands there instead. */
export interface Mutant {
  /** What no longer holds. */
  readonly breaks: string
  /** Below `packages/tensor/src/`. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** Every place is far too small, so that tensors are copied out and back all the time. */
const tinySizes = {
  rings: [
    { most: 64, slots: 6, slotBytes: 256 },
    { most: 512, slots: 6, slotBytes: 4096 },
    { most: 1024, slots: 6, slotBytes: 4096 },
  ],
  large: { first: 16 << 10, most: 16 << 10 },
  isStrict: true,
}

const repository = fileURLToPath(new URL('../../../../', import.meta.url))
const conditions = ['@metagrad/source', 'node', 'import', 'module', 'default']

/**
 * Runs the fuzz on modules of their own, in tiny places, with threads that share whatever can be shared; with a mutant, on an engine
 * that is broken in its way.
 *
 * @throws Error of the fuzz, or if the mutant's text is not there exactly once
 */
export async function fuzzFresh(
  seed: number,
  steps: number,
  { threads = 1, mutant }: { readonly threads?: number; readonly mutant?: Mutant } = {},
): Promise<{ readonly totalBytes: number }> {
  let isBroken = mutant === undefined
  const server = await createServer({
    root: repository,
    configFile: false,
    logLevel: 'silent',
    appType: 'custom',
    server: { middlewareMode: true, watch: null, hmr: false, ws: false },
    optimizeDeps: { noDiscovery: true },
    resolve: { conditions },
    ssr: { noExternal: true, resolve: { conditions } },
    plugins: [
      {
        name: 'break-engine',
        enforce: 'pre',
        transform(code, id) {
          if (mutant === undefined || !id.endsWith(`packages/tensor/src/${mutant.file}`)) return
          if (code.split(mutant.find).length !== 2) throw new Error(`${mutant.file}: not there once: ${mutant.find}`)
          isBroken = true
          return code.replace(mutant.find, () => mutant.replace)
        },
      },
    ],
  })
  try {
    const engine = await server.ssrLoadModule('/packages/tensor/src/cpu/engine.ts')
    engine['useThreads'](threads, { products: 1, elements: 1 })
    engine['startEngine'](tinySizes)
    const { fuzz } = await server.ssrLoadModule('/tools/testing/src/memory/fuzz.ts')
    if (!isBroken) throw new Error(`${mutant?.file}: was not loaded.`)
    fuzz(seed, steps)
    return { totalBytes: engine['cpuEngine']().memory.usage().total }
  } finally {
    await server.close()
  }
}
