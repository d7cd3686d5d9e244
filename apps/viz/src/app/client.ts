import type { Reply, Request } from '../worker/protocol.ts'

/** The trainer's worker, seen from the page. */
export interface Client {
  readonly send: (request: Request) => void
}

export function startWorker(onReply: (reply: Reply) => void, onFailure: (text: string) => void): Client {
  const worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module', name: 'trainer' })
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => onReply(data))
  worker.addEventListener('error', ({ message }) => onFailure(`The trainer failed: ${message}`))
  return { send: (request) => worker.postMessage(request, { transfer: [] }) }
}
