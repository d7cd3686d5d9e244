import type { LogEntry } from './event-reader.ts'
import { entryProblem, EventReader } from './event-reader.ts'
import type { RunEvent } from './event.ts'
import type { Problem, ProblemCode } from './problem.ts'

/**
 * Checks that the lines of a log follow each other as the format says: `seq` rises by 1, each attempt opens with
 * `start` (and `rewind`, from the second on), steps never fall within an attempt, nothing but a new attempt follows `end`.
 */
export class EventValidator {
  #seq = -1
  #time = Number.NEGATIVE_INFINITY
  #attempt = 0
  #step = 0
  #ended = false
  #rewound = true

  /** The problems of the next entry. */
  push(entry: LogEntry): Problem[] {
    const own = entryProblem(entry)
    if (own !== undefined) {
      this.#seq += 1 // The line that cannot be read had a number too.
      return [own]
    }
    const problems: Problem[] = []
    const report = (code: ProblemCode, text: string, severity: Problem['severity'] = 'error'): void => {
      problems.push({ code, severity, file: 'events.jsonl', line: entry.line, text })
    }
    if (entry.type === 'event') {
      this.#checkSequence(entry.event, report)
      this.#checkOrder(entry.event, report)
    } else if (entry.type !== 'problem') {
      this.#checkSequence(entry, report)
    }
    return problems
  }

  #checkSequence({ seq, t }: { seq: number; t: number }, report: Report): void {
    if (seq !== this.#seq + 1) report('SEQUENCE', `seq is ${seq}, expected ${this.#seq + 1}`)
    if (t < this.#time) report('TIME', `the clock went back by ${this.#time - t} ms`, 'warning')
    this.#seq = seq
    this.#time = t
  }

  #checkOrder(event: RunEvent, report: Report): void {
    if (event.kind === 'start') {
      if (event.attempt !== this.#attempt + 1) {
        report('ORDER', `attempt is ${event.attempt}, expected ${this.#attempt + 1}`)
      }
      this.#attempt = event.attempt
      this.#rewound = event.attempt === 1
      this.#ended = false
      return
    }
    if (this.#attempt === 0) report('ORDER', `the log opens with ${event.kind}, expected start`)
    if (this.#ended) report('ORDER', `${event.kind} after end, expected start`)
    if (event.kind === 'rewind') {
      if (event.attempt !== this.#attempt) {
        report('ORDER', `rewind names attempt ${event.attempt}, expected ${this.#attempt}`)
      }
      this.#rewound = true
      this.#step = event.toStep
    }
    if (event.step !== undefined) {
      if (!this.#rewound) {
        report('ORDER', `${event.kind} at step ${event.step} of attempt ${this.#attempt} before its rewind`)
        this.#rewound = true
        this.#step = event.step
      }
      if (event.step < this.#step) report('STEP', `step is ${event.step} after step ${this.#step}`)
      this.#step = Math.max(this.#step, event.step)
    }
    if (event.kind === 'end') this.#ended = true
  }
}

type Report = (code: ProblemCode, text: string, severity?: Problem['severity']) => void

/** The warning for bytes that follow the last line feed, if there are any. */
export function incompleteLine(reader: EventReader): Problem[] {
  if (reader.partialBytes === 0) return []
  const text = `the last ${reader.partialBytes} bytes have no line feed and are ignored`
  return [{ code: 'INCOMPLETE', severity: 'warning', file: 'events.jsonl', text }]
}

/**
 * Every problem of a log that is in memory, in the order of its lines.
 *
 * @example
 * validateEvents('nonsense\n')[0]?.text // -> 'not JSON: "nonsense"'
 */
export function validateEvents(log: Uint8Array | string): Problem[] {
  const reader = new EventReader()
  const validator = new EventValidator()
  const bytes = typeof log === 'string' ? new TextEncoder().encode(log) : log
  const problems = reader.push(bytes).flatMap((entry) => validator.push(entry))
  return [...problems, ...incompleteLine(reader)]
}
