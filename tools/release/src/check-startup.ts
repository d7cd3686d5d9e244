import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { repositoryRoot } from './workspace.ts'

// How long `import('metagrad')` takes from the build, in processes of their own, and which modules take the most of it.
// Usage: pnpm check:startup [runs]

const runs = Number(process.argv[2] ?? 20)
const goal = 60
const entry = pathToFileURL(join(repositoryRoot, 'packages/metagrad/dist/index.js')).href
const timeOf = (address: string): string =>
  `const start = performance.now(); await import('${address}'); console.log(performance.now() - start)`
const timed = timeOf(entry)
const timedNothing = timeOf('data:text/javascript,')

/** Runs a program in a process of its own: milliseconds from outside, and what it printed. */
function fresh(program: string, ...flags: readonly string[]): { elapsedMs: number; printed: string } {
  const start = performance.now()
  const args = [...flags, '--input-type=module', '--eval', program]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`check:startup: the import failed:\n${stderr}`)
  return { elapsedMs: performance.now() - start, printed: stdout }
}

/** The median, and the least: what else runs on the machine only ever adds. */
function summary(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  return `${sorted[Math.floor(sorted.length / 2)]!.toFixed(0)} ms (least ${sorted[0]!.toFixed(0)})`
}

/** V8 reads the text of each module and does no more: the floor of these modules. */
const modules = ['tensor', 'autograd', 'nn', 'optim', 'data', 'compile'].map((name) =>
  join(repositoryRoot, 'packages', name, 'dist/index.js'),
)
const read = `
  import { readFileSync } from 'node:fs'
  import { SourceTextModule } from 'node:vm'
  const texts = ${JSON.stringify(modules)}.map((path) => readFileSync(path, 'utf8'))
  const start = performance.now()
  for (const text of texts) new SourceTextModule(text)
  console.log(performance.now() - start)`

// In turns, so that a busy moment meets all.
const rounds = Array.from({ length: runs }, () => ({
  empty: fresh('0'),
  full: fresh(timed),
  nothing: fresh(timedNothing),
  read: fresh(read, '--experimental-vm-modules', '--no-warnings'),
}))
const imports = summary(rounds.map(({ full }) => Number(full.printed)))
const whole = summary(rounds.map(({ full }) => full.elapsedMs))
const empty = summary(rounds.map((round) => round.empty.elapsedMs))
console.log(`import('metagrad'): ${imports}, the median of ${runs}; the goal is ${goal} ms.`)
console.log(`A process that imports it: ${whole}, beside one that does nothing: ${empty}.`)
const ofNothing = summary(rounds.map(({ nothing }) => Number(nothing.printed)))
const reading = summary(rounds.map((round) => Number(round.read.printed)))
console.log(`The import of an empty module: ${ofNothing}. V8 alone, reading the modules: ${reading}.`)

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
  fresh(timed, '--cpu-prof', `--cpu-prof-dir=${folder}`)
  const [file = ''] = readdirSync(folder)
  const profile: Profile = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  const heaviest = [...byModule(profile)].sort((a, b) => b[1] - a[1]).slice(0, 10)
  for (const [name, time] of heaviest) console.log(`${time.toFixed(1).padStart(8)} ms  ${name}`)
} finally {
  rmSync(folder, { recursive: true })
}
