import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, defaultClientConditions } from 'vite'

/** A module and all that it imports as one file of JavaScript, from source; Node's own modules stay imports. */
export async function bundle(entry: URL): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'metagrad-bundle-'))
  try {
    await build({
      configFile: false,
      root: folder,
      logLevel: 'error',
      resolve: { conditions: ['@metagrad/source', ...defaultClientConditions] },
      build: {
        outDir: folder,
        target: 'es2023',
        minify: false,
        lib: { entry: fileURLToPath(entry), formats: ['es'], fileName: () => 'bundle.js' },
      },
    })
    return await readFile(join(folder, 'bundle.js'), 'utf8')
  } finally {
    await rm(folder, { recursive: true })
  }
}
