import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { JSHandle } from 'playwright-core'
import { chromium } from 'playwright-core'
import { bundle } from './bundle.ts'
import type { GpuPage } from './page.ts'

const executablePath = '/usr/bin/chromium'

/** The last one is what gives Debian's Chromium its software GPU. */
const args = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
]

const html = `<!doctype html><title>metagrad on WebGPU</title>
<script type="module">import { openPage } from './page.js'; globalThis.gpuPage = openPage()</script>`

/** A page of Chromium in which the checks can run. */
export interface OpenedChromium {
  readonly page: JSHandle<GpuPage>
  readonly close: () => Promise<void>
}

/**
 * Starts Chromium with the checks loaded. Without a Chromium or its GPU the reason is printed, and with REQUIRE_WEBGPU=1
 * thrown.
 */
export async function openChromium(): Promise<OpenedChromium | undefined> {
  if (!existsSync(executablePath)) return missing(new Error(`there is no ${executablePath}.`))
  const code = await bundle(new URL('page.ts', import.meta.url))
  const server = createServer(({ url }, response) => {
    const isCode = url === '/page.js'
    response.writeHead(200, { 'content-type': isCode ? 'text/javascript' : 'text/html' })
    response.end(isCode ? code : html)
  })
  // WebGPU is there on secure origins alone; loopback is one.
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const browser = await chromium.launch({ executablePath, args })
  const close = async (): Promise<void> => {
    await browser.close()
    server.close()
  }
  try {
    const tab = await browser.newPage()
    tab.on('console', (message) => console.log(`chromium: ${message.text()}`))
    await tab.goto(`http://127.0.0.1:${port}/`)
    const page = await tab.evaluateHandle<GpuPage>('globalThis.gpuPage')
    return { page, close }
  } catch (error) {
    await close()
    return missing(error)
  }
}

function missing(error: unknown): undefined {
  if (process.env['REQUIRE_WEBGPU'] === '1') throw error
  const why = error instanceof Error ? error.message : String(error)
  console.warn(`skipped, no WebGPU in Chromium: ${why} REQUIRE_WEBGPU=1 makes this a failure.`)
  return undefined
}
