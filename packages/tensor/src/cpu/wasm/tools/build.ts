// Builds the WebAssembly kernels: assembly/*.ts -> kernels.generated.ts. With --check only compares. Run by `pnpm build:kernels`.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import asc from 'assemblyscript/asc'

import { declareKernels } from './declare.ts'
import { expandQuads } from './quads.ts'

const assembly = new URL('../assembly/', import.meta.url)
const isCheck = process.argv.includes('--check')
const sizeLimit = 60_000

const builds = { simd128: 'simd', relaxed: 'simd,relaxed-simd' }

async function compile(features: string): Promise<Uint8Array> {
  const flags = '-O3 --noAssert --runtime stub --importMemory --noExportMemory --disableWarning 112'
  let binary: Uint8Array | undefined
  const { error, stderr } = await asc.main(
    ['index.ts', '--baseDir', fileURLToPath(assembly), '--outFile', 'kernels.wasm', '--enable', features, ...flags.split(' ')],
    {
      writeFile: (_name: string, contents: Uint8Array | string) => {
        if (typeof contents !== 'string') binary = contents
      },
    },
  )
  if (error || !binary) throw new Error(`build:kernels: asc failed: ${stderr.toString()}`, { cause: error })
  return binary
}

/** Writes a generated file, or with --check compares it with what would be written. */
function emit(url: URL, text: string): void {
  if (!isCheck) {
    writeFileSync(url, text)
    return
  }
  if (readFileSync(url, 'utf8') !== text) {
    console.error(`check:kernels: ${fileURLToPath(url)} differs from its sources. Run pnpm build:kernels.`)
    process.exitCode = 1
  }
}

emit(new URL('quads.generated.ts', assembly), expandQuads(readFileSync(new URL('math.ts', assembly), 'utf8'), 'math'))

const binaries = new Map<string, Uint8Array>()
for (const [name, features] of Object.entries(builds)) binaries.set(name, await compile(features))

const header = '// Built by tools/build.ts from assembly/*.ts. Do not edit.\n'
const strings = [...binaries].map(
  ([name, binary]) => `export const ${name}: string =\n  '${Buffer.from(binary).toString('base64')}'\n`,
)
const text = [header, declareKernels(assembly, binaries.get('simd128') ?? new Uint8Array()), ...strings].join('\n')
emit(new URL('../kernels.generated.ts', import.meta.url), text)

const gzipped = gzipSync(strings.join(''), { level: 9 }).length
for (const [name, binary] of binaries) console.log(`${name}: ${binary.length} bytes, gzipped ${gzipSync(binary).length}`)
console.log(`both embedded: ${gzipped} bytes gzipped of ${sizeLimit}`)
if (gzipped > sizeLimit) {
  console.error(`build:kernels: the builds take ${gzipped} bytes gzipped vs ${sizeLimit}. Drop or merge kernels.`)
  process.exitCode = 1
}
