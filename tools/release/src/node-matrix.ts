import { spawnSync } from 'node:child_process'
import { repositoryRoot } from './workspace.ts'

/**
 * Runs the tests under other versions of Node, fetched by npx: `pnpm exec tsx tools/release/src/node-matrix.ts [version...]`.
 * For a person before a release; it needs the network once per version.
 */
const asked = process.argv.slice(2)
const versions = asked.length > 0 ? asked : ['22', '24']

const failed = versions.filter((version) => {
  console.log(`node@${version}`)
  const command = ['-y', '-p', `node@${version}`, '--', 'node', 'node_modules/vitest/vitest.mjs', 'run']
  return spawnSync('npx', command, { cwd: repositoryRoot, stdio: 'inherit' }).status !== 0
})
console.log(failed.length === 0 ? `passed under node ${versions.join(', ')}` : `failed under node ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
