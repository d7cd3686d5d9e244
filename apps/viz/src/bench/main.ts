// Measures the page against its budgets: pnpm bench:viz
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page, Route } from 'playwright-core'
import { generateDataset } from '../model/dataset.ts'
import { defaultData, defaultExperiment } from '../model/experiment.ts'
import { Trainer } from '../model/trainer.ts'
import { launch, openPage, startSite } from '../testing/page.ts'
import { timed } from './processor-time.ts'

/** The most or the least that a figure may be. */
type Budget = { readonly most: number } | { readonly least: number }

interface Line {
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly budget: Budget | undefined
}

const lines: Line[] = []
const add = (what: string, value: number, unit: string, budget?: Budget): void =>
  void lines.push({ what, value, unit, budget })
const addBytes = (what: string, bytes: number, budget?: Budget): void => add(what, bytes / 1000, 'kB', budget)

/** A figure with three digits, at least down to the unit. */
const text = (value: number): string => (value < 100 ? String(Number(value.toPrecision(3))) : value.toFixed(0))

function verdict({ value, unit, budget }: Line): string {
  if (budget === undefined) return ''
  const isMet = 'most' in budget ? value <= budget.most : value >= budget.least
  const [sign, bound] = 'most' in budget ? ['<=', budget.most] : ['>=', budget.least]
  return `${`${sign} ${bound} ${unit}`.padEnd(12)} ${isMet ? 'met' : 'MISSED'}`
}

const site = await startSite()
const browser = await launch()
const errors: string[] = []

// tsx names functions through a helper that the page does not have.
const namesFunctions = 'globalThis.__name ??= (value) => value'
const trainHash = '#/train?v=1&layers=8-Tanh,8-Tanh'
const untilUsable = (page: Page): Promise<void> =>
  page.getByRole('button', { name: 'One batch (.)' }).and(page.locator(':enabled')).waitFor()
const untilComplete = (page: Page): Promise<void> => page.locator('.train-charts svg').first().waitFor()

const page = await openPage(browser, {}, errors)
await page.addInitScript(namesFunctions)
const begun = performance.now()
await page.goto(site.url + trainHash)
await untilUsable(page)
add('first interaction, cold', performance.now() - begun, 'ms', { most: 1000 })
await untilComplete(page)

// Bytes. Whether the curves come before or after the page can be used is a matter of chance, so here they are held back until it can.
const assets = join(site.folder, 'assets')
const sizes = new Map<string, number>()
for (const name of await readdir(assets)) {
  sizes.set(`/assets/${name}`, gzipSync(await readFile(join(assets, name)), { level: 9 }).length)
}
const fetched = new Set<string>()
const loaded = await openPage(browser, {}, errors)
loaded.on('response', (response) => fetched.add(new URL(response.url()).pathname))
const heldBack: Route[] = []
await loaded.route('**/assets/charts-*.js', (route) => void heldBack.push(route))
await loaded.goto(site.url + trainHash)
await untilUsable(loaded)
const atFirst = new Set(fetched)
while (heldBack.length === 0) await loaded.waitForTimeout(10)
await heldBack[0]!.continue()
await untilComplete(loaded)
await loaded.close()
const sum = (chosen: (path: string) => boolean): number =>
  [...sizes].reduce((total, [path, size]) => (chosen(path) ? total + size : total), 0)
const isScript = (path: string): boolean => path.endsWith('.js')
const isInitial = (path: string): boolean => isScript(path) && atFirst.has(path)
addBytes('initial JS, gzip', sum(isInitial), { most: 120 })
for (const [path, size] of sizes) if (isInitial(path)) addBytes(`  ${path}`, size)
addBytes(
  '  and the curves, once the page can be used',
  sum((path) => isScript(path) && fetched.has(path) && !atFirst.has(path)),
)
addBytes(
  'kernels fetched, WebAssembly, gzip',
  sum((path) => path.endsWith('.wasm') && fetched.has(path)),
)
addBytes('all JS, gzip', sum(isScript), { most: 250 })

// Frames while training, at full speed and with a processor four times slower.
for (const slower of [1, 4]) {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower })
  const { result: measured, timing } = await timed(browser, () =>
    page.evaluate(async () => {
      const gaps: number[] = []
      let [last, running] = [performance.now(), true]
      let surfaces = 0
      const put = CanvasRenderingContext2D.prototype.putImageData
      CanvasRenderingContext2D.prototype.putImageData = new Proxy(put, {
        apply(target, context: CanvasRenderingContext2D, given) {
          if (context.canvas === document.querySelector('.surface-plane canvas')) surfaces += 1
          Reflect.apply(target, context, given)
        },
      })
      const tasks: number[] = []
      const observer = new PerformanceObserver((list) =>
        tasks.push(...list.getEntries().map(({ duration }) => duration)),
      )
      observer.observe({ type: 'longtask' })
      const tick = (now: number): void => {
        gaps.push(now - last)
        last = now
        if (running) requestAnimationFrame(tick)
      }
      const play = document.querySelector<HTMLButtonElement>('.play')!
      const step = document.querySelector('.readout .step dd')!
      const before = step.textContent
      const pressed = performance.now()
      play.click()
      while (step.textContent === before) await new Promise((resolve) => setTimeout(resolve, 5))
      const first = performance.now() - pressed
      requestAnimationFrame(tick)
      const [drawn, since] = [surfaces, performance.now()]
      await new Promise((resolve) => setTimeout(resolve, 4000))
      const surfaceRate = (1000 * (surfaces - drawn)) / (performance.now() - since)
      running = false
      const rate = document.querySelector('.readout .steps-s dd')!.textContent
      play.click()
      observer.disconnect()
      CanvasRenderingContext2D.prototype.putImageData = put
      gaps.shift()
      const mean = gaps.reduce((total, gap) => total + gap, 0) / gaps.length
      return {
        first,
        fps: 1000 / mean,
        worst: Math.max(...gaps),
        longest: Math.max(0, ...tasks),
        surfaceRate,
        rate,
        frames: gaps.length,
      }
    }),
  )
  const at = slower === 1 ? '' : `, ${slower}x throttle`
  const only1x = (budget: Budget): Budget | undefined => (slower === 1 ? budget : undefined)
  add(`play to first change${at}`, measured.first, 'ms', only1x({ most: 200 }))
  add(`frames per second${at}`, measured.fps, '/s', { least: slower === 1 ? 55 : 30 })
  add(`longest frame${at}`, measured.worst, 'ms')
  add(`longest main-thread task${at}`, measured.longest, 'ms', only1x({ most: 50 }))
  add(`surfaces per second${at}`, measured.surfaceRate, '/s', only1x({ least: 15 }))
  add(`steps per second in the worker${at}`, Number(measured.rate?.replaceAll(',', '')), '/s')
  if (slower > 1) continue
  const { main, longestTask } = timing()
  add('  longest main-thread task, processor time', longestTask, 'ms')
  add('  main thread per frame, processor time', main / measured.frames, 'ms')
}

// The worker alone, in turns: nobody asks it for anything, and asked for a frame whenever the screen could show one. Many pairs of
// turns, either kind first in turn: what else the machine does falls on both alike.
const workerPath = [...sizes.keys()].find((path) => path.startsWith('/assets/worker-'))!
const bare = await openPage(browser, {}, errors)
await bare.addInitScript(namesFunctions)
await bare.goto(`${site.url}#/runs`)

interface Turn {
  readonly name: string
  readonly steps: number
  readonly seconds: number
}
interface Pair {
  readonly alone: Turn
  readonly watched: Turn
}

const takeTurns = (milliseconds: number, count: number): Promise<readonly Pair[]> =>
  bare.evaluate(
    async ({ path, experiment, turnMs, pairCount }) => {
      const worker = new Worker(path, { type: 'module' })
      let listens = false
      let step = 0
      let answered: (() => void) | undefined
      worker.addEventListener(
        'message',
        ({ data }: MessageEvent<{ readonly kind: string; readonly frame?: { readonly step: number } }>) => {
          step = data.frame?.step ?? step
          if (listens) requestAnimationFrame(() => listens && worker.postMessage({ kind: 'frame' }, { transfer: [] }))
          else answered?.()
        },
      )
      const ask = (request: object): Promise<void> =>
        new Promise((resolve) => {
          answered = resolve
          worker.postMessage(request, { transfer: [] })
        })
      const turn = async (name: string, isListened: boolean): Promise<Turn> => {
        const [before, began] = [step, performance.now()]
        performance.mark(`${name} begins`)
        worker.postMessage({ kind: 'play', stepsPerFrame: Infinity }, { transfer: [] })
        listens = isListened
        if (listens) worker.postMessage({ kind: 'frame' }, { transfer: [] })
        await new Promise((resolve) => setTimeout(resolve, turnMs))
        listens = false
        await ask({ kind: 'pause' })
        performance.mark(`${name} ends`)
        return { name, steps: step - before, seconds: (performance.now() - began) / 1000 }
      }
      await ask({ kind: 'configure', experiment })
      const pairs: Pair[] = []
      for (let pair = 0; pair < pairCount + 6; pair++) {
        const isFirst = pair % 2 === 0
        const [first, second] = [await turn(`${pair}a`, isFirst), await turn(`${pair}b`, !isFirst)]
        pairs.push(isFirst ? { watched: first, alone: second } : { alone: first, watched: second })
      }
      worker.terminate()
      // The first turns are those of code that is not compiled yet.
      return pairs.slice(6)
    },
    { path: workerPath, experiment: defaultExperiment, turnMs: milliseconds, pairCount: count },
  )

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

function addRates(pairs: readonly Pair[], rateOf: (turn: Turn) => number, name: string, budget?: Budget): void {
  const rates = pairs.map(({ alone, watched }) => ({ alone: rateOf(alone), watched: rateOf(watched) }))
  add(`steps of the worker, no listener, ${name}`, median(rates.map(({ alone }) => alone)), '/s')
  add(`steps of the worker, a listener, ${name}`, median(rates.map(({ watched }) => watched)), '/s')
  const losses = rates.map(({ alone, watched }) => 100 * (1 - watched / alone))
  add(`training slowed by the listener, ${name}`, median(losses), '%', budget)
}

// By the clock while nothing is recorded: what records takes a processor from whoever is watched. The processor time alone then tells
// how much of it the worker spends itself.
addRates(await takeTurns(600, 80), ({ steps, seconds }) => steps / seconds, 'by the clock', { most: 5 })
const { result: recorded, timing } = await timed(browser, () => takeTurns(300, 60))
const processorSeconds = ({ name }: Turn): number => timing(`${name} begins`, `${name} ends`).workers / 1000
addRates(recorded, (turn) => turn.steps / processorSeconds(turn), 'processor time')
await browser.close()
await site.close()

const trainer = new Trainer({ ...defaultExperiment }, generateDataset(defaultData, 1))
for (let i = 0; i < 500; i++) trainer.step()
const start = performance.now()
for (let i = 0; i < 2000; i++) trainer.step()
add('steps per second in Node, no page', 2_000_000 / (performance.now() - start), '/s')

const width = Math.max(...lines.map(({ what }) => what.length))
for (const line of lines) {
  const value = `${text(line.value)} ${line.unit}`
  console.log(`${line.what.padEnd(width)}  ${value.padStart(20)}  ${verdict(line)}`.trimEnd())
}
for (const error of errors) console.error(error)
