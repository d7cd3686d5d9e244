import type { TerminalConfig } from '../options/terminal-options.ts'
import { isInteractive, usesColor, type Terminal } from '../terminal.ts'
import { lineReporter } from './line-reporter.ts'
import { silentReporter, type Reporter } from './reporter.ts'
import { stylize } from './stylize.ts'

/** The reporter that a command line asks for. A bar needs a terminal; elsewhere it becomes lines. */
export async function createReporter(
  { stderr, environment }: Terminal,
  { progress, quiet, verbose, color }: TerminalConfig,
): Promise<Reporter> {
  const write = (line: string): void => void stderr.write(`${line}\n`)
  const wanted = progress === 'auto' ? (isInteractive(stderr, environment) ? 'bar' : 'line') : progress
  if (quiet || wanted === 'none') return silentReporter
  if (wanted === 'json') return (await import('./json-reporter.ts')).jsonReporter(write)
  const style = stylize(usesColor(stderr, environment, color))
  if (wanted === 'bar' && stderr.isTTY)
    return (await import('./bar-reporter.ts')).barReporter(stderr, { style, verbose })
  return lineReporter({ write, style, verbose })
}
