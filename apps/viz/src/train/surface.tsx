import { ticks } from 'd3-array'
import { formatValue, glyphs, seriesStyle } from '@metagrad/plot'
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { App } from '../app/app.ts'
import { usePaint, useStore } from '../app/store.ts'
import type { Extent, Surface } from '../model/frame.ts'
import { useWidth } from '../ui/use-width.ts'
import { Choice, NumberField } from '../ui/fields.tsx'
import { sheetOf } from '../ui/sheet.ts'
import type { Points, Setup } from '../worker/protocol.ts'
import type { Colours } from './colours.ts'
import { cssColour, surfacePixels } from './colours.ts'
import type { Brush, Mark } from './drawing.ts'
import { csvOfMarks, drawnColumns, drawnFile, erased, fitsTraining, marksOf, pointsOf } from './drawing.ts'

interface SurfaceProps {
  readonly app: App
  readonly colours: Colours
}

/** Room for ticks and names, in pixels. */
const margin = { left: 40, bottom: 34, top: 6, right: 6 }

/** The plane: what the model answers everywhere, and the rows over it. */
export function SurfacePicture({ app, colours }: SurfaceProps): JSX.Element {
  const setup = useStore(app.store, (state) => state.train.setup)
  const range = useStore(app.store, (state) => state.train.surface?.range.join())
  const canvas = useRef<HTMLCanvasElement>(null)
  const rows = useRef<HTMLCanvasElement>(null)
  const [holder, width] = useWidth()
  const side = Math.max(0, width - margin.left - margin.right)
  const [cursor, setCursor] = useState<readonly [number, number]>()
  const scales = useMemo(() => setup && scalesOf(setup.extent, side), [setup, side])
  const [chosen, setBrush] = useState<Brush>({ kind: 'look' })
  // A class that was erased is drawn no more.
  const isGone = chosen.kind === 'draw' && setup?.classes[chosen.target] === undefined && setup?.classes.length !== 0
  const brush: Brush = isGone ? { kind: 'draw', target: 0 } : chosen
  /** All points as they are while a stroke of the brush goes on. */
  const [stroke, setStroke] = useState<readonly Mark[]>()

  const surfaceNow = (): Surface | undefined => app.store.get().train.surface
  usePaint(
    app.store,
    (state) => state.train.surface,
    (surface) => surface && paintSurface(canvas.current, surface, colours),
    { inputs: [setup, colours] },
  )

  // The rows lie on a picture of their own: they stay while the surface changes.
  useEffect(() => {
    const context = sheetOf(rows.current, side, side)
    if (context === undefined || setup === undefined || scales === undefined) return
    drawPoints(context, stroke ? pointsOf(stroke) : setup.points, setup, surfaceNow()?.range, scales, colours)
  }, [setup, stroke, range, colours, scales, side])

  if (setup === undefined) return <div ref={holder} class="surface" />
  const { x: xs, y: ys } = setup.extent
  const move = ({ key, shiftKey }: KeyboardEvent): boolean => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key]
    if (by === undefined) return false
    const [x, y] = cursor ?? [(xs[0] + xs[1]) / 2, (ys[0] + ys[1]) / 2]
    const part = shiftKey ? 0.1 : 0.02
    const kept = (value: number, [low, high]: readonly [number, number]): number => Math.min(high, Math.max(low, value))
    setCursor([kept(x + by[0]! * part * (xs[1] - xs[0]), xs), kept(y + by[1]! * part * (ys[1] - ys[0]), ys)])
    return true
  }
  const brushed = (marks: readonly Mark[], [x, y]: readonly [number, number]): readonly Mark[] => {
    if (brush.kind === 'erase') return erased(marks, { x, y }, setup.extent, eraserRadius)
    const last = marks.at(-1)
    const isNear = last !== undefined && erased([last], { x, y }, setup.extent, spacing).length === 0
    return brush.kind === 'look' || isNear ? marks : [...marks, { x, y, target: brush.target }]
  }
  const placeOf = (event: PointerEvent, plane: Element): readonly [number, number] | undefined => {
    const { left, top } = plane.getBoundingClientRect()
    const [px, py] = [event.clientX - left - margin.left, event.clientY - top - margin.top]
    if (scales === undefined || px < 0 || py < 0 || px > side || py > side) return undefined
    return [scales.x.invert(px), scales.y.invert(py)]
  }
  const keep = (marks: readonly Mark[]): void => {
    setStroke(undefined)
    const [x, y, target] = drawnColumns(setup)
    if (fitsTraining(marks, setup)) {
      app.openFile(drawnFile, new TextEncoder().encode(csvOfMarks(marks, setup)), { columns: [x, y], target })
    } else {
      app.store.dispatch({
        type: 'notice',
        notice: 'At least 10 points are needed, and two classes where there are any.',
      })
    }
  }
  return (
    <div ref={holder} class="surface">
      <BrushBar setup={setup} brush={brush} onChange={setBrush} />
      <div
        class={`surface-plane ${brush.kind}`}
        style={{ height: `${side + margin.top + margin.bottom}px` }}
        tabIndex={0}
        role="group"
        aria-label={`Decision surface of ${setup.features[0]} and ${setup.features[1]}; arrow keys ask the model at a place${brush.kind === 'look' ? '' : `, Enter ${brush.kind}s there`}`}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && brush.kind !== 'look' && cursor) keep(brushed(marksOf(setup.points), cursor))
          else if (!move(event)) return
          event.preventDefault()
        }}
        onPointerDown={(event) => {
          const place = placeOf(event, event.currentTarget)
          if (brush.kind === 'look' || place === undefined) return
          event.currentTarget.setPointerCapture(event.pointerId)
          setStroke(brushed(marksOf(setup.points), place))
        }}
        onPointerMove={(event) => {
          const place = placeOf(event, event.currentTarget)
          setCursor(place)
          if (place !== undefined) setStroke((marks) => marks && brushed(marks, place))
        }}
        onPointerUp={() => stroke && keep(stroke)}
        onPointerCancel={() => setStroke(undefined)}
        onPointerLeave={() => setCursor(undefined)}
      >
        <canvas
          ref={canvas}
          style={{ left: `${margin.left}px`, top: `${margin.top}px`, width: `${side}px`, height: `${side}px` }}
          role="img"
          aria-label={describe(setup)}
        />
        <canvas
          ref={rows}
          style={{ left: `${margin.left}px`, top: `${margin.top}px`, width: `${side}px`, height: `${side}px` }}
          aria-hidden="true"
        />
        {scales && side > 0 && <Axes setup={setup} scales={scales} side={side} cursor={cursor} />}
      </div>
      <Legend setup={setup} range={surfaceNow()?.range} colours={colours}>
        {cursor && <Answer app={app} setup={setup} cursor={cursor} />}
      </Legend>
    </div>
  )
}

/** In parts of the picture: what the eraser takes, and the least room between two points of a stroke. */
const [eraserRadius, spacing] = [0.035, 0.03]

interface BrushBarProps {
  readonly setup: Setup
  readonly brush: Brush
  readonly onChange: (brush: Brush) => void
}

/** Chooses what a press on the surface does. */
function BrushBar({ setup, brush, onChange }: BrushBarProps): JSX.Element | null {
  const { points, rows, classes } = setup
  // Where only some of the rows are shown, the others cannot be drawn over.
  if (points.x.length < rows.train + rows.validation) return null
  const target = brush.kind === 'draw' ? brush.target : 0
  return (
    <div class="brush">
      <Choice
        label="A press on the surface"
        value={brush.kind}
        options={brushes}
        onChange={(kind) => onChange(kind === 'draw' ? { kind, target } : { kind })}
      />
      {brush.kind === 'draw' && classes.length > 0 && (
        <select
          aria-label="Class to draw"
          value={target}
          onChange={({ currentTarget }) => onChange({ kind: 'draw', target: Number(currentTarget.value) })}
        >
          {classes.map((name, i) => (
            <option key={name} value={i} selected={i === target}>
              {name}
            </option>
          ))}
        </select>
      )}
      {brush.kind === 'draw' && classes.length === 0 && (
        <NumberField
          label="Value to draw"
          value={target}
          range={{ low: -1e6, high: 1e6 }}
          onChange={(value) => onChange({ kind: 'draw', target: value })}
        />
      )}
    </div>
  )
}

const brushes = [
  { value: 'look', text: 'Look' },
  { value: 'draw', text: 'Draw' },
  { value: 'erase', text: 'Erase' },
] as const

/** From values to pixels and back. */
interface Scale {
  readonly domain: readonly [low: number, high: number]
  readonly at: (value: number) => number
  readonly invert: (pixel: number) => number
}

interface Scales {
  readonly x: Scale
  readonly y: Scale
}

const scaleOf = (domain: Scale['domain'], from: number, to: number): Scale => {
  const [low, high] = domain
  return {
    domain,
    at: (value) => from + ((value - low) / (high - low)) * (to - from),
    invert: (pixel) => low + ((pixel - from) / (to - from)) * (high - low),
  }
}

const scalesOf = ({ x, y }: Extent, side: number): Scales => ({ x: scaleOf(x, 0, side), y: scaleOf(y, side, 0) })

function drawPoints(
  context: CanvasRenderingContext2D,
  points: Points,
  { classes }: Setup,
  range: Surface['range'] | undefined,
  scales: Scales,
  colours: Colours,
): void {
  const shapes = Array.from({ length: 10 }, (_, i) => new Path2D(glyphs[seriesStyle(i).glyph]))
  const values = classes.length === 0 ? (range ?? rangeOf(points.targets)) : undefined
  const count = points.x.length
  const size = count > 1200 ? 0.55 : count > 500 ? 0.7 : 0.85
  for (let i = 0; i < count; i++) {
    const target = points.targets[i]!
    const colour = values === undefined ? colours.classes[target]! : colours.ramp[levelOf(target, values)]!
    context.save()
    context.translate(scales.x.at(points.x[i]!), scales.y.at(points.y[i]!))
    context.scale(size, size)
    const shape = shapes[values === undefined ? target : 0]!
    // Rows of the validation split are hollow.
    context.lineWidth = 1.4 / size
    context.fillStyle = cssColour(points.held[i] === 1 ? colours.surface : colour)
    context.strokeStyle = cssColour(
      points.held[i] === 1 ? colour : values === undefined ? colours.surface : colours.ink,
    )
    context.fill(shape)
    context.stroke(shape)
    context.restore()
  }
}

const rangeOf = (values: Float64Array): readonly [number, number] => [
  values.reduce((a, b) => Math.min(a, b), Infinity),
  values.reduce((a, b) => Math.max(a, b), -Infinity),
]

const levelOf = (value: number, [low, high]: readonly [number, number]): number =>
  Math.min(255, Math.max(0, Math.round((255 * (value - low)) / (high - low || 1))))

interface AxesProps {
  readonly setup: Setup
  readonly scales: Scales
  readonly side: number
  readonly cursor: readonly [number, number] | undefined
}

function Axes({ setup, scales, side, cursor }: AxesProps): JSX.Element {
  const count = Math.max(2, Math.round(side / 80))
  const { left, top } = margin
  return (
    <svg class="surface-axes" width={side + left + margin.right} height={side + top + margin.bottom} aria-hidden="true">
      <g transform={`translate(${left},${top})`}>
        <rect class="frame" x={0.5} y={0.5} width={side - 1} height={side - 1} />
        {ticks(...scales.x.domain, count).map((value) => (
          <text key={value} x={scales.x.at(value)} y={side + 14} text-anchor="middle">
            {formatValue(value)}
          </text>
        ))}
        {ticks(...scales.y.domain, count).map((value) => (
          <text key={value} x={-6} y={scales.y.at(value) + 4} text-anchor="end">
            {formatValue(value)}
          </text>
        ))}
        <text class="name" x={side} y={side + 29} text-anchor="end">
          {setup.features[0]} →
        </text>
        <text class="name" x={0} y={-5}>
          ↑ {setup.features[1]}
        </text>
        {cursor && (
          <path class="cursor" d={`M${scales.x.at(cursor[0])},0V${side}M0,${scales.y.at(cursor[1])}H${side}`} />
        )}
      </g>
    </svg>
  )
}

interface LegendProps {
  readonly setup: Setup
  readonly range: Surface['range'] | undefined
  readonly colours: Colours
  /** What the model answers where the cursor is. */
  readonly children: ComponentChildren
}

function Legend({ setup, range, colours, children }: LegendProps): JSX.Element {
  return (
    <div class="legend">
      {setup.classes.map((name, i) => (
        <span key={name} class="legend-item">
          <svg viewBox="-7 -7 14 14" aria-hidden="true">
            <path d={glyphs[seriesStyle(i).glyph]} fill={cssColour(colours.classes[i]!)} />
          </svg>
          {name}
        </span>
      ))}
      {setup.task === 'regression' && range && (
        <span class="legend-item">
          {formatValue(range[0])}
          <span
            class="ramp"
            style={{
              background: `linear-gradient(to right, ${colours.ramp
                .filter((_, i) => i % 32 === 0 || i === 255)
                .map(cssColour)
                .join(',')})`,
            }}
          />
          {formatValue(range[1])}
        </span>
      )}
      <span class="legend-item quiet">hollow: validation</span>
      <output class="answer" aria-live="polite">
        {children}
      </output>
    </div>
  )
}

interface AnswerProps {
  readonly app: App
  readonly setup: Setup
  readonly cursor: readonly [number, number]
}

function Answer({ app, setup, cursor }: AnswerProps): JSX.Element | null {
  const surface = useStore(app.store, (state) => state.train.surface)
  return surface ? <>{answerAt(cursor, setup, surface)}</> : null
}

function paintSurface(canvas: HTMLCanvasElement | null, surface: Surface, colours: Colours): void {
  const { n } = surface
  if (canvas === null) return
  // A new size empties the canvas, and so does the same one given again.
  if (canvas.width !== n) [canvas.width, canvas.height] = [n, n]
  canvas.getContext('2d')?.putImageData(new ImageData(surfacePixels(surface, colours), n, n), 0, 0)
}

/** What the model says at a place, from the cell it lies in. */
function answerAt([x, y]: readonly [number, number], setup: Setup, { n, labels, levels, range }: Surface): string {
  const cellOf = (value: number, [low, high]: readonly [number, number]): number =>
    Math.min(n - 1, Math.max(0, Math.floor((n * (value - low)) / (high - low))))
  const cell = cellOf(y, setup.extent.y) * n + cellOf(x, setup.extent.x)
  const part = levels[cell]! / 255
  const place = `(${formatValue(x)}, ${formatValue(y)})`
  if (labels.length === 0) return `${place}: ${formatValue(range[0] + part * (range[1] - range[0]))}`
  const chance = 1 / setup.classes.length
  return `${place}: ${setup.classes[labels[cell]!]}, ${Math.round(100 * (chance + part * (1 - chance)))} %`
}

function describe({ name, task, rows, classes, target }: Setup): string {
  const what = task === 'classification' ? `${classes.length} classes of ${target}` : `the value of ${target}`
  return `${name}: ${what} over the plane, with ${rows.train} training and ${rows.validation} validation rows`
}
