import * as z from 'zod/mini'
import type { AnyOption } from './option.ts'

/** Whether a row allows a value; null is for what is not set, where that is the default. */
export function allows(option: AnyOption, value: unknown): boolean {
  return value === null ? option.default === null : z.safeParse(schemaOf(option), value).success
}

function schemaOf(option: AnyOption): z.ZodMiniType {
  switch (option.kind) {
    case 'number': {
      const { min = -Infinity, above = -Infinity, below = Infinity, whole, words } = option
      const number = (whole ? z.int() : z.number()).check(
        z.refine((value) => value >= min && value > above && value < below),
      )
      return words === undefined ? number : z.union([number, z.literal(words)])
    }
    case 'choice':
      return z.literal(option.of.filter((word) => typeof word === 'string'))
    case 'flag':
      return z.boolean()
    case 'text':
      return z.string().check(z.minLength(1))
    case 'list':
      return z.array(z.string().check(z.minLength(1)))
    case 'sizes':
      return z.array(z.int().check(z.positive()))
  }
}
