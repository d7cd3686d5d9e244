import { readFileSync } from 'node:fs'

interface PackageFile {
  readonly version: string
}

/** The version of this package, as its package.json has it. */
export const version: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as PackageFile
).version
