import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { exportedFiles, readManifests, type Manifest } from '../workspace.ts'
import { pnpmCommand, run } from './commands.ts'

/** A packed package: its bytes, and the package.json inside. */
export interface Tarball {
  folder: string
  manifest: Manifest
  bytes: Buffer
  files: string[]
  integrity: string
}

/** Packs packages as `pnpm publish` would, in one call. */
export async function packAll(root: string, folders: readonly string[], destination: string): Promise<Tarball[]> {
  const [pnpm, ...first] = pnpmCommand(root)
  const filters = folders.map((folder) => `--filter=./${folder}`)
  const packed = await run(
    pnpm,
    [...first, '--recursive', ...filters, 'pack', `--pack-destination=${destination}`],
    root,
  )
  if (!packed.ok) throw new Error(`pnpm pack failed:\n${packed.log}`)
  const byFolder = new Map(readManifests(root).map((project) => [project.folder, project.manifest]))
  return Promise.all(
    folders.map(async (folder) => {
      const { name, version } = byFolder.get(folder)!
      const path = join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
      const bytes = await readFile(path)
      const [list, inside] = await Promise.all([
        run('tar', ['-tzf', path], destination),
        run('tar', ['-xzOf', path, 'package/package.json'], destination),
      ])
      return {
        folder,
        manifest: JSON.parse(inside.output) as Manifest,
        bytes,
        files: list.output
          .trim()
          .split('\n')
          .map((file) => file.replace(/^package\//, '')),
        integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
      }
    }),
  )
}

/** Files that a package carries and no `exports` name. */
const carried: Readonly<Record<string, readonly string[]>> = { '@metagrad/cli': ['dist/app/index.html'] }

/** What is wrong with a tarball: files that lack or do not belong, ranges left unrewritten, and publint's word. */
export async function inspectTarball(root: string, { folder, manifest, bytes, files }: Tarball): Promise<string[]> {
  const wanted = ['package.json', 'LICENSE', ...exportedFiles(manifest), ...(carried[manifest.name] ?? [])]
  const missing = wanted.filter((file) => !files.includes(file)).map((file) => `the tarball lacks ${file}.`)
  const foreign = files
    .filter((file) => /\.test\.|\.tsbuildinfo$|node_modules/.test(file))
    .map((file) => `the tarball holds ${file}. Exclude it in "files".`)
  const stale = files
    .map((file) => ({ file, stem: /^dist\/(.+)\.d\.ts$/.exec(file)?.[1] }))
    .filter(({ stem }) => stem !== undefined && !existsSync(join(root, folder, `src/${stem}.ts`)))
    .map(({ file }) => `the tarball holds ${file}, whose source is gone. Run pnpm run clean, then build.`)
  const links = JSON.stringify(manifest.dependencies ?? {}).includes('workspace:')
    ? ['package.json in the tarball still says "workspace:".']
    : []
  const tarball = new Uint8Array(bytes).buffer
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
  const lint = messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`)
  return [...missing, ...foreign, ...stale, ...links, ...lint]
}
