import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Another framework in a process of its own, asked for one measurement at a time. */
export interface Peer {
  readonly name: string
  readonly version: string
  /** Microseconds per call, or undefined if it does not do this work, or ended over it. */
  measure(workload: string, calls: number): Promise<number | undefined>
  close(): void
}

/** The floor: no competitor, but what the engine could reach. */
export const limitName = 'kernels by hand'

/** PyTorch where the system's allocator gives nothing back: new pages, which are dear on some machines, are no part of its time. */
export const keepingName = 'PyTorch, memory kept'
const keeping = { MALLOC_MMAP_THRESHOLD_: String(2 ** 32), MALLOC_TRIM_THRESHOLD_: String(2 ** 34) }

type Environment = Readonly<Record<string, string>>

async function start(
  name: string,
  command: string,
  args: readonly string[],
  settings: Environment = {},
): Promise<Peer | undefined> {
  // OpenBLAS has threads of its own beside PyTorch's.
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', ...settings }
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  child.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  let hasEnded = false
  const first = await lines.next()
  if (first.done === true) {
    console.error(`bench: ${name} does not start here; going on without it.`)
    return undefined
  }
  return {
    name,
    version: first.value,
    async measure(workload, calls) {
      child.stdin.write(`${workload}\t${calls}\n`)
      const { done, value } = await lines.next()
      if (done !== true) return value === 'none' ? undefined : Number(value)
      if (!hasEnded)
        console.error(`bench: ${name} ended at "${workload}"; going on without it. Run its script by hand to see why.`)
      hasEnded = true
      return undefined
    },
    close: () => child.stdin.end(),
  }
}

const packages = ['@tensorflow/tfjs@4.22.0', '@tensorflow/tfjs-backend-wasm@4.22.0', '@jax-js/jax@0.1.25']

/** Installs the JavaScript peers outside of the workspace, once; gives the folder in which their scripts find them. */
function installPeers(): string {
  const folder = join(tmpdir(), 'metagrad-bench-peers')
  mkdirSync(folder, { recursive: true })
  const isInstalled = existsSync(join(folder, 'node_modules', '@jax-js', 'jax'))
  if (!isInstalled) {
    console.error(`bench: installing ${packages.join(', ')} into ${folder}`)
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
    const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder, ...packages]
    spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  cpSync(fileURLToPath(new URL('../peers/', import.meta.url)), folder, { recursive: true })
  return folder
}

/** PyTorch on one thread, if it starts here; `PYTHON` names the interpreter. */
export function startPyTorch(name = 'PyTorch', settings: Environment = {}): Promise<Peer | undefined> {
  const script = fileURLToPath(new URL('../torch_bench.py', import.meta.url))
  return start(name, process.env['PYTHON'] ?? '/usr/bin/python3', [script], settings)
}

/** PyTorch, TensorFlow.js and jax-js on WebAssembly, and our kernels called by hand: those that start here. */
export async function startPeers(): Promise<readonly Peer[]> {
  const folder = installPeers()
  const peers = [
    await startPyTorch(),
    await startPyTorch(keepingName, keeping),
    await start('tfjs-wasm', process.execPath, [join(folder, 'tfjs.mjs')]),
    await start('jax-js', process.execPath, [join(folder, 'jax-js.mjs')]),
    // The kernels are no part of what a package exports.
    await start(limitName, process.execPath, [
      '--import',
      'tsx',
      fileURLToPath(new URL('../peers/limit.mjs', import.meta.url)),
    ]),
  ]
  return peers.filter((peer) => peer !== undefined)
}
