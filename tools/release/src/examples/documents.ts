import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { isTypeScript, listFiles, readManifests } from '../workspace.ts'
import { readDocstrings, readMarkdown, type Example } from './extract.ts'

/** Examples, and the modules whose exports they may use without an import line, nearest first. */
export interface Document {
  examples: Example[]
  specifiers: string[]
}

/**
 * Every document that shows code: Markdown in the root, in `docs` and beside a package, and docstrings of the packages. An
 * example reaches its own file, its package, then the umbrella.
 */
export function readDocuments(root: string): Document[] {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  const markdown = (paths: string[]): Example[] =>
    paths
      .filter((path) => path.endsWith('.md') && existsSync(join(root, path)))
      .flatMap((path) => readMarkdown(path, read(path)))
  const entries = readEntries(root)
  const packages = readManifests(root)
    .filter(({ folder }) => folder.startsWith('packages/'))
    .map(({ folder, manifest }) => {
      const sources = listFiles(join(root, folder, 'src'))
        .filter((path) => isTypeScript(path) && !path.endsWith('.test.ts'))
        .map((path) => posix.join(folder, 'src', path))
      const own = entries.filter((entry) => entry.package === manifest.name).map((entry) => entry.specifier)
      return {
        examples: [
          ...markdown([`${folder}/README.md`]),
          ...sources.flatMap((path) => readDocstrings(path, read(path))),
        ],
        specifiers: [...own, 'metagrad'],
      }
    })
  const texts = ['README.md', 'CONTRIBUTING.md', ...listFiles(join(root, 'docs')).map((path) => `docs/${path}`)]
  return [{ examples: markdown(texts), specifiers: ['metagrad'] }, ...packages]
}

/** What programs import of the packages, and the source behind it, as soon as that is written. */
export function readEntries(root: string): { package: string; specifier: string; source: string }[] {
  return readManifests(root)
    .filter(({ folder }) => folder.startsWith('packages/'))
    .flatMap(({ folder, manifest }) =>
      Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
        const source = typeof target === 'string' ? undefined : target['@metagrad/source']
        if (source === undefined || !existsSync(join(root, folder, source))) return []
        return [
          { package: manifest.name, specifier: posix.join(manifest.name, subpath), source: posix.join(folder, source) },
        ]
      }),
    )
}
