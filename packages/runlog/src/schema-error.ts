import type * as z from 'zod/mini'
import { en } from 'zod/locales'

// zod/mini carries no wording of its own; it is given per call so that importing this package changes nothing global.
const { localeError } = en()

/** Either the checked value, or one sentence that says where and why it does not fit. */
export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly text: string }

/** Checks `value` against `schema` and words the first failure as `values.train/loss: expected a number`. */
export function checkSchema<T>(schema: z.ZodMiniType<T>, value: unknown): Checked<T> {
  const result = schema.safeParse(value, { error: localeError })
  if (result.success) return { ok: true, value: result.data }
  const issue = result.error.issues[0]
  const path = (issue?.path ?? []).map(String).join('.')
  const message = (issue?.message ?? 'not valid').replace(/^Invalid input: /, '')
  return { ok: false, text: path === '' ? message : `${path}: ${message}` }
}
