import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitRows } from './split.ts'

describe('splitRows(rows, options)', () => {
  const random = fc
    .infiniteStream(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }))
    .map((stream) => () => stream.next().value!)

  test('gives disjoint, ascending parts that hold every row once, with each class in train', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 60 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.double({ min: 0, max: 0.45, noNaN: true }),
        fc.boolean(),
        random,
        (classes, validation, testShare, stratify, next) => {
          const rows = classes.map((_, i) => 3 * i + 1)
          const split = splitRows(rows, { validation, test: testShare, random: next, ...(stratify ? { classes } : {}) })
          const parts = [split.train, split.validation, split.test]
          for (const part of parts) expect([...part]).toEqual([...part].toSorted((a, b) => a - b))
          expect(parts.flatMap((part) => [...part]).toSorted((a, b) => a - b)).toEqual(rows)
          expect(split.validation.length > 0).toBe(validation > 0)
          expect(split.test.length > 0).toBe(testShare > 0)
          if (!stratify) return
          const trained = new Set([...split.train].map((row) => classes[(row - 1) / 3]))
          expect(trained.size).toBe(new Set(classes).size)
        },
      ),
    )
  })

  test('keeps the shares of the classes', () => {
    const classes = Array.from({ length: 200 }, (_, i) => (i < 150 ? 0 : i < 190 ? 1 : 2))
    const split = splitRows(
      classes.map((_, i) => i),
      { validation: 0.2, test: 0.1, random: Math.random, classes },
    )
    const counts = (part: Uint32Array): number[] =>
      [0, 1, 2].map((code) => [...part].filter((row) => classes[row] === code).length)
    expect(counts(split.validation)).toEqual([30, 8, 2])
    expect(counts(split.test)).toEqual([15, 4, 1])
    expect(counts(split.train)).toEqual([105, 28, 7])
  })

  test('is repeatable: the same numbers give the same split, others another', () => {
    const generator = (start: number): (() => number) => {
      let state = start
      return () => (state = (state * 9301 + 49_297) % 233_280) / 233_280
    }
    const rows = Array.from({ length: 50 }, (_, i) => i)
    const one = splitRows(rows, { random: generator(1) })
    expect(splitRows(rows, { random: generator(1) })).toEqual(one)
    expect(splitRows(rows, { random: generator(2) }).validation).not.toEqual(one.validation)
  })

  test('rejects shares out of range', () => {
    const messageOf = (validation: number, share: number): string => {
      try {
        splitRows([0, 1, 2], { validation, test: share, random: Math.random })
      } catch (error) {
        return String(error)
      }
      return ''
    }
    expect([messageOf(1, 0), messageOf(-0.1, 0), messageOf(0.5, 0.5), messageOf(NaN, 0)]).toMatchInlineSnapshot(`
      [
        "ArgumentError: splitRows: validation must be from 0 to below 1: got 1.",
        "ArgumentError: splitRows: validation must be from 0 to below 1: got -0.1.",
        "ArgumentError: splitRows: validation and test leave nothing to train on: 0.5 + 0.5 >= 1.",
        "ArgumentError: splitRows: validation must be from 0 to below 1: got NaN.",
      ]
    `)
  })
})
