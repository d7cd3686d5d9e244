import { stringifyJson } from '@metagrad/runlog'
import type { Reporter } from './reporter.ts'

/** One JSON object a line, each with a `kind`. */
export function jsonReporter(write: (line: string) => void): Reporter {
  const say = (kind: string, fields: object): void => write(stringifyJson({ kind, ...fields }))
  return {
    fact: (label, text) => say('fact', { label, text }),
    message: (level, text) => say('message', { level, text }),
    begin: ({ epochs, stepsPerEpoch }) => say('begin', { epochs, stepsPerEpoch }),
    progress: (progress) => say('progress', progress),
    epoch: (report) => say('epoch', report),
    end: () => say('end', {}),
  }
}
