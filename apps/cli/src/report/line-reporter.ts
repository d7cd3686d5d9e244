import type { MetricKind } from '../training/metrics.ts'
import { epochLine } from './format.ts'
import { ProgressClock, progressLine } from './progress-line.ts'
import type { Reporter } from './reporter.ts'
import type { Stylize } from './stylize.ts'

/** Longest silence of a training, in milliseconds. */
const longestSilence = 10_000
const plainWidth = 120

/** What a reporter of text needs. */
export interface TextReporterOptions {
  /** Writes one line, without its end. */
  readonly write: (line: string) => void
  readonly style: Stylize
  /** Whether notes are shown, not warnings alone. */
  readonly verbose: boolean
}

/** Plain lines: what a file or another program can read. Speaks at least every ten seconds. */
export function lineReporter({ write, style, verbose }: TextReporterOptions): Reporter {
  let metrics: readonly MetricKind[] = []
  let clock: ProgressClock | undefined
  let spokenAt = performance.now()
  const say = (line: string): void => {
    write(line)
    spokenAt = performance.now()
  }
  return {
    fact: (label, text) => say(`${style('dim', label.padEnd(8))} ${text}`),
    message(level, text) {
      if (level === 'warning') say(`${style('yellow', 'warning:')} ${text}`)
      else if (verbose) say(`${style('dim', 'note:')} ${text}`)
    },
    begin(totals) {
      ;({ metrics } = totals)
      clock = new ProgressClock(totals)
    },
    progress(progress) {
      const state = clock?.at(progress)
      if (state !== undefined && performance.now() - spokenAt >= longestSilence) say(progressLine(state, plainWidth))
    },
    epoch(report) {
      if (report.isLogged) say(epochLine(report, metrics))
    },
    end() {},
  }
}
