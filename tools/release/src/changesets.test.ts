import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withTemporaryFolder, writeTree } from './temporary-folder.ts'
import { readManifests, repositoryRoot, type Manifest } from './workspace.ts'

const projects = readManifests(repositoryRoot)
const isPublic = ({ manifest }: { manifest: Manifest }): boolean => !manifest.private

test('changeset version raises every public package to one version and leaves private ones alone', async () => {
  const before = projects.find(isPublic)!.manifest.version!
  await withTemporaryFolder((root) => {
    writeTree(root, Object.fromEntries(projects.map(({ folder, manifest }) => [`${folder}/package.json`, manifest])))
    writeTree(root, { '.changeset/one.md': "---\n'@metagrad/tensor': minor\n---\n\nA change.\n" })
    for (const file of ['package.json', 'pnpm-workspace.yaml', '.changeset/config.json']) {
      copyFileSync(join(repositoryRoot, file), join(root, file))
    }
    const git = (...args: string[]): unknown => execFileSync('git', args, { cwd: root, stdio: 'pipe' })
    git('init', '--quiet', '--initial-branch=main')
    git('add', '.')
    git('-c', 'user.name=test', '-c', 'user.email=test@example.org', 'commit', '--quiet', '--message=one')
    const changeset = join(repositoryRoot, 'node_modules/@changesets/cli/bin.js')
    execFileSync(process.execPath, [changeset, 'version'], { cwd: root, stdio: 'pipe' })

    const after = readManifests(root)
    const [major, minor] = before.split('.').map(Number)
    const next = `${major}.${minor! + 1}.0`
    for (const { manifest } of after.filter(isPublic))
      expect(`${manifest.name} ${manifest.version}`).toBe(`${manifest.name} ${next}`)
    const privateOnes = (all: typeof projects): typeof projects => all.filter((project) => !isPublic(project))
    expect(privateOnes(after)).toEqual(privateOnes(projects))
    const ranges = (all: typeof projects): unknown => all.map(({ manifest }) => manifest.dependencies)
    expect(ranges(after)).toEqual(ranges(projects))
    expect(readFileSync(join(root, 'packages/tensor/CHANGELOG.md'), 'utf8')).toContain('A change.')
  })
})

test('pending changesets name public packages only', () => {
  const names = projects.filter(isPublic).map(({ manifest }) => manifest.name)
  const folder = join(repositoryRoot, '.changeset')
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md')) {
    const front = readFileSync(join(folder, file), 'utf8').split('---')[1] ?? ''
    const named = [...front.matchAll(/^'(.+)': (?:patch|minor|major)$/gm)].map((match) => match[1]!)
    expect(named, `${file} names no package`).not.toEqual([])
    expect(names).toEqual(expect.arrayContaining(named))
  }
})
