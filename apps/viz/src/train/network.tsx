import { select } from 'd3-selection'
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { App } from '../app/app.ts'
import type { UnitRef } from '../app/state.ts'
import { useStore } from '../app/store.ts'
import { useWidth } from '../ui/chart.tsx'
import type { Connection } from './network-layout.ts'
import { connectionsOf, layOutNetwork, strokeWidth } from './network-layout.ts'
import type { Colours } from './colours.ts'
import { unitPixels } from './colours.ts'

interface NetworkProps {
  readonly app: App
  readonly colours: Colours
}

/** The network from left to right: what each unit answers over the plane, and the weights between them. */
export function Network({ app, colours }: NetworkProps): JSX.Element | null {
  const { setup, units, linears, selected } = useStore(app.store, (state) => state.train)
  const experiment = useStore(app.store, (state) => state.experiment)
  const lines = useRef<SVGSVGElement>(null)
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
  useEffect(() => {
    const { current } = lines
    if (current === null) return
    const draw = (group: string) =>
      select(current)
        .select(group)
        .selectAll<SVGPathElement, Connection>('path')
        .data(connections)
        .join('path')
        .attr('d', ({ path }) => path)
    draw('.network-lines')
    draw('.network-targets')
      .on('pointerenter', (_, line) => setHovered(line))
      .on('pointerleave', () => setHovered(undefined))
      .on('click', (_, line) => {
        app.store.dispatch({ type: 'select', unit: { column: line.layer + 1, unit: line.to } })
        requestAnimationFrame(() => document.querySelector<HTMLInputElement>(`#weight-${line.from}`)?.select())
      })
  }, [connections, setup === undefined])

  useEffect(() => {
    const { current } = lines
    if (current === null) return
    const isNear = ({ layer, from, to }: Connection): boolean =>
      selected !== undefined &&
      ((layer === selected.column - 1 && to === selected.unit) || (layer === selected.column && from === selected.unit))
    select(current)
      .select('.network-lines')
      .selectAll<SVGPathElement, Connection>('path')
      .attr('class', (line) => {
        const sign = valueOf(line) < 0 ? 'negative' : 'positive'
        return selected === undefined ? sign : `${sign} ${isNear(line) ? 'near' : 'far'}`
      })
      .attr('stroke-width', (line) => strokeWidth(valueOf(line)).toFixed(1))
  }, [connections, linears, selected])

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
          <svg ref={lines} width={layout.width} height={layout.height} aria-hidden="true">
            <g class="network-lines" />
            <g class="network-targets" />
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
                bytes={c === 0 || units === undefined ? undefined : units.layers[c - 1]}
                cells={units?.n ?? 24}
                colours={colours}
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

const formatWeight = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : String(value))

interface UnitProps {
  readonly at: UnitRef
  readonly label: string
  readonly selected: boolean
  readonly style: Readonly<Record<string, string>>
  /** All units of the layer; undefined for a feature. */
  readonly bytes: Int8Array | undefined
  readonly cells: number
  readonly colours: Colours
  readonly onSelect: (unit: UnitRef | undefined) => void
}

function Unit({ at, label, selected, style, bytes, cells, colours, onSelect }: UnitProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const own =
      bytes === undefined
        ? featureRamp(at.unit, cells)
        : bytes.subarray(at.unit * cells * cells, (at.unit + 1) * cells * cells)
    if (own.length < cells * cells) return
    context.putImageData(new ImageData(unitPixels(own, cells, colours), cells, cells), 0, 0)
  }, [bytes, colours, cells])
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
      >
        <canvas ref={canvas} width={cells} height={cells} aria-hidden="true" />
      </button>
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

/** A feature is the plane itself: rising to the right, or upwards. */
function featureRamp(feature: number, n: number): Int8Array {
  return Int8Array.from({ length: n * n }, (_, i) =>
    Math.round((254 * (feature === 0 ? i % n : Math.floor(i / n))) / (n - 1) - 127),
  )
}
