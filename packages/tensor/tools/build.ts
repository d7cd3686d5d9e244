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
/** What asc is asked for one module. */
interface Build {
  readonly entry: string
  readonly flags: string
}

// With names, which profilers show: they cost 2 kB.
const commonFlags = '--debug -O3 --noAssert --runtime stub --noExportMemory --disableWarning 112 --outFile kernels.wasm'

async function compile({ entry, flags }: Build): Promise<Buffer<ArrayBuffer>> {
  let binary: Buffer<ArrayBuffer> | undefined
  const { error, stderr } = await asc.main(
    [entry, '--baseDir', fileURLToPath(assembly), ...`${commonFlags} ${flags}`.split(' ')],
    {
      writeFile: (_name: string, contents: Uint8Array | string) => {
        if (typeof contents !== 'string') binary = Buffer.from(contents)
      },
    },
  )
  if (error || !binary) throw new Error(`build:kernels: asc failed: ${stderr.toString()}`, { cause: error })
  return binary
}

/** Where and what a module writes into its memory at start. */
function dataSection(bytes: Buffer): Buffer {
  const [headerBytes, dataId] = [8, 11]
  let at = headerBytes
  while (at < bytes.length) {
    const id = bytes.readUInt8(at++)
    let size = 0
    let shift = 0
    for (let more = true; more; shift += 7) {
      const byte = bytes.readUInt8(at++)
      size |= (byte & 0x7f) << shift
      more = byte >= 0x80
    }
    if (id === dataId) return bytes.subarray(at, at + size)
    at += size
  }
  return Buffer.alloc(0)
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

/** Bytes of a piece: of two such pieces in hexadecimal, the second is still within gzip's reach of the first. */
const pieceBytes = 6144

/**
 * Hexadecimal, which gzip packs better than base64, and the fused builds cut into pieces that lie side by side: they are nearly
 * the same, so the second costs little.
 */
function embed(plain: Buffer, simd128: Buffer, relaxed: Buffer): string {
  const count = Math.ceil(Math.max(simd128.length, relaxed.length) / pieceBytes)
  const piece = (bytes: Buffer, i: number): string => {
    const [start, end] = [i, i + 1].map((at) => Math.round((at * bytes.length) / count))
    return bytes.toString('hex', start, end)
  }
  const pieces = Array.from(
    { length: count },
    (_, i) => `  {\n    simd128:\n      '${piece(simd128, i)}',\n    relaxed:\n      '${piece(relaxed, i)}',\n  },\n`,
  )
  return [
    `/** Hexadecimal. */\nexport const plainModule =\n  '${plain.toString('hex')}'\n`,
    `/** Hexadecimal, in pieces. */\nexport const fusedModules: readonly { readonly simd128: string; readonly relaxed: string }[] = [\n${pieces.join('')}]\n`,
  ].join('\n')
}

// Two modules share one memory: only the second may have constants in it. (asc folds address constants only with its own memory base.)
const plain = await compile({ entry: 'plain.ts', flags: '--importMemory --enable simd' })
const simd128 = await compile({ entry: 'fused.ts', flags: '--importMemory --enable simd' })
const relaxed = await compile({ entry: 'fused.ts', flags: '--importMemory --enable simd,relaxed-simd' })

// With a memory of its own. Shrunk, the functions need no tables.
const elementary = await compile({ entry: 'elementary.ts', flags: '--shrinkLevel 1' })

if (dataSection(plain).length > 0) {
  throw new Error(
    'build:kernels: a plain kernel has constants in memory, where the fused ones have theirs. Use literals.',
  )
}
if (!dataSection(simd128).equals(dataSection(relaxed))) {
  throw new Error('build:kernels: the fused builds lay out different constants, so they could not share one memory.')
}

const header = '// Built by tools/build.ts from assembly/*.ts. Do not edit.\n'
const kernels = declareKernels(
  assembly,
  [plain, simd128].map((bytes) => new WebAssembly.Module(bytes)),
)
const embedded = embed(plain, simd128, relaxed)
const text = [header, kernels, embedded].join('\n')
emit(new URL('../src/cpu/wasm/kernels.generated.ts', import.meta.url), text)
const embeddedElementary = `/** Hexadecimal. */\nexport const elementaryModule =\n  '${elementary.toString('hex')}'\n`
emit(new URL('../src/cpu/wasm/elementary.generated.ts', import.meta.url), [header, embeddedElementary].join('\n'))

const gzipped = gzipSync(embedded + embeddedElementary, { level: 9 }).length
for (const [name, binary] of Object.entries({ plain, simd128, relaxed, elementary }))
  console.log(`${name}: ${binary.length} bytes, gzipped ${gzipSync(binary).length}`)
console.log(`together embedded: ${gzipped} bytes gzipped of ${sizeLimit}`)
if (gzipped > sizeLimit) {
  console.error(`build:kernels: the builds take ${gzipped} bytes gzipped vs ${sizeLimit}. Drop or merge kernels.`)
  process.exitCode = 1
}
