import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { withTemporaryFolder } from '../temporary-folder.ts'
import { readJson, type Manifest } from '../workspace.ts'
import type { Tarball } from './tarball.ts'

export interface Registry {
  url: string
  close: () => void
}

interface Served {
  manifest: Manifest
  integrity?: string
  bytes: () => Promise<Buffer>
}

/**
 * A package registry on the loopback device, at a port of its own. It serves the tarballs it is given, and packs third-party
 * packages on demand from where pnpm installed them: no network, no package that the lockfile does not name.
 */
export async function startRegistry(tarballs: readonly Tarball[], store: string): Promise<Registry> {
  const own = new Map(tarballs.map((tarball) => [tarball.manifest.name, tarball]))
  const cache = new Map<string, Served[]>()
  const versionsOf = (name: string): Served[] => {
    const known = cache.get(name) ?? ownVersions(own.get(name)) ?? installedVersions(store, name)
    cache.set(name, known)
    return known
  }

  const server = createServer(async (request, response) => {
    const [name = '', version] = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
      .slice(1)
      .split('/-/')
    const versions = versionsOf(name)
    const served = versions.find(({ manifest }) => `${manifest.version}.tgz` === version)
    if (served) {
      response.setHeader('content-type', 'application/octet-stream').end(await served.bytes())
    } else if (version === undefined && versions.length > 0) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(describe(name, versions, url())))
    } else {
      response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ error: `no ${name} here` }))
    }
  })
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: url(),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The document that npm asks for first: every version with its package.json and where its tarball is. */
function describe(name: string, versions: readonly Served[], url: string): object {
  const latest = versions.at(-1)!.manifest.version
  return {
    name,
    'dist-tags': { latest },
    versions: Object.fromEntries(
      versions.map(({ manifest, integrity }) => [
        manifest.version,
        Object.assign({}, manifest, { dist: { tarball: `${url}/${name}/-/${manifest.version}.tgz`, integrity } }),
      ]),
    ),
  }
}

function ownVersions(tarball: Tarball | undefined): Served[] | undefined {
  if (!tarball) return undefined
  const { manifest, integrity, bytes } = tarball
  return [{ manifest, integrity, bytes: async () => bytes }]
}

/** Versions of a package that pnpm holds: `node_modules/.pnpm/<name>@<version>.../node_modules/<name>`. */
function installedVersions(store: string, name: string): Served[] {
  const prefix = `${name.replace('/', '+')}@`
  const folders = existsSync(store) ? readdirSync(store).filter((entry) => entry.startsWith(prefix)) : []
  const byVersion = new Map(
    folders
      .map((entry) => join(store, entry, 'node_modules', name))
      .map((folder) => ({ folder, manifest: readJson<Manifest>(join(folder, 'package.json')) }))
      .map((found) => [found.manifest.version, found]),
  )
  return [...byVersion.values()].map(({ folder, manifest }) => {
    let packed: Promise<Buffer> | undefined
    return { manifest, bytes: () => (packed ??= packFolder(folder)) }
  })
}

/**
 * npm strips the first folder of a tarball, whatever its name, so plain `tar` makes a good one; but of a copy, because pnpm
 * hard-links equal files, tar writes such files as links, and npm skips links.
 */
function packFolder(folder: string): Promise<Buffer> {
  return withTemporaryFolder(async (temporary) => {
    await cp(folder, join(temporary, 'package'), {
      recursive: true,
      filter: (path) => basename(path) !== 'node_modules',
    })
    const options = { encoding: 'buffer' as const, maxBuffer: 1 << 28 }
    const { stdout } = await promisify(execFile)('tar', ['-czf', '-', '-C', temporary, 'package'], options)
    return stdout
  })
}
