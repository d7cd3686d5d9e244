import { printable, similarNames } from 'metagrad'
import { usageError } from '../errors.ts'
import { allows } from './check-config.ts'
import {
  environmentName,
  expectation,
  flagName,
  rowsOf,
  textOfValue,
  valueOfText,
  type AnyOption,
  type OptionTable,
} from './option.ts'

/** Values from one place. */
export interface ConfigLayer {
  /** For `--print-config`. */
  readonly source: string
  readonly values: Readonly<Record<string, unknown>>
  /** What the place calls the option of a key. */
  readonly nameOf: (key: string) => string
}

/** A config, and the place that each value comes from. */
export interface MergedConfig<Config> {
  readonly config: Config
  readonly sources: Readonly<Record<keyof Config & string, string>>
}

/** What stands on the command line without a flag. */
const argumentNames: Readonly<Record<string, string>> = { data: '<file>', runs: '<folder>' }

/** Values of flags, still as texts where they are not yes or no. */
export function flagLayer<Config>(
  table: OptionTable<Config>,
  flags: Readonly<Record<string, string | boolean | undefined>>,
): ConfigLayer {
  const values = rowsOf(table).flatMap(([key, row]): [string, unknown][] => {
    const given = flags[key]
    if (given === undefined) return []
    return [[key, typeof given === 'string' ? valueOfText(row, given) : given]]
  })
  const nameOf = (key: string): string => argumentNames[key] ?? `--${flagName(key)}`
  return { source: 'flag', values: Object.fromEntries(values), nameOf }
}

/** Values of `METAGRAD_*` variables; one that is empty is not set. */
export function environmentLayer<Config>(table: OptionTable<Config>, environment: NodeJS.ProcessEnv): ConfigLayer {
  const values = rowsOf(table).flatMap(([key, row]): [string, unknown][] => {
    const text = environment[environmentName(key)]
    return text === undefined || text === '' ? [] : [[key, valueOfText(row, text)]]
  })
  return { source: 'environment', values: Object.fromEntries(values), nameOf: environmentName }
}

/** Values of a parsed config file. @throws CliError for what is no object of known options */
export function fileLayer<Config>(table: OptionTable<Config>, path: string, json: unknown): ConfigLayer {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw usageError(`${printable(path)}: expected a JSON object of options, such as {"epochs": 100}.`)
  }
  const known = Object.keys(table)
  for (const key of Object.keys(json)) {
    if (known.includes(key)) continue
    const similar = similarNames(key, known)
    const advice = similar.length > 0 ? `Did you mean ${similar.join(' or ')}?` : `It may have ${known.join(', ')}.`
    throw usageError(`${printable(path)}: unknown option "${printable(key)}". ${advice}`)
  }
  return { source: printable(path), values: { ...json }, nameOf: (key) => `${printable(path)}: ${key}` }
}

/**
 * The defaults, overlaid with the layers, of which later ones win.
 *
 * @throws CliError that names the option where it was given, what it may be, and what it was
 */
export function mergeConfig<Config>(table: OptionTable<Config>, layers: readonly ConfigLayer[]): MergedConfig<Config> {
  const values: Record<string, unknown> = {}
  const sources: Record<string, string> = {}
  for (const [key, row] of rowsOf(table)) {
    values[key] = row.default
    sources[key] = 'default'
    for (const layer of layers) {
      if (!Object.hasOwn(layer.values, key)) continue
      const value = layer.values[key]
      if (!allows(row, value)) throw invalid(layer.nameOf(key), row, value)
      values[key] = value
      sources[key] = layer.source
    }
  }
  return { config: values as Config, sources: sources as MergedConfig<Config>['sources'] }
}

function invalid(name: string, row: AnyOption, value: unknown): Error {
  const got = typeof value === 'string' || Array.isArray(value) ? `"${printable(textOfValue(value))}"` : String(value)
  return usageError(`${name}: expected ${expectation(row)}, got ${got}.${adviceFor(row, value)}`)
}

function adviceFor(row: AnyOption, value: unknown): string {
  if (row.kind === 'number') return ` Try ${row.example}.`
  if (row.kind !== 'choice' || typeof value !== 'string') return ''
  const [similar] = similarNames(value, row.of.map(String))
  return similar === undefined ? '' : ` Did you mean ${similar}?`
}
