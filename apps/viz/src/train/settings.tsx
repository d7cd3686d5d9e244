import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { App } from '../app/app.ts'
import { openTable } from '../app/drop.ts'
import { useStore } from '../app/store.ts'
import { nextBlock } from '../app/url.ts'
import type { Block, CsvData, Experiment, GeneratedData } from '../model/experiment.ts'
import {
  activationNames,
  defaultData,
  generatorNames,
  initNames,
  mostBlocks,
  normNames,
  optimizerNames,
  penaltyNames,
  ranges,
} from '../model/experiment.ts'
import { generators } from '../model/generators.ts'
import { NumberField, Select, Slider } from '../ui/fields.tsx'
import { Icon, IconButton } from '../ui/icons.tsx'
import type { TableView } from '../worker/protocol.ts'

/** Everything that can be chosen before a training. */
export function Settings({ app }: { readonly app: App }): JSX.Element {
  const experiment = useStore(app.store, (state) => state.experiment)
  return (
    <div class="settings">
      <DataSettings app={app} experiment={experiment} />
      <LayerSettings app={app} experiment={experiment} />
      <TrainingSettings app={app} experiment={experiment} />
    </div>
  )
}

interface PartProps {
  readonly app: App
  readonly experiment: Experiment
}

const sources = [
  ...generatorNames.map((name) => ({ value: name, text: name })),
  { value: 'csv', text: 'CSV file' },
] as const

function DataSettings({ app, experiment: { data, seed } }: PartProps): JSX.Element {
  const [isAsked, ask] = useState(false)
  const shownSource = data.source === 'csv' || isAsked ? 'csv' : data.generator
  const choose = (value: string): void => {
    const generator = generatorNames.find((name) => name === value)
    ask(generator === undefined)
    if (generator === undefined) return
    const kept = data.source === 'generator' ? data : { ...defaultData, validation: data.validation }
    app.change({ data: { ...kept, generator } })
  }
  return (
    <section class="group" aria-label="Data">
      <h2>Data</h2>
      <Select label="Source" value={shownSource} options={sources} onChange={choose} />
      {shownSource === 'csv' ? (
        <FileSettings app={app} data={data.source === 'csv' ? data : undefined} />
      ) : (
        data.source === 'generator' && <GeneratorSettings app={app} data={data} />
      )}
      <Slider
        label="Validation"
        value={data.validation}
        range={ranges.validation}
        step={0.05}
        format={(value) => `${Math.round(value * 100)} %`}
        onChange={(validation) => app.change({ data: { ...data, validation } })}
      />
      <div class="with-button">
        <NumberField label="Seed" value={seed} range={ranges.seed} onChange={(next) => app.change({ seed: next })} />
        <IconButton
          icon="dice"
          label="New seed"
          onClick={() => app.change({ seed: crypto.getRandomValues(new Uint16Array(1))[0]! })}
        />
      </div>
    </section>
  )
}

function GeneratorSettings({ app, data }: { readonly app: App; readonly data: GeneratedData }): JSX.Element {
  const { about, classes } = generators[data.generator]
  const change = (next: Partial<GeneratedData>): void => app.change({ data: { ...data, ...next } })
  return (
    <>
      <p class="quiet about">{about}</p>
      <div class="pair">
        <NumberField
          label="Points"
          value={data.samples}
          range={ranges.samples}
          onChange={(samples) => change({ samples })}
        />
        {classes === 'any' && (
          <NumberField
            label="Classes"
            value={data.classes}
            range={ranges.classes}
            onChange={(count) => change({ classes: count })}
          />
        )}
      </div>
      <Slider
        label="Noise"
        value={data.noise}
        range={ranges.noise}
        step={0.01}
        onChange={(noise) => change({ noise })}
      />
    </>
  )
}

function FileSettings({ app, data }: { readonly app: App; readonly data: CsvData | undefined }): JSX.Element {
  const table = useStore(app.store, (state) => state.train.table)
  const input = useRef<HTMLInputElement>(null)
  const own = data !== undefined && table?.name === data.file ? table : undefined
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".csv,.tsv,.txt,.gz,text/csv"
        class="visually-hidden"
        tabIndex={-1}
        aria-label="CSV file"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? []
          currentTarget.value = ''
          if (file !== undefined) void openTable(app, file)
        }}
      />
      <button type="button" class="wide-button" onClick={() => input.current?.click()}>
        <Icon name="folder" /> {data === undefined ? 'Open a CSV file' : data.file}
      </button>
      {data === undefined && <p class="quiet about">Or drop one anywhere on the page, or paste its text.</p>}
      {own && <FileProblems table={own} />}
      {data && own?.isReadable === true && <ColumnSettings app={app} data={data} table={own} />}
    </>
  )
}

function ColumnSettings({
  app,
  data,
  table,
}: {
  readonly app: App
  readonly data: CsvData
  readonly table: TableView
}): JSX.Element {
  const change = (next: Partial<CsvData>): void => app.change({ data: { ...data, ...next } })
  const choices = (names: readonly string[]) => [
    { value: '', text: 'choose …' },
    ...names.map((name) => ({ value: name, text: name })),
  ]
  const numbers = table.columns.filter(({ kind }) => kind === 'number').map(({ name }) => name)
  const [x, y] = data.columns
  return (
    <>
      <p class="quiet about">
        {table.rows} rows, {table.columns.length} columns; {table.dialect}
      </p>
      <div class="pair">
        <Select
          label="Across"
          value={x}
          options={choices(numbers)}
          onChange={(name) => change({ columns: [name, y] })}
        />
        <Select label="Up" value={y} options={choices(numbers)} onChange={(name) => change({ columns: [x, name] })} />
      </div>
      <Select
        label="To predict"
        value={data.target}
        options={choices(table.columns.map(({ name }) => name))}
        onChange={(target) => change({ target })}
      />
    </>
  )
}

/** What is wrong with a file, as the command line says it. */
function FileProblems({ table }: { readonly table: TableView }): JSX.Element | null {
  if (table.problems.length === 0) return null
  return (
    <ul class="problems" aria-label={`Problems of ${table.name}`}>
      {table.problems.map(({ code, severity, line, column, text }, i) => (
        <li key={i} class={severity} data-code={code} data-line={line} data-column={column}>
          <code>{code}</code> {text}
        </li>
      ))}
    </ul>
  )
}

function LayerSettings({ app, experiment: { blocks } }: PartProps): JSX.Element {
  const change = (at: number, next: Partial<Block>): void =>
    app.change({ blocks: blocks.map((block, i) => (i === at ? { ...block, ...next } : block)) })
  return (
    <section class="group" aria-label="Layers">
      <header class="group-head">
        <h2>Layers</h2>
        <IconButton
          icon="plus"
          label="Add a layer"
          disabled={blocks.length >= mostBlocks}
          onClick={() => app.change({ blocks: [...blocks, nextBlock(blocks)] })}
        />
      </header>
      {blocks.length === 0 && <p class="quiet about">None: a linear model.</p>}
      <ol class="layers">
        {blocks.map((block, i) => (
          <li key={i}>
            <LayerRow
              index={i}
              block={block}
              onChange={(next) => change(i, next)}
              onRemove={() => app.change({ blocks: blocks.filter((_, k) => k !== i) })}
            />
          </li>
        ))}
      </ol>
    </section>
  )
}

interface LayerRowProps {
  readonly index: number
  readonly block: Block
  readonly onChange: (change: Partial<Block>) => void
  readonly onRemove: () => void
}

function LayerRow({ index, block, onChange, onRemove }: LayerRowProps): JSX.Element {
  const { units, activation, norm, dropout } = block
  const { low, high } = ranges.units
  const more = [norm === 'none' ? [] : [norm], dropout === 0 ? [] : [`dropout ${dropout}`]].flat().join(', ')
  return (
    <>
      <div class="layer-main">
        <span class="stepper" role="group" aria-label={`Units of layer ${index + 1}`}>
          <IconButton
            icon="minus"
            label={`Fewer units in layer ${index + 1}`}
            disabled={units <= low}
            onClick={() => onChange({ units: units - 1 })}
          />
          <output>{units}</output>
          <IconButton
            icon="plus"
            label={`More units in layer ${index + 1}`}
            disabled={units >= high}
            onClick={() => onChange({ units: units + 1 })}
          />
        </span>
        <select
          aria-label={`Activation of layer ${index + 1}`}
          value={activation}
          onChange={({ currentTarget }) => {
            const chosen = activationNames.find((name) => name === currentTarget.value)
            if (chosen !== undefined) onChange({ activation: chosen })
          }}
        >
          {activationNames.map((name) => (
            <option key={name} value={name} selected={name === activation}>
              {name}
            </option>
          ))}
        </select>
        <IconButton icon="close" label={`Remove layer ${index + 1}`} onClick={onRemove} />
      </div>
      <details>
        <summary>{more === '' ? 'norm, dropout' : more}</summary>
        <Select label="Normalisation" value={norm} options={normNames} onChange={(next) => onChange({ norm: next })} />
        <Slider
          label="Dropout"
          value={dropout}
          range={ranges.dropout}
          step={0.05}
          onChange={(next) => onChange({ dropout: Number(next.toFixed(3)) })}
        />
      </details>
    </>
  )
}

const hasMomentum = new Set(['SGD', 'RMSprop'])

function TrainingSettings({ app, experiment }: PartProps): JSX.Element {
  const { optimizer, lr, momentum, batchSize, penalty, penaltyRate, init } = experiment
  return (
    <section class="group" aria-label="Training">
      <h2>Training</h2>
      <div class="pair">
        <Select
          label="Optimizer"
          value={optimizer}
          options={optimizerNames}
          onChange={(next) => app.change({ optimizer: next })}
        />
        <NumberField label="Learning rate" value={lr} range={ranges.lr} onChange={(next) => app.change({ lr: next })} />
      </div>
      <div class="pair">
        <NumberField
          label="Batch size"
          value={batchSize}
          range={ranges.batchSize}
          onChange={(next) => app.change({ batchSize: next })}
        />
        {hasMomentum.has(optimizer) && (
          <NumberField
            label="Momentum"
            value={momentum}
            range={ranges.momentum}
            onChange={(next) => app.change({ momentum: next })}
          />
        )}
      </div>
      <Select label="First weights" value={init} options={initNames} onChange={(next) => app.change({ init: next })} />
      <div class="pair">
        <Select
          label="Penalty"
          value={penalty}
          options={penaltyNames}
          onChange={(next) => app.change({ penalty: next })}
        />
        {penalty !== 'none' && (
          <NumberField
            label="Its weight"
            value={penaltyRate}
            range={ranges.penaltyRate}
            onChange={(next) => app.change({ penaltyRate: next })}
          />
        )}
      </div>
    </section>
  )
}
