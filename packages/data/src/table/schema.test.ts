import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCsv } from '../csv/read-csv.ts'
import { applySchema, decodeTarget, encodeTarget } from './apply-schema.ts'
import { fitSchema, type FitOptions, type MissingStrategy, type Scaling } from './fit-schema.ts'
import { featureNames, parseSchema, type Schema } from './schema.ts'
import { allRows } from './statistics.ts'
import { tableFrom, type Table, type Value } from './table.ts'
import { planTarget } from './target.ts'

const fit = (table: Table, options: Partial<FitOptions> = {}): Schema =>
  fitSchema(table, { features: table.columns.map(({ name }) => name), rows: allRows(table.rowCount), ...options })
    .schema

/** The features of a table under a schema fitted on all of its rows, row by row. */
function matrixOf(table: Table, options: Partial<FitOptions> = {}): number[][] {
  const { data, rowCount, columnCount } = applySchema(fit(table, options), table, { dtype: 'float64' })
  return Array.from({ length: rowCount }, (_, row) =>
    Array.from(data.subarray(row * columnCount, (row + 1) * columnCount)),
  )
}

const close = (values: readonly number[]): number[] => values.map((value) => expect.closeTo(value, 12) as number)

describe('fitSchema(table, options) and applySchema(schema, table)', () => {
  // What scikit-learn's StandardScaler, MinMaxScaler and RobustScaler give.
  test.each<[Scaling, number[]]>([
    [
      'zscore',
      [
        -0.6225725149661638, -0.37628009146306607, -0.1299876679599683, 0.5267921280482923, 1.8814004573153298,
        -1.2793523109744245,
      ],
    ],
    ['minmax', [0.2077922077922078, 0.2857142857142857, 0.36363636363636365, 0.5714285714285714, 1, 0]],
    [
      'robust',
      [-0.4, -0.13333333333333333, 0.13333333333333333, 0.8444444444444444, 2.311111111111111, -1.1111111111111112],
    ],
    ['none', [1, 2.5, 4, 8, 16.25, -3]],
  ])('scales numbers by %s', (scaling, expected) => {
    expect(matrixOf(tableFrom({ x: [1, 2.5, 4, 8, 16.25, -3] }), { scaling }).flat()).toEqual(close(expected))
  })

  test('fits on the rows named and no others', () => {
    const table = tableFrom({ x: [0, 2, 1000], c: ['a', 'b', 'z'] })
    const schema = fit(table, { rows: [0, 1] })
    expect(schema.features).toMatchObject([
      { shift: 1, scale: 1 },
      { categories: ['a', 'b'], other: false },
    ])
    const { data, unseen } = applySchema(schema, table)
    expect([...data]).toEqual([-1, 1, 0, 1, 0, 1, 999, 0, 0])
    expect(unseen.get('c')).toBe(1)
  })

  test.each<[MissingStrategy, number[][]]>([
    [
      'mean',
      [
        [1, 0, 1, 0],
        [5, 1, 1, 0],
        [1, 1, 0, 1],
        [2, 1, 1, 0],
        [9 / 4, 1, 1, 0],
      ],
    ],
    [
      'median',
      [
        [1, 0, 1, 0],
        [5, 1, 1, 0],
        [1, 1, 0, 1],
        [2, 1, 1, 0],
        [1.5, 1, 1, 0],
      ],
    ],
    [
      'mode',
      [
        [1, 0, 1, 0],
        [5, 1, 1, 0],
        [1, 1, 0, 1],
        [2, 1, 1, 0],
        [1, 1, 1, 0],
      ],
    ],
    [
      'drop',
      [
        [1, 0, 1, 0],
        [1, 1, 0, 1],
      ],
    ],
    [
      'indicator',
      [
        [1, 0, 0, 0, 1, 0, 0],
        [5, 0, 1, 0, 0, 0, 1],
        [1, 0, 1, 0, 0, 1, 0],
        [2, 0, 1, 1, 1, 0, 0],
        [9 / 4, 1, 1, 0, 1, 0, 0],
      ],
    ],
  ])('fills what is missing by %s', (missing, expected) => {
    const table = tableFrom({
      x: [1, 5, 1, 2, null],
      b: [false, true, true, null, true],
      c: ['u', null, 'v', 'u', 'u'],
    })
    expect(matrixOf(table, { missing, scaling: 'none' })).toEqual(expected)
  })

  test('missing: error names the lines', () => {
    const table = parseCsv('x,c\n1,u\n,v\n3,\n')
    expect(() => fit(table, { missing: 'error' })).toThrowErrorMatchingInlineSnapshot(
      `[TableError: fitSchema: line 3, column "x": the value is missing. Fill it in, or choose how missing values are filled. Set missing: "indicator". (and 1 more error)]`,
    )
    const strict = fit(parseCsv('x,c\n1,u\n3,v\n'), { missing: 'error' })
    expect(() => applySchema(strict, table)).toThrowErrorMatchingInlineSnapshot(
      `[TableError: applySchema: line 3, column "x": the value is missing, and the model was trained without missing values. (and 1 more error)]`,
    )
  })

  test('a value missing only when predicting is filled too', () => {
    const schema = fit(tableFrom({ x: [1, 3], c: ['u', 'v'] }), { scaling: 'none' })
    expect([...applySchema(schema, tableFrom({ x: [null, 5], c: [null, 'u'] })).data].slice(0, 3)).toEqual([2, 0, 0])
  })

  test('rare categories share a feature, and are no unseen ones', () => {
    const words = ['a', 'a', 'a', 'b', 'b', 'c', 'd']
    const table = tableFrom({ c: words })
    const schema = fit(table, { maxCategories: 3 })
    expect(featureNames(schema)).toEqual(['c=a', 'c=b', 'c=<other>'])
    const { data, unseen } = applySchema(schema, tableFrom({ c: ['a', 'd', 'new'] }))
    expect([...data]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 1])
    expect([...unseen]).toEqual([['c', 1]])
    expect(featureNames(fit(table, { minCategoryRows: 2 }))).toEqual(['c=a', 'c=b', 'c=<other>'])
    expect(featureNames(fit(table, { maxCategories: 4 }))).toEqual(['c=a', 'c=b', 'c=c', 'c=d'])
  })

  test('a constant column is shifted, not divided by zero', () => {
    expect(matrixOf(tableFrom({ x: [5, 5] }))).toEqual([[0], [0]])
  })

  test('the schema survives JSON, and gives the same matrix', () => {
    const value = fc.option(fc.double({ noNaN: true, min: -1e6, max: 1e6 }))
    const word = fc.option(fc.constantFrom('u', 'v', 'wörd', '__proto__', '<other>', ''))
    const rows = fc.array(fc.tuple(value, word, fc.option(fc.boolean())), { minLength: 2, maxLength: 20 })
    const strategy = fc.constantFrom<MissingStrategy>('mean', 'median', 'mode', 'indicator')
    const scaling = fc.constantFrom<Scaling>('zscore', 'minmax', 'robust', 'none')
    fc.assert(
      fc.property(rows, strategy, scaling, fc.integer({ min: 2, max: 4 }), (records, missing, how, maxCategories) => {
        const column = (place: 0 | 1 | 2): Value[] => records.map((record) => record[place])
        const table = tableFrom({ x: column(0), c: column(1), b: column(2) })
        const schema = fit(table, { missing, scaling: how, maxCategories })
        const again = parseSchema(JSON.parse(JSON.stringify(schema)))
        expect(again).toEqual(schema)
        const matrix = applySchema(again, table)
        expect(matrix.data).toEqual(applySchema(schema, table).data)
        expect(matrix.data.every(Number.isFinite)).toBe(true)
        expect(matrix.columnCount).toBe(featureNames(schema).length)
        expect(matrix.unseen.size).toBe(0)
      }),
    )
  })
})

describe('the target', () => {
  test('encodeTarget(schema, table) scales numbers and decodeTarget brings them back', () => {
    const table = tableFrom({ x: [1, 2, 3, 4], y: [10.5, 20, 40, 90.25] })
    for (const targetLog of [false, true]) {
      const schema = fit(table, { features: ['x'], target: planTarget(table, 'y'), targetLog })
      const encoded = encodeTarget(schema, table)
      expect(Array.from(encoded).reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12)
      if (schema.target?.task !== 'regression') throw new Error('not a regression')
      expect([...decodeTarget(schema.target, encoded)]).toEqual(close([10.5, 20, 40, 90.25]))
    }
    const low = tableFrom({ x: [1, 2, 3], y: [0, 1.5, 2] })
    expect(() => fit(low, { features: ['x'], target: planTarget(low, 'y'), targetLog: true })).toThrow(
      '0 has no logarithm',
    )
  })

  test('encodeTarget(schema, table) gives class positions', () => {
    const table = tableFrom({ x: [1, 2, 3, 4], y: ['no', 'yes', 'yes', 'no'] })
    const schema = fit(table, { features: ['x'], target: planTarget(table, 'y') })
    expect(encodeTarget(schema, table)).toEqual(Int32Array.of(0, 1, 1, 0))
  })
})

describe('parseSchema(json)', () => {
  test('rejects what is no schema, naming the part', () => {
    const good = fit(tableFrom({ x: [1, 3] }))
    const bad: unknown[] = [
      null,
      { ...good, version: 2 },
      { ...good, features: [{ ...good.features[0], scale: 0 }] },
      { ...good, features: [{ kind: 'image' }] },
      { ...good, extra: 1 },
      { ...good, features: {} },
      { ...good, features: [{ ...good.features[0], shift: Infinity }] },
      { ...good, features: [{ ...good.features[0], missing: 'guess' }] },
      { ...good, target: { task: 'binary', column: 'y', type: 'number', classes: ['a', 1] } },
      { ...good, target: { task: 'regression', column: 'y' } },
    ]
    const messages = bad.map((json) => {
      try {
        parseSchema(json)
        return ''
      } catch (error) {
        return String(error)
      }
    })
    expect(messages).toMatchInlineSnapshot(`
      [
        "TableError: parseSchema: this is no schema of version 1: it must be object. Use the schema.json that training wrote.",
        "TableError: parseSchema: this is no schema of version 1: version: it must be 1. Use the schema.json that training wrote.",
        "TableError: parseSchema: this is no schema of version 1: features.0.scale: must not be 0. Use the schema.json that training wrote.",
        "TableError: parseSchema: this is no schema of version 1: features.0.kind: it is of no known kind. Use the schema.json that training wrote.",
        "TableError: parseSchema: this is no schema of version 1: it has unknown parts: "extra". Use the schema.json that training wrote.",
        "TableError: parseSchema: this is no schema of version 1: features: it must be array. Use the schema.json that training wrote.",
        "TableError: parseSchema: this is no schema of version 1: features.0.shift: it must be a finite number. Use the schema.json that training wrote.",
        "TableError: parseSchema: this is no schema of version 1: features.0.missing: it must be "error" or "drop" or "fill". Use the schema.json that training wrote.",
        "TableError: parseSchema: this is no schema of version 1: target.classes.1: it must be string. Use the schema.json that training wrote.",
        "TableError: parseSchema: this is no schema of version 1: target.type: it must be "number" or "number:strip" or "boolean" or "category" or "text" or "date" or "date:dmy" or "date:mdy" or "date:ymd" or "ignore". Use the schema.json that training wrote.",
      ]
    `)
  })
})
