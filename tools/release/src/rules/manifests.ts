import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Manifest, Project, Workspace } from '../workspace.ts'

/** What a published package.json must say, and the line to print when it does not. */
const requirements: readonly [(manifest: Manifest) => boolean, string][] = [
  [(manifest) => Boolean(manifest.description), '"description" is missing.'],
  [(manifest) => manifest.license === 'MIT', '"license" must be "MIT".'],
  [(manifest) => Boolean(manifest.engines?.['node']), '"engines.node" is missing.'],
  [
    (manifest) => manifest.sideEffects !== undefined,
    '"sideEffects" is missing: say false, or list the files that have some.',
  ],
  [(manifest) => manifest.publishConfig?.['access'] === 'public', '"publishConfig.access" must be "public".'],
  [
    ({ main, module, types }) => !main && !module && !types,
    '"main", "module" and "types" repeat "exports". Remove them.',
  ],
  [(manifest) => '.' in (manifest.exports ?? {}), '"exports" lacks ".".'],
]

const requiredFiles = ['dist', 'src', '!src/**/*.test.ts', '!dist/**/*.tsbuildinfo']

/** Every package is ESM only; public ones carry what npm and TypeScript need, and share one version. */
export function checkManifests({ root, projects }: Workspace): string[] {
  const version = projects.find((project) => !project.manifest.private)?.manifest.version
  return projects.flatMap((project) => {
    const { folder, manifest } = project
    const wrong = manifest.type === 'module' ? [] : ['"type" must be "module".']
    if (!manifest.private) {
      wrong.push(...requirements.filter(([holds]) => !holds(manifest)).map(([, line]) => line))
      wrong.push(
        ...requiredFiles.filter((file) => !manifest.files?.includes(file)).map((file) => `"files" lacks "${file}".`),
      )
      wrong.push(...checkExports(root, project))
      if (manifest.version !== version) {
        wrong.push(`"version" must be ${version} as in every public package, got ${manifest.version}.`)
      }
    }
    return wrong.map((line) => `${folder}/package.json: ${line}`)
  })
}

/** `"@metagrad/source"` first, so that tools run from source; then what `tsc` makes of that same file. */
function checkExports(root: string, { folder, manifest, files }: Project): string[] {
  const started = files.some((file) => !file.dev)
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    if (target === subpath) return []
    const source = typeof target === 'string' ? '' : (target['@metagrad/source'] ?? '')
    const stem = /^\.\/src\/(.+)\.tsx?$/.exec(source)?.[1] ?? '<file>'
    const want = { '@metagrad/source': `./src/${stem}.ts`, types: `./dist/${stem}.d.ts`, default: `./dist/${stem}.js` }
    if (JSON.stringify(target) !== JSON.stringify(want))
      return [`"exports" of "${subpath}" must be ${JSON.stringify(want)}.`]
    if (started && !existsSync(join(root, folder, source)))
      return [`"exports" of "${subpath}" names ${source}, which does not exist.`]
    return []
  })
}
