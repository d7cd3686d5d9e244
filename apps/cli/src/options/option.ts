/** Headings of the help, in its order. */
export const optionGroups = ['Data', 'Model', 'Training', 'Run', 'Server', 'Terminal', 'Reading'] as const

/** What every kind of option has. */
interface OptionBase<T> {
  readonly group: (typeof optionGroups)[number]
  /** One line of the help, without the default. */
  readonly help: string
  readonly default: T
  /** What the default means where the value does not say it. */
  readonly defaultText?: string
  /** Single letter. */
  readonly short?: string
}

/** A number within bounds, or one of a few words that stand for one. */
export interface NumberOption<T> extends OptionBase<T> {
  readonly kind: 'number'
  readonly whole?: boolean
  /** Least value. */
  readonly min?: number
  /** The value must be greater. */
  readonly above?: number
  /** The value must be less. */
  readonly below?: number
  readonly words?: readonly Extract<T, string>[]
  readonly example: string
}

/** One of a few words. */
export interface ChoiceOption<T> extends OptionBase<T> {
  readonly kind: 'choice'
  readonly of: readonly T[]
}

/** Yes or no. `both`: `--name` and `--no-name` exist; `off`: only `--no-name`. */
export interface FlagOption<T> extends OptionBase<T> {
  readonly kind: 'flag'
  readonly form?: 'both' | 'off'
}

/** Any text. */
export interface TextOption<T> extends OptionBase<T> {
  readonly kind: 'text'
  /** What the help calls the value. */
  readonly value: string
}

/** Texts, separated by commas. */
export interface ListOption<T> extends OptionBase<T> {
  readonly kind: 'list'
  readonly value: string
}

/** Whole numbers from 1 on, separated by commas; `none` for none. */
export interface SizesOption<T> extends OptionBase<T> {
  readonly kind: 'sizes'
  readonly value: string
}

/** One option of a command: flag, environment variable, key of the config file and help line come from this row. */
export type Option<T> =
  | NumberOption<T>
  | ChoiceOption<T>
  | FlagOption<T>
  | TextOption<T>
  | ListOption<T>
  | SizesOption<T>

/** A row for each key of a config. */
export type OptionTable<Config> = { readonly [Key in keyof Config]-?: Option<Config[Key]> }

/** A row whose type is not known. */
export type AnyOption = Option<unknown>

/** The rows of a table as a list. */
export function rowsOf<Config>(table: OptionTable<Config>): [key: keyof Config & string, row: AnyOption][] {
  return Object.entries(table) as [keyof Config & string, AnyOption][]
}

/** The defaults of a table. */
export function defaultsOf<Config>(table: OptionTable<Config>): Config {
  return Object.fromEntries(rowsOf(table).map(([key, row]) => [key, row.default])) as Config
}

/** `batchSize` as `batch-size`. */
export function flagName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** `batchSize` as `METAGRAD_BATCH_SIZE`. */
export function environmentName(key: string): string {
  return `METAGRAD_${flagName(key).replaceAll('-', '_').toUpperCase()}`
}

/** What a value must be, to complete "expected ...". */
export function expectation(option: AnyOption): string {
  switch (option.kind) {
    case 'number': {
      const what = option.whole ? 'a whole number' : 'a number'
      const bounds = [
        option.min === undefined ? [] : [`from ${option.min}`],
        option.above === undefined ? [] : [`above ${option.above}`],
        option.below === undefined ? [] : [`below ${option.below}`],
      ].flat()
      const words = (option.words ?? []).map((word) => ` or ${word}`)
      return `${[what, bounds.join(' and ')].filter((part) => part !== '').join(' ')}${words.join('')}`
    }
    case 'choice':
      return `one of ${option.of.join(', ')}`
    case 'flag':
      return 'true or false'
    case 'text':
      return 'a text'
    case 'list':
      return 'texts separated by commas'
    case 'sizes':
      return 'whole numbers from 1, separated by commas, or none'
  }
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** The value that a text stands for. What cannot be one stays text, for the check to refuse. */
export function valueOfText(option: AnyOption, text: string): unknown {
  const trimmed = text.trim()
  const parts = (): string[] => trimmed.split(',').map((part) => part.trim())
  switch (option.kind) {
    case 'number':
      return decimal.test(trimmed) ? Number(trimmed) : trimmed
    case 'flag':
      return ['1', 'true', 'yes'].includes(trimmed) ? true : ['0', 'false', 'no'].includes(trimmed) ? false : trimmed
    case 'sizes':
      return trimmed === 'none' || trimmed === ''
        ? []
        : parts().map((part) => (decimal.test(part) ? Number(part) : part))
    case 'list':
      return trimmed === '' ? [] : parts()
    case 'choice':
      return trimmed
    case 'text':
      return text
  }
}

/** The text that `valueOfText` would take, for tables and help. */
export function textOfValue(value: unknown): string {
  if (value === null || value === undefined) return '-'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(',')
  return String(value)
}
