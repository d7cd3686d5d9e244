import * as z from 'zod/mini'
import { RunlogError } from './errors.ts'
import type { BestMetric, EndStatus } from './event.ts'
import { bestMetricSchema, endStatusSchema } from './event-schema.ts'
import type { FileEntry } from './file-entry.ts'
import { byteCountSchema, fileEntrySchema, sha256Schema } from './file-entry.ts'
import { stringifyJson } from './json-number.ts'
import { checkSchema } from './schema-error.ts'

/** Version of the run directory's format. */
export const runFormat = 1

/** A data file that the run reads: where it lay, and what it was. */
export interface DataFile {
  /** As given on the command line. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** Content of `run.json`. */
export interface RunManifest {
  readonly format: typeof runFormat
  /** Folder name. */
  readonly id: string
  readonly status: 'running' | EndStatus
  /** 1, and one more for each resume. */
  readonly attempt: number
  /** When the first attempt started, as ISO 8601 in UTC. */
  readonly started: string
  /** When the latest attempt ended; absent while it runs. */
  readonly ended?: string | undefined
  readonly exitCode?: number | undefined
  /** Program and arguments of the latest attempt. */
  readonly command: readonly string[]
  readonly cwd: string
  /** Versions by name, such as `metagrad` and `node`. */
  readonly versions: Readonly<Record<string, string>>
  /** Such as `cpu` or `webgpu`. */
  readonly device: string
  readonly seed: number
  readonly data: readonly DataFile[]
  readonly best?: BestMetric | undefined
  /** The files that the run wrote, by path. `run.json` and `events.jsonl`, which change as it runs, are not among them. */
  readonly files: readonly FileEntry[]
}

/** Schema of {@link RunManifest}. Unknown fields are dropped. */
export const manifestSchema: z.ZodMiniType<RunManifest> = z.object({
  format: z.literal(runFormat),
  id: z.string().check(z.minLength(1)),
  status: z.union([z.literal('running'), endStatusSchema]),
  attempt: z.int().check(z.positive()),
  started: z.iso.datetime(),
  ended: z.optional(z.iso.datetime()),
  exitCode: z.optional(z.int()),
  command: z.array(z.string()),
  cwd: z.string(),
  versions: z.record(z.string(), z.string()),
  device: z.string(),
  seed: z.int(),
  data: z.array(z.object({ path: z.string(), bytes: byteCountSchema, sha256: sha256Schema })),
  best: z.optional(bestMetricSchema),
  files: z.array(fileEntrySchema),
})

/** The text of `run.json`, its fields always in the same order. */
export function encodeManifest(manifest: RunManifest): string {
  const { format, id, status, attempt, started, ended, exitCode, best, ...rest } = manifest
  const { command, cwd, versions, device, seed, data, files } = rest
  const facts = { command, cwd, versions, device, seed, data }
  return `${stringifyJson({ format, id, status, attempt, started, ended, exitCode, best, ...facts, files }, 2)}\n`
}

/**
 * Reads the text of `run.json`.
 * @throws {RunlogError} FORMAT when it is not a manifest of this version.
 */
export function parseManifest(text: string): RunManifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new RunlogError('parseManifest: run.json is not JSON.', 'FORMAT', { cause })
  }
  const manifest = checkSchema(manifestSchema, value)
  if (!manifest.ok) throw new RunlogError(`parseManifest: run.json is not valid: ${manifest.text}.`, 'FORMAT')
  return manifest.value
}
