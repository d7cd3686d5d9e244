import type { App } from '../app/app.ts'
import { newsOf } from './read-runs.ts'
import type { RunMessage } from './wire.ts'
import { hasServer } from './wire.ts'

/** Milliseconds before a lost stream is asked for again. */
const againMs = 2000

let connected = false

/** Follows all runs of the server, from where it was left after a break. Called once; later calls do nothing. */
export function connect({ store }: App): void {
  if (connected || !hasServer()) return
  connected = true
  const positions = new Map<string, number>()
  const open = (): void => {
    store.dispatch({ type: 'runsServer', server: 'connecting' })
    const query = new URLSearchParams([...positions].map(([id, position]) => ['from', `${id}:${position}`]))
    const source = new EventSource(`api/events?${query}`)
    source.addEventListener('open', () => store.dispatch({ type: 'runsServer', server: 'open' }))
    source.addEventListener('run', ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as RunMessage
      if (message.kind === 'gone') {
        positions.delete(message.id)
        store.dispatch({ type: 'runRemoved', id: message.id })
        return
      }
      if (message.kind === 'news') positions.set(message.id, message.position)
      store.dispatch({ type: 'runNews', news: newsOf(message) })
    })
    source.addEventListener('error', () => {
      // The browser would ask again by itself, but only from the last run's position.
      source.close()
      store.dispatch({ type: 'runsServer', server: 'lost' })
      setTimeout(open, againMs)
    })
  }
  open()
}
