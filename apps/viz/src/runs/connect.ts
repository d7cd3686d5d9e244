import type { RunMessage } from '@metagrad/runlog'
import type { App } from '../app/app.ts'
import { hasServer } from '../app/server.ts'
import { newsOf } from './read-runs.ts'
import type { RunNews } from './runs-state.ts'

/** Milliseconds before a lost stream is asked for again. */
const againMs = 2000
/** Milliseconds in which news are gathered: a run may be written far more often than anyone could look. */
const gatherMs = 200

let connected = false

/** Follows all runs of the server, from where it was left after a break. Called once; later calls do nothing. */
export function connect({ store }: App): void {
  if (connected || !hasServer()) return
  connected = true
  let last = ''
  let waiting: RunNews[] = []
  const tell = (): void => {
    if (waiting.length > 0) store.dispatch({ type: 'runNews', news: waiting })
    waiting = []
  }
  const gather = (news: RunNews): void => {
    if (waiting.length === 0) setTimeout(tell, gatherMs)
    waiting.push(news)
  }
  const open = (): void => {
    store.dispatch({ type: 'runsServer', server: 'connecting' })
    const source = new EventSource(`api/events?${new URLSearchParams({ from: last })}`)
    source.addEventListener('open', () => store.dispatch({ type: 'runsServer', server: 'open' }))
    source.addEventListener('run', ({ data, lastEventId }: MessageEvent<string>) => {
      last = lastEventId
      const message = JSON.parse(data) as RunMessage
      if (message.kind !== 'gone') return gather(newsOf(message))
      tell()
      store.dispatch({ type: 'runRemoved', id: message.id })
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
