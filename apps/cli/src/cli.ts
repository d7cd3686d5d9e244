import { Command as Commander, CommanderError, Option as CommanderOption } from 'commander'
import { commands, type Command, type Flags } from './commands.ts'
import { exitCodeOf, usageError } from './errors.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { expectation, flagName, optionGroups, textOfValue, type AnyOption } from './options/option.ts'
import { usesColor, type OutputStream, type Terminal } from './terminal.ts'
import { version } from './version.ts'

const about = 'metagrad: train models on your data in the terminal, and look at them in the browser.'
const exitCodeHelp =
  'Exit codes: 0 done, 2 usage, 3 data, 4 model mismatch, 5 loss not finite, 6 file, 130 Ctrl-C, 143 terminated, 1 other.'
const moreHelp = (options: Command['options']): string =>
  'config' in options
    ? 'Options may also come from METAGRAD_* variables (METAGRAD_LR=0.01) and --config; flags win.'
    : 'Options may also come from METAGRAD_* variables (METAGRAD_PORT=8080); flags win.'

/** The process, as far as a command needs it. */
export interface CliProcess {
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly env: NodeJS.ProcessEnv
}

/** Runs a command line, without the program's name, and gives its exit code. Never throws. */
export async function runCli(args: readonly string[], { stdout, stderr, env }: CliProcess): Promise<ExitCode> {
  const terminal: Terminal = { stdout, stderr, environment: env }
  // A reader that has seen enough, as head does, is no fault.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : exitCodes.io))
  // Training goes on when nobody watches any more.
  stderr.on('error', () => {})
  let exitCode: ExitCode = exitCodes.ok
  const program = createProgram(terminal, (code) => (exitCode = code))
  try {
    await program.parseAsync(args.length === 0 ? ['--help'] : [...args], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok
    const cause = error instanceof CommanderError ? usageError(usageText(error, args)) : error
    const { stylize } = await import('./report/stylize.ts')
    const { errorText } = await import('./error-text.ts')
    const verbose = args.includes('--verbose') || args.includes('-v')
    const style = stylize(usesColor(stderr, env, !args.includes('--no-color')))
    stderr.write(`${style('red', 'error:')} ${await errorText(cause, verbose)}\n`)
    return exitCodeOf(cause)
  }
}

/** Commander's message in one line, with what helps. */
function usageText({ message, code }: CommanderError, args: readonly string[]): string {
  if (code === 'commander.help') return 'there is no such command. See metagrad --help.'
  const text = message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\(Did you mean (.+?)\?\)/, 'Did you mean $1?')
    .replace(/'$|'(?= Did)/, "'.")
  const command = commands.find(({ name }) => args.includes(name))
  const help = command === undefined ? ' See metagrad --help.' : ` See metagrad ${command.name} --help.`
  return text.includes('Did you mean') ? text : `${text.replace(/\.?$/, '.')}${help}`
}

function createProgram(terminal: Terminal, done: (code: ExitCode) => void): Commander {
  const program = new Commander('metagrad')
    .description(about)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', `\n${exitCodeHelp}`)
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      // Errors are thrown, and written in one place.
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(terminal.stdout.columns ?? 100, 120),
      getOutHasColors: () => false,
    })
    .exitOverride()
  for (const command of commands) addCommand(program, command, terminal, done)
  return program
}

function addCommand(program: Commander, command: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  const { name, summary, argument, options, examples, load } = command
  const created = program.command(name).description(summary).helpOption('-h, --help', 'print this help')
  const rows = Object.entries(options).filter(([key]) => key !== argument)
  for (const group of optionGroups) {
    for (const [key, row] of rows)
      if (row.group === group) for (const flag of flagsOf(key, row)) created.addOption(flag)
  }
  const row = argument === undefined ? undefined : options[argument]
  if (row?.kind === 'text') created.argument(`[${row.value}]`, row.help)
  const width = Math.max(...examples.map(([text]) => text.length))
  const shown = examples.map(([text, what]) => `  ${text.padEnd(width)}  ${what}`).join('\n')
  created.addHelpText('after', `\nExamples:\n${shown}\n\n${moreHelp(options)}\n${exitCodeHelp}`)
  created.action(async (...given: unknown[]) => {
    const flags: Flags = created.opts()
    const [value] = argument === undefined ? [] : given
    const all = typeof value === 'string' && argument !== undefined ? { ...flags, [argument]: value } : flags
    const run = await load()
    done(await run(all, terminal))
  })
}

/** The flags of a row: one, or one to switch on and one to switch off. */
function flagsOf(key: string, row: AnyOption): CommanderOption[] {
  const name = flagName(key)
  const short = row.short === undefined ? '' : `-${row.short}, `
  const group = `${row.group}:`
  const flag = (flags: string, text: string): CommanderOption => new CommanderOption(flags, text).helpGroup(group)
  if (row.kind !== 'flag') return [flag(`${short}--${name} <${valueName(row)}>`, helpOf(row))]
  if (row.form === 'both') return [flag(`${short}--${name}`, helpOf(row)), flag(`--no-${name}`, 'the opposite')]
  return row.form === 'off' ? [flag(`--no-${name}`, row.help)] : [flag(`${short}--${name}`, row.help)]
}

function valueName(row: Exclude<AnyOption, { kind: 'flag' }>): string {
  if (row.kind === 'choice') return row.of.length <= 3 ? row.of.join('|') : 'name'
  if (row.kind === 'number') return ['n', ...(row.words ?? []).filter((word) => word !== 'auto')].join('|')
  return row.value
}

function helpOf(row: AnyOption): string {
  const names = row.kind === 'choice' && row.of.length > 3 ? `: ${expectation(row).replace('one of ', '')}` : ''
  const shown = row.defaultText ?? textOfValue(row.default)
  return `${row.help}${names}${shown === '-' ? '' : ` (default: ${shown})`}`
}
