import { bandAxis, reversed } from './core/axis.ts'
import { cellLook } from './core/cells.ts'
import { emptyNote, svgDocument } from './core/document.ts'
import { checkLength, PlotError, quote } from './core/errors.ts'
import { formatCount } from './core/format.ts'
import type { Frame } from './core/frame.ts'
import { layOutFrame } from './core/frame.ts'
import { resolveOptions, type ChartOptions } from './core/options.ts'
import { textWidth } from './core/text.ts'
import type { XmlElement } from './core/xml.ts'
import { element } from './core/xml.ts'

/** How often each true class was predicted as each class. */
export interface ConfusionData {
  readonly labels: readonly string[]
  /** Counts in row-major order: row = true class, column = predicted class. */
  readonly counts: ArrayLike<number>
}

/**
 * Draws a confusion matrix. A cell's colour is its share of the row, so that rare classes are as plain to see as common
 * ones; its figures are the count and that share. The diagonal, what is right, is blue; errors are orange.
 *
 * @returns a complete SVG document.
 * @throws PlotError when counts do not fit the labels or are not counts, or an option is out of range.
 * @example
 * confusionChart({ labels: ['rejected', 'admitted'], counts: [35, 5, 6, 54] }, { title: 'Validation' })
 */
export function confusionChart(data: ConfusionData, options: ChartOptions = {}): string {
  const { labels, counts } = data
  const size = labels.length
  checkLength(
    'confusionChart',
    'counts do not fit the labels',
    counts.length,
    size * size,
    'Give labels times labels counts.',
  )
  for (let i = 0; i < counts.length; i++) {
    if (!(counts[i]! >= 0 && Number.isFinite(counts[i]!))) {
      throw new PlotError(
        `confusionChart: a count is not a count: got ${counts[i]} for true ${quote(labels[Math.floor(i / size)]!)}, predicted ${quote(labels[i % size]!)}. Give finite numbers from 0.`,
      )
    }
  }
  const total = sum(counts, 0, counts.length)
  const right = labels.reduce((hits, _, k) => hits + counts[k * size + k]!, 0)
  const accuracy =
    total === 0 ? 'no rows' : `${formatCount(right)} of ${formatCount(total)} right (${percent(right / total)})`
  const resolved = resolveOptions('confusionChart', options, {
    width: Math.min(900, Math.max(440, 200 + size * 64)),
    height: Math.min(900, Math.max(420, 200 + size * 56)),
    subtitle: accuracy,
    xTitle: 'predicted',
    yTitle: 'true',
  })
  const frame = layOutFrame({
    options: resolved,
    x: bandAxis(resolved.xTitle, labels),
    y: reversed(bandAxis(resolved.yTitle, labels)),
    grid: 'none',
    box: 'full',
  })
  return svgDocument({
    options: resolved,
    frame,
    marks: drawCells(data, frame),
    notes: size === 0 ? [emptyNote(frame, 'no classes')] : [],
    kind: 'Confusion matrix',
    summary: summarize(data, accuracy),
  })
}

function sum(values: ArrayLike<number>, from: number, to: number): number {
  let total = 0
  for (let i = from; i < to; i++) total += values[i]!
  return total
}

const percent = (share: number): string => `${share > 0 && share < 0.01 ? '<1' : Math.round(share * 100)}%`

function drawCells({ labels, counts }: ConfusionData, frame: Frame): XmlElement[] {
  const size = labels.length
  const width = (frame.right - frame.left) / size
  const height = (frame.bottom - frame.top) / size
  const countWidth = Math.max(
    0,
    ...Array.from({ length: counts.length }, (_, i) => textWidth(formatCount(counts[i]!), 1, true)),
  )
  const fontSize = Math.min(16, Math.floor((width - 8) / Math.max(1, countWidth)), Math.floor(height * 0.5))
  const withShare = fontSize >= 11 && height >= 42 && width >= 44
  return Array.from({ length: counts.length }, (_, i) => {
    const truth = Math.floor(i / size)
    const guess = i % size
    const count = counts[i]!
    const row = sum(counts, truth * size, (truth + 1) * size)
    const share = row === 0 ? 0 : count / row
    const look = cellLook(share, truth === guess ? 'positive' : 'negative')
    const x = frame.left + (guess + 0.5) * width
    const y = frame.top + (truth + 0.5) * height
    const place = { x, dy: '0.35em', 'text-anchor': 'middle', fill: count === 0 ? ('muted' as const) : look.text }
    return element(
      'g',
      {},
      element(
        'title',
        {},
        `true ${labels[truth]}, predicted ${labels[guess]}: ${formatCount(count)} (${percent(share)} of the row)`,
      ),
      element('rect', {
        x: x - width / 2,
        y: y - height / 2,
        width,
        height,
        fill: look.fill,
        'fill-opacity': String(look.opacity),
        stroke: 'surface',
        'stroke-width': size > 30 ? 0.5 : 2,
      }),
      ...(fontSize >= 8
        ? [
            element(
              'text',
              { ...place, y: withShare && count > 0 ? y - 8 : y, 'font-size': fontSize, 'font-weight': 600 },
              formatCount(count),
            ),
          ]
        : []),
      ...(withShare && count > 0 ? [element('text', { ...place, y: y + 10, 'font-size': 11 }, percent(share))] : []),
    )
  })
}

/** Accuracy, and the three commonest errors. */
function summarize({ labels, counts }: ConfusionData, accuracy: string): string {
  const size = labels.length
  const errors = Array.from({ length: counts.length }, (_, i) => i)
    .filter((i) => Math.floor(i / size) !== i % size && counts[i]! > 0)
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, 3)
    .map((i) => `${labels[Math.floor(i / size)]} taken for ${labels[i % size]} ${formatCount(counts[i]!)} times`)
  return (
    `${size === 1 ? '1 class' : `${size} classes`}` +
    `, ${accuracy}. ${errors.length === 0 ? 'No errors.' : `Commonest errors: ${errors.join(', ')}.`}`
  )
}
