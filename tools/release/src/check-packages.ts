import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './packages/commands.ts'
import { tryPackage, type Verdict } from './packages/consumer.ts'
import { startRegistry } from './packages/registry.ts'
import { smokes } from './packages/smoke.ts'
import { inspectTarball, packAll, type Tarball } from './packages/tarball.ts'
import { withTemporaryFolder } from './temporary-folder.ts'
import { readManifests, repositoryRoot as root } from './workspace.ts'

/*
 * Proves that each public package works alone: packs all, serves the tarballs from a registry on the loopback device, and
 * does with each what a stranger would, in an empty folder: install, type-check, run, bundle.
 */

const publicProjects = readManifests(root).filter(({ manifest }) => !manifest.private)
const started = publicProjects.filter(({ folder }) => existsSync(join(root, folder, 'src/index.ts')))
for (const { folder } of publicProjects.filter((project) => !started.includes(project))) {
  console.log(`${folder}: skipped, it has no src/index.ts yet`)
}

const builds = [
  ['node_modules/typescript/bin/tsc', '-b'],
  ['--import', 'tsx', 'tools/release/src/bundle-packages.ts'],
  // The command carries the page.
  ['apps/viz/node_modules/vite/bin/vite.js', 'build', 'apps/viz'],
]
for (const args of builds) {
  const built = await run(process.execPath, args, root)
  if (built.ok) continue
  console.error(`node ${args.join(' ')} failed:\n${built.log}`)
  process.exit(1)
}

const verdicts = await withTemporaryFolder(async (temporary) => {
  const folders = started.map(({ folder }) => folder)
  const tarballs = await packAll(root, folders, temporary)
  const registry = await startRegistry(tarballs, join(root, 'node_modules/.pnpm'))
  try {
    // Two at a time: npm waits for the disk about as long as it computes.
    const queue = tarballs.entries()
    const lane = async (): Promise<Verdict[]> => {
      const done: Verdict[] = []
      for (const [index, tarball] of queue)
        done.push(await check(tarball, join(temporary, String(index)), registry.url))
      return done
    }
    return (await Promise.all([lane(), lane()])).flat()
  } finally {
    registry.close()
  }
})

async function check(tarball: Tarball, folder: string, registry: string): Promise<Verdict> {
  const { name = '' } = tarball.manifest
  const smoke = smokes[name]
  const wrong = await inspectTarball(root, tarball)
  const verdict: Verdict = smoke
    ? await tryPackage(name, smoke, folder, registry, root)
    : { name, steps: {}, problems: [`${name} has no row in tools/release/src/packages/smoke.ts. Add one.`] }
  const size = `${(tarball.bytes.length / 1000).toFixed(0)} kB`
  return {
    name,
    steps: { tarball: wrong.length > 0 ? 'FAILED' : size, ...verdict.steps },
    problems: [...wrong, ...verdict.problems],
  }
}

const columns = ['tarball', 'install', 'types', 'run', 'bundle']
const row = (cells: string[]): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(26) : cell.padStart(12))).join('')
console.log(row(['package', ...columns]))
for (const { name, steps } of verdicts.toSorted((a, b) => a.name.localeCompare(b.name))) {
  console.log(row([name].concat(columns.map((column) => steps[column] ?? '-'))))
}

const problems = verdicts.flatMap((verdict) => verdict.problems.map((problem) => `${verdict.name}: ${problem}`))
for (const problem of problems) console.error(`\n${problem}`)
console.log(`\npackages: ${verdicts.length} checked, ${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0
