import type { OptionTable } from './option.ts'
import { terminalOptions, type TerminalConfig } from './terminal-options.ts'

/** What `metagrad view` serves, and where. */
export interface ViewConfig extends Pick<TerminalConfig, 'json' | 'quiet' | 'verbose' | 'color'> {
  readonly runs: string
  readonly port: number
  /** Null: where somebody watches. */
  readonly open: boolean | null
  readonly page: string | null
}

const { json, quiet, verbose, color } = terminalOptions

/** The options of `metagrad view`. */
export const viewOptions: OptionTable<ViewConfig> = {
  runs: { kind: 'text', value: 'folder', group: 'Data', help: 'folder that holds the runs', default: 'runs' },
  port: {
    kind: 'number',
    whole: true,
    min: 0,
    below: 65_536,
    example: '8080',
    group: 'Server',
    help: 'port on 127.0.0.1',
    default: 0,
    defaultText: 'a free one',
  },
  open: {
    kind: 'flag',
    form: 'both',
    group: 'Server',
    help: 'open the browser',
    default: null,
    defaultText: 'in a terminal',
  },
  page: {
    kind: 'text',
    value: 'folder',
    group: 'Server',
    help: 'another build of the page',
    default: null,
    defaultText: 'the one that comes along',
  },
  json: { ...json, help: 'print the address as one JSON object' },
  quiet: { ...quiet, help: 'print nothing but the address' },
  verbose,
  color,
}
