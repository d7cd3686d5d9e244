/**
 * The run directory: `runs/<yyyymmdd-hhmmss>-<slug>/` with `run.json`, `config.json`, `events.jsonl` and what training
 * leaves beside them. Event types and everything that needs no file system are in `@metagrad/runlog`.
 */

// Writing
export { createRun } from './create-run.ts'
export type { CreateRunOptions } from './create-run.ts'
export { resumeRun } from './resume-run.ts'
export type { ResumeRunOptions } from './resume-run.ts'
export { defaultBeatMs } from './run.ts'
export type { Run, RunEnd, RunStart, RunTuning, SavedFile } from './run.ts'
export { writeRunFile } from './write-run-file.ts'
export { compressEvents } from './compress-events.ts'
export { describeFile, sha256 } from './file-hash.ts'
export { replaceFile, replaceFileSync } from './atomic-file.ts'

// Reading
export { listRuns } from './list-runs.ts'
export type { ListedRun } from './list-runs.ts'
export { openRun, readConfig, readHistory, readManifest, readRunFile } from './read-run.ts'
export type { OpenedRun, ReadHistory } from './read-run.ts'
export { readEntries } from './event-log.ts'
export { followRun } from './follow.ts'
export type { FollowOptions, RunUpdate } from './follow.ts'
export { followRuns } from './follow-runs.ts'
export type { FollowRunsOptions } from './follow-runs.ts'

// Checking
export { validateRun } from './validate-run.ts'
