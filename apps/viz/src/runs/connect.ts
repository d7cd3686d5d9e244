import type { RunMessage } from '@metagrad/runlog'
import type { App } from '../app/app.ts'
import { hasServer } from '../app/server.ts'
import { newsOf } from './read-runs.ts'

/** Milliseconds before a lost stream is asked for again. */
const againMs = 2000

let connected = false

/** Follows all runs of the server, from where it was left after a break. Called once; later calls do nothing. */
export function connect({ store }: App): void {
  if (connected || !hasServer()) return
  connected = true
  let last = ''
  const open = (): void => {
    store.dispatch({ type: 'runsServer', server: 'connecting' })
    const source = new EventSource(`api/events?${new URLSearchParams({ from: last })}`)
    source.addEventListener('open', () => store.dispatch({ type: 'runsServer', server: 'open' }))
    source.addEventListener('run', ({ data, lastEventId }: MessageEvent<string>) => {
      last = lastEventId
      const message = JSON.parse(data) as RunMessage
      store.dispatch(
        message.kind === 'gone' ? { type: 'runRemoved', id: message.id } : { type: 'runNews', news: newsOf(message) },
      )
    })
    source.addEventListener('error', () => {
      // The browser gives up after some answers, such as that of a server begun anew with another key.
      source.close()
      store.dispatch({ type: 'runsServer', server: 'lost' })
      setTimeout(open, againMs)
    })
  }
  open()
}
