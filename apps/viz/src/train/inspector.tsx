import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { App } from '../app/app.ts'
import type { UnitRef } from '../app/state.ts'
import { useStore } from '../app/store.ts'
import { NumberField } from '../ui/fields.tsx'
import { IconButton } from '../ui/icons.tsx'

const anyNumber = { low: -1e6, high: 1e6 }

/** The chosen unit: what comes into it, each weight editable. Its place is there before one is chosen. */
export function UnitInspector({ app }: { readonly app: App }): JSX.Element {
  const selected = useStore(app.store, (state) => state.train.selected)
  if (selected !== undefined) return <Inspector app={app} selected={selected} />
  return <p class="quiet inspector-place">Choose a unit to see what comes into it and to edit its weights.</p>
}

interface InspectorProps {
  readonly app: App
  readonly selected: UnitRef
}

/** Milliseconds between two looks at figures that change all the time. */
const figuresMs = 100

function Inspector({ app, selected }: InspectorProps): JSX.Element | null {
  const { setup, linears, playing } = useStore(app.store, (state) => state.train, figuresMs)
  const linear = linears?.[selected.column - 1]
  // On a phone the sheet lies over the network: the style says how far the unit has to be from the edge.
  useEffect(
    () => document.querySelector('.unit[aria-pressed="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
    [selected.column, selected.unit],
  )
  if (setup === undefined || linear === undefined || selected.unit >= linear.to) return null
  const { name, from, weight, bias } = linear
  const { unit, column } = selected
  const rounded = (value: number | undefined): number => Number((value ?? 0).toPrecision(5))
  return (
    <aside class="inspector sheet" aria-label={`Unit ${unit + 1} of layer ${column}`}>
      <header class="group-head">
        <h2>
          Unit {unit + 1} of layer {column}
        </h2>
        <IconButton
          icon="close"
          label="Close"
          onClick={() => app.store.dispatch({ type: 'select', unit: undefined })}
        />
      </header>
      <p class="quiet about">
        <code>{name} Linear</code>: weighted sum of {from} {from === 1 ? 'input' : 'inputs'} plus bias.{' '}
        {playing ? 'Training goes on while you edit.' : 'A change takes effect at once.'}
      </p>
      <div class="weights">
        <NumberField
          label="bias"
          value={rounded(bias[unit])}
          range={anyNumber}
          onChange={(value) => app.editParameter(`${name}.bias`, unit, value)}
        />
        {Array.from({ length: from }, (_, i) => (
          <WeightField
            key={i}
            id={`weight-${i}`}
            label={column === 1 ? setup.features[i]! : `from unit ${i + 1}`}
            value={rounded(weight[unit * from + i])}
            onChange={(value) => app.editParameter(`${name}.weight`, unit * from + i, value)}
          />
        ))}
      </div>
    </aside>
  )
}

interface WeightFieldProps {
  readonly id: string
  readonly label: string
  readonly value: number
  readonly onChange: (value: number) => void
}

function WeightField({ id, label, value, onChange }: WeightFieldProps): JSX.Element {
  return (
    <div class={`weight ${value < 0 ? 'negative' : 'positive'}`} style={{ '--size': Math.min(1, Math.abs(value) / 3) }}>
      <NumberField id={id} label={label} value={value} range={anyNumber} onChange={onChange} />
    </div>
  )
}
