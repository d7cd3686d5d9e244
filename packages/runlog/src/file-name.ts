import { RunlogError } from './errors.ts'

/** Files that the run itself keeps; `writeFile` refuses them. */
export const reservedFileNames: ReadonlySet<string> = new Set([
  'run.json',
  'config.json',
  'events.jsonl',
  'events.jsonl.gz',
  'metrics.csv',
  'run.lock',
])

const maxPathLength = 1024
const maxPartLength = 200
// Windows opens devices by these names, whatever the extension.
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const forbiddenCharacter = /[\u0000-\u001f\u007f\\:*?"<>|]/

/**
 * What makes a path unsafe inside a run directory, or undefined when it is safe on every system.
 * Safe means: relative, parts joined by `/`, none of them empty, `.`, `..`, hidden, a device or over 200 characters long.
 *
 * @example
 * fileNameProblem('../weights.bin') // -> 'it leaves the run directory'
 */
export function fileNameProblem(path: string): string | undefined {
  if (path === '') return 'it is empty'
  if (path.length > maxPathLength) return `it has ${path.length} characters, at most ${maxPathLength} fit`
  if (path.startsWith('/')) return 'it is absolute'
  const character = forbiddenCharacter.exec(path)?.[0]
  if (character !== undefined) return `it contains ${JSON.stringify(character)}`
  for (const part of path.split('/')) {
    if (part === '') return 'it has an empty part'
    if (part === '..') return 'it leaves the run directory'
    if (part.startsWith('.')) return 'a part starts with a dot'
    if (part.length > maxPartLength) return `a part has ${part.length} characters, at most ${maxPartLength} fit`
    if (part.endsWith('.') || part.endsWith(' ')) return 'a part ends with a dot or a space'
    if (deviceName.test(part)) return `${JSON.stringify(part)} is a device on Windows`
  }
  return undefined
}

/**
 * Returns `path` when it is safe inside a run directory.
 * @throws {RunlogError} FILE_NAME
 */
export function checkFileName(operation: string, path: string): string {
  const problem = fileNameProblem(path)
  if (problem === undefined) return path
  const shown = JSON.stringify(path.length > 60 ? `${path.slice(0, 60)}...` : path)
  throw new RunlogError(
    `${operation}: file name ${shown} is refused: ${problem}. Use a relative path such as "plots/loss.svg".`,
    'FILE_NAME',
  )
}
