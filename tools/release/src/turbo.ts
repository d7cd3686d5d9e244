import { spawnSync } from 'node:child_process'

// turbo reports usage unless told not to; this project sends nothing.
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }
const { status } = spawnSync('turbo', process.argv.slice(2), {
  env,
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
process.exitCode = status ?? 1
