import { ArgumentError } from '@metagrad/tensor'
import { quoted } from '../csv/printable.ts'
import { ProblemLog, type ProblemReport } from '../csv/problem.ts'
import type { Rows } from './statistics.ts'
import { cellText, columnOf, type Table } from './table.ts'

/** How rows are split. */
export interface SplitOptions {
  /** Share of the rows that is held out for validation, 0 to 1. Default 0.2. */
  readonly validation?: number
  /** Share of the rows that is held out for the final test, 0 to 1. Default 0. */
  readonly test?: number
  /** A number from 0 (included) to 1 (excluded) at each call: a seeded generator makes the split repeatable. */
  readonly random: () => number
  /** The class of each row of `rows`; the parts then have the classes in the same shares. */
  readonly classes?: ArrayLike<number>
  /** Labels of the classes, for messages. */
  readonly classNames?: readonly string[]
}

/** Disjoint row numbers, each part ascending. */
export interface Split {
  readonly train: Uint32Array
  readonly validation: Uint32Array
  readonly test: Uint32Array
  readonly report: ProblemReport
}

/**
 * Splits rows at random into training, validation and test rows. A part with a share above 0 gets at least one row;
 * every class keeps at least one row for training.
 *
 * @throws {ArgumentError} when the shares are out of range or leave nothing to train on.
 * @throws {TableError} `TOO_FEW_ROWS` when there are too few rows for the parts and classes.
 * @example
 * ```ts
 * const { train, validation } = splitRows(allRows(10), { validation: 0.2, random: Math.random })
 * console.log(train.length, validation.length) // -> 8 2
 * ```
 */
export function splitRows(rows: Rows, options: SplitOptions): Split {
  const op = 'splitRows'
  const { validation = 0.2, test = 0, random, classes, classNames = [] } = options
  for (const [name, share] of Object.entries({ validation, test })) {
    if (!(share >= 0 && share < 1)) throw new ArgumentError(`${op}: ${name} must be from 0 to below 1: got ${share}.`)
  }
  if (validation + test >= 1) {
    throw new ArgumentError(`${op}: validation and test leave nothing to train on: ${validation} + ${test} >= 1.`)
  }
  if (classes && classes.length !== rows.length) {
    throw new ArgumentError(`${op}: there must be one class per row: got ${classes.length} for ${rows.length} rows.`)
  }
  const log = new ProblemLog()
  const groups = groupsOf(rows, classes)
  const parts = Number(validation > 0) + Number(test > 0)
  const needed = Math.max(2, groups.size + parts)
  if (rows.length < needed) {
    const forWhat = classes ? `${groups.size} classes and ${parts + 1} parts` : `${parts + 1} parts`
    log.fail(op, {
      code: 'TOO_FEW_ROWS',
      message: `${rows.length} row${rows.length === 1 ? ' is' : 's are'} too few for ${forWhat}: at least ${needed} are needed.`,
      advice: 'Get more rows, or hold out less.',
    })
  }
  for (const group of groups.values()) shuffle(group, random)
  const heldOut = (share: number): number => (share > 0 ? Math.max(1, Math.round(share * rows.length)) : 0)
  // One row of each class stays for training, and one is left for validation.
  const spare = rows.length - groups.size
  const testCount = Math.min(heldOut(test), spare - Number(validation > 0))
  const inTest = take(groups, testCount)
  const inValidation = take(groups, Math.min(heldOut(validation), spare - testCount))
  for (const [code, group] of groups) {
    const inValidationOfClass = inValidation.get(code)?.length ?? 0
    const inTestOfClass = inTest.get(code)?.length ?? 0
    const absent = [
      validation > 0 && inValidationOfClass === 0 ? ['validation'] : [],
      test > 0 && inTestOfClass === 0 ? ['test'] : [],
    ].flat()
    if (!classes || absent.length === 0) continue
    const count = group.length + inValidationOfClass + inTestOfClass
    log.add({
      code: 'RARE_CLASS',
      severity: 'warning',
      message: `class ${quoted(classNames[code] ?? String(code))} has ${count} row${count === 1 ? '' : 's'}: none is in ${absent.join(' or ')}.`,
    })
  }
  const ascending = (part: Map<number, number[]>): Uint32Array => Uint32Array.from([...part.values()].flat()).sort()
  return { train: ascending(groups), validation: ascending(inValidation), test: ascending(inTest), report: log }
}

function groupsOf(rows: Rows, classes: ArrayLike<number> | undefined): Map<number, number[]> {
  const groups = new Map<number, number[]>()
  for (let i = 0; i < rows.length; i++) {
    const code = classes ? classes[i]! : 0
    const group = groups.get(code)
    if (group) group.push(rows[i]!)
    else groups.set(code, [rows[i]!])
  }
  // In class order, so that the split does not hang on the order of the rows more than it must.
  return new Map([...groups].sort(([a], [b]) => a - b))
}

/** Fisher and Yates' shuffle. */
function shuffle(items: number[], random: () => number): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const item = items[i]!
    items[i] = items[j]!
    items[j] = item
  }
}

/**
 * Takes `count` rows out of the groups in proportion to their size, by largest remainders, and leaves one row in each.
 */
function take(groups: Map<number, number[]>, count: number): Map<number, number[]> {
  const total = [...groups.values()].reduce((sum, group) => sum + group.length, 0)
  const shares = [...groups].map(([code, group]) => {
    const quota = (count * group.length) / total
    return { code, group, quota, taken: Math.min(Math.floor(quota), group.length - 1) }
  })
  let left = count - shares.reduce((sum, { taken }) => sum + taken, 0)
  const byRemainder = shares.toSorted((a, b) => b.quota - b.taken - (a.quota - a.taken) || a.code - b.code)
  while (left > 0) {
    const before = left
    for (const share of byRemainder) {
      if (left === 0 || share.taken >= share.group.length - 1) continue
      share.taken++
      left--
    }
    // Every group is down to one row: the parts are as large as they can be.
    if (left === before) break
  }
  return new Map(shares.filter(({ taken }) => taken > 0).map(({ code, group, taken }) => [code, group.splice(-taken)]))
}

/**
 * Checks a split that was given rather than made here: every class must be among the training rows.
 *
 * @throws {TableError} `CLASS_ABSENT` for each class that is not.
 */
export function checkTrainClasses(trainClasses: ArrayLike<number>, classNames: readonly string[]): void {
  const present = new Set(Array.from(trainClasses))
  const log = new ProblemLog()
  classNames.forEach((name, code) => {
    if (present.has(code)) return
    log.add({
      code: 'CLASS_ABSENT',
      severity: 'error',
      message: `class ${quoted(name)} has no row to train on.`,
      advice: 'Move some of its rows to the training part, or take the class out.',
    })
  })
  log.throwErrors('checkTrainClasses')
}

/**
 * Counts rows that are held out although the same row, in the columns named, is trained on; a warning if there are any.
 */
export function findSharedRows(
  table: Table,
  split: Split,
  names: readonly string[],
): { count: number; report: ProblemReport } {
  const columns = names.map((name) => columnOf(table, name, 'findSharedRows'))
  const key = (row: number): string => JSON.stringify(columns.map((column) => cellText(column, row) ?? null))
  const trained = new Map<string, number>()
  for (const row of split.train) if (!trained.has(key(row))) trained.set(key(row), row)
  const log = new ProblemLog()
  const shared = [...split.validation, ...split.test].filter((row) => trained.has(key(row)))
  const first = shared[0]
  if (first !== undefined) {
    log.add({
      code: 'DUPLICATE_ROWS',
      severity: 'warning',
      line: table.lines[first],
      message: `${shared.length} held-out row${shared.length === 1 ? ' is' : 's are'} also trained on; this one is the same as line ${table.lines[trained.get(key(first))!]}. The score will look better than it is.`,
    })
    log.counts.set('DUPLICATE_ROWS', shared.length)
  }
  return { count: shared.length, report: log }
}
