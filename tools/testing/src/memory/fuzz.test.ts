import { expect, it } from 'vitest'
import { fuzzFresh } from './modules.ts'

const steps = Number(process.env['METAGRAD_FUZZ_STEPS'] ?? 50_000)
const seed = Number(process.env['METAGRAD_FUZZ_SEED'] ?? 20)

it(`the engine in tiny places holds every live tensor bit for bit through ${steps} random ops`, async () => {
  const { totalBytes } = await fuzzFresh(seed, steps)
  expect(totalBytes).toBeLessThan(16 << 20)
}, 3_600_000)
