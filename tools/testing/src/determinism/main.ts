import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Trains one network under several versions of Node, fetched by npx, and compares the weights:
 * `pnpm build:ts && node --import tsx tools/testing/src/determinism/main.ts [version...]`. It needs the network once per version.
 */
const asked = process.argv.slice(2)
const versions = asked.length > 0 ? asked : ['20', '22', '24']
const script = fileURLToPath(new URL('../../dist/determinism/print.js', import.meta.url))

const hashes = versions.map((version) => {
  const args = ['-y', '-p', `node@${version}`, '--', 'node', script]
  const hash = spawnSync('npx', args, { encoding: 'utf8' }).stdout.trim() || 'failed'
  console.log(`node@${version} ${hash}`)
  return hash
})
const isSame = new Set(hashes).size === 1 && !hashes.includes('failed')
console.log(isSame ? 'the same bits' : 'the weights differ')
process.exitCode = isSame ? 0 : 1
