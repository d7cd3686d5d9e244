import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backward } from '@metagrad/autograd'
import { parseCsv, TableError } from '@metagrad/data'
import { listRuns, readHistory } from '@metagrad/runlog/node'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { packFile } from './app/payload.ts'
import { decodeHash } from './app/url.ts'
import { previewOf, recordTape } from './graph/tape.ts'
import { generateDataset } from './model/dataset.ts'
import { activationNames, defaultData } from './model/experiment.ts'
import { Trainer } from './model/trainer.ts'
import { complaintsOf, startCommand } from './testing/command.ts'
import type { TestSite } from './testing/page.ts'
import { hasChromium, startSite } from './testing/page.ts'

let site: TestSite

/** The trainer of a link, in Node. */
function trainerOf(hash: string): Trainer {
  const { experiment } = decodeHash(hash).state
  const data = experiment.data.source === 'generator' ? experiment.data : defaultData
  return new Trainer(experiment, generateDataset(data, experiment.seed))
}

const figure = (page: Page, name: string) => page.locator(`.readout .${name} dd`)
const isReady = (page: Page) =>
  page.getByRole('button', { name: 'One batch (.)' }).and(page.locator(':enabled')).waitFor()

async function save(page: Page, chart: string, kind: 'SVG' | 'CSV'): Promise<string> {
  await page.getByRole('button', { name: `${chart}: save` }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: kind, exact: true }).click(),
  ])
  return readFile(await download.path(), 'utf8')
}

/** What axe finds that is serious. */
async function seriousFindings(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') })
  const found: unknown = await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)))`,
  )
  return Array.isArray(found) ? found.map(String) : ['axe did not run']
}

describe.skipIf(!hasChromium())('the page in a browser', () => {
  beforeAll(async () => {
    site = await startSite()
  })
  afterAll(() => site.close())

  it('trains 200 steps to the losses that the same code reaches in Node', async () => {
    const hash = '#/train?v=1&data=spirals&classes=3&batch=21&seed=7&lr=0.02'
    const page = await site.open(hash)
    await isReady(page)
    for (let i = 0; i < 20; i++) await page.keyboard.press('Shift+Period')
    await expect.poll(() => figure(page, 'step').textContent()).toBe('200')
    const rows = (await save(page, 'Loss', 'CSV'))
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(',').map(Number))
    const trainer = trainerOf(hash)
    const expected = [trainer.evaluate(trainer.dataset.train).loss]
    for (let i = 0; i < 200; i++)
      if (trainer.step().endsEpoch) expected.push(trainer.evaluate(trainer.dataset.train).loss)
    expect(rows.map(([step]) => step)).toEqual(expected.map((_, epoch) => epoch * 10))
    rows.forEach(([, loss], i) => expect(Math.abs(loss! - expected[i]!)).toBeLessThan(1e-6))
    expect(expected.at(-1)).toBeLessThan(expected[0]!)
    await page.context().close()
  })

  it('shows the gradients that the engine computes, at each op of an MLP', async () => {
    const hash = '#/graph?v=1&layers=4-ReLU,3-Tanh&n=60&batch=12&seed=3'
    const page = await site.open(hash)
    const trainer = trainerOf(hash)
    const { model } = trainer.built
    const tape = recordTape(() => trainer.loss(trainer.nextBatch(), true), { ...trainer.built, roles: new Map() })
    backward(trainer.loss(trainer.nextBatch(), true))
    const last = new Map<number, unknown>()
    await page.getByRole('slider', { name: 'Position on the tape' }).fill(String(tape.ops.length))
    for (const id of tape.backward) {
      await page.keyboard.press('.')
      const op = tape.ops[id]!
      await page.locator(`.op-card[data-op="${id}"][data-phase="backward"]`).waitFor()
      const shown = await page
        .locator('.op-card [data-kind]')
        .evaluateAll((elements) => elements.map((element) => ({ ...(element as HTMLElement).dataset })))
      const of = (kind: string) =>
        shown.filter((one) => one['kind'] === kind).map(({ values }): unknown => JSON.parse(values!))
      const inputs = op.inputs.filter(({ local }) => local !== undefined)
      expectClose(
        of('incoming'),
        op.incoming.filter((one) => one !== undefined).map(({ values }) => values),
      )
      expectClose(
        of('local'),
        inputs.map(({ local }) => local!.values),
      )
      expectClose(
        of('accumulated'),
        inputs.map(({ accumulated }) => accumulated!.values),
      )
      inputs.forEach(({ tensor }, i) => last.set(tensor, of('accumulated')[i]))
    }
    for (const [name, parameter] of model.namedParameters()) {
      const { id } = tape.tensors.find(({ label }) => label === name)!
      expectClose([last.get(id)], [previewOf(parameter.grad!).values])
    }
    await page.context().close()
  })

  const files: Readonly<Record<string, string | Uint8Array>> = {
    good: `x,y,kind\n${Array.from({ length: 30 }, (_, i) => `${i},${(i * 7) % 11},${i % 3 === 0 ? 'a' : 'b'}`).join('\n')}\n`,
    empty: '',
    'header only': 'x,y,kind\n',
    'short row': 'x,y,kind\n1,2,a\n3,4\n5,6,b\n',
    'long row': 'x,y,kind\n1,2,a\n3,4,b,9\n',
    'open quote': 'x,y,kind\n1,2,a\n"3,4,b\n5,6,a\n',
    'text after a quote': 'x,y,kind\n1,2,"a"b\n',
    'names twice': 'x,x,kind\n1,2,a\n',
    'no header': '1,2,3\n4,5,6\n',
    'header again': 'x,y,kind\n1,2,a\nx,y,kind\n3,4,b\n',
    'Latin 1': Uint8Array.of(...new TextEncoder().encode('x,y,kind\n1,2,caf'), 0xe9, 10),
    NUL: 'x,y,kind\n1,2,a\u0000\n',
    'a web page': '<!doctype html><html><body>404</body></html>',
  }

  /** The errors that `metagrad train` finds in the files. A line may go on with the option that would help. */
  async function complaints(): Promise<ReadonlyMap<string, readonly string[]>> {
    const folder = await mkdtemp(join(tmpdir(), 'metagrad-files-'))
    const said = new Map<string, readonly string[]>()
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, `${name}.csv`), content)
      const lines = await complaintsOf(folder, 'train', `${name}.csv`, '--target', 'kind', '--epochs', '1')
      const isError = lines[0]!.startsWith('error: ')
      said.set(name, isError ? lines.map((line) => line.replace(/^error: /, '').trim()) : [])
    }
    await rm(folder, { recursive: true })
    return said
  }

  it('reads a good file and names the faults of bad ones as the command line does', { timeout: 120_000 }, async () => {
    const said = await complaints()
    expect([...said.values()].filter((lines) => lines.length > 0).length).toBeGreaterThanOrEqual(10)
    const page = await site.open('#/train')
    await isReady(page)
    await page.getByLabel('Source').selectOption('csv')
    for (const [name, content] of Object.entries(files)) {
      const file = `${name}.csv`
      await page
        .getByLabel('CSV file', { exact: true })
        .setInputFiles({ name: file, mimeType: 'text/csv', buffer: Buffer.from(content) })
      const expected = problemsOf(content)
      const list = page.getByRole('list', { name: `Problems of ${file}` }).locator('li')
      await expect.poll(() => list.count(), { message: name }).toBe(expected.length)
      const shown = await list.evaluateAll((items) =>
        items.map((item) => ['code', 'line', 'column'].map((key) => item.getAttribute(`data-${key}`) ?? '')),
      )
      expect(shown, name).toEqual(expected)
      const texts = await page
        .locator('.problems .error')
        .evaluateAll((items) => items.map((item) => item.lastChild!.textContent!.trim()))
      const lines = said.get(name) ?? []
      expect(
        lines.map((line, i) => line.slice(0, texts[i]?.length ?? 0)),
        name,
      ).toEqual(texts)
      expect(
        expected.some(([code]) => code !== ''),
        name,
      ).toBe(name !== 'good')
    }
    await page
      .getByLabel('CSV file', { exact: true })
      .setInputFiles({ name: 'good.csv', mimeType: 'text/csv', buffer: Buffer.from(files['good']!) })
    await page.getByRole('combobox', { name: 'Across' }).selectOption('x')
    await page.getByRole('combobox', { name: 'Up', exact: true }).selectOption('y')
    await page.getByRole('combobox', { name: 'To predict' }).selectOption('kind')
    await isReady(page)
    await page.keyboard.press('Escape')
    await page.locator('main').focus()
    await page.keyboard.press('Shift+Period')
    await expect.poll(() => figure(page, 'epoch').textContent()).toBe('2')
    // The link holds the file: another page trains on the same rows.
    await page.keyboard.press('s')
    await expect.poll(() => page.getByLabel('Link').inputValue()).toContain('payload=')
    const other = await site.open(new URL(await page.getByLabel('Link').inputValue()).hash)
    await isReady(other)
    expect(await other.getByText('21 rows to learn from, 9 to check with').count()).toBe(1)
    await Promise.all([page.context().close(), other.context().close()])
  })

  it('opens the file of a link that is followed within the page', async () => {
    const packed = await packFile(new TextEncoder().encode(String(files['good'])))
    const page = await site.open('#/train')
    await isReady(page)
    await page.evaluate(
      (hash) => location.assign(hash),
      `#/train?v=1&file=good.csv&x=x&y=y&target=kind&payload=${packed}`,
    )
    await expect.poll(() => page.locator('.summary').textContent()).toContain('21 rows to learn from, 9 to check with')
    await page.context().close()
  })

  it('takes what is dropped: tables to Train, anything else to Runs, with a word on what it cannot read', async () => {
    const page = await site.open('#/train')
    await isReady(page)
    const drop = (...dropped: readonly (readonly [name: string, text: string])[]): Promise<void> =>
      page.evaluate((list) => {
        const dataTransfer = new DataTransfer()
        for (const [name, text] of list) dataTransfer.items.add(new File([text], name))
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
      }, dropped)
    const said = page.getByRole('list', { name: 'Problems of the files' })
    await drop(['a.png', 'x'])
    await said.getByText('There is no run in a.png').waitFor()
    await drop(['empty.jsonl', ''])
    await said.getByText('empty.jsonl: the log holds no events.').waitFor()
    await drop(['mine.jsonl', '{"v":1,"seq":0,"t":0,"kind":"scalar","step":1,"values":{"train/loss":"NaN"}}\n'])
    await page.locator('.run[data-run="mine.jsonl"]').waitFor()
    expect(await said.count()).toBe(0)
    await drop(['good.csv', String(files['good'])])
    await page.getByRole('combobox', { name: 'To predict' }).waitFor()
    await page.context().close()
  })

  it('draws and erases points, by pointer and by keyboard, and trains on what is left', async () => {
    const page = await site.open('#/train?v=1&n=40')
    await isReady(page)
    const summary = async (): Promise<number> => {
      const text = (await page.locator('.summary').textContent()) ?? ''
      return [.../(\d+) rows to learn from, (\d+) to check/.exec(text)!].slice(1).reduce((sum, n) => sum + Number(n), 0)
    }
    const plane = page.getByRole('group', { name: /^Decision surface/ })
    const stroke = async (): Promise<void> => {
      const box = (await plane.boundingBox())!
      await page.mouse.move(box.x + 60, box.y + 20)
      await page.mouse.down()
      await page.mouse.move(box.x + 180, box.y + 20, { steps: 12 })
      await page.mouse.up()
    }
    await page.getByRole('button', { name: 'Draw', exact: true }).click()
    await page.getByLabel('Class to draw').selectOption('1')
    await stroke()
    await expect.poll(summary).toBeGreaterThan(44)
    const drawn = await summary()
    await expect.poll(() => new URL(page.url()).hash).toContain('file=drawn.csv')
    await plane.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await expect.poll(summary).toBe(drawn + 1)
    await page.getByRole('button', { name: 'Erase', exact: true }).click()
    await stroke()
    await expect.poll(summary).toBeLessThan(drawn)
    await isReady(page)
    await page.locator('main').focus()
    await page.keyboard.press('Shift+Period')
    await expect.poll(() => figure(page, 'epoch').textContent()).toBe('2')
    await page.context().close()
  })

  const everyLayer = activationNames.map((name, i) => `${3 + i}-${name}`)
  it.each([
    `layers=${everyLayer.slice(0, 5)}&init=orthogonal&optim=SGD`,
    `layers=${everyLayer.slice(5)}&init=kaimingNormal&optim=RMSprop&penalty=l1`,
    'layers=4-Tanh-LayerNorm-0.2,4-ReLU-RMSNorm&init=xavierUniform&optim=Adagrad&penalty=l2&data=blobs&classes=10',
    'data=sine&optim=AdamW&init=pytorch',
    'data=cubic&optim=NAdam&init=zeros&layers=none',
  ])('has all that it takes to train %s', async (settings) => {
    const hash = `#/train?v=1&${settings}`
    const page = await site.open(hash)
    await isReady(page)
    await page.keyboard.press('Shift+Period')
    await expect.poll(() => figure(page, 'epoch').textContent()).toBe('2')
    const trainer = trainerOf(hash)
    while (!trainer.step().endsEpoch);
    const expected = trainer.evaluate(trainer.dataset.validation).loss
    await expect
      .poll(async () => Math.abs(Number(await figure(page, 'val-loss').textContent()) / expected - 1))
      .toBeLessThan(0.006)
    await page.keyboard.press('2')
    await page.locator('.tape-list li').first().waitFor()
    await page.context().close()
  })

  it('explains numbers that are not finite, and stops', async () => {
    const page = await site.open('#/train?v=1&data=sine&layers=8-Identity&optim=SGD&lr=10')
    await isReady(page)
    await page.keyboard.press('Space')
    const alert = page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toMatch(/made .*(not finite|overflow).*learning rate of 1 or below/)
    expect(await page.getByRole('button', { name: 'Play' }).isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Reset', exact: true }).click()
    await expect.poll(() => alert.count()).toBe(0)
    await page.context().close()
  })

  it('follows a run that the command is writing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'metagrad-runs-'))
    await mkdir(join(folder, 'runs'))
    // So much to do in an epoch that the log grows by some tens of lines a second, not by thousands.
    const rows = Array.from(
      { length: 6000 },
      (_, i) => `${Math.sin(i).toFixed(3)},${Math.cos(3 * i).toFixed(3)},${i % 2}`,
    )
    await writeFile(join(folder, 'waves.csv'), `x,y,label\n${rows.join('\n')}\n`)
    const view = startCommand(folder, 'view', '--no-open', '--page', site.folder)
    const page = await site.open('')
    await page.goto(await view.firstLine)
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor()
    expect(page.url()).not.toContain('token')

    const endless = '--epochs 1000000 --log-every 1 --hidden 64,64 --batch-size 256 --val 0.3 --progress none'
    const training = startCommand(folder, 'train', 'waves.csv', '--target', 'label', ...endless.split(' '))
    // Also where the test fails: this training does not end by itself.
    onTestFinished(async () => {
      await Promise.all([view.interrupt(), training.interrupt()])
    })
    const row = page.locator('.run')
    const step = async (): Promise<number> =>
      Number(/ at ([\d,]+)/.exec((await row.textContent({ timeout: 30_000 })) ?? '')?.[1]?.replaceAll(',', '') ?? 0)
    await expect.poll(() => row.locator('.badge').textContent(), { timeout: 30_000 }).toBe('running')
    await expect.poll(step, { timeout: 30_000 }).toBeGreaterThan(0)
    const rowsOfLoss = async (): Promise<number> => (await save(page, 'train/loss', 'CSV')).trim().split('\n').length
    const before = await rowsOfLoss()
    await expect.poll(rowsOfLoss, { timeout: 30_000 }).toBeGreaterThan(before)
    expect(await training.interrupt()).toBe(130)
    await expect.poll(() => row.locator('.badge').textContent(), { timeout: 30_000 }).toBe('finished')
    // What the page shows is what the command wrote, to the last line.
    const [run] = await listRuns(join(folder, 'runs'))
    const { history } = await readHistory(run!.directory)
    expect(await rowsOfLoss()).toBe(history.series('train/loss', 'epoch')!.steps.length + 1)
    await page.context().close()
    expect(await view.interrupt()).toBe(130)
    await rm(folder, { recursive: true })
  })

  it('comes back from its own address with the same settings and the same numbers', async () => {
    const page = await site.open('#/train')
    await isReady(page)
    await page.getByLabel('Source').selectOption('blobs')
    await page.getByRole('textbox', { name: 'Classes' }).fill('5')
    await page.getByRole('textbox', { name: 'Classes' }).press('Enter')
    await page.getByLabel('Activation of layer 1').selectOption('GELU')
    await page.getByLabel('Optimizer').selectOption('NAdam')
    await page.getByRole('button', { name: 'log', exact: true }).click()
    await page.locator('main').focus()
    await page.keyboard.press('Shift+Period')
    await expect
      .poll(() => new URL(page.url()).hash)
      .toBe('#/train?v=1&data=blobs&classes=5&layers=8-GELU,8-Tanh&optim=NAdam&loss=log'.replaceAll(',', '%2C'))
    const other = await site.open(new URL(page.url()).hash)
    await isReady(other)
    await other.keyboard.press('Shift+Period')
    for (const one of [page, other]) await expect.poll(() => figure(one, 'epoch').textContent()).toBe('2')
    expect(await save(other, 'Loss', 'CSV')).toBe(await save(page, 'Loss', 'CSV'))
    expect(await other.getByLabel('Optimizer').inputValue()).toBe('NAdam')
    await Promise.all([page.context().close(), other.context().close()])
  })

  it('can be walked by keyboard alone', async () => {
    const page = await site.open('#/train')
    await isReady(page)
    const focused = () =>
      page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
      )
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to the screen')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
    const seen = new Set<string>()
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press('Tab')
      seen.add(await focused())
    }
    for (const name of ['New seed', 'More units in layer 1', 'unit 1 of layer 1', 'Loss: save'])
      expect(seen).toContain(name)
    await page.getByRole('group', { name: /^Decision surface/ }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.locator('.answer').textContent()).toMatch(/^\(.*\): [01], \d+ %$/)
    await page.getByRole('button', { name: 'unit 2 of layer 1' }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('bias').fill('1.5')
    await page.getByLabel('bias').press('Enter')
    await expect.poll(() => page.getByLabel('bias').inputValue()).toBe('1.5')
    await page.getByLabel('bias').press('Escape')
    await page.locator('main').focus()
    await page.keyboard.press('2')
    await page.getByRole('group', { name: /^Graph of/ }).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.locator('.strip-where').textContent()).toMatch(/^forward 2 of/)
    expect(await page.locator('.tape-list [aria-current]').count()).toBe(1)
    await page.keyboard.press('3')
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.context().close()
  })

  it.each(['light', 'dark'] as const)(
    'has no serious finding of axe in %s, and no sideways scroll at 360 px',
    async (colorScheme) => {
      const page = await site.open('#/train', { colorScheme, viewport: { width: 360, height: 740 } })
      await isReady(page)
      await page.keyboard.press('Shift+Period')
      await page.getByRole('button', { name: 'unit 1 of layer 2' }).click()
      for (const key of ['1', '2', '3']) {
        await page.locator('main').focus()
        await page.keyboard.press(key)
        if (key === '2') {
          await page.getByRole('slider', { name: 'Position on the tape' }).fill('24')
          await page.locator('.op-card[data-phase="backward"]').waitFor()
        }
        if (key === '3') await page.locator('.curve-cards svg').first().waitFor()
        const widths = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.querySelector('main')!.scrollWidth,
        ])
        expect(Math.max(...widths), `screen ${key}`).toBeLessThanOrEqual(360)
        expect(await seriousFindings(page), `screen ${key}`).toEqual([])
      }
      await page.context().close()
    },
  )

  it('keeps the chosen unit in sight above the sheet of a phone', async () => {
    const page = await site.open('#/train', { viewport: { width: 390, height: 844 } })
    await isReady(page)
    for (const name of ['unit 1 of layer 1', 'unit 8 of layer 2']) {
      const unit = page.getByRole('button', { name })
      await unit.press('Enter')
      const isAbove = async (): Promise<boolean> => {
        const [own, sheet] = [await unit.boundingBox(), await page.locator('.sheet').boundingBox()]
        return own !== null && sheet !== null && own.y > 150 && own.y + own.height < sheet.y
      }
      await expect.poll(isAbove, { message: name }).toBe(true)
    }
    await page.context().close()
  })

  it('saves charts as SVG that parses', async () => {
    const page = await site.open('#/train')
    await isReady(page)
    await page.keyboard.press('Shift+Period')
    const svg = await save(page, 'Loss', 'SVG')
    const root = await page.evaluate((text) => {
      const { documentElement } = new DOMParser().parseFromString(text, 'image/svg+xml')
      return [documentElement.nodeName, documentElement.querySelectorAll('path').length > 0]
    }, svg)
    expect(root).toEqual(['svg', true])
    await page.context().close()
  })
})

/** The browser may fuse multiplications with additions where Node does not: equal up to float32's last digits. */
function expectClose(shown: readonly unknown[], expected: readonly (readonly number[])[]): void {
  expect(shown).toHaveLength(expected.length)
  expected.forEach((values, i) => {
    const own = shown[i]
    expect(own).toHaveLength(values.length)
    const numbers = Array.isArray(own) ? own.map(Number) : []
    expect(Math.max(0, ...values.map((value, k) => Math.abs(value - numbers[k]!)))).toBeLessThan(1e-6)
  })
}

/** Code, line and column of each problem that `parseCsv` reports. */
function problemsOf(content: string | Uint8Array): string[][] {
  const view = (problems: TableError['problems']): string[][] =>
    problems.map(({ code, line, column }) => [code, String(line ?? ''), column ?? ''])
  try {
    return view(parseCsv(content).report.problems)
  } catch (error) {
    if (error instanceof TableError) return view(error.problems)
    throw error
  }
}
