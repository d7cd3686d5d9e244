import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runServerMark } from '@metagrad/runlog'
import { CliError } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { packageFolder } from '../package-folder.ts'

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
  '.wasm': 'application/wasm',
}

/** Where the visualizer lies once it is built: beside the compiled command. */
const builtPage = fileURLToPath(new URL('dist/app/', packageFolder))

/**
 * The built page by URL path, all of it: no path of a request ever reaches the file system.
 *
 * @throws CliError when it is not built.
 */
export async function readPage(folder: string = builtPage): Promise<ReadonlyMap<string, Asset>> {
  let names: string[]
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  } catch (cause) {
    throw notBuilt(folder, cause)
  }
  if (!names.includes(join(folder, 'index.html'))) throw notBuilt(folder)
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

function notBuilt(folder: string, cause?: unknown): CliError {
  const message = `view: the page is not built: there is no ${join(folder, 'index.html')}. Run pnpm build:viz.`
  return new CliError(message, exitCodes.io, { cause })
}

/** Tells the page that it has a server. */
function marked(html: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder().decode(html).replace('</head>', `<meta name="${runServerMark}" content="1" /></head>`)
  return new TextEncoder().encode(text)
}
