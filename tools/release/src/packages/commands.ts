import { execFile } from 'node:child_process'
import { readJson, type Manifest } from '../workspace.ts'
import { join } from 'node:path'

export interface Outcome {
  ok: boolean
  /** Standard output. */
  output: string
  /** Both streams, for a person. */
  log: string
}

/** The user's proxies, npm settings and Node options must not leak into what a stranger's machine would do. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_|_proxy$|^NODE_OPTIONS$|^NODE_ENV$|^VITEST/i.test(name)),
)

/** Runs a program to its end; a failure is an outcome, not an exception. */
export function run(program: string, args: readonly string[], cwd: string, timeoutMs = 60_000): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd, env: environment, timeout: timeoutMs, maxBuffer: 1 << 28 }
    execFile(program, args, options, (error, stdout, stderr) => {
      const reason = error?.killed ? `stopped after ${timeoutMs} ms\n` : ''
      resolve({ ok: error === null, output: stdout, log: `${reason}${stdout}${stderr}`.trim() })
    })
  })
}

/** How to call pnpm here: the one that runs this script, or the one that package.json names, through npx. */
export function pnpmCommand(root: string): readonly [string, ...string[]] {
  const running = process.env['npm_execpath'] ?? ''
  if (/pnpm[^/\\]*\.c?js$/.test(running)) return [process.execPath, running]
  const { packageManager } = readJson<Manifest & { packageManager: string }>(join(root, 'package.json'))
  return ['npx', '-y', packageManager]
}
