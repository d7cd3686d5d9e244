import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const steps = 2_000_000

/** What a long loop holds, in megabytes. */
export interface MemoryRow {
  readonly workload: string
  /** After a tenth of the steps, and at the end. */
  readonly early: number
  readonly end: number
  readonly verdict: 'goal' | 'accepted' | 'below'
}

/** Runs the tutorial's loop, synchronously, in a process of its own. */
export function residentMemory(): MemoryRow {
  const loop = fileURLToPath(new URL('./loop.js', import.meta.url))
  const args = [...process.execArgv, loop, String(steps)]
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error('bench: the loop of the memory row failed. Run dist/loop.js by hand to see why.')
  const [early = 0, end = 0] = stdout.trim().split(' ').map(Number)
  const verdict = end - early > 50 ? 'below' : end < 150 ? 'goal' : 'accepted'
  return {
    workload: `resident memory of ${steps.toLocaleString('en')} synchronous steps of the tutorial`,
    early,
    end,
    verdict,
  }
}

/** The row in words. */
export function memoryText({ workload, early, end, verdict }: MemoryRow): string {
  return `\nThe ${workload}: ${early} MB after a tenth, ${end} MB at the end (accept: flat within 50 MB; goal: under 150 MB in all): ${verdict}.\n`
}
