import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { listFiles, readManifests } from '../workspace.ts'
import { readDocstrings, readMarkdown, type Example } from './extract.ts'

/** Examples, and the modules whose exports they may use without an import line, nearest first. */
export interface Document {
  examples: Example[]
  specifiers: string[]
}

/**
 * Every document that shows code: Markdown in the root, in `docs` and beside a package, and docstrings of the packages. An
 * example reaches its own package, then the umbrella.
 */
export function readDocuments(root: string): Document[] {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  const markdown = (paths: string[]): Example[] =>
    paths
      .filter((path) => path.endsWith('.md') && existsSync(join(root, path)))
      .flatMap((path) => readMarkdown(path, read(path)))
  const packages = readManifests(root)
    .filter(({ folder }) => folder.startsWith('packages/') && existsSync(join(root, folder, 'src/index.ts')))
    .map(({ folder, manifest }) => {
      const sources = listFiles(join(root, folder, 'src'))
        .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
        .map((path) => posix.join(folder, 'src', path))
      return {
        examples: [
          ...markdown([`${folder}/README.md`]),
          ...sources.flatMap((path) => readDocstrings(path, read(path))),
        ],
        specifiers: [...entriesOf(manifest.name, manifest.exports), 'metagrad'],
      }
    })
  const texts = ['README.md', 'CONTRIBUTING.md', ...listFiles(join(root, 'docs')).map((path) => `docs/${path}`)]
  return [{ examples: markdown(texts), specifiers: ['metagrad'] }, ...packages]
}

function entriesOf(name: string, exported: Readonly<Record<string, unknown>> = {}): string[] {
  return Object.keys(exported)
    .filter((subpath) => !subpath.endsWith('.json'))
    .map((subpath) => posix.join(name, subpath))
}
