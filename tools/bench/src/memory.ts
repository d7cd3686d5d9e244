import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const steps = 2_000_000

/** Runs the tutorial's loop, synchronously, in a process of its own; tells what it holds at a tenth and at the end. */
export function residentMemory(): string {
  const loop = fileURLToPath(new URL('./loop.js', import.meta.url))
  const args = [...process.execArgv, loop, String(steps)]
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error('bench: the loop of the memory row failed. Run src/loop.ts by hand to see why.')
  const [early = 0, end = 0] = stdout.trim().split(' ').map(Number)
  const verdict = end - early > 50 ? 'below' : end < 150 ? 'goal' : 'accepted'
  return `\nResident memory of ${steps.toLocaleString('en')} synchronous steps of the tutorial: ${early} MB after a tenth, ${end} MB at the end (accept: flat within 50 MB; goal: under 150 MB in all): ${verdict}.\n`
}
