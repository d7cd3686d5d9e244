import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runId, runIdPattern, slugify } from './run-id.ts'

describe('slugify(name)', () => {
  it.each([
    ['iris.csv', 'iris-csv'],
    ['Données de Zoé', 'donnees-de-zoe'],
    ['../../etc/passwd', 'etc-passwd'],
    ['日本', 'run'],
    ['', 'run'],
    ['a'.repeat(99), 'a'.repeat(40)],
    [`${'a'.repeat(39)} b`, 'a'.repeat(39)],
  ])('makes %j %j', (name, slug) => {
    expect(slugify(name)).toBe(slug)
  })
})

describe('runId(time, name, occurrence)', () => {
  it('joins local time and slug', () => {
    expect(runId(new Date(2026, 0, 31, 9, 5, 7), 'iris')).toBe('20260131-090507-iris')
  })

  it('numbers the second and later occurrences', () => {
    expect(runId(new Date(2026, 0, 31, 9, 5, 7), 'iris', 2)).toBe('20260131-090507-iris-2')
  })

  it('matches runIdPattern whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 999 }), (name, occurrence) => {
        expect(runId(new Date(2026, 5, 1), name, occurrence)).toMatch(runIdPattern)
      }),
    )
  })
})
