import { afterAll, describe, expect, it } from 'vitest'
import { openWebGPU } from './webgpu/open.ts'
import { suites } from './webgpu/suites.ts'

const gpu = await openWebGPU()
afterAll(() => gpu?.destroy())

describe.runIf(gpu !== undefined)('a GPU in Node', () => {
  for (const { name, checks } of gpu === undefined ? [] : suites(gpu)) {
    // A software GPU needs its time for whole trainings.
    describe(`${name}`, { timeout: 300_000 }, () => {
      for (const check of checks) it(`${check.name}`, () => expect(check.run()).resolves.toBeUndefined())
    })
  }
})
