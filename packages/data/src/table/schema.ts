import { columnTypeNames, type ColumnTypeName, type CsvOptions } from '../csv/options.ts'
import { ProblemLog } from '../csv/problem.ts'
import { finite, flag, listOf, objectOf, oneOf, orNull, taggedBy, text, type Report, type Shape } from './shape.ts'

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

const missing = oneOf('error', 'drop', 'fill')
const type = oneOf(...columnTypeNames)

const scale: Shape<number> = (value, report, path = ''): value is number => {
  if (!finite(value, report, path)) return false
  if (value === 0) report(path, 'must not be 0')
  return value !== 0
}

const numberFeature = objectOf<NumberFeature>({
  kind: oneOf('number'),
  name: text,
  type,
  missing,
  fill: finite,
  indicator: flag,
  shift: finite,
  scale,
})

const booleanFeature = objectOf<BooleanFeature>({
  kind: oneOf('boolean'),
  name: text,
  missing,
  fill: oneOf(0, 1),
  indicator: flag,
})

const categoryFeature = objectOf<CategoryFeature>({
  kind: oneOf('category'),
  name: text,
  type: oneOf('category', 'text'),
  missing,
  fill: orNull(text),
  indicator: flag,
  categories: listOf(text),
  rare: listOf(text),
  other: flag,
})

const classTarget = objectOf<ClassTarget>({
  task: oneOf('binary', 'multiclass'),
  column: text,
  type,
  classes: listOf(text),
})

const numberTarget = objectOf<NumberTarget>({
  task: oneOf('regression'),
  column: text,
  type,
  log: flag,
  shift: finite,
  scale,
})

const isSchema = objectOf<Schema>({
  format: oneOf('metagrad-schema'),
  version: oneOf(1),
  features: listOf(
    taggedBy<FeatureSchema>('kind', { number: numberFeature, boolean: booleanFeature, category: categoryFeature }),
  ),
  target: orNull(
    taggedBy<TargetSchema>('task', { binary: classTarget, multiclass: classTarget, regression: numberTarget }),
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
  let problem = ''
  const report: Report = (path, wrong) => (problem = path === '' ? wrong : `${path}: ${wrong}`)
  if (isSchema(json, report)) return json
  return new ProblemLog().fail('parseSchema', {
    code: 'SCHEMA',
    message: `this is no schema of version 1: ${problem}.`,
    advice: 'Use the schema.json that training wrote.',
  })
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
