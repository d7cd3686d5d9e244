import { readFile } from 'node:fs/promises'
import { stringifyJson } from '@metagrad/runlog'
import { printable } from 'metagrad'
import type { Flags } from '../commands.ts'
import { CliError, usageError } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import {
  environmentLayer,
  fileLayer,
  flagLayer,
  mergeConfig,
  type ConfigLayer,
  type MergedConfig,
} from '../options/merge-config.ts'
import { flagName, textOfValue } from '../options/option.ts'
import { terminalOptions } from '../options/terminal-options.ts'
import { trainOptions, type TrainConfig } from '../options/train-options.ts'
import type { Reporter } from '../report/reporter.ts'
import { createReporter } from '../report/create-reporter.ts'
import { summaryText } from '../report/summary.ts'
import { watchSignals } from '../signals.ts'
import type { Terminal } from '../terminal.ts'
import { train, type TrainSummary } from '../train.ts'

/** `metagrad train`. */
export async function runTrain(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const { environment, stdout } = terminal
  const { config: settings } = mergeConfig(terminalOptions, [
    environmentLayer(terminalOptions, environment),
    flagLayer(terminalOptions, flags),
  ])
  const merged = mergeConfig(trainOptions, [
    ...(settings.config === null ? [] : [await configFile(settings.config)]),
    environmentLayer(trainOptions, environment),
    flagLayer(trainOptions, flags),
  ])
  if (settings.printConfig) {
    stdout.write(settings.json ? configJson(merged) : configTable(merged))
    return exitCodes.ok
  }
  const reporter = await createReporter(terminal, settings)
  const summary = await trainUntilSignal(merged.config, reporter)
  stdout.write(settings.json ? `${stringifyJson(summary)}\n` : summaryText(summary))
  const { divergence, exitCode } = summary
  if (divergence === null) return exitCode
  throw new CliError(
    `loss: ${divergence.loss} in step ${divergence.step}, epoch ${divergence.epoch}. Lower --lr, set --clip 1, or scale the features.`,
    exitCodes.diverged,
  )
}

async function trainUntilSignal(config: TrainConfig, reporter: Reporter): Promise<TrainSummary> {
  const { signal, listen, stop } = watchSignals((name) =>
    reporter.message('warning', `${name}: saving after this step. A second one stops at once.`),
  )
  try {
    const begin: Reporter['begin'] = (totals) => {
      listen()
      reporter.begin(totals)
    }
    return await train(config, { reporter: { ...reporter, begin }, signal })
  } finally {
    stop()
  }
}

async function configFile(path: string): Promise<ConfigLayer> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new CliError(`--config: "${printable(path)}" cannot be read. Check the path.`, exitCodes.io, { cause })
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : ''
    throw Object.assign(usageError(`--config: "${printable(path)}" is not JSON: ${printable(why)}.`), { cause })
  }
  return fileLayer(trainOptions, path, json)
}

function configJson({ config, sources }: MergedConfig<TrainConfig>): string {
  const entries = Object.entries(config).map(([key, value]) => [
    key,
    { value, source: sources[key as keyof TrainConfig] },
  ])
  return `${stringifyJson(Object.fromEntries(entries), 2)}\n`
}

function configTable({ config, sources }: MergedConfig<TrainConfig>): string {
  const rows = Object.entries(config).map(([key, value]) => [
    flagName(key),
    textOfValue(value),
    sources[key as keyof TrainConfig],
  ])
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map(([name, value, source]) => `${name!.padEnd(widths[0]!)}  ${value!.padEnd(widths[1]!)}  ${source}\n`)
    .join('')
}
