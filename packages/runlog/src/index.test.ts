import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const here = dirname(fileURLToPath(import.meta.url))

/** Every module that `file` leads to, its own ones followed. */
async function modulesFrom(file: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return seen
  seen.add(file)
  const source = await readFile(file, 'utf8')
  for (const [, name = ''] of source.matchAll(/^(?:import|export|\})[^'\n]*from '([^']+)'$/gm)) {
    if (name.startsWith('.')) await modulesFrom(join(dirname(file), name), seen)
    else seen.add(name)
  }
  return seen
}

describe('@metagrad/runlog', () => {
  it('needs nothing that browsers lack', async () => {
    const modules = [...(await modulesFrom(join(here, 'index.ts')))]
    expect(modules).toContain(join(here, 'recorder.ts'))
    expect(modules.filter((name) => !name.startsWith(here)).sort()).toEqual(['zod/locales', 'zod/mini'])
  })
})
