import { quoted } from '../csv/printable.ts'

/** Told of a part that does not fit: its path, '' for the whole, and what is wrong with it. */
export type Report = (path: string, wrong: string) => void

/** Whether a value that was read from JSON is a `T`. The first part that is not is reported. */
export type Shape<T> = (value: unknown, report: Report, path?: string) => value is T

const kind =
  /* @__NO_SIDE_EFFECTS__ */
  <T>(name: string, isOne: (value: unknown) => value is T): Shape<T> =>
    (value, report, path = ''): value is T => {
      if (isOne(value)) return true
      report(path, `it must be ${name}`)
      return false
    }

export const text: Shape<string> = kind('string', (value) => typeof value === 'string')
export const flag: Shape<boolean> = kind('boolean', (value) => typeof value === 'boolean')

export const finite: Shape<number> = kind(
  'a finite number',
  (value): value is number => typeof value === 'number' && Number.isFinite(value),
)

/** One of these values. */
export const oneOf = /* @__NO_SIDE_EFFECTS__ */ <const T extends string | number>(...values: readonly T[]): Shape<T> =>
  kind(values.map((value) => JSON.stringify(value)).join(' or '), (value): value is T =>
    values.some((allowed) => allowed === value),
  )

const anyArray: Shape<unknown[]> = kind('array', (value) => Array.isArray(value))

const anyObject: Shape<object> = kind(
  'object',
  (value): value is object => typeof value === 'object' && value !== null && !Array.isArray(value),
)

const within = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`)

/** A list, each part of which has the shape. */
export const listOf =
  /* @__NO_SIDE_EFFECTS__ */
  <T>(part: Shape<T>): Shape<readonly T[]> =>
    (value, report, path = ''): value is readonly T[] =>
      anyArray(value, report, path) && value.every((one, i) => part(one, report, within(path, i)))

/** What has the shape, or null. */
export const orNull =
  /* @__NO_SIDE_EFFECTS__ */
  <T>(shape: Shape<T>): Shape<T | null> =>
    (value, report, path = ''): value is T | null =>
      value === null || shape(value, report, path)

/** An object of exactly these parts. */
export const objectOf =
  /* @__NO_SIDE_EFFECTS__ */
  <T extends object>(parts: { readonly [Key in keyof T]: Shape<T[Key]> }): Shape<T> =>
    (value, report, path = ''): value is T => {
      if (!anyObject(value, report, path)) return false
      const given = new Map<string, unknown>(Object.entries(value))
      const expected = new Map<string, Shape<unknown>>(Object.entries(parts))
      for (const [key, shape] of expected) if (!shape(given.get(key), report, within(path, key))) return false
      const unknown = [...given.keys()].filter((key) => !expected.has(key))
      if (unknown.length > 0) report(path, `it has unknown parts: ${unknown.map(quoted).join(', ')}`)
      return unknown.length === 0
    }

/** An object whose part `tag` names which of the shapes it has. */
export const taggedBy =
  /* @__NO_SIDE_EFFECTS__ */
  <T>(tag: string, shapes: { readonly [name: string]: Shape<T> }): Shape<T> =>
    (value, report, path = ''): value is T => {
      if (!anyObject(value, report, path)) return false
      const name: unknown = new Map<string, unknown>(Object.entries(value)).get(tag)
      const shape = new Map<unknown, Shape<T>>(Object.entries(shapes)).get(name)
      if (shape !== undefined) return shape(value, report, path)
      report(within(path, tag), 'it is of no known kind')
      return false
    }
