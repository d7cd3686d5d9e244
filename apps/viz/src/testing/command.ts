import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A `metagrad` that runs, from source. */
export interface RunningCommand {
  /** The first line that it prints. */
  readonly firstLine: Promise<string>
  /** Asks it to end, and gives its exit code. */
  readonly interrupt: () => Promise<number | null>
}

const main = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url))

/** Starts `metagrad` in a folder. */
export function startCommand(folder: string, ...args: readonly string[]): RunningCommand {
  const node = ['--import', import.meta.resolve('tsx'), '--conditions=@metagrad/source', main]
  const child = spawn(process.execPath, [...node, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null)
  let printed = ''
  let complaints = ''
  child.stderr.on('data', (data: Buffer) => (complaints += data.toString()))
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (data: Buffer) => {
      printed += data.toString()
      if (printed.includes('\n')) resolve(printed.split('\n', 1)[0]!)
    })
    child.on('exit', (code) => reject(new Error(`metagrad ${args.join(' ')} ended with ${code}: ${complaints}`)))
  })
  // A command that prints nothing has no first line, and nobody may ask for it.
  firstLine.catch(() => undefined)
  return {
    firstLine,
    interrupt() {
      child.kill('SIGINT')
      return exited
    },
  }
}
