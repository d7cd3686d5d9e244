import type { JSHandle } from 'playwright-core'
import { openModule, whyNoChromium } from '../chromium/open-module.ts'
import type * as pageModule from './page.ts'
import type { GpuPage } from './page.ts'

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
  const why = whyNoChromium()
  if (why !== undefined) return missing(new Error(why))
  // The flag is what gives Debian's Chromium its software GPU.
  const flags = ['--enable-unsafe-webgpu']
  const { exports, close } = await openModule<typeof pageModule>(new URL('page.ts', import.meta.url), flags)
  try {
    return { page: await exports.evaluateHandle((module) => module.openPage()), close }
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
