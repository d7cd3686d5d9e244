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

// Two modules share one memory, the constants of the second above those of the first.
const builds = [
  { name: 'plain', entry: 'plain.ts', features: 'simd', memoryBase: 1024 },
  { name: 'simd128', entry: 'fused.ts', features: 'simd', memoryBase: 4096 },
  { name: 'relaxed', entry: 'fused.ts', features: 'simd,relaxed-simd', memoryBase: 4096 },
]

async function compile({ entry, features, memoryBase }: (typeof builds)[number]): Promise<Uint8Array<ArrayBuffer>> {
  const flags =
    '-O3 --noAssert --runtime stub --importMemory --noExportMemory --disableWarning 112 --outFile kernels.wasm'
  let binary: Uint8Array<ArrayBuffer> | undefined
  const { error, stderr } = await asc.main(
    [
      entry,
      '--baseDir',
      fileURLToPath(assembly),
      '--enable',
      features,
      '--memoryBase',
      `${memoryBase}`,
      ...flags.split(' '),
    ],
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
const exporting = ['plain', 'simd128'].flatMap((name) => new WebAssembly.Module(binaries.get(name) ?? new Uint8Array()))

const header = '// Built by tools/build.ts from assembly/*.ts. Do not edit.\n'
const strings = [...binaries].map(([name, binary]) => `  ${name}:\n    '${Buffer.from(binary).toString('base64')}',\n`)
const modules = `export const modules: Record<'plain' | 'simd128' | 'relaxed', string> = {\n${strings.join('')}}\n`
const text = [header, declareKernels(assembly, exporting), modules].join('\n')
emit(new URL('../kernels.generated.ts', import.meta.url), text)

const gzipped = gzipSync(modules, { level: 9 }).length
for (const [name, binary] of binaries)
  console.log(`${name}: ${binary.length} bytes, gzipped ${gzipSync(binary).length}`)
console.log(`together embedded: ${gzipped} bytes gzipped of ${sizeLimit}`)
if (gzipped > sizeLimit) {
  console.error(`build:kernels: the builds take ${gzipped} bytes gzipped vs ${sizeLimit}. Drop or merge kernels.`)
  process.exitCode = 1
}
