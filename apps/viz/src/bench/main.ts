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
await page.addInitScript('globalThis.__name ??= (value) => value')
const fetched = new Set<string>()
page.on('response', (response) => fetched.add(new URL(response.url()).pathname))
const begun = performance.now()
await page.goto(`${site.url}#/train?v=1&layers=8-Tanh,8-Tanh`)
await page.getByRole('button', { name: 'One batch (.)' }).and(page.locator(':enabled')).waitFor()
add('first interaction, cold', `${Math.round(performance.now() - begun)} ms`, '<= 1000 ms')
const assets = join(site.folder, 'assets')
const sizes = new Map<string, number>()
for (const name of await readdir(assets)) {
  sizes.set(`/assets/${name}`, gzipSync(await readFile(join(assets, name)), { level: 9 }).length)
}
const sum = (chosen: (path: string) => boolean): number =>
  [...sizes].reduce((total, [path, size]) => (chosen(path) ? total + size : total), 0)
const isScript = (path: string): boolean => path.endsWith('.js')
add('initial JS, gzip', kilobytes(sum((path) => isScript(path) && fetched.has(path))), '<= 120 kB')
for (const [path, size] of sizes) if (isScript(path) && fetched.has(path)) add(`  ${path}`, kilobytes(size))
add('all JS, gzip', kilobytes(sum(isScript)), '<= 250 kB')

// Frames while training, at full speed and with a processor four times slower.
for (const slower of [1, 4]) {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower })
  const measured = await page.evaluate(async () => {
    const gaps: number[] = []
    let [last, running] = [performance.now(), true]
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
    await new Promise((resolve) => setTimeout(resolve, 4000))
    running = false
    const rate = document.querySelector('.readout .steps-s dd')!.textContent
    play.click()
    observer.disconnect()
    gaps.shift()
    const mean = gaps.reduce((total, gap) => total + gap, 0) / gaps.length
    return { first, fps: 1000 / mean, worst: Math.max(...gaps), longest: Math.max(0, ...tasks), rate }
  })
  const at = slower === 1 ? '' : `, ${slower}x throttle`
  add(`play to first change${at}`, `${Math.round(measured.first)} ms`, slower === 1 ? '<= 200 ms' : '')
  add(`frames per second${at}`, measured.fps.toFixed(1), slower === 1 ? '>= 55' : '>= 30')
  add(`longest frame${at}`, `${measured.worst.toFixed(0)} ms`)
  add(`longest main-thread task${at}`, `${measured.longest.toFixed(0)} ms`, slower === 1 ? '<= 50 ms' : '')
  add(`steps per second in the worker${at}`, String(measured.rate))
}
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
