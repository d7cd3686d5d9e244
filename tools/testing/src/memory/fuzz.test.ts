import { expect, it } from 'vitest'
import { fuzzFresh } from './modules.ts'

const steps = Number(process.env['METAGRAD_FUZZ_STEPS'] ?? 50_000)
const seed = Number(process.env['METAGRAD_FUZZ_SEED'] ?? 20)

it.each([
  [1, steps],
  // Each shared call costs a wait for the others.
  [3, steps / 5],
])(
  'the engine in tiny places holds every live tensor bit for bit, with %i threads through %i random ops',
  async (threads, ops) => {
    const { totalBytes } = await fuzzFresh(seed, ops, { threads })
    expect(totalBytes).toBeLessThan(16 << 20)
  },
  3_600_000,
)
