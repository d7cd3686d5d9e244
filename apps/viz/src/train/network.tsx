import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { App } from '../app/app.ts'
import type { UnitRef } from '../app/state.ts'
import { usePaint, useStore } from '../app/store.ts'
import { useWidth } from '../ui/use-width.ts'
import { sheetOf } from '../ui/sheet.ts'
import type { Colours } from './colours.ts'
import type { Connection } from './network-layout.ts'
import { connectionsOf, layOutNetwork } from './network-layout.ts'
import { drawNetwork, weightOf } from './network-picture.ts'

/** Least milliseconds between two pictures of the network: a hundred curves are the dearest thing on the screen. */
const repaintMs = 100

interface NetworkProps {
  readonly app: App
  readonly colours: Colours
}

/** The network from left to right: what each unit answers over the plane, and the weights between them. */
export function Network({ app, colours }: NetworkProps): JSX.Element | null {
  const setup = useStore(app.store, (state) => state.train.setup)
  const selected = useStore(app.store, (state) => state.train.selected)
  const experiment = useStore(app.store, (state) => state.experiment)
  const sheet = useRef<HTMLCanvasElement>(null)
  const [holder, width] = useWidth()
  const [hovered, setHovered] = useState<Connection>()
  const widths = setup?.widths ?? [2]
  const shape = widths.join()
  const height = Math.min(520, Math.max(300, innerHeight - 430))
  const layout = useMemo(() => layOutNetwork(widths, width, height), [shape, width, height])
  const connections = useMemo(() => connectionsOf(layout).flat(), [layout])

  // What the pointer meets is laid out once per network.
  const targets = useMemo(
    () =>
      connections.map((line) => (
        <path
          key={line.path}
          d={line.path}
          onPointerEnter={() => setHovered(line)}
          onClick={() => {
            app.store.dispatch({ type: 'select', unit: { column: line.layer + 1, unit: line.to } })
            requestAnimationFrame(() => document.querySelector<HTMLInputElement>(`#weight-${line.from}`)?.select())
          }}
        />
      )),
    [connections],
  )
  const lines = useMemo(() => connections.map((line) => ({ ...line, shape: new Path2D(line.path) })), [connections])

  // The sheet is made once per network, and drawn over at each change.
  useEffect(() => void sheetOf(sheet.current, layout.width, layout.height), [layout, setup === undefined])
  usePaint(
    app.store,
    (state) => state.train.linears,
    () => {
      const context = sheet.current?.getContext('2d')
      if (context) drawNetwork(context, { layout, lines, colours, ...app.store.get().train })
    },
    { inputs: [layout, lines, selected, colours, setup === undefined], restMs: repaintMs },
  )

  if (setup === undefined) return null
  const names = [
    'features',
    ...experiment.blocks.map(({ activation }) => activation),
    setup.task === 'classification' ? 'logits' : 'value',
  ]
  return (
    <section class="network" aria-label="Network">
      <div class="network-scroll" ref={holder} tabIndex={0} role="group" aria-label="Units of the network">
        <div class="network-names" style={{ width: `${layout.width}px`, '--half': `${layout.size / 2}px` }}>
          {layout.columns.map((column, i) => (
            <span key={i} style={{ left: `${column[0]?.[0] ?? 0}px` }}>
              <b>{widths[i]}</b> {names[i]}
            </span>
          ))}
        </div>
        <div class="network-plane" style={{ width: `${layout.width}px`, height: `${layout.height}px` }}>
          <canvas ref={sheet} style={{ width: `${layout.width}px`, height: `${layout.height}px` }} aria-hidden="true" />
          <svg
            class="network-targets"
            width={layout.width}
            height={layout.height}
            aria-hidden="true"
            onPointerLeave={() => setHovered(undefined)}
          >
            {targets}
          </svg>
          {layout.columns.map((column, c) =>
            column.map(([x, y], unit) => (
              <Unit
                key={`${c}-${unit}`}
                at={{ column: c, unit }}
                label={
                  c === 0
                    ? setup.features[unit]!
                    : c === layout.columns.length - 1
                      ? (setup.classes[unit] ?? setup.target)
                      : ''
                }
                selected={selected?.column === c && selected.unit === unit}
                style={{
                  left: `${x - layout.size / 2}px`,
                  top: `${y - layout.size / 2}px`,
                  width: `${layout.size}px`,
                  height: `${layout.size}px`,
                }}
                onSelect={(ref) => app.store.dispatch({ type: 'select', unit: ref })}
              />
            )),
          )}
        </div>
      </div>
      <p class="quiet network-hint">
        {hovered === undefined ? (
          'Line width is the size of a weight; blue is positive, orange negative.'
        ) : (
          <WeightNow app={app} at={hovered} />
        )}
      </p>
    </section>
  )
}

/** The weight of a connection, as it is while training goes on. */
function WeightNow({ app, at }: { readonly app: App; readonly at: Connection }): JSX.Element {
  const value = useStore(app.store, (state) => weightOf(state.train.linears, at), 50)
  return (
    <>
      weight {at.to + 1} ← {at.from + 1} of layer {at.layer + 1}: {formatWeight(value)}
    </>
  )
}

const formatWeight = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : String(value))

interface UnitProps {
  readonly at: UnitRef
  readonly label: string
  readonly selected: boolean
  readonly style: Readonly<Record<string, string>>
  readonly onSelect: (unit: UnitRef | undefined) => void
}

/** A unit as a button over its picture. */
function Unit({ at, label, selected, style, onSelect }: UnitProps): JSX.Element {
  const name =
    at.column === 0
      ? `feature ${label}`
      : `unit ${at.unit + 1} of layer ${at.column}${label === '' ? '' : `, ${label}`}`
  return (
    <>
      <button
        type="button"
        class="unit"
        style={style}
        aria-label={name}
        aria-pressed={selected}
        disabled={at.column === 0}
        onClick={() => onSelect(selected ? undefined : at)}
      />
      {label !== '' && (
        <span
          class={`unit-label ${at.column === 0 ? 'below' : 'over'}`}
          style={{ left: style['left']!, top: style['top']!, width: style['width']!, height: style['height']! }}
        >
          {label}
        </span>
      )}
    </>
  )
}
