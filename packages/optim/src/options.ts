import { ArgumentError } from '@metagrad/tensor'

/** What an option may be. */
export interface Check {
  /** Completes the sentence "lr must be ...". */
  readonly expects: string
  /** Whether `value` may stand beside the other options. */
  readonly holds: (value: unknown, options: Readonly<Record<string, unknown>>) => boolean
}

/** A row per option: its default (undefined if it must be given) and what it may be. */
export type OptionTable<Settings> = {
  readonly [Name in keyof Settings]-?: readonly [initial: Settings[Name] | undefined, check: Check]
}

const isFinite = (value: unknown): value is number => Number.isFinite(value)
const isFactor = (value: unknown): boolean => isFinite(value) && value >= 0 && value < 1

export const finite: Check = { expects: 'a finite number', holds: isFinite }
export const nonNegative: Check = { expects: 'a finite number >= 0', holds: (value) => isFinite(value) && value >= 0 }
export const positive: Check = { expects: 'a finite number > 0', holds: (value) => isFinite(value) && value > 0 }
export const factor: Check = { expects: 'a number in [0, 1)', holds: isFactor }
export const fraction: Check = {
  expects: 'a number in [0, 1]',
  holds: (value) => isFinite(value) && value >= 0 && value <= 1,
}
export const count: Check = {
  expects: 'a whole number > 0',
  holds: (value) => Number.isSafeInteger(value) && Number(value) > 0,
}
export const wholeNumber: Check = {
  expects: 'a whole number >= 0',
  holds: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
}
export const flag: Check = { expects: 'true or false', holds: (value) => typeof value === 'boolean' }
export const factorPair: Check = {
  expects: 'a pair of numbers in [0, 1)',
  holds: (value) => Array.isArray(value) && value.length === 2 && value.every(isFactor),
}
export const oneOf = /* @__NO_SIDE_EFFECTS__ */ (...words: readonly string[]): Check => ({
  expects: words.map((word) => `'${word}'`).join(' or '),
  holds: (value) => typeof value === 'string' && words.includes(value),
})
/** Each element of a list, or a single one. */
export const eachOrOne = /* @__NO_SIDE_EFFECTS__ */ ({ expects, holds }: Check): Check => ({
  expects: `${expects}, or a list of such, one for each group`,
  holds: (value, options) =>
    Array.isArray(value) ? value.every((item) => holds(item, options)) : holds(value, options),
})
/** May also be left out. */
export const optional = /* @__NO_SIDE_EFFECTS__ */ ({ expects, holds }: Check): Check => ({
  expects,
  holds: (value, options) => value === undefined || holds(value, options),
})

/**
 * The options given, defaults filled in, checked.
 *
 * @throws ArgumentError for a name that the table does not have, or a value that does not pass its check
 */
export function resolveOptions<Settings extends object>(
  op: string,
  table: OptionTable<Settings>,
  given: object,
): Settings {
  const names = Object.keys(table) as (keyof Settings & string)[]
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(table, name)) {
      throw new ArgumentError(`${op}: unknown option "${name}". It has ${names.join(', ')}.`)
    }
  }
  const initial = names.map((name): [string, unknown] => [name, table[name][0]])
  const all: Record<string, unknown> = Object.fromEntries([...initial, ...Object.entries(given)])
  for (const name of names) {
    const { expects, holds } = table[name][1]
    if (!holds(all[name], all)) throw new ArgumentError(`${op}: ${name} must be ${expects}, got ${show(all[name])}.`)
  }
  return all as Settings
}

function show(value: unknown): string {
  return typeof value === 'string' || Array.isArray(value) ? JSON.stringify(value) : String(value)
}
