import type { Reply, Request } from './protocol.ts'
import type { Session } from './session.ts'

// Timers wait at least 4 ms when nested; a message to oneself does not.
const channel = new MessageChannel()
const waiting: (() => void)[] = []
channel.port1.addEventListener('message', () => waiting.shift()?.())
channel.port1.start()

/** In a module of its own, for it waits for the kernels: a worker that waited itself would miss what is sent meanwhile. */
async function startSession(): Promise<Session> {
  const { Session, transferable } = await import('./session.ts')
  return new Session({
    post: (reply: Reply) => postMessage(reply, { transfer: transferable(reply) }),
    defer(run) {
      waiting.push(run)
      channel.port2.postMessage(0)
    },
    now: () => performance.now(),
  })
}

// Requests are handled one after the other, also those that wait for a module to load.
let last = startSession()
addEventListener('message', ({ data }: MessageEvent<Request>) => {
  last = last.then(async (session) => {
    await session.handle(data)
    return session
  })
})
