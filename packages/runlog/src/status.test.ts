import { describe, expect, it } from 'vitest'
import { runStatus } from './status.ts'

describe('runStatus(facts)', () => {
  it.each([
    [{ ended: true, lastEventAt: 0, now: 1e9 }, 'finished'],
    [{ ended: false, lastEventAt: 1000, now: 31_000 }, 'running'],
    [{ ended: false, lastEventAt: 1000, now: 31_001 }, 'stale'],
    [{ ended: false, lastEventAt: 1000, now: 1500, staleMs: 100 }, 'stale'],
    [{ ended: false, lastEventAt: undefined, now: 0 }, 'stale'],
    // The clocks of two machines differ.
    [{ ended: false, lastEventAt: 5000, now: 1000 }, 'running'],
  ])('of %j is %s', (facts, status) => {
    expect(runStatus(facts)).toBe(status)
  })
})
