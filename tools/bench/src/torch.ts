import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** PyTorch in a process of its own, asked for one measurement at a time. */
export interface Torch {
  readonly version: string
  /** Microseconds per call. */
  measure(name: string, calls: number): Promise<number>
  close(): void
}

/** Starts PyTorch on one thread; undefined where it is not installed. `PYTHON` names the interpreter. */
export async function startTorch(): Promise<Torch | undefined> {
  const python = process.env['PYTHON'] ?? '/usr/bin/python3'
  // OpenBLAS has threads of its own beside PyTorch's.
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
  const child = spawn(python, [fileURLToPath(new URL('../torch_bench.py', import.meta.url))], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  child.on('error', () => undefined)
  const first = await lines.next()
  if (first.done === true) return undefined
  return {
    version: first.value,
    async measure(name, calls) {
      child.stdin.write(`${name}\t${calls}\n`)
      const { done, value } = await lines.next()
      if (done === true) throw new Error(`bench: PyTorch ended at "${name}". Run torch_bench.py by hand to see why.`)
      return Number(value)
    },
    close: () => child.stdin.end(),
  }
}
