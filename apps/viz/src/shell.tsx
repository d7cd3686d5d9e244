import { formatValue, palettes } from '@metagrad/plot'
import type { JSX } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { App } from './app/app.ts'
import { useStore } from './app/store.ts'
import { useTheme } from './app/theme.ts'
import type { Screen } from './app/url.ts'
import { coloursOf } from './train/colours.ts'
import { TrainScreen } from './train/train-screen.tsx'
import type { IconName } from './ui/icons.tsx'
import { Icon, IconButton } from './ui/icons.tsx'
import type { AppPart } from './ui/lazy.tsx'
import { Lazy } from './ui/lazy.tsx'

const rail: readonly { readonly screen: Screen; readonly icon: IconName; readonly name: string }[] = [
  { screen: 'train', icon: 'train', name: 'Train' },
  { screen: 'graph', icon: 'graph', name: 'Graph' },
  { screen: 'runs', icon: 'runs', name: 'Runs' },
]

/** Everything on the page: rail, bar, the screen, and what lies over it. */
export function Shell({ app }: { readonly app: App }): JSX.Element {
  const screen = useStore(app.store, (state) => state.screen)
  // Once there they stay: a dialog that is closed, not removed, gives the focus back.
  const [hasDialogs, setDialogs] = useState(false)
  const isOpen = useStore(app.store, (state) => state.dialog !== 'none')
  if (isOpen && !hasDialogs) setDialogs(true)
  const theme = useTheme(useStore(app.store, (state) => state.theme))
  const colours = useMemo(() => coloursOf(palettes[theme]), [theme])
  const name = rail.find((entry) => entry.screen === screen)!.name
  useEffect(() => {
    document.title = `${name} · metagrad`
  }, [name])
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          document.querySelector<HTMLElement>('#main')?.focus()
        }}
      >
        Skip to the screen
      </a>
      <nav class="rail" aria-label="Screens">
        <span class="mark" aria-hidden="true">
          <Icon name="train" />
        </span>
        {rail.map((entry) => (
          <a
            key={entry.screen}
            href={`#/${entry.screen}`}
            aria-current={entry.screen === screen ? 'page' : undefined}
            onClick={(event) => {
              event.preventDefault()
              app.goTo(entry.screen)
            }}
          >
            <Icon name={entry.icon} />
            {entry.name}
          </a>
        ))}
      </nav>
      <TopBar app={app} />
      <main id="main" tabIndex={-1} aria-label={name}>
        {screen === 'train' && <TrainScreen app={app} colours={colours} />}
        {screen === 'graph' && <Lazy load={loadGraph} app={app} />}
        {screen === 'runs' && <Lazy load={loadRuns} app={app} />}
      </main>
      <Notice app={app} />
      <Spoken app={app} />
      {hasDialogs && <Lazy load={loadDialogs} app={app} />}
    </div>
  )
}

const loadGraph = async (): Promise<AppPart> => (await import('./graph/graph-screen.tsx')).GraphScreen
const loadDialogs = async (): Promise<AppPart> => (await import('./dialogs.tsx')).Dialogs
const loadRuns = async (): Promise<AppPart> => (await import('./runs/runs-screen.tsx')).RunsScreen

const speeds = [
  { value: 'Infinity', text: 'full speed' },
  { value: '5', text: '5 steps a frame' },
  { value: '1', text: '1 step a frame' },
] as const

function TopBar({ app }: { readonly app: App }): JSX.Element {
  const status = useStore(app.store, (state) => state.train.status)
  const playing = useStore(app.store, (state) => state.train.playing)
  const alert = useStore(app.store, (state) => state.train.alert)
  const name = useStore(app.store, (state) => state.train.setup?.name)
  const theme = useStore(app.store, (state) => state.theme)
  const speed = useStore(app.store, (state) => state.stepsPerFrame)
  const off = status !== 'ready'
  const next = { auto: 'light', light: 'dark', dark: 'auto' } as const
  return (
    <header class="bar">
      <h1>
        metagrad <span class="quiet">{name}</span>
      </h1>
      <div class="transport" role="group" aria-label="Training">
        <IconButton icon="reset" label="Reset (R)" onClick={app.reset} />
        <button
          type="button"
          class="play"
          disabled={off || alert !== ''}
          aria-pressed={playing}
          title="Space"
          onClick={app.togglePlay}
        >
          <Icon name={playing ? 'pause' : 'play'} />
          {playing ? 'Pause' : 'Play'}
        </button>
        <IconButton
          icon="batch"
          label="One batch (.)"
          disabled={off || alert !== ''}
          onClick={() => app.advance('batch')}
        />
        <IconButton
          icon="epoch"
          label="One epoch (Shift .)"
          disabled={off || alert !== ''}
          onClick={() => app.advance('epoch')}
        />
        <select
          class="speed"
          aria-label="Speed"
          value={String(speed)}
          onChange={({ currentTarget }) => app.setSpeed(Number(currentTarget.value))}
        >
          {speeds.map(({ value, text }) => (
            <option key={value} value={value} selected={value === String(speed)}>
              {text}
            </option>
          ))}
        </select>
      </div>
      <Readout app={app} />
      <span class="spacer" />
      <div class="bar-end">
        <IconButton
          icon="share"
          label="Share (S)"
          onClick={() => app.store.dispatch({ type: 'dialog', dialog: 'share' })}
        />
        <IconButton
          icon={theme}
          label={`Theme: ${theme === 'auto' ? 'as the system' : theme}`}
          onClick={() => app.setTheme(next[theme])}
        />
        <button
          type="button"
          class="icon-button help"
          aria-label="Shortcuts (?)"
          title="Shortcuts (?)"
          onClick={() => app.store.dispatch({ type: 'dialog', dialog: 'help' })}
        >
          ?
        </button>
      </div>
    </header>
  )
}

/** Step, epoch and losses in figures. */
function Readout({ app }: { readonly app: App }): JSX.Element {
  const train = useStore(app.store, (state) => state.train, 100)
  const { step, epoch, rate, history } = train
  const last = (tag: string): string => {
    const value = history.series(tag, 'epoch')?.values.at(-1)
    return value === undefined ? '–' : formatValue(Number(value.toPrecision(3)))
  }
  const figures = [
    ['epoch', String(epoch)],
    ['step', formatValue(step)],
    ['train loss', last('train/loss')],
    ['val loss', last('val/loss')],
    ['steps/s', rate === 0 ? '–' : formatValue(Number(rate.toPrecision(2)))],
  ] as const
  return (
    <dl class="readout">
      {figures.map(([name, value]) => (
        <div key={name} class={name.replace(/\W/g, '-')}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

const spokenMs = 5000

/** Says how the training goes, at most every five seconds. */
function Spoken({ app }: { readonly app: App }): JSX.Element {
  const train = useStore(app.store, (state) => state.train, spokenMs)
  const loss = train.history.series('val/loss', 'epoch')?.values.at(-1)
  const text =
    train.playing && loss !== undefined
      ? `Step ${train.step}, validation loss ${formatValue(Number(loss.toPrecision(3)))}`
      : ''
  return (
    <div class="visually-hidden" aria-live="polite">
      {text}
    </div>
  )
}

function Notice({ app }: { readonly app: App }): JSX.Element | null {
  const notice = useStore(app.store, (state) => state.notice)
  if (notice === '') return null
  return (
    <div class="notice" role="status">
      {notice}
      <IconButton icon="close" label="Dismiss" onClick={() => app.store.dispatch({ type: 'notice', notice: '' })} />
    </div>
  )
}
