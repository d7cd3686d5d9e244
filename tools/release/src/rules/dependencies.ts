import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { readJson, type Project, type Workspace } from '../workspace.ts'
import { at, declaredNames, packageImports } from './edges.ts'

/** What files import is declared: shipped files need `dependencies`, tests and configs may use dev ones and the root's. */
export function checkMissing({ manifest: rootManifest, projects }: Workspace): string[] {
  const shared = Object.keys(rootManifest.devDependencies ?? {})
  return projects.flatMap(({ name, folder, manifest, files }) => {
    const { dependencies, devDependencies, peerDependencies, optionalDependencies } = manifest
    const shipped = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })
    const dev = [...shipped, ...Object.keys(devDependencies ?? {}), ...shared]
    return files.flatMap((file) => {
      const field = file.dev || manifest.private ? 'devDependencies' : 'dependencies'
      const allowed = field === 'devDependencies' ? dev : shipped
      return packageImports(file)
        .filter((edge) => edge.package !== name && !allowed.includes(edge.package))
        .map((edge) => `${at(file, edge)} ${edge.package} is not in the ${field} of ${folder}/package.json. Add it.`)
    })
  })
}

/** What a public package declares is imported, by a shipped file if it is in `dependencies`: a stranger installs it. */
export function checkUnused({ projects }: Workspace): string[] {
  return projects.flatMap((project) => {
    const { folder, manifest, files } = project
    const shipped = files.filter((file) => !file.dev)
    if (shipped.length === 0 || manifest.private) return []
    const report = (field: 'dependencies' | 'devDependencies', users: typeof files): string[] => {
      const used = new Set(users.flatMap(packageImports).map((edge) => edge.package))
      return Object.keys(manifest[field] ?? {})
        .filter((name) => !isUsed(project, name, used))
        .map((name) => `${folder}/package.json: ${name} is in ${field}, but no file imports it. Remove it.`)
    }
    return [...report('dependencies', shipped), ...report('devDependencies', files)]
  })
}

function isUsed({ manifest }: Project, name: string, imported: ReadonlySet<string>): boolean {
  if (imported.has(name) || name === '@types/node') return true
  if (Object.values(manifest.scripts ?? {}).some((script) => script.split(' ').includes(name))) return true
  return name.startsWith('@types/') && imported.has(typedName(name))
}

/** `@types/foo` types `foo`, `@types/foo__bar` types `@foo/bar`. */
function typedName(name: string): string {
  const bare = name.slice('@types/'.length)
  return bare.includes('__') ? `@${bare.replace('__', '/')}` : bare
}

/** Packages of this workspace are linked, and the range is rewritten when they are packed. */
export function checkLinks({ projects }: Workspace): string[] {
  const names = new Set(projects.map((project) => project.name))
  return projects.flatMap(({ folder, manifest }) =>
    Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies })
      .filter(([name, range]) => names.has(name) && range !== 'workspace:^')
      .map(([name, range]) => `${folder}/package.json: ${name} must be "workspace:^", got "${range}".`),
  )
}

/** `tsc -b` builds by references: they name what shipped files import and no more than package.json does. */
export function checkReferences({ root, projects }: Workspace): string[] {
  const folders = new Map(projects.map((project) => [project.name, project.folder]))
  const read = (folder: string): string[] => {
    const path = join(root, folder, 'tsconfig.json')
    const { references = [] } = existsSync(path) ? readJson<{ references?: { path: string }[] }>(path) : {}
    return references.map((reference) => posix.join(folder, reference.path))
  }
  const fromRoot = read('.')
  return projects
    .filter(({ folder }) => existsSync(join(root, folder, 'tsconfig.json')))
    .flatMap((project) => {
      const { name, folder, files } = project
      const got = read(folder)
      const imported = files.filter((file) => !file.dev).flatMap(packageImports)
      const want = new Set(imported.filter((edge) => edge.package !== name).map((edge) => folders.get(edge.package)))
      const declared = new Set(declaredNames(project).map((dependency) => folders.get(dependency)))
      const missing = [...want].filter((path) => path !== undefined && !got.includes(path))
      const surplus = got.filter((path) => !declared.has(path))
      return [
        missing.map((path) => `${folder}/tsconfig.json: lacks a reference to ${path}, which its files import.`),
        surplus.map((path) => `${folder}/tsconfig.json: references ${path}, which package.json does not name.`),
        fromRoot.includes(folder) ? [] : [`tsconfig.json: lacks a reference to ${folder}.`],
      ].flat()
    })
}
