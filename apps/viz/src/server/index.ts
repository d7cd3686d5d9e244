/** The local server of `metagrad view`: the page and the runs of a folder, live. */
export { serveRuns } from './serve-runs.ts'
export type { ServedRuns, ServeRunsOptions } from './serve-runs.ts'
