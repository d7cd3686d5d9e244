import { MultiBar, type SingleBar } from 'cli-progress'
import { lineReporter, type TextReporterOptions } from './line-reporter.ts'
import type { OutputStream } from '../terminal.ts'
import { ProgressClock, progressLine, type ProgressState } from './progress-line.ts'
import type { Reporter } from './reporter.ts'

const framesPerSecond = 10
const defaultWidth = 80

/** Lines as `lineReporter` writes them, above a bar that moves. Needs a terminal. */
export function barReporter(stream: OutputStream, { style, verbose }: Omit<TextReporterOptions, 'write'>): Reporter {
  let bars: MultiBar | undefined
  let bar: SingleBar | undefined
  let clock: ProgressClock | undefined
  let state: ProgressState | undefined
  const write = (line: string): void => {
    if (bars === undefined) stream.write(`${line}\n`)
    else bars.log(`${line}\n`)
  }
  // Also when the process is made to end in the middle: the cursor must come back.
  const stop = (): void => {
    process.off('exit', stop)
    bars?.stop()
    bars = undefined
  }
  const lines = lineReporter({ write, style, verbose })
  const move = (next: ProgressState): void => {
    state = next
    bar?.update(next.step)
  }
  return {
    ...lines,
    begin(totals) {
      lines.begin(totals)
      clock = new ProgressClock(totals)
      bars = new MultiBar({
        stream,
        fps: framesPerSecond,
        hideCursor: true,
        linewrap: true,
        // Signals are the command's business.
        gracefulExit: false,
        format: () => (state === undefined ? '' : progressLine(state, (stream.columns ?? defaultWidth) - 1)),
      })
      process.once('exit', stop)
      bar = bars.create(totals.epochs * totals.stepsPerEpoch, 0)
    },
    progress(progress) {
      if (clock !== undefined) move(clock.at(progress))
    },
    epoch(report) {
      void lines.epoch?.(report)
      const { epoch, step, train, validation } = report
      if (clock !== undefined)
        move(clock.at({ epoch, step, loss: train['loss'] ?? NaN, validationLoss: validation?.['loss'] }))
    },
    end() {
      // What was logged since the last frame would be lost.
      bars?.update()
      stop()
    },
  }
}
