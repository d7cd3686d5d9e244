import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'vite'
import { exampleImports, internals, layers, umbrellaName } from '../layers.ts'
import type { SourceFile, Workspace } from '../workspace.ts'
import { at, list, packageImports, resolveRelative } from './edges.ts'

/** Every package imports only what its row in the table of layers allows. */
export function checkLayers({ projects, examples }: Workspace): string[] {
  const known = new Set([...projects.map((project) => project.name), ...Object.keys(layers)])
  const check = (owner: string, files: SourceFile[], allowed: readonly string[]): string[] =>
    files.flatMap((file) =>
      packageImports(file)
        .filter((edge) => known.has(edge.package) && edge.package !== owner && !allowed.includes(edge.package))
        .map((edge) => `${at(file, edge)} ${owner} must not import ${edge.package}. It may import ${list(allowed)}.`),
    )
  return projects
    .flatMap(({ name, folder, files }) => {
      const layer = layers[name]
      if (!layer) return [`${folder}: ${name} has no row in tools/release/src/layers.ts. Add one.`]
      if (layer.folder !== folder) return [`${folder}: ${name} belongs in ${layer.folder}.`]
      return check(name, files, layer.imports)
    })
    .concat(check('examples', examples, exampleImports))
}

/** Internal folders are entered only by their doors. */
export function checkInternals({ projects }: Workspace): string[] {
  const files = projects.flatMap((project) => project.files)
  return internals.flatMap(({ folder, doors }) =>
    files
      .filter((file) => !file.path.startsWith(`${folder}/`) && !doors.includes(file.path))
      .flatMap((file) =>
        file.imports
          .filter((edge) => resolveRelative(file, edge.specifier)?.startsWith(`${folder}/`))
          .map(
            (edge) =>
              `${at(file, edge)} ${edge.specifier} is internal to ${folder}. Only ${list(doors)} may import it.`,
          ),
      ),
  )
}

/** A relative import names an existing file of its own package, ending included. */
export function checkRelativeImports({ root, projects }: Workspace): string[] {
  return projects.flatMap(({ folder, files }) =>
    files.flatMap((file) =>
      file.imports.flatMap((edge) => {
        const target = resolveRelative(file, edge.specifier)
        if (target === undefined) return []
        const where = `${at(file, edge)} ${edge.specifier}`
        if (!target.startsWith(`${folder}/`))
          return [`${where} leaves the package. Import the other package by its name.`]
        if (!/\.(tsx?|json|css)$/.test(target)) return [`${where} has no file ending. Write the .ts.`]
        return existsSync(join(root, target)) ? [] : [`${where} does not exist.`]
      }),
    ),
  )
}

/** An import of another package names one of its exports, never a file inside it. */
export function checkSubpaths({ projects, examples }: Workspace): string[] {
  const byName = new Map(projects.map((project) => [project.name, project]))
  return [...projects.flatMap((project) => project.files), ...examples].flatMap((file) =>
    packageImports(file).flatMap((edge) => {
      const exported = Object.keys(byName.get(edge.package)?.manifest.exports ?? {})
      if (!byName.has(edge.package) || exported.includes(edge.subpath)) return []
      return [`${at(file, edge)} ${edge.specifier} is not exported. ${edge.package} exports ${list(exported)}.`]
    }),
  )
}

/** The umbrella holds no code of its own. */
export function checkUmbrella({ projects }: Workspace): string[] {
  const reexports = new Set(['ImportDeclaration', 'ExportAllDeclaration', 'ExportNamedDeclaration'])
  const umbrella = projects.find((project) => project.name === umbrellaName)
  return (umbrella?.files ?? [])
    .filter((file) => !file.dev)
    .filter((file) =>
      parseSync(file.path, file.text, { sourceType: 'module' }).program.body.some(
        (node) => !reexports.has(node.type) || (node.type === 'ExportNamedDeclaration' && node.declaration !== null),
      ),
    )
    .map((file) => `${file.path}: the umbrella only re-exports. Move the code to a package.`)
}
