import { formatValue, lineChart, seriesStyle } from '@metagrad/plot'
import type { RunStatus } from '@metagrad/runlog'
import { compareRuns, summarizeMetrics } from '@metagrad/runlog'
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { App } from '../app/app.ts'
import type { TrainState } from '../app/state.ts'
import { hasServer } from '../app/server.ts'
import { useStore } from '../app/store.ts'
import type { RunAxis, RunsView, ScaleName } from '../app/url.ts'
import { Chart } from '../ui/chart.tsx'
import { Choice, Slider } from '../ui/fields.tsx'
import { Icon, IconButton } from '../ui/icons.tsx'
import { connect } from './connect.ts'
import { curvesOf, resumesOf, tagGroups } from './curves.ts'
import { filesOfInput } from './open-files.ts'
import type { OpenedFile } from './read-runs.ts'
import { readRuns } from './read-runs.ts'
import type { RunView } from './runs-state.ts'

/** Reads files as runs and shows them. */
export async function openRuns({ store }: App, files: readonly OpenedFile[]): Promise<void> {
  const { runs, problems } = await readRuns(files)
  store.dispatch({ type: 'runNews', news: runs })
  store.dispatch({ type: 'runsProblems', problems })
}

/** A run as the list shows it: one that was opened or is followed, or the training in this page. */
interface ListedRun extends Omit<RunView, 'origin' | 'status'> {
  readonly origin: RunView['origin'] | 'page'
  readonly status: RunStatus | 'paused'
}

/** Id of the training in this page. */
const pageRun = 'this page'

/** Runs of the command line and of this page, side by side. */
export function RunsScreen({ app }: { readonly app: App }): JSX.Element {
  const { runs, hidden, selected, server, problems } = useStore(app.store, (state) => state.runs)
  const train = useStore(app.store, (state) => state.train, 500)
  const view = useStore(app.store, (state) => state.runsView)
  useEffect(() => connect(app), [])
  const all = useMemo(() => [...pageRunOf(train), ...runs], [train, runs])
  const shown = all.filter(({ id }) => !hidden.includes(id))
  const chosen = all.find(({ id }) => id === selected)
  return (
    <div class={`runs ${chosen === undefined ? '' : 'with-details'}`}>
      <section class="runs-list" aria-label="Runs">
        <header class="group-head">
          <h2>Runs</h2>
          <OpenButtons app={app} />
        </header>
        {server !== 'none' && <p class={`quiet server ${server}`}>{serverText[server]}</p>}
        {problems.length > 0 && (
          <ul class="problems" aria-label="Problems of the files">
            {problems.map((problem) => (
              <li key={problem} class="error">
                {problem}
              </li>
            ))}
          </ul>
        )}
        <ul>
          {all.map((run) => (
            <RunRow
              key={run.id}
              app={app}
              run={run}
              position={shown.indexOf(run)}
              isSelected={run.id === selected}
              isHidden={hidden.includes(run.id)}
            />
          ))}
        </ul>
      </section>
      {all.length === 0 ? (
        <Empty />
      ) : (
        <section class="runs-main" aria-label="Curves">
          <Toolbar app={app} view={view} />
          {shown.length === 0 ? (
            <div class="empty">
              <p>All runs are hidden.</p>
            </div>
          ) : (
            <>
              <Curves runs={shown} view={view} />
              <Comparison runs={shown} />
            </>
          )}
        </section>
      )}
      {chosen && <Details app={app} run={chosen} />}
    </div>
  )
}

const serverText = {
  connecting: 'Connecting …',
  open: 'Following the runs folder.',
  lost: 'The server is gone; trying again.',
  none: '',
}

function pageRunOf({ setup, step, playing, history, version }: TrainState): ListedRun[] {
  if (setup === undefined || step === 0) return []
  return [
    { id: pageRun, origin: 'page', status: playing ? 'running' : 'paused', history, version, config: {}, problems: [] },
  ]
}

function OpenButtons({ app }: { readonly app: App }): JSX.Element {
  const folder = useRef<HTMLInputElement>(null)
  const files = useRef<HTMLInputElement>(null)
  const read = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void => {
    const opened = currentTarget.files === null ? [] : filesOfInput(currentTarget.files)
    void openRuns(app, opened).then(() => (currentTarget.value = ''))
  }
  return (
    <span class="open-buttons">
      <input
        ref={folder}
        type="file"
        class="visually-hidden"
        tabIndex={-1}
        aria-label="Folder of runs"
        {...{ webkitdirectory: true }}
        onChange={read}
      />
      <input
        ref={files}
        type="file"
        multiple
        class="visually-hidden"
        tabIndex={-1}
        aria-label="Log files"
        onChange={read}
      />
      <button type="button" onClick={() => folder.current?.click()}>
        <Icon name="folder" /> Folder
      </button>
      <button type="button" onClick={() => files.current?.click()}>
        Files
      </button>
    </span>
  )
}

function Empty(): JSX.Element {
  return (
    <div class="empty" role="status">
      <h2>No runs yet</h2>
      {hasServer() ? (
        <p>The runs folder is empty. Each training started there appears here at once.</p>
      ) : (
        <p>
          Drop the folder of a run here, or open one. <code>metagrad train data.csv --target column</code> makes one;{' '}
          <code>metagrad view</code> shows all of them live.
        </p>
      )}
    </div>
  )
}

interface RunRowProps {
  readonly app: App
  readonly run: ListedRun
  /** Among those that are drawn; -1 for hidden ones. */
  readonly position: number
  readonly isSelected: boolean
  readonly isHidden: boolean
}

function RunRow({ app, run, position, isSelected, isHidden }: RunRowProps): JSX.Element {
  const { id, history, status } = run
  const { role, dash } = seriesStyle(Math.max(0, position))
  const summary = summarizeMetrics(history).find(({ better, tag }) => better !== undefined && tag.startsWith('val/'))
  return (
    <li class={`run ${isHidden ? 'hidden' : ''}`} data-run={id}>
      <button
        type="button"
        class="run-main"
        aria-pressed={isSelected}
        onClick={() => app.store.dispatch({ type: 'runSelected', id: isSelected ? undefined : id })}
      >
        <svg class="swatch" viewBox="0 0 24 6" aria-hidden="true">
          <path d="M1,3H23" style={{ stroke: `var(--mg-${role})`, strokeDasharray: dash }} />
        </svg>
        <span class="run-id">{id}</span>
        <span class={`badge ${status}`}>{status}</span>
        <span class="quiet run-metric" title="Best value, and the step of it">
          {summary?.best
            ? `${summary.tag} ${figure(summary.best.value)} at ${formatValue(summary.best.step)}`
            : `${formatValue(history.last?.step ?? 0)} steps`}
        </span>
      </button>
      <IconButton
        icon="eye"
        label={isHidden ? `Show ${id}` : `Hide ${id}`}
        pressed={!isHidden}
        onClick={() => app.store.dispatch({ type: 'runHidden', id, hidden: !isHidden })}
      />
    </li>
  )
}

const axes = [
  { value: 'step', text: 'step' },
  { value: 'epoch', text: 'epoch' },
  { value: 'time', text: 'time' },
] as const satisfies readonly { value: RunAxis; text: string }[]
const scales = [
  { value: 'linear', text: 'linear' },
  { value: 'log', text: 'log' },
] as const satisfies readonly { value: ScaleName; text: string }[]

function Toolbar({ app, view }: { readonly app: App; readonly view: RunsView }): JSX.Element {
  const change = (next: Partial<RunsView>): void => app.store.dispatch({ type: 'runsView', change: next })
  return (
    <div class="toolbar">
      <span class="tool">
        <span class="quiet">across</span>
        <Choice label="Horizontal axis" value={view.axis} options={axes} onChange={(axis) => change({ axis })} />
        <Choice label="Scale across" value={view.xScale} options={scales} onChange={(xScale) => change({ xScale })} />
      </span>
      <span class="tool">
        <span class="quiet">up</span>
        <Choice label="Scale up" value={view.yScale} options={scales} onChange={(yScale) => change({ yScale })} />
      </span>
      <span class="tool smoothing">
        <Slider
          label="Smoothing"
          value={view.smoothing}
          range={{ low: 0, high: 0.99 }}
          step={0.01}
          onChange={(smoothing) => change({ smoothing })}
        />
      </span>
    </div>
  )
}

const axisTitles: Readonly<Record<RunAxis, string>> = { step: 'step', epoch: 'epoch', time: 'seconds' }

function Curves({ runs, view }: { readonly runs: readonly ListedRun[]; readonly view: RunsView }): JSX.Element {
  const { axis, xScale, yScale, smoothing } = view
  const state = `${runs.map(({ id, version }) => `${id}:${version}`).join()} ${axis} ${xScale} ${yScale} ${smoothing}`
  return (
    <>
      {tagGroups(runs).map(([prefix, tags]) => (
        <section key={prefix} class="curve-group" aria-label={prefix}>
          <h2>{prefix}</h2>
          <div class="curve-cards">
            {tags.map((tag) => (
              <Chart
                key={tag}
                id={`run-${tag.replaceAll(/[^\w-]/g, '-')}`}
                title={tag}
                height={230}
                version={state}
                table={() => ({
                  columns: ['run', axis, tag],
                  rows: curvesOf(runs, tag, axis).flatMap(({ name, x = [], y }) =>
                    Array.from(y, (value, i): [string, number, number] => [name, x[i] ?? Number.NaN, value]),
                  ),
                })}
                draw={({ width, height, theme }) =>
                  lineChart(curvesOf(runs, tag, axis), {
                    id: `run-${tag.replaceAll(/[^\w-]/g, '-')}`,
                    width,
                    height,
                    theme,
                    xScale,
                    yScale,
                    smooth: smoothing,
                    xTitle: axisTitles[axis],
                    ...(axis === 'step' ? { markers: resumesOf(runs) } : {}),
                  })
                }
              />
            ))}
          </div>
        </section>
      ))}
    </>
  )
}

const figure = (value: number): string =>
  Number.isFinite(value) ? formatValue(Number(value.toPrecision(4))) : String(value)

/** Best values of each metric, and the options on which runs differ. */
function Comparison({ runs }: { readonly runs: readonly ListedRun[] }): JSX.Element | null {
  const { metrics, config } = useMemo(
    () => compareRuns(runs),
    [runs.map(({ id, version }) => `${id}:${version}`).join()],
  )
  const known = metrics.filter(({ better }) => better !== undefined)
  return (
    <section class="curve-group" aria-label="Comparison">
      <h2>Best values</h2>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Best values">
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">metric</th>
              {runs.map(({ id }) => (
                <th key={id} scope="col">
                  {id}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {known.map(({ tag, runs: row, winner }) => (
              <tr key={tag}>
                <th scope="row">{tag}</th>
                {row.map((summary, i) => (
                  <td key={runs[i]!.id} class={runs.length > 1 && winner === runs[i]!.id ? 'winner' : ''}>
                    {summary?.best === undefined ? '–' : figure(summary.best.value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {config.length > 0 && runs.length > 1 && (
        <>
          <h2>Different options</h2>
          <div class="table-scroll" tabIndex={0} role="region" aria-label="Different options">
            <table class="numbers">
              <thead>
                <tr>
                  <th scope="col">option</th>
                  {runs.map(({ id }) => (
                    <th key={id} scope="col">
                      {id}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {config.map(({ option, values }) => (
                  <tr key={option}>
                    <th scope="row">{option}</th>
                    {values.map((value, i) => (
                      <td key={runs[i]!.id}>{optionText(value)}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  )
}

function optionText(value: unknown): string {
  if (value === undefined) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** All about one run. */
function Details({ app, run }: { readonly app: App; readonly run: ListedRun }): JSX.Element {
  const { id, status, history, config, problems, origin } = run
  const { start, end } = history
  const alerts = history.events('alert')
  const facts = [
    ['status', end === undefined ? status : `${status}: ${end.status.replaceAll('_', ' ')}`],
    ['task', start?.task],
    ['attempts', history.attempt > 1 ? String(history.attempt) : undefined],
    [
      'rows',
      start &&
        Object.entries(start.totals.rows)
          .map(([split, rows]) => `${split} ${formatValue(rows)}`)
          .join(', '),
    ],
    ['steps', history.last?.step === undefined ? undefined : formatValue(history.last.step)],
    ['last event', history.last && new Date(history.last.t).toLocaleString()],
  ].filter(([, value]) => value !== undefined && value !== '')
  return (
    <aside class="run-details sheet" aria-label={`Run ${id}`}>
      <header class="group-head">
        <h2>{id}</h2>
        <IconButton
          icon="close"
          label="Close"
          onClick={() => app.store.dispatch({ type: 'runSelected', id: undefined })}
        />
      </header>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {alerts.length + problems.length > 0 && (
        <ul class="problems">
          {alerts.map(({ code, text, seq }) => (
            <li key={seq} class="error">
              <code>{code}</code> {text}
            </li>
          ))}
          {problems.map((problem) => (
            <li key={problem} class="warning">
              {problem}
            </li>
          ))}
        </ul>
      )}
      {Object.keys(config).length > 0 && (
        <>
          <h3>Options</h3>
          <dl class="facts options">
            {Object.entries(config).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{optionText(value)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {origin === 'files' && (
        <button type="button" onClick={() => app.store.dispatch({ type: 'runRemoved', id })}>
          Remove from the list
        </button>
      )}
    </aside>
  )
}
