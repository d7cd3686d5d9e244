import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { App } from '../app/app.ts'
import type { UnitRef } from '../app/state.ts'
import { useStore } from '../app/store.ts'
import type { UnitSurfaces } from '../model/frame.ts'
import { useWidth } from '../ui/use-width.ts'
import { sheetOf } from '../ui/sheet.ts'
import type { Connection, NetworkLayout } from './network-layout.ts'
import { connectionsOf, layOutNetwork, strokeWidth } from './network-layout.ts'
import type { Colours } from './colours.ts'
import { unitPixels } from './colours.ts'

interface NetworkProps {
  readonly app: App
  readonly colours: Colours
}

/** The network from left to right: what each unit answers over the plane, and the weights between them. */
export function Network({ app, colours }: NetworkProps): JSX.Element | null {
  const setup = useStore(app.store, (state) => state.train.setup)
  const units = useStore(app.store, (state) => state.train.units)
  const linears = useStore(app.store, (state) => state.train.linears)
  const selected = useStore(app.store, (state) => state.train.selected)
  const experiment = useStore(app.store, (state) => state.experiment)
  const lines = useRef<SVGGElement>(null)
  const faces = useRef<HTMLCanvasElement>(null)
  const [holder, width] = useWidth()
  const [hovered, setHovered] = useState<Connection>()
  const widths = setup?.widths ?? [2]
  const shape = widths.join()
  const height = Math.min(520, Math.max(300, innerHeight - 430))
  const layout = useMemo(() => layOutNetwork(widths, width, height), [shape, width, height])
  const connections = useMemo(() => connectionsOf(layout).flat(), [layout])

  const valueOf = ({ layer, from, to }: Connection): number => {
    const linear = linears?.[layer]
    return linear === undefined ? 0 : (linear.weight[to * linear.from + from] ?? 0)
  }

  // Lines are laid out once per network, and only repainted as weights change.
  const drawn = useMemo(
    () => (
      <>
        <g ref={lines}>
          {connections.map(({ path }) => (
            <path key={path} d={path} />
          ))}
        </g>
        <g class="network-targets" onPointerLeave={() => setHovered(undefined)}>
          {connections.map((line) => (
            <path
              key={line.path}
              d={line.path}
              onPointerEnter={() => setHovered(line)}
              onClick={() => {
                app.store.dispatch({ type: 'select', unit: { column: line.layer + 1, unit: line.to } })
                requestAnimationFrame(() => document.querySelector<HTMLInputElement>(`#weight-${line.from}`)?.select())
              }}
            />
          ))}
        </g>
      </>
    ),
    [connections],
  )
  useEffect(() => {
    const { current } = lines
    if (current === null) return
    const isNear = ({ layer, from, to }: Connection): boolean =>
      selected !== undefined &&
      ((layer === selected.column - 1 && to === selected.unit) || (layer === selected.column && from === selected.unit))
    connections.forEach((line, i) => {
      const sign = valueOf(line) < 0 ? 'negative' : 'positive'
      paint(current.children[i], {
        class: selected === undefined ? sign : `${sign} ${isNear(line) ? 'near' : 'far'}`,
        'stroke-width': strokeWidth(valueOf(line)).toFixed(1),
      })
    })
  }, [connections, linears, selected])

  // The sheet is made once per network, and each unit drawn over what it showed before.
  useEffect(() => void sheetOf(faces.current, layout.width, layout.height), [layout, setup === undefined])
  useEffect(() => {
    const context = faces.current?.getContext('2d')
    if (context && units) drawUnits(context, layout, units, colours)
  }, [layout, units, colours, setup === undefined])

  if (setup === undefined) return null
  const names = [
    'features',
    ...experiment.blocks.map(({ activation }) => activation),
    setup.task === 'classification' ? 'logits' : 'value',
  ]
  const hint =
    hovered === undefined
      ? 'Line width is the size of a weight; blue is positive, orange negative. Choose a unit to edit its weights.'
      : `weight ${hovered.to + 1} ← ${hovered.from + 1} of layer ${hovered.layer + 1}: ${formatWeight(valueOf(hovered))}`
  return (
    <section class="network" aria-label="Network">
      <div class="network-scroll" ref={holder} tabIndex={0} role="group" aria-label="Units of the network">
        <div class="network-names" style={{ width: `${layout.width}px` }}>
          {layout.columns.map((column, i) => (
            <span key={i} style={{ left: `${column[0]?.[0] ?? 0}px` }}>
              <b>{widths[i]}</b> {names[i]}
            </span>
          ))}
        </div>
        <div class="network-plane" style={{ width: `${layout.width}px`, height: `${layout.height}px` }}>
          <svg class="network-lines" width={layout.width} height={layout.height} aria-hidden="true">
            {drawn}
          </svg>
          <canvas ref={faces} style={{ width: `${layout.width}px`, height: `${layout.height}px` }} aria-hidden="true" />
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
      <p class="quiet network-hint">{hint}</p>
    </section>
  )
}

/** Sets what differs: setting what is there already makes the browser style the element again. */
function paint(element: Element | undefined, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (element?.getAttribute(name) !== value) element?.setAttribute(name, value)
  }
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

/** The pictures of all units on one canvas: many small canvases would cost the browser a layer each. */
function drawUnits(
  context: CanvasRenderingContext2D,
  { columns, size }: NetworkLayout,
  { n, layers }: UnitSurfaces,
  colours: Colours,
): void {
  const small = new OffscreenCanvas(n, n)
  const pixels = small.getContext('2d')!
  columns.forEach((column, c) =>
    column.forEach(([x, y], unit) => {
      const bytes = c === 0 ? featureRamps(n)[unit] : layers[c - 1]?.subarray(unit * n * n, (unit + 1) * n * n)
      if (bytes?.length !== n * n) return
      pixels.putImageData(new ImageData(unitPixels(bytes, n, colours), n, n), 0, 0)
      context.drawImage(small, x - size / 2, y - size / 2, size, size)
    }),
  )
}

/** A feature is the plane itself: rising to the right, or upwards. */
const featureRamps = once((n: number) =>
  [(i: number) => i % n, (i: number) => Math.floor(i / n)].map((along) =>
    Int8Array.from({ length: n * n }, (_, i) => Math.round((254 * along(i)) / (n - 1) - 127)),
  ),
)

/** The function, that keeps its last answer. */
function once<Argument, Result>(compute: (argument: Argument) => Result): (argument: Argument) => Result {
  let last: { readonly argument: Argument; readonly result: Result } | undefined
  return (argument) => {
    if (last?.argument !== argument) last = { argument, result: compute(argument) }
    return last.result
  }
}
