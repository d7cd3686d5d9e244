import type { ExitCode } from './exit-codes.ts'
import type { AnyOption } from './options/option.ts'
import { terminalOptions } from './options/terminal-options.ts'
import { trainOptions } from './options/train-options.ts'
import { viewOptions } from './options/view-options.ts'
import type { Terminal } from './terminal.ts'

/** Flags as they were given: texts, and yes or no. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>

/** What a command does with its flags. */
export type RunCommand = (flags: Flags, terminal: Terminal) => Promise<ExitCode>

/** A command of `metagrad`. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** The key of the option that is given without a flag. */
  readonly argument?: string
  readonly options: Readonly<Record<string, AnyOption>>
  /** Ends the help. */
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** Loads what the command needs; nothing of it is loaded for the help. */
  readonly load: () => Promise<RunCommand>
}

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  {
    name: 'train',
    summary: 'train a model on a CSV file',
    argument: 'data',
    options: { ...trainOptions, ...terminalOptions },
    examples: [
      ['metagrad train admissions.csv --target admitted', 'all by default'],
      ['metagrad train iris.csv --target species --hidden 32 --patience 30', 'stops by itself'],
      ['metagrad train house.csv --target price --ignore id --json > result.json', 'the result for a program'],
      ['metagrad train --config runs/20260131-090507-iris/config.json', 'the same run again'],
    ],
    load: async () => (await import('./commands/train.ts')).runTrain,
  },
  {
    name: 'view',
    summary: 'look at runs in the browser, also while they are being written',
    argument: 'runs',
    options: viewOptions,
    examples: [
      ['metagrad view', 'the runs in ./runs'],
      ['metagrad view experiments --port 8080 --no-open', 'others, on a port of your choice'],
    ],
    load: async () => (await import('./commands/view.ts')).runView,
  },
]
