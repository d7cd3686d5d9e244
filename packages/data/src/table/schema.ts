import * as z from 'zod/mini'
import { columnTypeNames, type ColumnTypeName, type CsvOptions } from '../csv/options.ts'
import { quoted } from '../csv/printable.ts'
import { ProblemLog } from '../csv/problem.ts'

/** What is done where a value is missing: stop, leave the row out, or put `fill` in its place. */
export type MissingAction = 'error' | 'drop' | 'fill'

/** A number becomes `(value - shift) / scale`. */
export interface NumberFeature {
  readonly kind: 'number'
  readonly name: string
  /** The type to read the column as. */
  readonly type: ColumnTypeName
  readonly missing: MissingAction
  readonly fill: number
  /** Whether a second feature says that the value was missing. */
  readonly indicator: boolean
  readonly shift: number
  readonly scale: number
}

/** No and yes become 0 and 1. */
export interface BooleanFeature {
  readonly kind: 'boolean'
  readonly name: string
  readonly missing: MissingAction
  readonly fill: 0 | 1
  readonly indicator: boolean
}

/** A word becomes one feature per category, of which one is 1 and the others 0. */
export interface CategoryFeature {
  readonly kind: 'category'
  readonly name: string
  readonly type: 'category' | 'text'
  readonly missing: MissingAction
  /** The category that stands for a missing value; null where `indicator` has its own feature for it. */
  readonly fill: string | null
  readonly indicator: boolean
  /** Categories that have a feature, the most frequent first. */
  readonly categories: readonly string[]
  /** Categories of the training rows that share the feature for others. */
  readonly rare: readonly string[]
  /** Whether there is a feature for all other categories. Without it an unseen category is all zeros. */
  readonly other: boolean
}

/** How one column becomes features. */
export type FeatureSchema = NumberFeature | BooleanFeature | CategoryFeature

/** How the target becomes a class, by its place in `classes`. */
export interface ClassTarget {
  readonly task: 'binary' | 'multiclass'
  readonly column: string
  readonly type: ColumnTypeName
  readonly classes: readonly string[]
}

/** How the target becomes a number: `(value - shift) / scale`, of the natural logarithm if `log`. */
export interface NumberTarget {
  readonly task: 'regression'
  readonly column: string
  readonly type: ColumnTypeName
  readonly log: boolean
  readonly shift: number
  readonly scale: number
}

/** How the target becomes what the loss takes. */
export type TargetSchema = ClassTarget | NumberTarget

/** All that was fitted on the training rows, as plain JSON: what turns rows into numbers, now and when predicting. */
export interface Schema {
  readonly format: 'metagrad-schema'
  readonly version: 1
  readonly features: readonly FeatureSchema[]
  readonly target: TargetSchema | null
}

const finite = z.number().check(z.refine((value) => Number.isFinite(value), 'must be finite'))
const scale = finite.check(z.refine((value) => value !== 0, 'must not be 0'))
const missing = z.enum(['error', 'drop', 'fill'])
const type = z.enum(columnTypeNames)

const schemaShape = z.strictObject({
  format: z.literal('metagrad-schema'),
  version: z.literal(1),
  features: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('number'),
        name: z.string(),
        type,
        missing,
        fill: finite,
        indicator: z.boolean(),
        shift: finite,
        scale,
      }),
      z.strictObject({
        kind: z.literal('boolean'),
        name: z.string(),
        missing,
        fill: z.union([z.literal(0), z.literal(1)]),
        indicator: z.boolean(),
      }),
      z.strictObject({
        kind: z.literal('category'),
        name: z.string(),
        type: z.enum(['category', 'text']),
        missing,
        fill: z.nullable(z.string()),
        indicator: z.boolean(),
        categories: z.array(z.string()),
        rare: z.array(z.string()),
        other: z.boolean(),
      }),
    ]),
  ),
  target: z.nullable(
    z.discriminatedUnion('task', [
      z.strictObject({ task: z.literal('binary'), column: z.string(), type, classes: z.array(z.string()) }),
      z.strictObject({ task: z.literal('multiclass'), column: z.string(), type, classes: z.array(z.string()) }),
      z.strictObject({
        task: z.literal('regression'),
        column: z.string(),
        type,
        log: z.boolean(),
        shift: finite,
        scale,
      }),
    ]),
  ),
})

/**
 * Checks a schema that was read from JSON.
 *
 * @throws {TableError} `SCHEMA` that names the part that does not fit.
 * @example
 * ```ts
 * const { schema } = fitSchema(tableFrom({ age: [20, 40] }), { features: ['age'], rows: [0, 1] })
 * featureNames(parseSchema(JSON.parse(JSON.stringify(schema)))) // -> ['age']
 * ```
 */
export function parseSchema(json: unknown): Schema {
  const result = z.safeParse(schemaShape, json)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const path = issue.path.map(String).join('.')
  return new ProblemLog().fail('parseSchema', {
    code: 'SCHEMA',
    message: `this is no schema of version 1: ${path === '' ? '' : `${path}: `}${issueText(issue)}.`,
    advice: 'Use the schema.json that training wrote.',
  })
}

/** What is wrong with a part of a schema; zod's own texts would need one of its locales in every bundle. */
function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `it must be ${issue.expected}`
  if (issue.code === 'invalid_value')
    return `it must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
  if (issue.code === 'unrecognized_keys') return `it has unknown parts: ${issue.keys.map(quoted).join(', ')}`
  return issue.code === 'invalid_union' ? 'it is of no known kind' : issue.message
}

/** Names of the features that a column becomes, in order: `age`, `city=Oslo`, `city=<other>`, `age=<missing>`. */
export function namesOfFeature(feature: FeatureSchema): string[] {
  const own =
    feature.kind === 'category'
      ? [
          ...feature.categories.map((category) => `${feature.name}=${category}`),
          ...(feature.other ? [`${feature.name}=<other>`] : []),
        ]
      : [feature.name]
  return feature.indicator ? [...own, `${feature.name}=<missing>`] : own
}

/** Names of all features of a schema: one per column of the matrix. */
export function featureNames(schema: Pick<Schema, 'features'>): string[] {
  return schema.features.flatMap(namesOfFeature)
}

/**
 * Options that read another file as the schema needs it: each column under the type it had in training, others ignored.
 *
 * @example
 * ```ts
 * const { schema } = fitSchema(tableFrom({ age: [20, 40] }), { features: ['age'], rows: [0, 1] })
 * const table = parseCsv('name,age\nAda,30\nBen,50\n', readingOptions(schema))
 * Array.from(applySchema(schema, table).data) // -> [0, 2]
 * ```
 */
export function readingOptions(schema: Schema): Required<Pick<CsvOptions, 'types'>> {
  const types = new Map<string, ColumnTypeName>(
    schema.features.map((feature) => [feature.name, feature.kind === 'boolean' ? 'boolean' : feature.type]),
  )
  if (schema.target) types.set(schema.target.column, schema.target.type)
  return { types: (name) => types.get(name) ?? 'ignore' }
}
