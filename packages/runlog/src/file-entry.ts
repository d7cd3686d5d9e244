import * as z from 'zod/mini'
import { fileNameProblem } from './file-name.ts'

/** A file of the run directory, with what is needed to notice that it changed. */
export interface FileEntry {
  /** Relative to the run directory, parts joined by `/`. */
  readonly path: string
  /** Size in bytes. */
  readonly bytes: number
  /** Lower-case hexadecimal SHA-256 of the content. */
  readonly sha256: string
}

/** A path inside the run directory that is safe to open. */
export const filePathSchema: z.ZodMiniType<string> = z
  .string()
  .check(z.refine((path) => fileNameProblem(path) === undefined, 'unsafe file name'))

/** A size in bytes. */
export const byteCountSchema: z.ZodMiniType<number> = z.int().check(z.nonnegative())

/** 64 lower-case hexadecimal digits. */
export const sha256Schema: z.ZodMiniType<string> = z.string().check(z.regex(/^[0-9a-f]{64}$/))

/** Schema of {@link FileEntry}. */
export const fileEntrySchema: z.ZodMiniType<FileEntry> = z.object({
  path: filePathSchema,
  bytes: byteCountSchema,
  sha256: sha256Schema,
})
