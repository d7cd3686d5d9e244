import type { CsvData, Experiment } from '../model/experiment.ts'
import { momentsOf } from '../graph/moments.ts'
import type { Client } from './client.ts'
import { startWorker } from './client.ts'
import { packFile, unpackFile } from './payload.ts'
import type { Action, AppState, ThemeChoice } from './state.ts'
import { initialState, reduce, urlStateOf } from './state.ts'
import type { Store } from './store.ts'
import { createStore } from './store.ts'
import type { DecodedHash, Screen } from './url.ts'
import { decodeHash, encodeHash } from './url.ts'

/** The page's state and everything that can be done to it. */
export interface App {
  readonly store: Store<AppState, Action>
  readonly goTo: (screen: Screen) => void
  readonly setTheme: (theme: ThemeChoice) => void
  /** Changes the experiment and begins it anew. */
  readonly change: (change: Partial<Experiment>) => void
  readonly togglePlay: () => void
  readonly advance: (unit: 'batch' | 'epoch') => void
  readonly reset: () => void
  readonly setSpeed: (stepsPerFrame: number) => void
  readonly editParameter: (parameter: string, index: number, value: number) => void
  /** Reads a table; `chosen` are the columns to use, where the user need not be asked. */
  readonly openFile: (name: string, bytes: Uint8Array<ArrayBuffer>, chosen?: ChosenColumns) => void
  readonly recordTape: () => void
  readonly moveBy: (moments: number) => void
  /** A link to this state, with the file in it where it fits. */
  readonly link: () => Promise<{ readonly url: string; readonly note: string }>
}

type ChosenColumns = Pick<CsvData, 'columns' | 'target'>

const themeKey = 'metagrad-theme'

export function startApp(): App {
  const decoded = decodeHash(location.hash)
  const saved = localStorage.getItem(themeKey)
  const theme = saved === 'light' || saved === 'dark' ? saved : 'auto'
  const store = createStore(reduce, initialState(decoded.state, theme))
  const { dispatch, get } = store
  let bytes: Uint8Array<ArrayBuffer> | undefined

  const client: Client = startWorker(
    (reply) => {
      dispatch({ type: 'reply', reply })
      // What came is drawn before more is asked for: a slow page gets fewer frames, never a queue of them.
      if (reply.kind === 'frame' && get().train.playing) requestAnimationFrame(askForFrame)
      // The tape of an experiment that was begun anew is recorded again where it is looked at.
      if (reply.kind === 'ready' && get().screen === 'graph') recordTape()
    },
    (notice) => dispatch({ type: 'notice', notice }),
  )

  const configure = (): void => {
    dispatch({ type: 'waiting' })
    client.send({ kind: 'configure', experiment: get().experiment })
  }
  const recordTape = (): void => {
    if (get().train.status !== 'ready') return
    dispatch({ type: 'tapeWaiting' })
    client.send({ kind: 'tape' })
  }
  const openFile = (name: string, content: Uint8Array<ArrayBuffer>, chosen?: ChosenColumns): void => {
    bytes = content
    client.send({ kind: 'read', name, bytes: content })
    const { data } = get().experiment
    if (chosen === undefined && data.source === 'csv' && data.file === name) return configure()
    const { columns, target } = chosen ?? { columns: ['', ''], target: '' }
    app.change({ data: { source: 'csv', file: name, columns, target, validation: data.validation } })
  }

  const askForFrame = (): void => {
    if (get().train.playing) client.send({ kind: 'frame' })
  }

  const app: App = {
    store,
    goTo(screen) {
      dispatch({ type: 'goto', screen })
      if (screen === 'graph' && get().graph.status === 'none') recordTape()
    },
    setTheme(choice) {
      if (choice === 'auto') localStorage.removeItem(themeKey)
      else localStorage.setItem(themeKey, choice)
      dispatch({ type: 'theme', theme: choice })
    },
    change(change) {
      dispatch({ type: 'experiment', change })
      configure()
    },
    togglePlay() {
      const { train, stepsPerFrame } = get()
      if (train.status !== 'ready' || (train.alert !== '' && !train.playing)) return
      dispatch({ type: 'playing', playing: !train.playing })
      client.send(train.playing ? { kind: 'pause' } : { kind: 'play', stepsPerFrame })
      askForFrame()
    },
    advance(unit) {
      if (get().train.status !== 'ready' || get().train.alert !== '') return
      dispatch({ type: 'playing', playing: false })
      client.send({ kind: 'advance', unit })
    },
    reset: configure,
    setSpeed(stepsPerFrame) {
      dispatch({ type: 'speed', stepsPerFrame })
      if (get().train.playing) client.send({ kind: 'play', stepsPerFrame })
    },
    editParameter(parameter, index, value) {
      client.send({ kind: 'edit', parameter, index, value })
    },
    openFile,
    recordTape,
    moveBy(moments) {
      const { tape, position } = get().graph
      if (tape === undefined) return
      const to = Math.min(momentsOf(tape).length, Math.max(0, position + moments))
      dispatch({ type: 'moment', position: to })
    },
    async link() {
      const hash = encodeHash(urlStateOf(get()))
      const base = `${location.origin}${location.pathname}`
      const { data } = get().experiment
      if (data.source === 'generator' || bytes === undefined) return { url: base + hash, note: '' }
      const payload = await packFile(bytes)
      return payload === undefined
        ? { url: base + hash, note: `${data.file} is too large for a link. Send it along: the page asks for it.` }
        : { url: `${base}${hash}&payload=${payload}`, note: `The link holds ${data.file}.` }
    },
  }

  keepHash(store)
  addEventListener('hashchange', ({ newURL }) => {
    // The address itself may have been written anew by now.
    const { hash } = new URL(newURL)
    if (hash === encodeHash(urlStateOf(get()))) return
    const link = decodeHash(hash)
    dispatch({ type: 'link', state: link.state })
    void begin(link)
  })

  void begin(decoded)
  return app

  async function begin({ problems, payload }: DecodedHash): Promise<void> {
    if (problems.length > 0) dispatch({ type: 'notice', notice: problems.join(' ') })
    const { data } = get().experiment
    const content = payload === undefined ? undefined : await unpackFile(payload)
    if (data.source === 'csv' && content !== undefined) openFile(data.file, content)
    else configure()
  }
}

/** Writes the state into the address, a moment after it changed. */
function keepHash({ get, subscribe }: Store<AppState, Action>): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = ''
  subscribe(() => {
    if (timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      const hash = encodeHash(urlStateOf(get()))
      if (hash === last) return
      last = hash
      history.replaceState(null, '', hash)
    }, 200)
  })
}
