// Charts: data in, SVG text out.
export { lineChart, type LineChartOptions, type LineSeries } from './line-chart.ts'
export {
  boundaryChart,
  boundaryGrid,
  gridPoints,
  type BoundaryChartOptions,
  type BoundaryData,
  type BoundaryGrid,
  type BoundaryPoints,
} from './boundary-chart.ts'
export { confusionChart, type ConfusionData } from './confusion-chart.ts'
export { curveChart, type CurveChartOptions, type CurveKind, type ShareCurve } from './curve-chart.ts'
export { scatterChart, type ScatterChartOptions, type ScatterSeries } from './scatter-chart.ts'
export { histogramChart, type HistogramChartOptions, type HistogramSeries } from './histogram-chart.ts'
export { barChart, type Bar } from './bar-chart.ts'
export { heatmapChart, type HeatmapChartOptions, type HeatmapData } from './heatmap-chart.ts'

// What the charts share, for pages that draw beside them in the same look.
export type { ChartOptions } from './core/options.ts'
export type { ScaleKind } from './core/axis.ts'
export { palettes, themeVariables, type Palette, type Role, type Theme } from './core/theme.ts'
export { glyphs, seriesStyle, type Glyph, type SeriesStyle } from './core/series-style.ts'
export { debiasedAverage } from './core/smooth.ts'
export { decimate } from './core/decimate.ts'
export { formatValue } from './core/format.ts'
export { PlotError } from './core/errors.ts'
