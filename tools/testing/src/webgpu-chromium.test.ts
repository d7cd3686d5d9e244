import { afterAll, describe, expect, it } from 'vitest'
import { openChromium } from './webgpu/chromium.ts'

const opened = await openChromium()
afterAll(() => opened?.close())
const suites = (await opened?.page.evaluate(({ suites: all }) => all)) ?? []

/** Checks that run between two lines of progress. */
const BATCH = 200

describe.runIf(opened !== undefined)('a GPU in Chromium', () => {
  for (const [at, { name, checks }] of suites.entries()) {
    it(`${name} (${checks} checks)`, { timeout: 600_000 }, async () => {
      const failures: string[] = []
      for (let from = 0; from < checks; from += BATCH) {
        const to = Math.min(from + BATCH, checks)
        failures.push(...(await opened!.page.evaluate((page, range) => page.run(...range), [at, from, to] as const)))
        console.log(`chromium: ${name}: ${to} of ${checks}`)
      }
      expect(failures).toEqual([])
    })
  }
})
