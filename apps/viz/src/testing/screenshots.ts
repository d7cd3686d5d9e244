// Pictures of each screen for the documents: node --import tsx --conditions=@metagrad/source apps/viz/src/testing/screenshots.ts
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { startCommand } from './command.ts'
import { launch, openPage, startSite } from './page.ts'
import { sampleRun } from './sample-runs.ts'
import { shrinkPng } from './shrink-png.ts'

const folder = fileURLToPath(new URL('../../../../docs/screens/', import.meta.url))
const sizes = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const
const only = process.argv[2] ?? ''

async function train(page: Page, hash: string): Promise<void> {
  await page.goto(`${base}${hash}`)
  await page.getByRole('button', { name: 'One batch (.)' }).and(page.locator(':enabled')).waitFor()
  for (let i = 0; i < 40; i++) await page.keyboard.press('Shift+Period')
  await page.waitForFunction(`document.querySelector('.readout .epoch dd').textContent === '41'`)
  // A chart whose first drawing took long, since its code was new, waits for the next one.
  await page.waitForTimeout(4000)
}

/** What to show, and how to come there. */
const scenes: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  train: (page) =>
    train(page, '#/train?v=1&data=spirals&classes=3&n=600&noise=0.1&layers=12-Tanh,8-Tanh&lr=0.02&seed=4'),
  'train-regression': (page) => train(page, '#/train?v=1&data=cubic&n=400&layers=8-SiLU,6-SiLU&lr=0.03'),
  'train-unit': async (page) => {
    await train(page, '#/train')
    await page.getByRole('button', { name: 'unit 3 of layer 2' }).click()
  },
  'train-nan': async (page) => {
    await page.goto(`${base}#/train?v=1&data=sine&layers=8-Identity&optim=SGD&lr=10`)
    await page.getByRole('button', { name: 'Play' }).click()
    await page.getByRole('alert').waitFor()
  },
  'train-bad-csv': async (page) => {
    await page.goto(`${base}#/train`)
    await page.getByLabel('Source').selectOption('csv')
    const buffer = Buffer.from('age,income,bought\n31,52000,yes\n54,61000\n23,"48000,no\n')
    await page
      .getByLabel('CSV file', { exact: true })
      .setInputFiles({ name: 'customers.csv', mimeType: 'text/csv', buffer })
    await page.locator('.problems li').first().waitFor()
  },
  graph: async (page) => {
    await page.goto(`${base}#/graph?v=1&layers=6-Tanh`)
    await page.getByRole('slider', { name: 'Position on the tape' }).fill('20')
    await page.locator('.op-card[data-phase="backward"]').waitFor()
  },
  runs: async (page) => {
    await page.goto(address)
    await page.goto(`${new URL(address).origin}/#/runs?v=1&smooth=0.6`)
    await page.locator('.run').nth(2).waitFor()
    await page.locator('.curve-cards svg').nth(3).waitFor()
    if ((page.viewportSize()?.width ?? 0) > 1000) await page.locator('.run-main').nth(1).click()
    await page.waitForTimeout(600)
  },
  'runs-empty': async (page) => {
    await page.goto(`${base}#/runs`)
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor()
  },
}

const site = await startSite()
const base = site.url
const runs = await mkdtemp(join(tmpdir(), 'metagrad-runs-'))
const moons = { blocks: [{ units: 8, activation: 'Tanh', norm: 'none', dropout: 0 }] } as const
await sampleRun(runs, 'moons', { ...moons, lr: 0.003 }, 60, true)
await sampleRun(runs, 'moons', { ...moons, lr: 0.03 }, 60, true)
const end = await sampleRun(runs, 'moons', { ...moons, lr: 0.1, optimizer: 'SGD' }, 42, false)
const view = startCommand(runs, 'view', '.', '--no-open', '--page', site.folder)
const address = await view.firstLine
const browser = await launch()
const errors: string[] = []
await mkdir(folder, { recursive: true })
for (const [name, show] of Object.entries(scenes)) {
  if (!name.startsWith(only)) continue
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await openPage(browser, { viewport, colorScheme, hasTouch: size === 'phone' }, errors)
      await show(page)
      await page.waitForTimeout(300)
      await page.evaluate(() =>
        document.activeElement instanceof HTMLElement ? document.activeElement.blur() : undefined,
      )
      const picture = shrinkPng(await page.screenshot())
      await writeFile(join(folder, `${name}-${size}-${colorScheme}.png`), picture)
      await page.context().close()
    }
  }
}
await browser.close()
await end()
await view.interrupt()
await rm(runs, { recursive: true })
await site.close()
for (const error of errors) console.error(error)
process.exitCode = errors.length > 0 ? 1 : 0
