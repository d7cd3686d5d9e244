/**
 * What a training run leaves behind, without a file system: works the same in Node and in browsers.
 * `@metagrad/runlog/node` adds the run directory.
 */

// The events
export * from './event.ts'
export { eventSchemas, isEventKind, maxCurvePoints } from './event-schema.ts'
export { encodeEvent, maxLineBytes } from './encode.ts'
export { parseLine, resolveReference } from './parse.ts'
export type { ParsedLine } from './parse.ts'
export { nonFiniteNumbers, stringifyJson } from './json-number.ts'

// Recording
export { Recorder } from './recorder.ts'
export type { RecorderOptions } from './recorder.ts'
export { MemoryLog } from './memory-log.ts'
export { defaultPointsPerTag, VolumeGuard } from './volume-guard.ts'
export { histogram } from './histogram.ts'
export { decodeGrid, encodeGrid } from './grid.ts'

// Reading
export { EventReader, readEvents } from './event-reader.ts'
export type { LogEntry } from './event-reader.ts'
export { RunHistory } from './history.ts'
export { seriesPoint } from './series.ts'
export type { Series, SeriesPoint, SeriesScope } from './series.ts'
export { defaultStaleMs, runStatus } from './status.ts'
export type { RunStatus, StatusFacts } from './status.ts'

// Telling a page
export { runServerMark } from './run-message.ts'
export type { RunMessage } from './run-message.ts'

// Comparing
export { bestPoint, metricDirection, summarizeMetrics } from './metric-summary.ts'
export type { MetricSummary } from './metric-summary.ts'
export { compareConfigs, compareRuns } from './compare.ts'
export type { ComparedRun, ConfigRow, MetricRow, RunComparison } from './compare.ts'
export { metricsCsv, metricsTable } from './metrics-table.ts'
export type { MetricsTable } from './metrics-table.ts'

// The directory's own formats
export { encodeManifest, manifestSchema, parseManifest, runFormat } from './manifest.ts'
export type { DataFile, RunManifest } from './manifest.ts'
export { fileEntrySchema } from './file-entry.ts'
export type { FileEntry } from './file-entry.ts'
export { checkFileName, fileNameProblem, reservedFileNames } from './file-name.ts'
export { runId, runIdPattern, slugify } from './run-id.ts'

// What can be wrong
export { EventValidator, validateEvents } from './validate.ts'
export { formatProblem } from './problem.ts'
export type { Problem, ProblemCode } from './problem.ts'
export { RunlogError } from './errors.ts'
export type { RunlogErrorCode } from './errors.ts'
