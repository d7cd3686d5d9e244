import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from './commands.ts'
import { startRegistry, type Registry } from './registry.ts'
import { withTemporaryFolder } from '../temporary-folder.ts'
import { readJson, repositoryRoot, type Manifest } from '../workspace.ts'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'

interface Document {
  'dist-tags': { latest: string }
  versions: Record<string, Manifest & { dist: { tarball: string; integrity?: string } }>
}

let registry: Registry
const own = { name: '@metagrad/one', version: '1.2.3' }

beforeAll(async () => {
  const tarball = {
    folder: 'packages/one',
    manifest: own,
    bytes: Buffer.from('bytes'),
    files: [],
    integrity: 'sha512-x',
  }
  registry = await startRegistry([tarball], join(repositoryRoot, 'node_modules/.pnpm'))
})
afterAll(() => registry.close())

const ask = async (name: string): Promise<Document> =>
  (await fetch(`${registry.url}/${name}`)).json() as Promise<Document>

test('startRegistry(tarballs, store) serves the tarballs it is given', async () => {
  const { versions } = await ask('@metagrad%2fone')
  expect(versions['1.2.3']).toMatchObject({ ...own, dist: { integrity: 'sha512-x' } })
  expect(await (await fetch(versions['1.2.3']!.dist.tarball)).text()).toBe('bytes')
})

test('startRegistry(tarballs, store) packs what pnpm installed, every file in it', async () => {
  const path = 'node_modules/publint/package.json'
  const { version } = readJson<Manifest>(join(repositoryRoot, path))
  const document = await ask('publint')
  const bytes = await (await fetch(document.versions[version!]!.dist.tarball)).arrayBuffer()
  await withTemporaryFolder(async (folder) => {
    await writeFile(join(folder, 'it.tgz'), Buffer.from(bytes))
    const inside = await run('tar', ['-xzOf', 'it.tgz', 'package/package.json'], folder)
    expect(inside.output).toBe(readFileSync(join(repositoryRoot, path), 'utf8'))
    const links = await run('tar', ['-tvzf', 'it.tgz'], folder)
    expect(links.output.split('\n').filter((line) => line.startsWith('h'))).toEqual([])
  })
})

test('startRegistry(tarballs, store) answers 404 for what is not here: it asks nobody else', async () => {
  expect((await fetch(`${registry.url}/left-pad`)).status).toBe(404)
  expect((await fetch(`${registry.url}/@metagrad/one/-/9.9.9.tgz`)).status).toBe(404)
})
