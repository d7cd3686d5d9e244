import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import type { Project, SourceFile, Workspace } from '../workspace.ts'

/** Looks at the whole workspace and returns one clear line per violation. */
export type Rule = (workspace: Workspace) => string[]

export interface PackageImport {
  specifier: string
  package: string
  subpath: string
  line: number
}

/** What a file imports by package name: neither relative paths nor Node's own modules. */
export function packageImports(file: SourceFile): PackageImport[] {
  return file.imports
    .filter(({ specifier }) => !/^[./#]|^virtual:/.test(specifier) && !isBuiltin(specifier))
    .map(({ specifier, line }) => {
      const { package: name, subpath } = splitSpecifier(specifier)
      return { specifier, package: name, subpath, line }
    })
}

/** `@metagrad/runlog/node` is package `@metagrad/runlog`, subpath `./node`. */
export function splitSpecifier(specifier: string): { package: string; subpath: string } {
  const parts = specifier.split('/')
  const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1)
  return { package: name.join('/'), subpath: ['.', ...parts.slice(name.length)].join('/') }
}

/** The path from the root that a relative import names; undefined for any other import. */
export function resolveRelative(file: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return posix.join(posix.dirname(file.path), specifier.replace(/\?.*$/, ''))
}

/** The names in every kind of dependencies of a package. */
export function declaredNames({ manifest }: Project): string[] {
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies })
}

/** `path:line:` */
export function at(file: SourceFile, edge: { line: number }): string {
  return `${file.path}:${edge.line}:`
}

export function list(names: readonly string[]): string {
  return names.length === 0 ? 'no package of this workspace' : names.join(', ')
}
