import type { OptionTable } from './option.ts'

/** What the command prints and where its options come from. It is no part of a run. */
export interface TerminalConfig {
  readonly progress: 'auto' | 'bar' | 'line' | 'json' | 'none'
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly color: boolean
  readonly config: string | null
  readonly printConfig: boolean
}

/** The options of `metagrad train` that do not change what is trained. */
export const terminalOptions: OptionTable<TerminalConfig> = {
  progress: {
    kind: 'choice',
    of: ['auto', 'bar', 'line', 'json', 'none'],
    group: 'Terminal',
    help: 'how progress shows on stderr; json is one event a line',
    default: 'auto',
    defaultText: 'bar in a terminal, else line',
  },
  json: { kind: 'flag', group: 'Terminal', help: 'print the result as one JSON object', default: false },
  quiet: { kind: 'flag', short: 'q', group: 'Terminal', help: 'print nothing but the result', default: false },
  verbose: {
    kind: 'flag',
    short: 'v',
    group: 'Terminal',
    help: 'print notes, and where errors come from',
    default: false,
  },
  color: { kind: 'flag', form: 'off', group: 'Terminal', help: 'no colours, as NO_COLOR=1', default: true },
  config: {
    kind: 'text',
    value: 'file',
    group: 'Terminal',
    help: 'JSON file of options, such as config.json of a run',
    default: null,
  },
  printConfig: {
    kind: 'flag',
    group: 'Terminal',
    help: 'print each option, its value and where that comes from, and stop',
    default: false,
  },
}
