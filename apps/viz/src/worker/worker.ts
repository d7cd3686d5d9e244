import { openInbox } from './inbox.ts'
import type { Reply } from './protocol.ts'
import { Session, transferable } from './session.ts'

// Timers wait at least 4 ms when nested; a message to oneself does not.
const channel = new MessageChannel()
const waiting: (() => void)[] = []
channel.port1.addEventListener('message', () => waiting.shift()?.())
channel.port1.start()

const session = new Session({
  post: (reply: Reply) => postMessage(reply, { transfer: transferable(reply) }),
  defer(run) {
    waiting.push(run)
    channel.port2.postMessage(0)
  },
  now: () => performance.now(),
})

// Requests are handled one after the other, also those that wait for a module to load. One that fails is told to the page, and those after
// it are handled as ever.
let last = Promise.resolve()
openInbox((request) => {
  last = last.then(() => session.handle(request)).catch(reportError)
})
