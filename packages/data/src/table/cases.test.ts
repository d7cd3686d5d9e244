import { describe, expect, test } from 'vitest'
import { parseCsv } from '../csv/read-csv.ts'
import { formatProblem, TableError, type ProblemReport } from '../csv/problem.ts'
import { applySchema } from './apply-schema.ts'
import { fitSchema } from './fit-schema.ts'
import { assignRoles } from './roles.ts'
import { readingOptions } from './schema.ts'
import { checkTrainClasses, findSharedRows, splitRows } from './split.ts'
import { allRows } from './statistics.ts'
import { tableFrom, type Table, type Value } from './table.ts'
import { classCodes, planTarget } from './target.ts'

/* The bad tables that training meets, by the same numbers as ../csv/cases.test.ts. */

function failure(run: () => unknown): TableError {
  try {
    run()
  } catch (error) {
    if (error instanceof TableError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const texts = (report: ProblemReport): string[] => report.problems.map((problem) => formatProblem(problem))
const repeat = (count: number, value: (row: number) => Value): Value[] =>
  Array.from({ length: count }, (_, i) => value(i))

/** A generator for tests: Park and Miller's. */
function seeded(seed = 1): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return (state - 1) / 2_147_483_646
  }
}

const flowers = tableFrom({
  length: repeat(30, (i) => 1 + ((i * 7) % 11) / 10),
  width: repeat(30, (i) => ((i * 5) % 13) / 10),
  species: repeat(30, (i) => ['setosa', 'virginica', 'versicolor'][i % 3]),
})

describe('rows', () => {
  test('case 4: too few rows are an error that says how many are needed', () => {
    expect(failure(() => splitRows([0], { random: seeded() })).message).toMatchInlineSnapshot(
      `"splitRows: 1 row is too few for 2 parts: at least 2 are needed. Get more rows, or hold out less."`,
    )
    const error = failure(() => splitRows([0, 1, 2], { test: 0.2, random: seeded(), classes: [0, 1, 2] }))
    expect(error.message).toMatchInlineSnapshot(
      `"splitRows: 3 rows are too few for 3 classes and 3 parts: at least 5 are needed. Get more rows, or hold out less."`,
    )
  })

  test('case 38: a class with one row stays in train, with a warning', () => {
    const classes = [...Array.from({ length: 20 }, (_, i) => i % 2), 2]
    const split = splitRows(allRows(21), { random: seeded(), classes, classNames: ['a', 'b', 'rare'] })
    expect([...split.train]).toContain(20)
    expect(texts(split.report)).toEqual(['class "rare" has 1 row: none is in validation.'])
  })

  test('case 38: a class that a given split leaves out of train is an error', () => {
    expect(failure(() => checkTrainClasses([0, 0, 2], ['a', 'b', 'c'])).message).toMatchInlineSnapshot(
      `"checkTrainClasses: class "b" has no row to train on. Move some of its rows to the training part, or take the class out."`,
    )
    checkTrainClasses([0, 1, 2], ['a', 'b', 'c'])
  })

  test('case 51: rows that are both trained on and held out are counted', () => {
    const table = parseCsv(`a,b\n${'1,x\n'.repeat(8)}2,y\n3,z\n`)
    const split = splitRows(allRows(10), { validation: 0.5, random: seeded(3) })
    const { count, report } = findSharedRows(table, split, ['a', 'b'])
    expect(count).toBe([...split.validation].filter((row) => row < 8).length)
    expect(count).toBeGreaterThan(0)
    expect(report.counts.get('DUPLICATE_ROWS')).toBe(count)
    expect(report.problems[0]?.line).toBeGreaterThan(1)
    expect(findSharedRows(flowers, splitRows([0, 1], { validation: 0.5, random: seeded() }), ['length']).count).toBe(0)
  })
})

describe('the target', () => {
  test('case 34: a target that is not there is an error with the closest names', () => {
    expect(failure(() => planTarget(flowers, 'specie')).message).toMatchInlineSnapshot(
      `"planTarget: there is no column "specie". Did you mean "species"?"`,
    )
    expect(failure(() => assignRoles(flowers, { target: 'price' })).message).toMatchInlineSnapshot(
      `"assignRoles: there is no column "price". There are "length", "width", "species"."`,
    )
  })

  test('case 35: a target that is missing in some rows is an error with the lines, or these are left out', () => {
    const table = parseCsv('x,y\n1,a\n2,\n3,b\n4,\n5,a\n6,b\n')
    const error = failure(() => planTarget(table, 'y'))
    expect(error.problems.map(({ line }) => line)).toEqual([3, 5])
    expect(error.counts.get('TARGET_MISSING')).toBe(2)
    expect(error.message).toMatchInlineSnapshot(
      `"planTarget: line 3, column "y": the target is missing. It is in 2 of 6 rows; fill it in, or leave these rows out. Set dropMissingTarget: true. (and 1 more error)"`,
    )
    const plan = planTarget(table, 'y', { dropMissingTarget: true })
    expect([...plan.rows]).toEqual([0, 2, 4, 5])
    expect(plan.report.counts.get('TARGET_MISSING')).toBe(2)
  })

  test('case 36: a constant target is an error', () => {
    expect(failure(() => planTarget(tableFrom({ y: ['a', 'a'] }), 'y')).message).toMatchInlineSnapshot(
      `"planTarget: column "y": has the value "a" in every row, so there is nothing to learn. Name another target."`,
    )
    expect(failure(() => planTarget(tableFrom({ y: [5, 5] }), 'y')).code).toBe('CONSTANT_TARGET')
  })

  test('case 37: a target with another value in every row is an error that names better ones', () => {
    const table = tableFrom({ name: repeat(12, (i) => `n${i}`), kind: repeat(12, (i) => 'ab'[i % 2]) })
    expect(failure(() => planTarget(table, 'name')).message).toMatchInlineSnapshot(
      `"planTarget: column "name": has a different value in each of the 12 rows, as an id has. Columns with few values are "kind"."`,
    )
    const nearly = tableFrom({ name: repeat(12, (i) => `n${i % 8}`) })
    expect(failure(() => planTarget(nearly, 'name')).code).toBe('TARGET_ID')
  })

  test('case 39: the task is inferred and explained, and can be overridden', () => {
    const explain = (values: Value[]): string => planTarget(tableFrom({ y: values }), 'y').explanation
    expect([
      explain([0, 1, 1]),
      explain(['yes', 'no', 'no']),
      explain([true, false, true]),
      explain(repeat(40, (i) => 1 + (i % 5))),
      explain(repeat(12, (i) => 1 + (i % 5))),
      explain([1.5, 2, 3]),
      explain(repeat(30, (i) => `k${i % 7}`)),
    ]).toMatchInlineSnapshot(`
      [
        ""y" has 2 whole values (0, 1): binary classification.",
        ""y" has 2 labels (no, yes): binary classification.",
        ""y" has 2 values (false, true): binary classification.",
        ""y" has 5 whole values (1, 2, 3, 4, 5): classification. Set the task to regression if they are amounts rather than kinds.",
        ""y" holds numbers with 5 different values from 1 to 5: regression.",
        ""y" holds numbers with 3 different values from 1.5 to 3: regression.",
        ""y" has 7 labels (k0, k1, k2, ... k6): classification.",
      ]
    `)
    const ratings = tableFrom({ y: repeat(40, (i) => 1 + (i % 5)) })
    expect(planTarget(ratings, 'y').classes).toEqual(['1', '2', '3', '4', '5'])
    expect(planTarget(ratings, 'y', { task: 'regression' })).toMatchObject({ task: 'regression', classes: [] })
    expect(planTarget(ratings, 'y', { task: 'classification' }).task).toBe('multiclass')
    expect(failure(() => planTarget(ratings, 'y', { task: 'binary' })).code).toBe('TARGET_TYPE')
    expect(failure(() => planTarget(flowers, 'species', { task: 'regression' })).code).toBe('TARGET_TYPE')
  })

  test('classes are ordered: false before true, numbers by size, words by code point', () => {
    expect(planTarget(parseCsv('y\nyes\nno\nyes\n'), 'y').classes).toEqual(['no', 'yes'])
    expect(planTarget(tableFrom({ y: [10, 9, 10] }), 'y').classes).toEqual(['9', '10'])
    expect(planTarget(tableFrom({ y: ['b', 'Z', 'a', 'b', 'Z', 'a'] }), 'y').classes).toEqual(['Z', 'a', 'b'])
    const plan = planTarget(flowers, 'species')
    expect([...classCodes(plan, flowers, [0, 1, 2])]).toEqual([0, 2, 1])
  })

  test('a yes or no that is spelt in another way in another file is the same class', () => {
    const plan = planTarget(parseCsv('x,y\n1,yes\n2,no\n3,no\n'), 'y')
    expect([...classCodes(plan, parseCsv('x,y\n1,TRUE\n2,FALSE\n'), [0, 1])]).toEqual([1, 0])
    const other = parseCsv('x,y\n1,yes\n2,perhaps\n')
    expect(failure(() => classCodes(plan, other, [0, 1]))).toMatchObject({ code: 'TARGET_TYPE', line: 3, column: 'y' })
  })
})

describe('the features', () => {
  test('case 48: constant and empty columns are dropped, with a warning', () => {
    const table = parseCsv('a,same,none,y\n1,k,,0\n2,k,,1\n3,k,,1\n')
    const roles = assignRoles(table, { target: 'y' })
    expect(roles.features).toEqual(['a'])
    expect(roles.ignored).toEqual([
      { name: 'same', reason: 'constant' },
      { name: 'none', reason: 'constant' },
    ])
    expect(texts(roles.report)).toMatchInlineSnapshot(`
      [
        "column "same": has the same value in every row: it was dropped.",
        "column "none": has no value in any row: it was dropped.",
      ]
    `)
    expect(failure(() => assignRoles(table, { target: 'y', features: ['same'] })).code).toBe('NO_FEATURES')
  })

  test('case 49: a column that gives the target away is a warning', () => {
    const y = repeat(30, (i) => i * 1.5 + (i % 4))
    const table = tableFrom({
      leak: y.map((value) => Number(value) * 2 - 7),
      fine: repeat(30, (i) => (i * 7) % 10),
      y,
      label: repeat(30, (i) => 'abc'[i % 3]),
      code: repeat(30, (i) => 10 * (i % 3)),
    })
    expect(assignRoles(table, { target: 'y' }).report.problems.map(({ code, column }) => [code, column])).toEqual([
      ['LEAK', 'leak'],
    ])
    expect(texts(assignRoles(table, { target: 'label' }).report)).toMatchInlineSnapshot(`
      [
        "column "code": gives the target "label" away: each of its values stands for one of the target. If it is not known at the time of predicting, the model will be worthless. Set ignore: "code".",
      ]
    `)
  })

  test('case 50: columns that identify rows are ignored, unless asked for', () => {
    const table = tableFrom({
      name: repeat(12, (i) => `person ${i}`),
      row: repeat(12, (i) => i),
      customer_id: repeat(12, (i) => (i * 37) % 101),
      amount: repeat(12, (i) => (i * 37) % 101),
      size: repeat(12, (i) => i + 0.5),
      y: repeat(12, (i) => i % 2),
    })
    const roles = assignRoles(table, { target: 'y' })
    expect(roles.features).toEqual(['amount', 'size'])
    expect(roles.report.counts.get('ID_COLUMN')).toBe(3)
    expect(assignRoles(table, { target: 'y', features: ['name', 's*'] }).features).toEqual(['name', 'size'])
    expect(assignRoles(table, { target: 'y', ignore: ['*m*'], ids: ['row'] }).features).toEqual(['size'])
    expect(failure(() => assignRoles(table, { target: 'y', ignore: ['x*', 'sice'] })).problems).toHaveLength(2)
  })

  test('case 52: a text column with very many values is a warning', () => {
    const table = tableFrom({ city: repeat(3000, (i) => `c${i % 1500}`), y: repeat(3000, (i) => i % 2) })
    expect([...assignRoles(table, { target: 'y' }).report.counts.keys()]).toEqual(['MANY_CATEGORIES'])
  })
})

describe('predicting', () => {
  const train = parseCsv(`age,city,smokes,y\n${'31,Oslo,yes,1\n54,Rome,no,0\n47,Oslo,no,1\n'.repeat(4)}`)
  const { schema } = fitSchema(train, {
    features: ['age', 'city', 'smokes'],
    rows: allRows(12),
    target: planTarget(train, 'y'),
  })
  const read = (text: string): Table => parseCsv(text, readingOptions(schema))

  test('case 56: missing columns are an error with similar names; extra ones a warning; the order does not matter', () => {
    const error = failure(() => applySchema(schema, read('Age,zip\n31,0150\n')))
    expect(error.problems.map((problem) => formatProblem(problem))).toMatchInlineSnapshot(`
      [
        "column "age": the model was trained with this column, and it is not there. Is it "Age" now?",
        "column "city": the model was trained with this column, and it is not there.",
        "column "smokes": the model was trained with this column, and it is not there.",
        "columns "Age", "zip" not used: the model was trained without.",
      ]
    `)
    const matrix = applySchema(schema, read('note,city,smokes,age\n"=x",Rome,no,47\n'))
    expect(matrix.report.problems.map(({ code }) => code)).toEqual(['COLUMN_EXTRA'])
    expect([...matrix.data].slice(1)).toEqual([0, 1, 0])
  })

  test('case 57: an unseen category is a warning with a count, and a value of another type an error', () => {
    const matrix = applySchema(schema, read('age,city,smokes\n31,Paris,yes\n32,Bonn,no\n33,Rome,no\n'))
    expect(matrix.unseen).toEqual(new Map([['city', 2]]))
    expect(texts(matrix.report)).toEqual([
      'line 2, column "city": "Paris" was not there in training.',
      'line 3, column "city": "Bonn" was not there in training.',
    ])
    expect([...matrix.data].slice(1, 4)).toEqual([0, 0, 1])
    expect(failure(() => read('age,city,smokes\nold,Rome,yes\n'))).toMatchObject({
      code: 'TYPE',
      line: 2,
      column: 'age',
    })
    expect(failure(() => applySchema(schema, parseCsv('age,city,smokes\nold,Rome,yes\n'))).code).toBe('TYPE')
  })
})
