import { readdirSync, rmSync } from 'node:fs'
import { join, sep } from 'node:path'
import { rolldown } from 'rolldown'
import { exportedFiles, type Manifest } from './workspace.ts'

/** Folder of `dist` that is no part of the bundle: the page that the command serves. */
const page = `app${sep}`

/**
 * Writes the JavaScript of a package into its `dist`, beside the types that `tsc` wrote: one file for each entry that package.json
 * names, and chunks for what entries share or load late. Whoever imports the package then reads one file, not a hundred.
 *
 * Only the package's own sources are bundled, so an application holds each package once. No name is shortened and the maps lead
 * to `src`: a stack trace reads like the source.
 */
export async function bundlePackage(folder: string, manifest: Manifest): Promise<void> {
  const bundle = await rolldown({
    cwd: folder,
    input: entriesOf(manifest),
    external: (id) => !/^[./]/.test(id),
    platform: 'neutral',
    tsconfig: false,
    transform: { target: 'es2023' },
    onLog: (_level, { message }) => {
      throw new Error(`bundle: ${manifest.name}: ${message}`)
    },
  })
  const dist = join(folder, 'dist')
  removeScripts(dist)
  const { output } = await bundle.write({
    dir: dist,
    sourcemap: true,
    // The package carries its sources.
    sourcemapExcludeSources: true,
    chunkFileNames: '[name].js',
    minifyInternalExports: false,
    comments: { jsdoc: false },
    // A script of nothing but ASCII takes half the memory, and half the time to read.
    charset: 'ascii',
  })
  for (const file of output) if (file.type === 'chunk') checkClasses(manifest.name, file.code)
}

/** The entries by their path in `dist`, without ending: `node/index` is made of `src/node/index.ts`. */
function entriesOf(manifest: Manifest): Record<string, string> {
  const stems = exportedFiles(manifest).flatMap((file) => /^dist\/(.+)\.js$/.exec(file)?.[1] ?? [])
  return Object.fromEntries(stems.map((stem) => [stem, `./src/${stem}.ts`]))
}

/** Removes what an earlier build wrote: a chunk may have another name by now. */
function removeScripts(dist: string): void {
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (/\.js(\.map)?$/.test(file) && !file.startsWith(page)) rmSync(join(dist, file))
  }
}

/** Two classes of one name in a file get a number each, and a class's name is in what errors and models print. */
function checkClasses(name: string, code: string): void {
  const renamed = /\bclass (\w+)\$\d|\b(\w+)\$\d+ = class\b/.exec(code)
  if (renamed) throw new Error(`bundle: ${name} has two classes called ${renamed[1] ?? renamed[2]}. Rename one.`)
}
