import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readImports, type Import } from './imports.ts'

/** A package.json, as far as the checks read it. */
export interface Manifest {
  name: string
  version?: string
  description?: string
  private?: boolean
  license?: string
  type?: string
  main?: string
  module?: string
  types?: string
  sideEffects?: boolean | string[]
  files?: string[]
  engines?: Record<string, string>
  bin?: Record<string, string>
  scripts?: Record<string, string>
  exports?: Record<string, string | Record<string, string>>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  publishConfig?: Record<string, string>
}

/** A TypeScript file; `path` is relative to the root, with slashes. `dev` files (tests, configs) are never published. */
export interface SourceFile {
  path: string
  dev: boolean
  text: string
  imports: Import[]
}

/** A workspace package; `folder` is relative to the root, with slashes. */
export interface Project {
  name: string
  folder: string
  manifest: Manifest
  files: SourceFile[]
}

export interface Workspace {
  root: string
  manifest: Manifest
  projects: Project[]
  examples: SourceFile[]
}

/** The folders that `pnpm-workspace.yaml` lists. */
const groups = ['packages', 'apps', 'tools']

/** The repository that this file stands in. */
export const repositoryRoot: string = join(dirname(fileURLToPath(import.meta.url)), '../../..')

/** Reads a JSON file; the caller names the part of its shape that it relies on. */
export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T
}

/** Every file below `folder`, relative to it, with slashes, sorted; build output and dependencies left out. */
export function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !['node_modules', 'dist', 'coverage'].includes(entry.name))
    .flatMap((entry) =>
      entry.isDirectory() ? listFiles(join(folder, entry.name)).map((path) => `${entry.name}/${path}`) : [entry.name],
    )
    .toSorted()
}

/** Reads every package.json of the workspace; a folder without one is no package. */
export function readManifests(root: string): { folder: string; manifest: Manifest }[] {
  return groups
    .flatMap((group) =>
      existsSync(join(root, group)) ? readdirSync(join(root, group)).map((name) => `${group}/${name}`) : [],
    )
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .toSorted()
    .map((folder) => ({ folder, manifest: readJson<Manifest>(join(root, folder, 'package.json')) }))
}

/** The files that users of a package reach, relative to its folder: what `exports` and `bin` name. */
export function exportedFiles({ exports = {}, bin = {} }: Manifest): string[] {
  const targets = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  )
  return [...targets, ...Object.values(bin)].map((path) => path.replace(/^\.\//, ''))
}

/** Reads the whole workspace: every manifest, and every TypeScript file with its imports. */
export function readWorkspace(root: string): Workspace {
  const projects = readManifests(root).map(({ folder, manifest }) => ({
    name: manifest.name,
    folder,
    manifest,
    files: readSources(root, folder),
  }))
  return {
    root,
    manifest: readJson<Manifest>(join(root, 'package.json')),
    projects,
    examples: readSources(root, 'examples'),
  }
}

/** Whether a path is TypeScript; what lies in a folder `assembly` is AssemblyScript, another language with the same ending. */
export function isTypeScript(path: string): boolean {
  return /\.tsx?$/.test(path) && !path.split('/').includes('assembly')
}

function readSources(root: string, folder: string): SourceFile[] {
  return listFiles(join(root, folder))
    .filter(isTypeScript)
    .map((file) => {
      const path = `${folder}/${file}`
      const text = readFileSync(join(root, path), 'utf8')
      const dev = !file.startsWith('src/') || /\.(test|bench)\.tsx?$/.test(file)
      return { path, dev, text, imports: readImports(path, text) }
    })
}
