import type { OptionTable } from './option.ts'

/** How the CSV file is read where detection needs help: the remedies that messages about data name. */
export interface ReadingConfig {
  readonly types: readonly string[]
  readonly missing: 'error' | 'drop' | 'mean' | 'median' | 'mode' | 'indicator'
  readonly dropMissingTarget: boolean
  readonly na: readonly string[] | null
  readonly delimiter: string | null
  readonly decimal: '.' | ',' | null
  readonly encoding: string | null
  readonly escape: string | null
  readonly comment: string | null
  readonly skipLines: number
  readonly dedupe: boolean
  readonly normalizeLabels: boolean
  readonly nonFinite: 'error' | 'missing'
  readonly repeatedHeader: 'error' | 'skip'
  readonly onBadRow: 'error' | 'skip'
  readonly maxBadRows: number
}

/** A row for each key of {@link ReadingConfig}. */
export const readingOptions: OptionTable<ReadingConfig> = {
  types: {
    kind: 'list',
    value: 'column=type',
    group: 'Reading',
    help: 'types of columns, such as zip=category,price=number:strip',
    default: [],
    defaultText: 'by what all cells allow',
  },
  missing: {
    kind: 'choice',
    of: ['error', 'drop', 'mean', 'median', 'mode', 'indicator'],
    group: 'Reading',
    help: 'what is done about missing features',
    default: 'indicator',
  },
  dropMissingTarget: { kind: 'flag', group: 'Reading', help: 'leave out rows without a target', default: false },
  na: {
    kind: 'list',
    value: 'words',
    group: 'Reading',
    help: 'words that mean "missing"',
    default: null,
    defaultText: 'NA, null and the like, in columns of numbers',
  },
  delimiter: {
    kind: 'text',
    value: 'character',
    group: 'Reading',
    help: 'what stands between cells',
    default: null,
    defaultText: 'detected',
  },
  decimal: {
    kind: 'choice',
    of: ['.', ','],
    group: 'Reading',
    help: 'decimal mark',
    default: null,
    defaultText: 'detected',
  },
  encoding: {
    kind: 'text',
    value: 'name',
    group: 'Reading',
    help: 'encoding of the text, such as windows-1252',
    default: null,
    defaultText: 'UTF-8',
  },
  escape: {
    kind: 'text',
    value: 'character',
    group: 'Reading',
    help: 'what stands before a quote inside quotes',
    default: null,
    defaultText: 'another quote',
  },
  comment: { kind: 'text', value: 'mark', group: 'Reading', help: 'skip lines that begin with it', default: null },
  skipLines: {
    kind: 'number',
    whole: true,
    min: 0,
    example: '1',
    group: 'Reading',
    help: 'lines to skip before the table',
    default: 0,
  },
  dedupe: { kind: 'flag', group: 'Reading', help: 'rename repeated columns', default: false },
  normalizeLabels: {
    kind: 'flag',
    group: 'Reading',
    help: 'join labels that differ by case or spaces',
    default: false,
  },
  nonFinite: {
    kind: 'choice',
    of: ['error', 'missing'],
    group: 'Reading',
    help: 'infinite cells are an error or missing',
    default: 'error',
  },
  repeatedHeader: {
    kind: 'choice',
    of: ['error', 'skip'],
    group: 'Reading',
    help: 'a header inside the table is an error or skipped',
    default: 'error',
  },
  onBadRow: {
    kind: 'choice',
    of: ['error', 'skip'],
    group: 'Reading',
    help: 'rows that do not fit are an error or skipped',
    default: 'error',
  },
  maxBadRows: {
    kind: 'number',
    min: 0,
    example: '0.05',
    group: 'Reading',
    help: 'share of bad rows that may be skipped',
    default: 0.01,
  },
}
