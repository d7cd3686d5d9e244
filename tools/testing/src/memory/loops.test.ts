import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { loops } from './loops.ts'

const run = promisify(execFile)
const script = fileURLToPath(new URL('loops.ts', import.meta.url))
const minutes = 60_000

describe('memory stays flat through', () => {
  it.each(Object.keys(loops))(
    '%s',
    async (name) => {
      const { stdout } = await run(process.execPath, ['--import', 'tsx', '--conditions=@metagrad/source', script, name])
      const [early = 0, end = Number.NaN] = stdout.trim().split(' ').map(Number)
      expect(end - early).toBeLessThan(50)
    },
    5 * minutes,
  )
})
