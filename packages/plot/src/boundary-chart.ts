import { numberAxis } from './core/axis.ts'
import { contourPaths, type Field } from './core/contour-fields.ts'
import { svgDocument } from './core/document.ts'
import { drawable, extentOf } from './core/domain.ts'
import { checkLength, PlotError } from './core/errors.ts'
import { formatValue, plural } from './core/format.ts'
import type { ColourBar, Frame } from './core/frame.ts'
import { layOutFrame } from './core/frame.ts'
import { glyphKey, lineKey, type LegendEntry } from './core/legend.ts'
import { resolveOptions, type ChartOptions } from './core/options.ts'
import { drawPoints, type PointGroup } from './core/points.ts'
import { seriesStyle } from './core/series-style.ts'
import type { Role } from './core/theme.ts'
import type { XmlElement } from './core/xml.ts'
import { element } from './core/xml.ts'

/** Rows of a data set in two features. */
export interface BoundaryPoints {
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
  /** The class index of each point, or for regression its true value. */
  readonly target: ArrayLike<number>
}

/** The places where a model is asked, and the picture's range. */
export interface BoundaryGrid {
  readonly x: readonly [low: number, high: number]
  readonly y: readonly [low: number, high: number]
  readonly columns: number
  readonly rows: number
}

/** What to draw. */
export interface BoundaryData {
  readonly points: BoundaryPoints
  readonly grid: BoundaryGrid
  /**
   * The model's answer at each place of the grid, in the order of `gridPoints`. With two classes one probability, that
   * of the second class, or two; with more classes one probability per class, side by side; for regression the value.
   */
  readonly predictions: ArrayLike<number>
  /** Names of the classes; leave out for regression. */
  readonly classes?: readonly string[]
}

/** Options of a boundary chart; `xTitle` and `yTitle` are the features' names. */
export interface BoundaryChartOptions extends ChartOptions {
  /** Name of what is predicted, above the colour scale. */
  readonly targetTitle?: string
}

/**
 * A grid that covers points with a little room on every side.
 *
 * @example
 * boundaryGrid({ x: [30, 100], y: [30, 100] }, 50) // -> { x: [26.5, 103.5], y: [26.5, 103.5], columns: 50, rows: 50 }
 */
export function boundaryGrid(points: Pick<BoundaryPoints, 'x' | 'y'>, size = 80): BoundaryGrid {
  const range = (values: ArrayLike<number>): [number, number] => drawable(extentOf([values]), 0.05)
  return { x: range(points.x), y: range(points.y), columns: size, rows: size }
}

/**
 * The places of a grid in data coordinates, as rows `[x, y]` laid end to end: what to give the model as an input of
 * shape `[columns * rows, 2]`. x runs fastest, y goes up; places are the centres of the cells.
 */
export function gridPoints({ x, y, columns, rows }: BoundaryGrid): Float64Array {
  const places = new Float64Array(columns * rows * 2)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = 2 * (row * columns + column)
      places[at] = x[0] + ((column + 0.5) / columns) * (x[1] - x[0])
      places[at + 1] = y[0] + ((row + 0.5) / rows) * (y[1] - y[0])
    }
  }
  return places
}

/** A surface ready to draw, and how it explains itself. */
interface Surface {
  readonly bar?: ColourBar
  readonly legend: readonly LegendEntry[]
  /** The looks of points, and which point has which. */
  readonly looks: readonly { readonly style: PointGroup['style']; readonly has: (i: number) => boolean }[]
  readonly draw: (frame: Frame) => XmlElement[]
  readonly summary: string
}

/**
 * Draws what a model of two features has learnt: its answer everywhere, and the data on top.
 *
 * Classes have their own colour and shape; a region's colour deepens with the margin between its class and the next.
 * The line is where two classes are equally likely. For regression the surface of values has a colour scale, and points
 * carry the colour of their true value: a point that stands out is a large error.
 *
 * @returns a complete SVG document.
 * @throws PlotError when lengths do not fit the grid or the classes, or a class index has no name.
 * @example
 * const points = { x: [34, 60, 79, 45], y: [78, 86, 75, 56], target: [0, 1, 1, 0] }
 * const grid = boundaryGrid(points, 20)
 * const places = gridPoints(grid)
 * const admitted = (exam1: number, exam2: number) => 1 / (1 + Math.exp((125 - exam1 - exam2) / 9))
 * const predictions = Array.from({ length: 400 }, (_, i) => admitted(places[2 * i]!, places[2 * i + 1]!))
 * boundaryChart({ points, grid, predictions, classes: ['rejected', 'admitted'] }) // -> <svg ...</svg>
 */
export function boundaryChart(data: BoundaryData, options: BoundaryChartOptions = {}): string {
  const { targetTitle = '', ...common } = options
  const resolved = resolveOptions('boundaryChart', common, { width: 680, height: 600 })
  check(data)
  const surface = data.classes === undefined ? valueSurface(data, targetTitle) : classSurface(data, data.classes)
  const { points, grid } = data
  const frame = layOutFrame({
    options: resolved,
    x: numberAxis({
      title: resolved.xTitle,
      extent: grid.x,
      count: Math.max(2, resolved.width / 80),
      room: resolved.width * 0.8,
    }),
    y: numberAxis({ title: resolved.yTitle, extent: grid.y, count: Math.max(2, resolved.height / 80) }),
    legend: surface.legend,
    ...(surface.bar === undefined ? {} : { colourBar: surface.bar }),
    grid: 'both',
    box: 'full',
  })
  const placed = Array.from(points.x, (_, i) => i).filter(
    (i) => Number.isFinite(points.x[i]!) && Number.isFinite(points.y[i]!),
  )
  const groups = surface.looks.map(({ style, has }) => ({
    style,
    points: placed.filter(has).map((i) => [frame.x(points.x[i]!), frame.y(points.y[i]!)] as const),
  }))
  const lost = points.x.length - placed.length
  const { defs, marks } = drawPoints(groups, resolved.id)
  const range = ([low, high]: readonly [number, number]): string => `${formatValue(low)} to ${formatValue(high)}`
  return svgDocument({
    options: resolved,
    frame,
    defs,
    marks: [...surface.draw(frame), ...marks],
    kind: 'Decision boundary',
    summary:
      `${resolved.xTitle || 'x'} from ${range(grid.x)} across, ${resolved.yTitle || 'y'} from ${range(grid.y)} up. ` +
      surface.summary +
      (lost === 0 ? '' : ` ${plural(lost, 'point')} not finite and left out.`),
  })
}

function check({ points, grid, predictions, classes }: BoundaryData): void {
  const { columns, rows } = grid
  if (!(Number.isInteger(columns) && Number.isInteger(rows) && columns >= 2 && rows >= 2)) {
    throw new PlotError(
      `boundaryChart: grid is too small: got ${columns} x ${rows}. Use at least 2 x 2, better 80 x 80.`,
    )
  }
  for (const [name, [low, high]] of [
    ['x', grid.x],
    ['y', grid.y],
  ] as const) {
    if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
      throw new PlotError(
        `boundaryChart: grid has no range in ${name}: got ${low} to ${high}. Use boundaryGrid(points).`,
      )
    }
  }
  checkLength(
    'boundaryChart',
    'points have x and y of unequal length',
    points.y.length,
    points.x.length,
    'Give one y per x.',
  )
  checkLength(
    'boundaryChart',
    'points and targets differ in number',
    points.target.length,
    points.x.length,
    'Give one target per point.',
  )
  if (classes === undefined) {
    checkLength(
      'boundaryChart',
      'predictions do not fit the grid',
      predictions.length,
      columns * rows,
      'Give one value per place of gridPoints(grid).',
    )
    return
  }
  if (classes.length === 0)
    throw new PlotError('boundaryChart: classes is empty: got 0 names. Leave it out for regression.')
  const places = columns * rows
  if (!(classes.length === 2 && predictions.length === places)) {
    checkLength(
      'boundaryChart',
      'predictions do not fit grid and classes',
      predictions.length,
      places * classes.length,
      'Give one probability per class and place of gridPoints(grid).',
    )
  }
  for (let i = 0; i < points.target.length; i++) {
    if (classes[points.target[i]!] === undefined) {
      throw new PlotError(
        `boundaryChart: point ${i} has no class name: got class ${points.target[i]} vs ${classes.length} names. Give class indices from 0.`,
      )
    }
  }
}

/** How much more likely class k is than the likeliest other: positive where k wins, 0 on its border. */
function margins(data: BoundaryData, classCount: number): Field[] {
  const { columns, rows } = data.grid
  const { predictions } = data
  const places = columns * rows
  const single = predictions.length === places && classCount === 2
  const probability = (place: number, k: number): number => {
    const value = single
      ? k === 1
        ? predictions[place]!
        : 1 - predictions[place]!
      : predictions[place * classCount + k]!
    return Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY
  }
  return Array.from({ length: classCount }, (_, k) => ({
    columns,
    rows,
    values: Float64Array.from({ length: places }, (__, place) => {
      let other = classCount === 1 ? 0 : -Infinity
      for (let j = 0; j < classCount; j++) if (j !== k) other = Math.max(other, probability(place, j))
      const margin = probability(place, k) - other
      // Where the model has no answer no class wins.
      return Number.isFinite(margin) ? margin : -1
    }),
  }))
}

const marginSteps = [0, 0.2, 0.4, 0.6, 0.8] as const
const layer = 0.085

/** Opacity of n layers on top of each other. */
const stacked = (layers: number): number => 1 - (1 - layer) ** layers

function classSurface(data: BoundaryData, classes: readonly string[]): Surface {
  const fields = margins(data, classes.length)
  const { target } = data.points
  const two = classes.length === 2
  const counts = classes.map(() => 0)
  for (let i = 0; i < target.length; i++) counts[target[i]!]! += 1
  const entries = classes.map((name, k) => ({ key: glyphKey(seriesStyle(k)), label: name }))
  if (classes.length > 1) {
    entries.push({ key: lineKey('ink', '', 1.75), label: two ? 'decision line, P = 0.5' : 'border between classes' })
  }
  const shares = fields.map(({ values }) => Array.prototype.filter.call(values, (margin: number) => margin > 0).length)
  const places = data.grid.columns * data.grid.rows
  return {
    legend: entries,
    ...(two ? { bar: probabilityBar(classes[1]!) } : {}),
    looks: classes.map((_, k) => ({ style: seriesStyle(k), has: (i) => target[i] === k })),
    draw: (frame) => {
      const paths = fields.map((field) => contourPaths(field, marginSteps, inFrame(frame)))
      const regions = paths.map((areas, k) =>
        element(
          'g',
          { fill: seriesStyle(k).role, 'fill-opacity': String(layer) },
          ...areas.filter((d) => d !== '').map((d) => element('path', { d })),
        ),
      )
      // Each border belongs to two classes: leaving one class out draws it no more than needed.
      const borders = paths
        .slice(1)
        .map(([d]) => d ?? '')
        .join('')
      if (borders === '') return regions
      return [
        ...regions,
        element('path', { d: borders, fill: 'none', stroke: 'ink', 'stroke-width': 1.75, 'stroke-linejoin': 'round' }),
      ]
    },
    summary: classes
      .map(
        (name, k) =>
          `${name}: ${plural(counts[k]!, 'point')}, predicted on ${Math.round((100 * shares[k]!) / places)}% of the area.`,
      )
      .join(' '),
  }
}

/** Share of the grid to pixels of the frame, which covers the same range. */
const inFrame =
  (frame: Frame) =>
  (x: number, y: number): readonly [number, number] => [
    frame.left + x * (frame.right - frame.left),
    frame.bottom - y * (frame.bottom - frame.top),
  ]

/** P(second class) from 0 to 1 in the colours of the regions. */
function probabilityBar(name: string): ColourBar {
  const half = marginSteps.map((step, i) => ({
    low: (1 + step) / 2,
    high: (1 + (marginSteps[i + 1] ?? 1)) / 2,
    opacity: stacked(i + 1),
  }))
  return {
    title: `P(${name})`,
    axis: {
      title: '',
      ticks: [0, 0.25, 0.5, 0.75, 1].map((value) => ({ value, label: String(value) })),
      place: (value) => value,
    },
    bands: [
      ...half.map(({ low, high, opacity }) => ({ from: 1 - high, to: 1 - low, fill: seriesStyle(0).role, opacity })),
      ...half.map(({ low, high, opacity }) => ({ from: low, to: high, fill: seriesStyle(1).role, opacity })),
    ],
  }
}

const ramp: readonly Role[] = ['ramp1', 'ramp2', 'ramp3', 'ramp4', 'ramp5', 'ramp6', 'ramp7', 'ramp8', 'ramp9']

function valueSurface(data: BoundaryData, targetTitle: string): Surface {
  const { points, predictions, grid } = data
  const extent = extentOf([predictions, points.target])
  const [low, high] = drawable(extent)
  const axis = numberAxis({ title: '', extent: [low, high], count: 6 })
  const bandOf = (value: number): number =>
    Math.min(ramp.length - 1, Math.max(0, Math.floor(axis.place(value) * ramp.length)))
  const thresholds = ramp.map((_, i) => low + (i / ramp.length) * (high - low))
  const field: Field = {
    columns: grid.columns,
    rows: grid.rows,
    values: Float64Array.from({ length: predictions.length }, (_, i) =>
      // A place without an answer stays below every area.
      Number.isFinite(predictions[i]!) ? predictions[i]! : low - (high - low),
    ),
  }
  const name = targetTitle || 'value'
  return {
    legend: [{ key: glyphKey({ role: 'muted', glyph: 'circle' }), label: 'true value, same colours' }],
    bar: {
      title: `predicted ${name}`,
      axis,
      bands: ramp.map((fill, i) => ({ from: i / ramp.length, to: (i + 1) / ramp.length, fill, opacity: 1 })),
    },
    looks: ramp.map((role, band) => ({
      style: { role, glyph: 'circle' },
      has: (i) => Number.isFinite(points.target[i]!) && bandOf(points.target[i]!) === band,
    })),
    draw: (frame) =>
      contourPaths(field, thresholds, inFrame(frame)).flatMap((d, i) =>
        d === '' ? [] : [element('path', { d, fill: ramp[i] })],
      ),
    summary: `${plural(points.x.length, 'point')}; ${name} from ${formatValue(low)} to ${formatValue(high)}.`,
  }
}
