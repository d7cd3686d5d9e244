import type { ChildProcessByStdio } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** A `metagrad` that runs, from source. */
export interface RunningCommand {
  /** The first line that it prints. */
  readonly firstLine: Promise<string>
  /** Asks it to end, and gives its exit code. */
  readonly interrupt: () => Promise<number | null>
}

const main = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url))

function start(folder: string, args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  const node = ['--import', import.meta.resolve('tsx'), '--conditions=@metagrad/source', main]
  return spawn(process.execPath, [...node, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** What `metagrad` complains of until it ends, line by line. */
export async function complaintsOf(folder: string, ...args: readonly string[]): Promise<string[]> {
  const { stderr } = start(folder, args)
  return (await text(stderr)).trimEnd().split('\n')
}

/** Starts `metagrad` in a folder. */
export function startCommand(folder: string, ...args: readonly string[]): RunningCommand {
  const child = start(folder, args)
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
