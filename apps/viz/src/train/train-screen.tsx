import type { JSX } from 'preact'
import type { App } from '../app/app.ts'
import { useStore } from '../app/store.ts'
import { Icon } from '../ui/icons.tsx'
import type { AppPart } from '../ui/lazy.tsx'
import { Lazy } from '../ui/lazy.tsx'
import type { Colours } from './colours.ts'
import { UnitInspector } from './inspector.tsx'
import { Network } from './network.tsx'
import { Settings } from './settings.tsx'
import { SurfacePicture } from './surface.tsx'

/** Training can begin before there is a curve to draw. */
const loadCharts = async (): Promise<AppPart> => (await import('./charts.tsx')).TrainCharts

/** The playground. */
export function TrainScreen({ app, colours }: { readonly app: App; readonly colours: Colours }): JSX.Element {
  const status = useStore(app.store, (state) => state.train.status)
  return (
    <div class="train">
      <Settings app={app} />
      {status === 'refused' ? (
        <Refusal app={app} />
      ) : (
        <>
          <div class="train-middle">
            <Summary app={app} />
            <Alert app={app} />
            <Network app={app} colours={colours} />
            <UnitInspector app={app} />
          </div>
          <div class="train-right">
            <SurfacePicture app={app} colours={colours} />
            <div class="train-charts">{status === 'ready' && <Lazy load={loadCharts} app={app} />}</div>
          </div>
        </>
      )}
    </div>
  )
}

function Summary({ app }: { readonly app: App }): JSX.Element | null {
  const setup = useStore(app.store, (state) => state.train.setup)
  if (setup === undefined) return null
  const { rows, parameterCount, stepsPerEpoch, explanation } = setup
  return (
    <p class="quiet summary">
      {rows.train} rows to learn from, {rows.validation} to check with
      {rows.dropped > 0 && `, ${rows.dropped} incomplete ones left out`}
      {rows.surplus > 0 && `, ${rows.surplus} beyond the first ${rows.train + rows.validation} left out`};{' '}
      {parameterCount} parameters; {stepsPerEpoch} {stepsPerEpoch === 1 ? 'step' : 'steps'} per epoch. {explanation}
    </p>
  )
}

function Alert({ app }: { readonly app: App }): JSX.Element | null {
  const alert = useStore(app.store, (state) => state.train.alert)
  if (alert === '') return null
  return (
    <div class="alert" role="alert">
      <p>
        <strong>Training stopped.</strong> {alert}
      </p>
      <button type="button" onClick={app.reset}>
        <Icon name="reset" /> Reset
      </button>
    </div>
  )
}

/** What is missing before there is anything to train. */
function Refusal({ app }: { readonly app: App }): JSX.Element {
  const refusal = useStore(app.store, (state) => state.train.refusal)
  const table = useStore(app.store, (state) => state.train.table)
  const isBroken = table?.isReadable === false
  return (
    <div class="empty" role="status">
      <h2>{isBroken ? `${table.name} cannot be read` : 'Not ready to train'}</h2>
      <p>{isBroken ? table.problems.find(({ severity }) => severity === 'error')?.text : refusal}</p>
    </div>
  )
}
