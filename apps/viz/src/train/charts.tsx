import { lineChart } from '@metagrad/plot'
import type { RunHistory } from '@metagrad/runlog'
import type { JSX } from 'preact'
import type { App } from '../app/app.ts'
import { useStore } from '../app/store.ts'
import type { ScaleName } from '../app/url.ts'
import type { ChartTable } from '../ui/chart.tsx'
import { Chart, redrawMs } from '../ui/chart.tsx'
import { Choice } from '../ui/fields.tsx'

const scales = [
  { value: 'linear', text: 'linear' },
  { value: 'log', text: 'log' },
] as const satisfies readonly { value: ScaleName; text: string }[]

/** Loss and score over the training, of both splits. */
export function TrainCharts({ app }: { readonly app: App }): JSX.Element | null {
  const { history, version, setup } = useStore(app.store, (state) => state.train, redrawMs)
  const lossScale = useStore(app.store, (state) => state.lossScale)
  if (setup === undefined) return null
  const score = setup.task === 'classification' ? 'accuracy' : 'r2'
  return (
    <>
      <Chart
        id="loss"
        title="Loss"
        height={172}
        version={`${version} ${lossScale}`}
        table={() => tableOf(history, 'loss')}
        draw={({ width, height, theme }) =>
          lineChart(seriesOf(history, 'loss'), { id: 'loss', width, height, theme, xTitle: 'step', yScale: lossScale })
        }
      >
        <Choice
          label="Scale of the loss"
          value={lossScale}
          options={scales}
          onChange={(next) => app.store.dispatch({ type: 'lossScale', lossScale: next })}
        />
      </Chart>
      <Chart
        id="score"
        title={score === 'accuracy' ? 'Accuracy' : 'R²'}
        height={172}
        version={version}
        table={() => tableOf(history, score)}
        draw={({ width, height, theme }) =>
          lineChart(seriesOf(history, score), { id: 'score', width, height, theme, xTitle: 'step' })
        }
      />
    </>
  )
}

const splits = [
  ['train', 'train'],
  ['val', 'validation'],
] as const

function seriesOf(history: RunHistory, metric: string): { name: string; x: readonly number[]; y: readonly number[] }[] {
  return splits.map(([split, name]) => {
    const { steps = [], values = [] } = history.series(`${split}/${metric}`, 'epoch') ?? {}
    return { name, x: steps, y: values }
  })
}

function tableOf(history: RunHistory, metric: string): ChartTable {
  const [train, held] = splits.map(([split]) => history.series(`${split}/${metric}`, 'epoch'))
  const steps = train?.steps ?? []
  return {
    columns: ['step', 'train', 'validation'],
    rows: steps.map((step, i) => [step, train?.values[i] ?? Number.NaN, held?.values[i] ?? Number.NaN]),
  }
}
