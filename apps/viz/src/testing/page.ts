import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { build } from 'vite'

/** Where the browser for tests and screenshots is. */
export const chromiumPath = '/usr/bin/chromium'

/** Whether there is a browser; says so where there is none. */
export function hasChromium(): boolean {
  const found = existsSync(chromiumPath)
  if (!found) console.warn(`No browser tests: there is no ${chromiumPath}.`)
  return found
}

/** The built page on a loopback server, and a browser to look at it. */
export interface TestSite {
  readonly url: string
  /** Folder of the built page. */
  readonly folder: string
  /** A new page; what it reports as an error is thrown when the site is closed. */
  readonly open: (hash: string, options?: BrowserContextOptions) => Promise<Page>
  readonly close: () => Promise<void>
}

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

/** Builds the page into a temporary folder, serves it and starts the browser. */
export async function startSite(): Promise<TestSite> {
  const folder = await mkdtemp(join(tmpdir(), 'metagrad-viz-'))
  const root = fileURLToPath(new URL('../../', import.meta.url))
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    mode: 'production',
    build: { outDir: folder },
  })
  const server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost')
    const path = pathname === '/' ? '/index.html' : pathname
    readFile(join(folder, path)).then(
      (content) => response.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/plain' }).end(content),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const browser = await launch()
  const errors: string[] = []
  const url = `http://127.0.0.1:${port}/`
  return {
    url,
    folder,
    async open(hash, options = {}) {
      const page = await openPage(browser, options, errors)
      await page.goto(url + hash)
      return page
    },
    async close() {
      await browser.close()
      server.close()
      await rm(folder, { recursive: true })
      if (errors.length > 0) throw new Error(`The page reported errors:\n${errors.join('\n')}`)
    },
  }
}

/**
 * Parts of the browser that the page has nothing to do with: among them pages of its own for the address bar, which each new
 * window starts beside ours. The list replaces playwright's own, so what that leaves out for silence on the network is here too.
 */
const browserFeatures = [
  'AimEnabled',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxPopup',
]

export function launch(): Promise<Browser> {
  const args = [
    `--disable-features=${browserFeatures.join()}`,
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
  return chromium.launch({ executablePath: chromiumPath, args })
}

/** A page in a context of its own; it may reach nothing but loopback. */
export async function openPage(browser: Browser, options: BrowserContextOptions, errors: string[]): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light', ...options })
  const page = await context.newPage()
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') errors.push(`request to ${request.url()}`)
  })
  return page
}
