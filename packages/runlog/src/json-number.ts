import * as z from 'zod/mini'

/** The three numbers that JSON lacks, as the strings that stand for them in every file of a run. */
export const nonFiniteNumbers: readonly ['NaN', 'Infinity', '-Infinity'] = ['NaN', 'Infinity', '-Infinity']

/** A number that may be NaN or infinite: read from a JSON number or from one of {@link nonFiniteNumbers}. */
export const jsonNumberSchema: z.ZodMiniType<number> = z.pipe(
  z.custom<number | string>(
    (value) => typeof value === 'number' || nonFiniteNumbers.some((text) => text === value),
    'expected a number, "NaN", "Infinity" or "-Infinity"',
  ),
  z.transform(Number),
)

/**
 * `JSON.stringify` that keeps NaN and the infinities, as strings, where JSON itself would write null.
 *
 * @example
 * stringifyJson({ loss: Number.NaN }) // -> '{"loss":"NaN"}'
 */
export function stringifyJson(value: unknown, space?: number): string {
  return JSON.stringify(
    value,
    (_key, item: unknown) => (typeof item === 'number' && !Number.isFinite(item) ? String(item) : item),
    space,
  )
}
