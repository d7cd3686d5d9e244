import { bandAxis, numberAxis, reversed, type Axis } from './core/axis.ts'
import { cellLook, type CellLook } from './core/cells.ts'
import { emptyNote, svgDocument } from './core/document.ts'
import { clamp, drawable, extentOf } from './core/domain.ts'
import { checkLength } from './core/errors.ts'
import { formatBrief, formatCount, formatValue } from './core/format.ts'
import type { ColourBar, Frame } from './core/frame.ts'
import { layOutFrame } from './core/frame.ts'
import { resolveOptions, type ChartOptions } from './core/options.ts'
import { textWidth } from './core/text.ts'
import type { XmlElement } from './core/xml.ts'
import { element, round } from './core/xml.ts'

/** A matrix in row-major order. */
export interface HeatmapData {
  readonly rows: number
  readonly columns: number
  readonly values: ArrayLike<number>
  /** Names of the rows; their indices when left out. */
  readonly rowLabels?: readonly string[]
  /** Names of the columns; their indices when left out. */
  readonly columnLabels?: readonly string[]
}

/** Options of a heatmap. */
export interface HeatmapChartOptions extends ChartOptions {
  /**
   * `diverging` gives the two signs two colours, white at zero, and is the default when a value is negative;
   * `sequential` goes from the lowest to the highest value.
   */
  readonly colours?: 'diverging' | 'sequential'
}

/** More cells than this on a side are joined: they would be smaller than a few pixels. */
const mostCells = 96

/** Maps a value to a sign and a strength from 0 to 1. */
interface CellScale {
  readonly bar: ColourBar
  look(value: number): CellLook
}

/**
 * Draws a matrix as coloured cells, row 0 on top: weights, gradients, correlations. Small matrices carry their figures;
 * large ones are averaged over blocks. Values that are not finite are crossed out.
 *
 * @returns a complete SVG document.
 * @throws PlotError when the number of values or labels does not fit, or an option is out of range.
 * @example
 * heatmapChart({ rows: 2, columns: 3, values: [0.1, -0.4, 0.2, 0.9, 0, -0.3] }, { title: 'linear1.weight' })
 */
export function heatmapChart(data: HeatmapData, options: HeatmapChartOptions = {}): string {
  const { colours, ...common } = options
  const { rows, columns, values, rowLabels, columnLabels } = data
  checkLength(
    'heatmapChart',
    'values do not fill the matrix',
    values.length,
    rows * columns,
    'Give rows times columns values.',
  )
  if (rowLabels) checkLength('heatmapChart', 'rowLabels do not fit', rowLabels.length, rows, 'Give one name per row.')
  if (columnLabels)
    checkLength('heatmapChart', 'columnLabels do not fit', columnLabels.length, columns, 'Give one name per column.')
  const blockRows = Math.ceil(rows / mostCells) || 1
  const blockColumns = Math.ceil(columns / mostCells) || 1
  const matrix = blockRows * blockColumns === 1 ? data : average(data, blockRows, blockColumns)
  const resolved = resolveOptions('heatmapChart', common, {
    width: 640,
    height: Math.min(640, Math.max(240, (columnLabels === undefined ? 130 : 220) + 34 * rows)),
    ...(matrix === data ? {} : { subtitle: `each cell is the mean of ${blockRows} × ${blockColumns} values` }),
  })
  const extent = extentOf([matrix.values])
  const diverging = colours === undefined ? extent !== undefined && extent[0] < 0 : colours === 'diverging'
  const count = Math.max(2, resolved.height / 80)
  const scale = diverging ? divergingScale(extent, count) : sequentialScale(extent, count)
  const frame = layOutFrame({
    options: resolved,
    x: indexAxis(resolved.xTitle, matrix.columns, blockColumns, columnLabels, resolved.width / 44),
    y: reversed(indexAxis(resolved.yTitle, matrix.rows, blockRows, rowLabels, resolved.height / 24)),
    colourBar: scale.bar,
    grid: 'none',
    box: 'full',
  })
  return svgDocument({
    options: resolved,
    frame,
    marks: drawCells(matrix, frame, scale),
    notes: values.length === 0 ? [emptyNote(frame, 'no values to draw')] : [],
    kind: 'Heatmap',
    summary: describe(data),
  })
}

/** Labels of the cells; indices are thinned to round steps, names are left to the frame. */
function indexAxis(
  title: string,
  count: number,
  block: number,
  labels: readonly string[] | undefined,
  room: number,
): Axis {
  if (labels !== undefined) {
    return bandAxis(
      title,
      Array.from({ length: count }, (_, i) => labels[i * block] ?? ''),
    )
  }
  const axis = bandAxis(
    title,
    Array.from({ length: count }, (_, i) => String(i * block)),
  )
  const step = [1, 2, 5, 10, 20, 50].find((size) => count / size <= room) ?? 100
  const ticks = axis.ticks.filter((tick) => tick.value % step === 0)
  // Without `bands` the frame thins by width alone and never turns: right for short numbers.
  return { title, ticks, place: axis.place }
}

function average(data: HeatmapData, blockRows: number, blockColumns: number): HeatmapData {
  const rows = Math.ceil(data.rows / blockRows)
  const columns = Math.ceil(data.columns / blockColumns)
  const values = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let mean = 0
      let count = 0
      for (let r = row * blockRows; r < Math.min(data.rows, (row + 1) * blockRows); r++) {
        for (let c = column * blockColumns; c < Math.min(data.columns, (column + 1) * blockColumns); c++) {
          count += 1
          mean += (data.values[r * data.columns + c]! - mean) / count
        }
      }
      values[row * columns + column] = mean
    }
  }
  return { rows, columns, values }
}

const steps = 24

function divergingScale(extent: readonly [number, number] | undefined, count: number): CellScale {
  const size = extent === undefined ? 1 : Math.max(Math.abs(extent[0]), Math.abs(extent[1])) || 1
  const look = (value: number): CellLook => cellLook(Math.abs(clamp(value)) / size, value < 0 ? 'negative' : 'positive')
  return { look, bar: barOf(numberAxis({ title: '', extent: [-size, size], count }), [-size, size], look) }
}

function sequentialScale(extent: readonly [number, number] | undefined, count: number): CellScale {
  const [low, high] = drawable(extent)
  const look = (value: number): CellLook => cellLook((clamp(value) - low) / (high - low))
  return { look, bar: barOf(numberAxis({ title: '', extent: [low, high], count }), [low, high], look) }
}

function barOf(axis: Axis, [low, high]: readonly [number, number], look: CellScale['look']): ColourBar {
  const bands = Array.from({ length: steps }, (_, i) => {
    const { fill, opacity } = look(low + ((i + 0.5) / steps) * (high - low))
    return { from: i / steps, to: (i + 1) / steps, fill, opacity }
  })
  return { title: '', axis, bands }
}

/** Cells of one look share a path: a large matrix stays a small file. */
function drawCells(matrix: HeatmapData, frame: Frame, scale: CellScale): XmlElement[] {
  const { rows, columns, values } = matrix
  const width = (frame.right - frame.left) / columns
  const height = (frame.bottom - frame.top) / rows
  const paths = new Map<string, { look: CellLook; d: string[] }>()
  const crosses: string[] = []
  const figures: XmlElement[] = []
  const widest = Math.max(
    0,
    ...Array.from({ length: Math.min(values.length, 401) }, (_, i) => textWidth(formatBrief(values[i]!), 11)),
  )
  const withFigures = values.length <= 400 && widest + 6 <= width && height >= 17
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const left = frame.left + (i % columns) * width
    const top = frame.top + Math.floor(i / columns) * height
    const right = round(left + width)
    const bottom = round(top + height)
    if (!Number.isFinite(value)) {
      crosses.push(`M${round(left)},${round(top)}L${right},${bottom}M${right},${round(top)}L${round(left)},${bottom}`)
      continue
    }
    const look = scale.look(value)
    const key = `${look.fill}${look.opacity}`
    const path = paths.get(key) ?? { look, d: [] }
    paths.set(key, path)
    path.d.push(`M${round(left)},${round(top)}H${right}V${bottom}H${round(left)}Z`)
    if (withFigures) {
      const at = { x: left + width / 2, y: top + height / 2, dy: '0.35em', 'text-anchor': 'middle', 'font-size': 11 }
      figures.push(element('text', { ...at, fill: look.text }, formatBrief(value)))
    }
  }
  return [
    ...Array.from(paths.values(), ({ look, d }) =>
      element('path', {
        d: d.join(''),
        fill: look.fill,
        'fill-opacity': look.opacity === 1 ? undefined : String(look.opacity),
        'shape-rendering': 'crispEdges',
      }),
    ),
    ...(crosses.length === 0 ? [] : [element('path', { d: crosses.join(''), fill: 'none', stroke: 'muted' })]),
    ...figures,
  ]
}

function describe({ rows, columns, values }: HeatmapData): string {
  const extent = extentOf([values])
  const size = `Matrix of ${formatCount(rows)} rows and ${formatCount(columns)} columns`
  if (extent === undefined) return `${size}, no finite values.`
  let gaps = 0
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) gaps += 1
  return `${size}, values from ${formatValue(extent[0])} to ${formatValue(extent[1])}${gaps === 0 ? '' : `, ${formatCount(gaps)} not finite`}.`
}
