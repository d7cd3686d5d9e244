import { DeviceError } from '../../errors.ts'

/** What is used of Node's workers: its types are no part of this package. */
export interface Worker {
  /** Has it keep no process alive. */
  unref(): void
  on(event: 'error', listener: () => void): unknown
  terminate(): Promise<number>
}

interface WorkerOptions {
  readonly eval: boolean
  readonly execArgv: readonly string[]
  readonly workerData: object
}

type Workers = new (code: string, options: WorkerOptions) => Worker

interface Host {
  readonly process?: { getBuiltinModule?(name: string): { readonly Worker: Workers } | undefined }
}

/** Node's workers, asked for in a way that bundlers for browsers do not follow. @throws DeviceError where there are none */
export function workersOf(host: Host = globalThis as Host): Workers {
  const found = host.process?.getBuiltinModule?.('node:worker_threads')
  if (found === undefined || typeof SharedArrayBuffer === 'undefined') {
    throw new DeviceError(
      'cpu: threads need the worker_threads of Node 20.16 or later, which are missing here. Call cpu({ threads: 1 }), or leave it out.',
      'THREADS',
    )
  }
  return found.Worker
}
