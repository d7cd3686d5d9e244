import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { repositoryRoot } from './workspace.ts'

// How long `import('metagrad')` takes from the build, in processes of their own, and which modules take the most of it.
// Usage: pnpm check:startup [runs]

const runs = Number(process.argv[2] ?? 15)
const goal = 60
const entry = pathToFileURL(join(repositoryRoot, 'packages/metagrad/dist/index.js')).href
const timed = `const start = performance.now(); await import('${entry}'); console.log(performance.now() - start)`

/** Milliseconds of one import in a fresh process. */
function milliseconds(...flags: readonly string[]): number {
  const args = [...flags, '--input-type=module', '--eval', timed]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`check:startup: the import failed:\n${stderr}`)
  return Number(stdout)
}

const times = Array.from({ length: runs }, () => milliseconds()).sort((a, b) => a - b)
const median = times[Math.floor(runs / 2)]!
const range = `${times[0]!.toFixed(0)} to ${times.at(-1)!.toFixed(0)}`
console.log(`import('metagrad'): ${median.toFixed(1)} ms, the median of ${runs} (${range}); the goal is ${goal} ms.`)

interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly url: string }
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Milliseconds by module: a sample counts for the nearest caller that is no part of Node. */
function byModule({ nodes, samples, timeDeltas }: Profile): ReadonlyMap<string, number> {
  const node = new Map(nodes.map((one) => [one.id, one]))
  const caller = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const moduleOf = (id: number | undefined): string => {
    if (id === undefined) return 'Node itself: finding, reading and compiling modules'
    const { url } = node.get(id)!.callFrame
    return url.startsWith('file:') ? relative(repositoryRoot, fileURLToPath(url)) : moduleOf(caller.get(id))
  }
  const total = new Map<string, number>()
  for (const [i, id] of samples.entries()) {
    const name = moduleOf(id)
    total.set(name, (total.get(name) ?? 0) + timeDeltas[i]! / 1000)
  }
  return total
}

const folder = mkdtempSync(join(tmpdir(), 'metagrad-startup-'))
try {
  milliseconds('--cpu-prof', `--cpu-prof-dir=${folder}`)
  const [file = ''] = readdirSync(folder)
  const profile: Profile = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  const heaviest = [...byModule(profile)].sort((a, b) => b[1] - a[1]).slice(0, 10)
  for (const [name, time] of heaviest) console.log(`${time.toFixed(1).padStart(8)} ms  ${name}`)
} finally {
  rmSync(folder, { recursive: true })
}
