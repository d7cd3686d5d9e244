import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { findCycles } from '../cycles.ts'
import { layers } from '../layers.ts'
import type { Project, SourceFile, Workspace } from '../workspace.ts'
import { at, declaredNames, packageImports, resolveRelative, splitSpecifier } from './edges.ts'

/** Follows value imports from each entry of a neutral package; reaching `node:` would break it in a browser. */
export function checkNeutral({ projects }: Workspace): string[] {
  return projects.flatMap((project) => {
    if (!layers[project.name]?.neutral) return []
    const byPath = new Map(project.files.map((file) => [file.path, file]))
    return entries(project)
      .filter(({ subpath }) => subpath !== './node')
      .flatMap(({ subpath, source }) =>
        [...reach(source, byPath)].flatMap((file) =>
          file.imports
            .filter((edge) => edge.kind === 'value' && isForNode(edge.specifier))
            .map(
              (edge) =>
                `${at(file, edge)} entry "${subpath}" of ${project.name} runs in browsers, got ${edge.specifier}. ` +
                'Import it dynamically, or from an entry "./node".',
            ),
        ),
      )
  })
}

/** Files of one package may form type cycles, but no value cycle; packages form no cycle of any kind. */
export function checkCycles({ projects }: Workspace): string[] {
  const names = new Set(projects.map((project) => project.name))
  const between = new Map(
    projects.map((project) => {
      const imported = project.files.flatMap(packageImports).map((edge) => edge.package)
      const others = [...imported, ...declaredNames(project)].filter((name) => name !== project.name && names.has(name))
      return [project.name, others]
    }),
  )
  const within = new Map(
    projects
      .flatMap((project) => project.files)
      .map((file) => {
        const values = file.imports.filter((edge) => edge.kind === 'value')
        return [file.path, values.flatMap((edge) => resolveRelative(file, edge.specifier) ?? [])]
      }),
  )
  return [
    ...findCycles(between).map((cycle) => `packages import each other: ${cycle.join(' -> ')}.`),
    ...findCycles(within).map((cycle) => `files import each other: ${cycle.join(' -> ')}.`),
  ]
}

function isForNode(specifier: string): boolean {
  const { package: name, subpath } = splitSpecifier(specifier)
  return isBuiltin(specifier) || layers[name]?.neutral === false || (name in layers && subpath === './node')
}

function reach(start: string, byPath: ReadonlyMap<string, SourceFile>): Set<SourceFile> {
  const seen = new Set<SourceFile>()
  const visit = (path: string | undefined): void => {
    const file = path === undefined ? undefined : byPath.get(path)
    if (!file || seen.has(file)) return
    seen.add(file)
    for (const edge of file.imports) if (edge.kind === 'value') visit(resolveRelative(file, edge.specifier))
  }
  visit(start)
  return seen
}

function entries(project: Project): { subpath: string; source: string }[] {
  return Object.entries(project.manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const source = typeof target === 'string' ? undefined : target['@metagrad/source']
    return source === undefined ? [] : [{ subpath, source: posix.join(project.folder, source) }]
  })
}
