import { existsSync, readFileSync } from 'node:fs'
import * as autograd from '@metagrad/autograd'
import { functional } from '@metagrad/nn'
import type { DType } from '@metagrad/tensor'
import * as tensor from '@metagrad/tensor'
import { readGolden } from './golden.ts'
import type { Name } from './names.ts'
import { names } from './names.ts'
import { families } from './samples/index.ts'
import type { Sample } from './samples/sample.ts'
import { caseKey } from './samples/sample.ts'

/** A row of docs/ops.md and docs/ops.json: what stands, and what proves it. */
export interface OpRow {
  readonly name: string
  readonly torch: string
  readonly family: string
  readonly tier: 1 | 2
  readonly exists: boolean
  readonly differentiable: boolean
  readonly gradcheck: boolean
  readonly secondOrder: boolean
  readonly goldenCases: number
  readonly dtypes: readonly DType[]
  /** What proves it: the sample table, or a test file. */
  readonly proof: string
}

const root = new URL('../../../', import.meta.url)
const defaultDTypes: readonly DType[] = ['float32', 'float64']

/** Whether a method, property or export of that name is there. */
function exists({ api }: Name): boolean {
  if (api.startsWith('.')) return api.slice(1) in tensor.Tensor.prototype || api.slice(1) in tensor.zeros(1)
  const path = api.split('.')
  let value: unknown = { ...tensor, ...autograd, functional }
  for (const key of path) value = (value as { readonly [key: string]: unknown } | undefined)?.[key]
  return value !== undefined
}

function goldenKeys(): ReadonlySet<string> {
  return new Set(Object.keys(families).flatMap((family) => Object.keys(readGolden(family).cases)))
}

function samplesOf({ samples }: Name): Sample[] {
  return Object.values(families)
    .flat()
    .filter(({ name }) => samples.includes(name))
}

function isProven({ proof }: Name): boolean {
  return proof !== undefined && existsSync(new URL(proof, root))
}

/** Every name with its facts, taken from the tables that the tests run. */
export function opRows(): OpRow[] {
  const golden = goldenKeys()
  return names.map((name) => {
    const rows = samplesOf(name)
    const differentiable = rows.filter((row) => row.differentiable !== false)
    const keys = rows.flatMap((row) =>
      (row.dtypes ?? defaultDTypes).flatMap((dtype) => row.cases.map((_, at) => caseKey(row, at, dtype))),
    )
    const dtypes = new Set(rows.flatMap((row) => row.dtypes ?? defaultDTypes))
    return {
      name: name.api,
      torch: name.torch,
      family: name.family,
      tier: name.tier,
      exists: exists(name),
      differentiable: differentiable.length > 0,
      gradcheck: differentiable.length > 0,
      secondOrder: differentiable.some((row) => row.second !== false),
      goldenCases: keys.filter((key) => golden.has(key)).length,
      dtypes: [...dtypes],
      proof: rows.length > 0 ? 'samples' : isProven(name) ? name.proof! : '',
    }
  })
}

export function opsJson(rows: readonly OpRow[]): string {
  return `${JSON.stringify(rows, undefined, 1)}\n`
}

const mark = (yes: boolean): string => (yes ? 'yes' : '-')

export function opsMarkdown(rows: readonly OpRow[]): string {
  const total = Object.keys(families).reduce((count, family) => count + Object.keys(readGolden(family).cases).length, 0)
  const standing = rows.filter((row) => row.exists)
  const sections = [...new Set(rows.map((row) => row.family))].map((family) => {
    const lines = rows
      .filter((row) => row.family === family)
      .map(
        (row) =>
          `| \`${row.name}\` | \`${row.torch}\`${row.tier === 2 ? ' °' : ''} | ${row.exists ? '' : '**missing** '}${row.proof === 'samples' ? '' : row.proof} | ${mark(row.differentiable)} | ${mark(row.gradcheck)} | ${mark(row.secondOrder)} | ${row.goldenCases || '-'} | ${row.dtypes.join(' ')} |`,
      )
    return `## ${family}\n\n| here | PyTorch | test file | differentiable | gradcheck | second order | golden cases | dtypes |\n|---|---|---|---|---|---|---|---|\n${lines.join('\n')}\n`
  })
  return `# Ops

Written by \`pnpm docs:ops\` from the tables that the tests run; \`docs/ops.json\` has the same facts for programs.
${standing.length} of ${rows.length} names stand; ${total} golden cases come from PyTorch ${readGolden('pointwise').torch}.
° marks the second tier. A name starting with a dot is a method or property of \`Tensor\`; the others are exports.

${sections.join('\n')}`
}

export const opsFiles: { readonly json: URL; readonly markdown: URL } = {
  json: new URL('docs/ops.json', root),
  markdown: new URL('docs/ops.md', root),
}

export function readText(url: URL): string {
  return existsSync(url) ? readFileSync(url, 'utf8') : ''
}
