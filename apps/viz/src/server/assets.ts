import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { RunlogError } from '@metagrad/runlog'
import { serverMark } from '../runs/wire.ts'

/** A file of the page. */
export interface Asset {
  readonly type: string
  readonly content: Uint8Array<ArrayBuffer>
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * The built page by URL path, all of it: no path of a request ever reaches the file system.
 *
 * @throws {RunlogError} IO when it is not built.
 */
export async function readAssets(folder: string): Promise<ReadonlyMap<string, Asset>> {
  let names: string[]
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  } catch (cause) {
    throw new RunlogError(`serveRuns: the page is not built: no ${folder}. Run pnpm build:viz.`, 'IO', { cause })
  }
  const assets = await Promise.all(
    names.map(async (name): Promise<[string, Asset]> => {
      const path = `/${relative(folder, name).split(sep).join('/')}`
      const content = new Uint8Array(await readFile(name))
      const type = types[extname(name)] ?? 'application/octet-stream'
      return [path, { type, content: path === '/index.html' ? marked(content) : content }]
    }),
  )
  return new Map(assets)
}

/** Tells the page that it has a server. */
function marked(html: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder().decode(html).replace('</head>', `<meta name="${serverMark}" content="1" /></head>`)
  return new TextEncoder().encode(text)
}
