import type { App } from './app.ts'
import { screens } from './url.ts'

/** A shortcut: its key as `KeyboardEvent.key` names it, and what it does. */
export interface Shortcut {
  readonly keys: readonly string[]
  readonly shown: string
  readonly what: string
  readonly run: (app: App) => void
}

const onGraph = (app: App): boolean => app.store.get().screen === 'graph'

/** All shortcuts; the help sheet is drawn from them. */
export const shortcuts: readonly Shortcut[] = [
  { keys: [' '], shown: 'Space', what: 'play or pause', run: (app) => app.togglePlay() },
  {
    keys: ['.'],
    shown: '.',
    what: 'one batch; on Graph, one op forward',
    run: (app) => (onGraph(app) ? app.moveBy(1) : app.advance('batch')),
  },
  { keys: [','], shown: ',', what: 'on Graph, one op back', run: (app) => onGraph(app) && app.moveBy(-1) },
  { keys: ['>'], shown: 'Shift .', what: 'one epoch', run: (app) => app.advance('epoch') },
  { keys: ['r', 'R'], shown: 'R', what: 'reset, with the same seed', run: (app) => app.reset() },
  {
    keys: ['s', 'S'],
    shown: 'S',
    what: 'share a link',
    run: (app) => app.store.dispatch({ type: 'dialog', dialog: 'share' }),
  },
  ...screens.map((screen, i): Shortcut => ({
    keys: [String(i + 1)],
    shown: String(i + 1),
    what: `go to ${screen[0]!.toUpperCase()}${screen.slice(1)}`,
    run: (app) => app.goTo(screen),
  })),
  { keys: ['?'], shown: '?', what: 'this sheet', run: (app) => app.store.dispatch({ type: 'dialog', dialog: 'help' }) },
  {
    keys: ['Escape'],
    shown: 'Esc',
    what: 'close, deselect',
    run: (app) => app.store.dispatch({ type: 'select', unit: undefined }),
  },
]

/** Listens for shortcuts wherever no text is being typed. */
export function listenForKeys(app: App): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    const { target } = event
    const element = target instanceof Element ? target : undefined
    if (app.store.get().dialog !== 'none' || element?.closest('input:not([type=range]), select, textarea, dialog'))
      return
    // Space presses the button that has the focus.
    if (event.key === ' ' && element?.closest('button, a, summary, [role=tab], input')) return
    const shortcut = shortcuts.find(({ keys }) => keys.includes(event.key))
    if (shortcut === undefined) return
    event.preventDefault()
    shortcut.run(app)
  })
}
