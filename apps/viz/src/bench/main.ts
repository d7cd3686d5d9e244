// Measures the page against its budgets: pnpm bench:viz
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { generateDataset } from '../model/dataset.ts'
import { defaultData, defaultExperiment } from '../model/experiment.ts'
import { Trainer } from '../model/trainer.ts'
import { launch, openPage, startSite } from '../testing/page.ts'

interface Line {
  readonly what: string
  readonly value: string
  readonly budget: string
}

const lines: Line[] = []
const add = (what: string, value: string, budget = ''): void => void lines.push({ what, value, budget })
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`

const site = await startSite()
const browser = await launch()
const errors: string[] = []

// Bytes: what is fetched until the first screen can be used, and everything.
const page = await openPage(browser, {}, errors)
// tsx names functions through a helper that the page does not have.
const namesFunctions = 'globalThis.__name ??= (value) => value'
await page.addInitScript(namesFunctions)
const fetched = new Set<string>()
page.on('response', (response) => fetched.add(new URL(response.url()).pathname))
const begun = performance.now()
await page.goto(`${site.url}#/train?v=1&layers=8-Tanh,8-Tanh`)
await page.getByRole('button', { name: 'One batch (.)' }).and(page.locator(':enabled')).waitFor()
add('first interaction, cold', `${Math.round(performance.now() - begun)} ms`, '<= 1000 ms')
const atFirst = new Set(fetched)
await page.locator('.train-charts svg').first().waitFor()
const assets = join(site.folder, 'assets')
const sizes = new Map<string, number>()
for (const name of await readdir(assets)) {
  sizes.set(`/assets/${name}`, gzipSync(await readFile(join(assets, name)), { level: 9 }).length)
}
const sum = (chosen: (path: string) => boolean): number =>
  [...sizes].reduce((total, [path, size]) => (chosen(path) ? total + size : total), 0)
const isScript = (path: string): boolean => path.endsWith('.js')
const isKernel = (path: string): boolean => path.endsWith('.wasm')
add('initial JS, gzip', kilobytes(sum((path) => isScript(path) && atFirst.has(path))), '<= 120 kB')
for (const [path, size] of sizes) if (isScript(path) && atFirst.has(path)) add(`  ${path}`, kilobytes(size))
add(
  '  and the curves, fetched once the trainer is ready',
  kilobytes(sum((path) => isScript(path) && !atFirst.has(path) && fetched.has(path))),
)
add('kernels fetched, WebAssembly, gzip', kilobytes(sum((path) => isKernel(path) && fetched.has(path))))
add('all JS, gzip', kilobytes(sum(isScript)), '<= 250 kB')

// Frames while training, at full speed and with a processor four times slower.
for (const slower of [1, 4]) {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower })
  const measured = await page.evaluate(async () => {
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
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
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
    return { first, fps: 1000 / mean, worst: Math.max(...gaps), longest: Math.max(0, ...tasks), surfaceRate, rate }
  })
  const at = slower === 1 ? '' : `, ${slower}x throttle`
  add(`play to first change${at}`, `${Math.round(measured.first)} ms`, slower === 1 ? '<= 200 ms' : '')
  add(`frames per second${at}`, measured.fps.toFixed(1), slower === 1 ? '>= 55' : '>= 30')
  add(`longest frame${at}`, `${measured.worst.toFixed(0)} ms`)
  add(`longest main-thread task${at}`, `${measured.longest.toFixed(0)} ms`, slower === 1 ? '<= 50 ms' : '')
  add(`surfaces per second${at}`, measured.surfaceRate.toFixed(1), slower === 1 ? '>= 15' : '')
  add(`steps per second in the worker${at}`, String(measured.rate))
}

// The worker alone, in turns: nobody asks it for anything, and asked for a frame whenever the screen could show one.
const workerPath = [...sizes.keys()].find((path) => path.startsWith('/assets/worker-'))!
const bare = await openPage(browser, {}, errors)
await bare.addInitScript(namesFunctions)
await bare.goto(`${site.url}#/runs`)
const turns = await bare.evaluate(
  async ({ path, experiment }) => {
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
    await ask({ kind: 'configure', experiment })
    const rates: { readonly listens: boolean; readonly rate: number }[] = []
    for (let turn = 0; turn < 12; turn++) {
      const [before, began] = [step, performance.now()]
      worker.postMessage({ kind: 'play', stepsPerFrame: Infinity }, { transfer: [] })
      listens = turn % 2 === 1
      if (listens) worker.postMessage({ kind: 'frame' }, { transfer: [] })
      await new Promise((resolve) => setTimeout(resolve, 1500))
      listens = false
      await ask({ kind: 'pause' })
      rates.push({ listens: turn % 2 === 1, rate: (1000 * (step - before)) / (performance.now() - began) })
    }
    worker.terminate()
    return rates
  },
  { path: workerPath, experiment: defaultExperiment },
)
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
const [alone, watched] = [false, true].map((listens) =>
  median(turns.filter((turn) => turn.listens === listens).map(({ rate }) => rate)),
)
add('steps per second of the worker, no listener', alone!.toFixed(0))
add('steps per second of the worker, a listener', watched!.toFixed(0))
add('training slowed by the listener', `${(100 * (1 - watched! / alone!)).toFixed(1)} %`, '<= 5 %')
await browser.close()
await site.close()

const trainer = new Trainer({ ...defaultExperiment }, generateDataset(defaultData, 1))
for (let i = 0; i < 500; i++) trainer.step()
const start = performance.now()
for (let i = 0; i < 2000; i++) trainer.step()
add('steps per second in Node, no page', String(Math.round(2_000_000 / (performance.now() - start))))

const width = Math.max(...lines.map(({ what }) => what.length))
for (const { what, value, budget } of lines) console.log(`${what.padEnd(width)}  ${value.padStart(10)}  ${budget}`)
for (const error of errors) console.error(error)
