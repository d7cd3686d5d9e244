import { describe, expect, it } from 'vitest'
import { commands } from '../commands.ts'
import { allows } from './check-config.ts'
import { mergeConfig } from './merge-config.ts'
import { environmentName, expectation, flagName, rowsOf, textOfValue, valueOfText, type AnyOption } from './option.ts'
import { trainConfig, trainOptions } from './train-options.ts'

const rows: (readonly [string, AnyOption])[] = commands.flatMap(({ options }) => Object.entries(options))
const tables: (readonly [string, readonly AnyOption[]])[] = commands.map(({ name, options }) => [
  name,
  Object.values(options),
])

describe('the tables of options', () => {
  it.each(rows)('%s has a default that it allows', (_key, row) => {
    expect(allows(row, row.default)).toBe(true)
  })
  it.each(rows.filter(([, row]) => row.kind === 'number'))('%s has an example that it allows', (_key, row) => {
    expect(row.kind === 'number' && allows(row, valueOfText(row, row.example))).toBe(true)
  })
  it.each(rows.filter(([, row]) => row.default !== null && row.kind !== 'list'))(
    '%s reads back what it prints',
    (_key, row) => {
      expect(valueOfText(row, textOfValue(row.default))).toEqual(row.default)
    },
  )
  it.each(tables)('of %s has one row per letter', (_command, table) => {
    const letters = table.flatMap(({ short }) => short ?? [])
    expect(new Set(letters).size).toBe(letters.length)
  })
})

describe('valueOfText(option, text)', () => {
  const { epochs, batchSize, hidden, ignore, dedupe } = trainOptions
  it.each<[AnyOption, string, unknown]>([
    [epochs, '1e3', 1000],
    [epochs, '0x10', '0x10'],
    [epochs, '', ''],
    [epochs, 'Infinity', 'Infinity'],
    [batchSize, 'full', 'full'],
    [hidden, '16, 8', [16, 8]],
    [hidden, 'none', []],
    [ignore, 'a,b c', ['a', 'b c']],
    [dedupe, 'yes', true],
    [dedupe, '0', false],
    [dedupe, 'maybe', 'maybe'],
  ])('reads %#: %s', (option, text, value) => {
    expect(valueOfText(option, text)).toEqual(value)
  })
})

describe('allows(option, value)', () => {
  const { epochs, lr, clip, val, hidden, seed } = trainOptions
  it.each<[string, AnyOption, unknown, boolean]>([
    ['a fraction for a whole number', epochs, 1.5, false],
    ['more than a float holds exactly', seed, 2 ** 53, false],
    ['0 for what must be above it', lr, 0, false],
    ['a word that stands for a number', lr, 'auto', true],
    ['null for what may be unset', clip, null, true],
    ['null for what may not', epochs, null, false],
    ['NaN', val, NaN, false],
    ['1 for what must be below', val, 1, false],
    ['a size of 0', hidden, [0], false],
  ])('%s', (_name, option, value, expected) => {
    expect(allows(option, value)).toBe(expected)
  })
})

describe('mergeConfig(table, layers)', () => {
  it('lets later layers win and remembers where values come from', () => {
    const layer = (source: string, values: object): Parameters<typeof mergeConfig>[1][number] => ({
      source,
      values: { ...values },
      nameOf: (key) => key,
    })
    const { config, sources } = mergeConfig(trainOptions, [
      layer('file', { epochs: 1, lr: 0.5 }),
      layer('flag', { epochs: 2 }),
    ])
    expect(config).toEqual(trainConfig({ epochs: 2, lr: 0.5 }))
    expect([sources.epochs, sources.lr, sources.seed]).toEqual(['flag', 'file', 'default'])
  })
})

describe('names and expectations', () => {
  it('are made from the key and the row', () => {
    expect([flagName('batchSize'), environmentName('batchSize')]).toEqual(['batch-size', 'METAGRAD_BATCH_SIZE'])
    const texts = Object.fromEntries(rowsOf(trainOptions).map(([key, row]) => [key, expectation(row)]))
    expect(texts).toMatchObject({
      val: 'a number from 0 and below 1',
      lr: 'a number above 0 or auto',
      hidden: 'whole numbers from 1, separated by commas, or none',
      scale: 'one of zscore, minmax, none',
      dedupe: 'true or false',
    })
  })
})
