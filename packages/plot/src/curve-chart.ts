import { numberAxis } from './core/axis.ts'
import { emptyNote, svgDocument } from './core/document.ts'
import { checkLength, PlotError, quote } from './core/errors.ts'
import { formatValue, plural } from './core/format.ts'
import { layOutFrame } from './core/frame.ts'
import { lineKey } from './core/legend.ts'
import { drawLine } from './core/lines.ts'
import { resolveOptions, type ChartOptions } from './core/options.ts'
import { seriesStyle } from './core/series-style.ts'
import { element } from './core/xml.ts'

/** What a curve of shares shows. */
export type CurveKind = 'roc' | 'precisionRecall' | 'calibration'

/** A named curve, both coordinates from 0 to 1, in the order to be joined. */
export interface ShareCurve {
  readonly name: string
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
  /** A figure to show beside the name, such as the area under the curve. */
  readonly score?: number
}

/** Options of a curve chart. */
export interface CurveChartOptions extends ChartOptions {
  /** The precision of guessing, the share of positives: drawn as a line in a precision-recall chart. */
  readonly baseline?: number
}

const kinds = {
  roc: { title: 'ROC', x: 'false positive rate', y: 'true positive rate', score: 'AUC', diagonal: 'chance' },
  precisionRecall: { title: 'Precision and recall', x: 'recall', y: 'precision', score: 'AP', diagonal: '' },
  calibration: {
    title: 'Calibration',
    x: 'predicted probability',
    y: 'observed share',
    score: 'ECE',
    diagonal: 'perfect',
  },
} as const satisfies Record<CurveKind, { title: string; x: string; y: string; score: string; diagonal: string }>

/**
 * Draws curves in the unit square: ROC, precision-recall, calibration.
 *
 * @returns a complete SVG document.
 * @throws PlotError when x and y differ in length, the kind is unknown, or an option is out of range.
 * @example
 * curveChart('roc', [{ name: 'admitted', x: [0, 0.1, 1], y: [0, 0.8, 1], score: 0.85 }])
 */
export function curveChart(kind: CurveKind, curves: readonly ShareCurve[], options: CurveChartOptions = {}): string {
  if (!Object.hasOwn(kinds, kind)) {
    throw new PlotError(`curveChart: unknown kind: got ${JSON.stringify(kind)}. Use ${Object.keys(kinds).join(', ')}.`)
  }
  const words = kinds[kind]
  const { baseline, ...common } = options
  const resolved = resolveOptions('curveChart', common, {
    title: words.title,
    xTitle: words.x,
    yTitle: words.y,
    width: 560,
    height: 560,
  })
  for (const { name, x, y } of curves) {
    checkLength(
      'curveChart',
      `curve ${quote(name)} has x and y of unequal length`,
      y.length,
      x.length,
      'Give one y per x.',
    )
  }
  const reference = words.diagonal || (baseline === undefined ? '' : 'guessing')
  const axis = (title: string): ReturnType<typeof numberAxis> => numberAxis({ title, extent: [0, 1], count: 5 })
  const label = ({ name, score }: ShareCurve): string =>
    score === undefined ? name : `${name} (${words.score} ${formatValue(score)})`
  const frame = layOutFrame({
    options: resolved,
    x: axis(resolved.xTitle),
    y: axis(resolved.yTitle),
    legend: [
      ...curves.map((curve, i) => ({ key: lineKey(seriesStyle(i).role, seriesStyle(i).dash), label: label(curve) })),
      ...(reference === '' ? [] : [{ key: lineKey('muted', '3 3', 1.25), label: reference }]),
    ],
    grid: 'both',
    box: 'full',
  })
  const level = words.diagonal === '' ? baseline : undefined
  const rule =
    level === undefined
      ? `M${frame.left},${frame.bottom}L${frame.right},${frame.top}`
      : `M${frame.left},${frame.y(level).toFixed(1)}H${frame.right}`
  return svgDocument({
    options: resolved,
    frame,
    marks: [
      ...(reference === ''
        ? []
        : [
            element('path', {
              d: rule,
              fill: 'none',
              stroke: 'muted',
              'stroke-width': 1.25,
              'stroke-dasharray': '3 3',
            }),
          ]),
      ...curves.flatMap((curve, i) => drawLine(curve, frame, seriesStyle(i), { width: 2.25, dashed: true })),
    ],
    notes: curves.every(({ x }) => x.length === 0) ? [emptyNote(frame, 'no curve to draw')] : [],
    overhang: 2,
    kind: words.title,
    summary:
      curves.length === 0
        ? 'No curves.'
        : curves.map((curve) => `${label(curve)}: ${plural(curve.x.length, 'point')}.`).join(' '),
  })
}
