import type { Request } from './protocol.ts'

// The first module of the worker: those after it wait for the kernels, and what is sent meanwhile would be missed.
const waiting: Request[] = []
let receive = (request: Request): void => void waiting.push(request)
addEventListener('message', ({ data }: MessageEvent<Request>) => receive(data))

/** Hands over what was sent so far, and from then on each request as it comes. */
export function openInbox(handle: (request: Request) => void): void {
  receive = handle
  waiting.splice(0).forEach(handle)
}
