import { expect, it } from 'vitest'
import { openModule, whyNoChromium } from '../chromium/open-module.ts'
import type * as module from './trained-weights.ts'
import { trainedWeights } from './trained-weights.ts'

const why = whyNoChromium()
if (why !== undefined) console.warn(`skipped, training in Chromium: ${why}`)

it.skipIf(why !== undefined)('training gives the same bits in Chromium as here', async () => {
  const entry = new URL('trained-weights.ts', import.meta.url)
  const { exports, close } = await openModule<typeof module>(entry)
  try {
    expect(await exports.evaluate((page) => page.trainedWeights())).toBe(await trainedWeights())
  } finally {
    await close()
  }
})
