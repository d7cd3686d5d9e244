import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { replaceFile, replaceFileSync } from './atomic-file.ts'

const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'runlog-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('replaceFile(path, data)', () => {
  it('writes bytes and text, and leaves no other file', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'a')
    await replaceFile(path, Uint8Array.of(1, 2, 3))
    expect([...(await readFile(path))]).toEqual([1, 2, 3])
    await replaceFile(path, 'größe')
    expect(await readFile(path, 'utf8')).toBe('größe')
    replaceFileSync(path, 'x')
    expect(await readFile(path, 'utf8')).toBe('x')
    expect(await readdir(folder)).toEqual(['a'])
  })

  it('writes only the bytes that a view shows', async () => {
    const path = join(await temporaryFolder(), 'a')
    await replaceFile(path, Uint8Array.of(1, 2, 3, 4).subarray(1, 3))
    expect([...(await readFile(path))]).toEqual([2, 3])
  })

  it('ends with the content of the last call when calls overlap', async () => {
    const path = join(await temporaryFolder(), 'a')
    await Promise.all(Array.from({ length: 20 }, (_, i) => replaceFile(path, String(i))))
    expect(await readFile(path, 'utf8')).toBe('19')
  })

  it('names what it could not write', async () => {
    const path = join(await temporaryFolder(), 'missing', 'a')
    await expect(replaceFile(path, '')).rejects.toMatchObject({
      code: 'IO',
      message: `replaceFile: ${path}: ENOENT, no such file or directory. Check the path.`,
    })
  })

  // A limit on file sizes cuts writes short just as a full disk does.
  it('throws and keeps the old content when only a part can be written', async ({ skip }) => {
    if (process.platform === 'win32') skip('needs ulimit')
    const folder = await temporaryFolder()
    for (const name of ['replaceFile', 'replaceFileSync']) {
      const path = join(folder, name)
      await writeFile(path, 'old')
      const script = `
        import { ${name} } from ${JSON.stringify(new URL('atomic-file.ts', import.meta.url).href)}
        process.on('SIGXFSZ', () => {})
        try { await ${name}(${JSON.stringify(path)}, new Uint8Array(1_000_000)) } catch (error) { process.stdout.write(error.code) }`
      const flags = ['--import', 'tsx', '--conditions=@metagrad/source', '--input-type=module', '--eval', script]
      const command = ['-c', 'ulimit -f 64; exec "$0" "$@"', process.execPath, ...flags]
      const { stdout, stderr } = spawnSync('bash', command, {
        encoding: 'utf8',
        env: { ...process.env, TSX_DISABLE_CACHE: '1' },
      })
      expect(`${stdout}${stderr}`).toBe('IO')
      expect(await readFile(path, 'utf8')).toBe('old')
    }
    expect((await readdir(folder)).sort()).toEqual(['replaceFile', 'replaceFileSync'])
  })
})
