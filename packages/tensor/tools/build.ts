// Builds the WebAssembly kernels: assembly/*.ts -> kernels.generated.ts. With --check only compares. Run by `pnpm build:kernels`.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import asc from 'assemblyscript/asc'

import { declareKernels } from './declare.ts'
import { expandQuads } from './quads.ts'

const assembly = new URL('../src/cpu/wasm/assembly/', import.meta.url)
const isCheck = process.argv.includes('--check')
const sizeLimit = 60_000
/** Where asc lays the first constant. */
const memoryBase = 1024

// Two modules share one memory: only the second may have constants in it. (asc folds address constants only with its own memory base.)
const builds = [
  { name: 'plain', entry: 'plain.ts', features: 'simd' },
  { name: 'simd128', entry: 'fused.ts', features: 'simd' },
  { name: 'relaxed', entry: 'fused.ts', features: 'simd,relaxed-simd' },
]

async function compile({ entry, features }: (typeof builds)[number]): Promise<Uint8Array<ArrayBuffer>> {
  const flags =
    '-O3 --noAssert --runtime stub --importMemory --noExportMemory --disableWarning 112 --outFile kernels.wasm'
  let binary: Uint8Array<ArrayBuffer> | undefined
  const { error, stderr } = await asc.main(
    [entry, '--baseDir', fileURLToPath(assembly), '--enable', features, ...flags.split(' ')],
    {
      writeFile: (_name: string, contents: Uint8Array | string) => {
        if (typeof contents !== 'string') binary = new Uint8Array(contents)
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

const binaries = new Map<string, Uint8Array<ArrayBuffer>>()
for (const build of builds) binaries.set(build.name, await compile(build))
const plainImports = { env: { memory: new WebAssembly.Memory({ initial: 1 }) } }
const plain = await WebAssembly.instantiate(binaries.get('plain') ?? new Uint8Array(), plainImports)
const { heapBase } = plain.instance.exports
if (typeof heapBase !== 'function' || heapBase() !== memoryBase) {
  throw new Error(
    'build:kernels: a plain kernel has constants in memory, where the fused ones have theirs. Use literals.',
  )
}

const exporting = ['plain', 'simd128'].flatMap((name) => new WebAssembly.Module(binaries.get(name) ?? new Uint8Array()))

const header = '// Built by tools/build.ts from assembly/*.ts. Do not edit.\n'
const strings = [...binaries].map(([name, binary]) => `  ${name}:\n    '${Buffer.from(binary).toString('base64')}',\n`)
const modules = `export const modules: Record<'plain' | 'simd128' | 'relaxed', string> = {\n${strings.join('')}}\n`
const text = [header, declareKernels(assembly, exporting), modules].join('\n')
emit(new URL('../src/cpu/wasm/kernels.generated.ts', import.meta.url), text)

const gzipped = gzipSync(modules, { level: 9 }).length
for (const [name, binary] of binaries)
  console.log(`${name}: ${binary.length} bytes, gzipped ${gzipSync(binary).length}`)
console.log(`together embedded: ${gzipped} bytes gzipped of ${sizeLimit}`)
if (gzipped > sizeLimit) {
  console.error(`build:kernels: the builds take ${gzipped} bytes gzipped vs ${sizeLimit}. Drop or merge kernels.`)
  process.exitCode = 1
}
