import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { listRuns } from '@metagrad/runlog/node'
import { printable } from 'metagrad'
import type { Flags } from '../commands.ts'
import { CliError } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { environmentLayer, flagLayer, mergeConfig } from '../options/merge-config.ts'
import { viewOptions } from '../options/view-options.ts'
import { signalCodes, watchSignals, type SignalName } from '../signals.ts'
import { isInteractive, type Terminal } from '../terminal.ts'
import { openBrowser } from '../view/open-browser.ts'
import { readPage } from '../view/page.ts'
import { serveRuns } from '../view/serve-runs.ts'

/** `metagrad view`: serves until a signal ends it. */
export async function runView(flags: Flags, { stdout, stderr, environment }: Terminal): Promise<ExitCode> {
  const { config } = mergeConfig(viewOptions, [
    environmentLayer(viewOptions, environment),
    flagLayer(viewOptions, flags),
  ])
  const { runs, port, json, quiet } = config
  await checkFolder(runs)
  const page = await readPage(config.page ?? undefined)
  const count = (await listRuns(runs)).length

  let end = (_name: SignalName): void => {}
  const ended = new Promise<SignalName>((resolve) => (end = resolve))
  const signals = watchSignals(end)
  const { url, close, port: bound } = await serveRuns({ runs, port, page })
  signals.listen()
  try {
    stdout.write(json ? `${JSON.stringify({ url, port: bound })}\n` : `${url}\n`)
    const note = (text: string): unknown => quiet || stderr.write(`${text}\n`)
    note(`${count} ${count === 1 ? 'run' : 'runs'} in ${printable(runs)}, followed as they grow. Ctrl-C ends this.`)
    const isWatched = isInteractive(stdout, environment) && environment['SSH_CONNECTION'] === undefined
    if (config.open ?? isWatched) openBrowser(url, () => note('warning: no browser opened. Open the address yourself.'))
    return signalCodes[await ended]
  } finally {
    await close()
    signals.stop()
  }
}

async function checkFolder(runs: string): Promise<void> {
  const fail = (what: string): CliError => new CliError(`view: ${what}`, exitCodes.io)
  const shown = printable(runs)
  const found = await stat(runs).catch(() => undefined)
  if (found === undefined)
    throw fail(`there is no folder ${shown}. Train something first, or name the folder of your runs.`)
  if (!found.isDirectory()) throw fail(`${shown} is a file. Name the folder of your runs.`)
  if (existsSync(join(runs, 'run.json'))) throw fail(`${shown} is one run. Name the folder that it lies in.`)
}
