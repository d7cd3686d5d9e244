import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { JSHandle } from 'playwright-core'
import { chromium } from 'playwright-core'
import { bundle } from './bundle.ts'

const executablePath = '/usr/bin/chromium'

const quiet = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const html = `<!doctype html><title>metagrad</title>
<script type="module">import * as opened from './page.js'; globalThis.opened = opened</script>`

/** A module whose exports can be called in a page of Chromium. */
export interface OpenedModule<Exports> {
  readonly exports: JSHandle<Exports>
  readonly close: () => Promise<void>
}

/** Why no page can be opened here, or undefined. */
export function whyNoChromium(): string | undefined {
  return existsSync(executablePath) ? undefined : `there is no ${executablePath}.`
}

/** Opens a page of Chromium that has loaded a module, and all that it imports, from source. */
export async function openModule<Exports>(entry: URL, flags: readonly string[] = []): Promise<OpenedModule<Exports>> {
  const code = await bundle(entry)
  const server = createServer(({ url }, response) => {
    const isCode = url === '/page.js'
    response.writeHead(200, { 'content-type': isCode ? 'text/javascript' : 'text/html' })
    response.end(isCode ? code : html)
  })
  // WebGPU and digests are there on secure origins alone; loopback is one.
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const browser = await chromium.launch({ executablePath, args: [...quiet, ...flags] })
  const close = async (): Promise<void> => {
    await browser.close()
    server.close()
  }
  try {
    const tab = await browser.newPage()
    tab.on('console', (message) => console.log(`chromium: ${message.text()}`))
    await tab.goto(`http://127.0.0.1:${port}/`)
    return { exports: await tab.evaluateHandle<Exports>('globalThis.opened'), close }
  } catch (error) {
    await close()
    throw error
  }
}
