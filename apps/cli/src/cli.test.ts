import { existsSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { formatProblem } from '@metagrad/runlog'
import { openRun, readManifest, validateRun } from '@metagrad/runlog/node'
import { loadSafetensors } from 'metagrad'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { runCli } from './cli.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metagrad-cli-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
})

interface Result {
  exitCode: number
  stdout: string
  stderr: string
  /** Run directories that were left. */
  runs: string[]
}

/** Runs a command line in a folder of its own; what differs from run to run is replaced. */
async function metagrad(args: string, environment: NodeJS.ProcessEnv = {}): Promise<Result> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
  const root = join(folder, 'runs')
  const given = args.split(' ').filter((arg) => arg !== '')
  const exitCode = await runCli(
    given.map((arg) => arg.replace('@/', `${folder}/`)),
    { ...streams, env: { METAGRAD_OUT: root, ...environment } },
  )
  const text = (stream: PassThrough): string =>
    String(stream.read() ?? '')
      .replaceAll(folder, '@')
      .replaceAll(/\d{8}-\d{6}-/g, '<time>-')
      .replaceAll(/\d+:\d\d(?=\))/g, '<seconds>')
  const runs =
    existsSync(root) && statSync(root).isDirectory() ? (await readdir(root)).map((name) => join(root, name)) : []
  return { exitCode, stdout: text(streams.stdout), stderr: text(streams.stderr), runs }
}

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)

/** A table whose classes lie on either side of x + y = 0, off the line. */
function twoClasses(rows = 60): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const side = i % 2 === 0 ? 1 : -1
    return `${(Math.sin(i) + side).toFixed(3)},${(Math.cos(3 * i) + side).toFixed(3)},${side > 0 ? 'yes' : 'no'}`
  })
  return `x,y,label\n${lines.join('\n')}\n`
}

/** Three classes round the corners of a triangle. */
function threeClasses(): string {
  const corners = [
    [0, 3],
    [3, -2],
    [-3, -2],
  ] as const
  const lines = Array.from({ length: 90 }, (_, i) => {
    const [x, y] = corners[i % 3]!
    return `${(x + Math.sin(i)).toFixed(3)},${(y + Math.cos(2 * i)).toFixed(3)},${'abc'[i % 3]}`
  })
  return `x,y,kind\n${lines.join('\n')}\n`
}

/** price = 3 size - 2 age + 10, exactly. */
function prices(): string {
  const lines = Array.from({ length: 80 }, (_, i) => {
    const size = 20 + ((i * 37) % 80)
    const age = (i * 13) % 50
    return `${size},${age},${(3 * size - 2 * age + 10).toFixed(1)}`
  })
  return `size,age,price\n${lines.join('\n')}\n`
}

const metricNames = (result: Result): Record<string, Record<string, number>> => {
  const { splits } = JSON.parse(result.stdout) as { splits: Record<string, { metrics: Record<string, number> }> }
  return Object.fromEntries(Object.entries(splits).map(([name, { metrics }]) => [name, metrics]))
}

describe('metagrad', () => {
  it('prints the bare version', async () => {
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    expect(await metagrad('--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '', runs: [] })
  })

  it('prints its help on stdout, also without arguments', async () => {
    const help = await metagrad('--help')
    expect(help).toMatchObject({ exitCode: 0, stderr: '' })
    expect(help.stdout).toContain('train a model on a CSV file')
    expect(await metagrad('')).toEqual(help)
  })

  it('names every option and every default in the help of train, in lines of at most 100 characters', async () => {
    const { stdout, exitCode } = await metagrad('train --help')
    expect(exitCode).toBe(0)
    for (const flag of ['--target', '--batch-size', '--weight-decay', '--no-header', '--print-config', '--types']) {
      expect(stdout).toContain(flag)
    }
    expect(stdout).toContain('(default: 200)')
    const body = stdout.slice(0, stdout.indexOf('Examples:'))
    expect(Math.max(...body.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })

  it.each([
    ['trian', "error: unknown command 'trian'. Did you mean train?"],
    ['help trian', 'error: there is no such command. See metagrad --help.'],
    ['train a.csv --epoch 3', "error: unknown option '--epoch'. Did you mean --epochs?"],
    [
      'train a.csv b.csv',
      "error: too many arguments for 'train'. Expected 1 argument but got 2. See metagrad train --help.",
    ],
    ['train a.csv --lr', "error: option '--lr <n>' argument missing. See metagrad train --help."],
    ['train a.csv --lr abc', 'error: --lr: expected a number above 0 or auto, got "abc". Try 0.01.'],
    ['train a.csv --lr -1', 'error: --lr: expected a number above 0 or auto, got -1. Try 0.01.'],
    ['train a.csv --epochs 1.5', 'error: --epochs: expected a whole number from 1, got 1.5. Try 100.'],
    ['train a.csv --val 1', 'error: --val: expected a number from 0 and below 1, got 1. Try 0.2.'],
    [
      'train a.csv --batch-size fulll',
      'error: --batch-size: expected a whole number from 1 or full, got "fulll". Try 32.',
    ],
    [
      'train a.csv --optimizer adm',
      'error: --optimizer: expected one of sgd, momentum, adam, adamw, rmsprop, got "adm". Did you mean adam?',
    ],
    ['train a.csv --device gpu', 'error: --device: expected one of cpu, webgpu, got "gpu". Did you mean cpu?'],
    [
      'train a.csv --target y --device webgpu --dtype float64',
      'error: --dtype float64: GPUs have no 64-bit numbers. Use --dtype float32, or --device cpu.',
    ],
    [
      'train a.csv --hidden 3,x',
      'error: --hidden: expected whole numbers from 1, separated by commas, or none, got "3,x".',
    ],
    ['train --target y', 'error: train: there is no file to learn from. Try metagrad train data.csv --target column.'],
    [
      'train a.csv --target y --val 0 --patience 3',
      'error: --patience: there is no validation loss to wait for. Use --val 0.2, or leave --patience out.',
    ],
  ])('%s is a usage error', async (args, message) => {
    const result = await metagrad(args)
    expect(result).toMatchObject({ exitCode: 2, stdout: '', runs: [] })
    expect(result.stderr).toBe(`${message}\n`)
  })
})

describe('metagrad train, with bad input, leaves nothing behind', () => {
  it.each<[name: string, csv: string | undefined, args: string, exitCode: number, message: string]>([
    ['a missing file', undefined, '@/data.csv --target y', 6, 'there is no file "@/data.csv". Check the path.'],
    ['an empty file', '', '@/data.csv --target y', 3, 'there is no table: the file is empty or blank.'],
    [
      'no target',
      twoClasses(),
      '@/data.csv',
      2,
      'train: there is no --target. Name the column to predict: x, y, label.',
    ],
    [
      'a misspelt target',
      twoClasses(),
      '@/data.csv --target lable',
      3,
      'there is no column "lable". Did you mean "label"?',
    ],
    [
      'a target that is like no column',
      twoClasses(),
      '@/data.csv --target price',
      3,
      'there is no column "price". There are "x", "y", "label".',
    ],
    [
      'a constant target',
      'x,y\n1,a\n2,a\n3,a\n',
      '@/data.csv --target y',
      3,
      'column "y": has the value "a" in every row, so there is nothing to learn. Name another target.',
    ],
    [
      'a missing target',
      `${twoClasses()}1,2,\n`,
      '@/data.csv --target label',
      3,
      'line 62, column "label": the target is missing. It is in 1 of 61 rows; fill it in, or leave these rows out. Use --drop-missing-target.',
    ],
    [
      'a loss that does not fit',
      twoClasses(),
      '@/data.csv --target label --loss mse',
      2,
      '--loss mse: cannot be used for binary. Use bce or cross-entropy, or another --task.',
    ],
    [
      'a task that does not fit',
      twoClasses(),
      '@/data.csv --target label --task regression',
      3,
      'column "label": holds words ("no", "yes"), not numbers. Regression needs numbers.',
    ],
    [
      'zeros in hidden layers',
      twoClasses(),
      '@/data.csv --target label --init zeros',
      2,
      '--init zeros: all units of a hidden layer would stay the same. Use --hidden none, or another init.',
    ],
    [
      'momentum for adam',
      twoClasses(),
      '@/data.csv --target label --momentum 0.9',
      2,
      '--momentum: adam has none. Use it with sgd, momentum or rmsprop.',
    ],
    [
      'an unknown type',
      twoClasses(),
      '@/data.csv --target label --types x=nummber',
      2,
      '--types: expected column=type, got "x=nummber". Did you mean number?',
    ],
  ])('%s', async (_name, csv, args, exitCode, message) => {
    if (csv !== undefined) await write('data.csv', csv)
    expect(await metagrad(`train ${args}`)).toEqual({ exitCode, stdout: '', stderr: `error: ${message}\n`, runs: [] })
  })

  it('a word in a column of numbers is named with its line, column and value', async () => {
    await write('data.csv', twoClasses().replace('\n', '\nabc,1,yes\n'))
    const { stderr, exitCode, runs } = await metagrad('train @/data.csv --target label')
    expect({ exitCode, runs }).toEqual({ exitCode: 3, runs: [] })
    expect(stderr).toMatch(/^error: line 2, column "x": .*"abc"/)
  })

  it('a folder that cannot be written is a file error', async () => {
    await write('data.csv', twoClasses())
    await write('runs', 'a file, not a folder')
    const { stderr, exitCode } = await metagrad('train @/data.csv --target label --quiet')
    expect(exitCode).toBe(6)
    expect(stderr).toContain('@/runs')
  })
})

describe('metagrad train', () => {
  it('learns two classes and leaves a valid run with everything in it', async () => {
    await write('data.csv', twoClasses())
    const { exitCode, stdout, stderr, runs } = await metagrad(
      'train @/data.csv --target label --epochs 30 --lr 0.05 --log-every 10',
    )
    expect(exitCode).toBe(0)
    expect(stdout.replaceAll(/\d\.\d{4}/g, '<n>').replaceAll(/best epoch \d+/g, 'best epoch <n>'))
      .toMatchInlineSnapshot(`
      "done after 30 epochs (60 steps, <seconds>), best epoch <n>
      split     rows    loss   accuracy      f1  roc auc
      train       48  <n>  10<n>%  <n>   <n>
      val         12  <n>  10<n>%  <n>   <n>
      baseline    12       -   5<n>%       -        -
      run @/runs/<time>-data
      "
    `)
    expect(stderr.replaceAll(/\d+\.\d{4}/g, '<n>')).toMatchInlineSnapshot(`
      "data     @/data.csv: 60 rows, 2 features (x, y)
      task     "label" has 2 values (no, yes): binary classification.
      split    train on 48 rows, validate on 12, seed 42, scale zscore
      model    2-16-1, relu: 65 parameters, float32
      train    30 epochs of 2 steps: bce, adam, lr 0.05
      run      @/runs/<time>-data
      Epoch 10. Train - Loss: <n>. Accuracy: <n>%. Val - Loss: <n>. Accuracy: <n>%.
      Epoch 20. Train - Loss: <n>. Accuracy: <n>%. Val - Loss: <n>. Accuracy: <n>%.
      Epoch 30. Train - Loss: <n>. Accuracy: <n>%. Val - Loss: <n>. Accuracy: <n>%.
      "
    `)
    expect(runs).toHaveLength(1)
    const [run = ''] = runs
    expect((await validateRun(run)).map(formatProblem)).toEqual([])
    const { status, exitCode: recorded, files, best, seed } = await readManifest(run)
    expect({ status, recorded, seed, metric: best?.metric }).toEqual({
      status: 'done',
      recorded: 0,
      seed: 42,
      metric: 'val/loss',
    })
    expect(files.map(({ path }) => path).sort()).toEqual([
      'checkpoints/best.safetensors',
      'checkpoints/last.safetensors',
      'config.json',
      'metrics.csv',
      'plots/boundary.svg',
      'plots/loss.svg',
      'schema.json',
    ])
    expect((await readFile(join(run, 'metrics.csv'), 'utf8')).split('\n')).toHaveLength(1 + 30 + 1)
    const boundary = await readFile(join(run, 'plots/boundary.svg'), 'utf8')
    for (const text of ['decision line', 'yes', 'no', '>x<', '>y<']) expect(boundary).toContain(text)
  })

  it('writes checkpoints that say what they are and hold model and optimizer', async () => {
    await write('data.csv', twoClasses())
    const { runs } = await metagrad('train @/data.csv --target label --epochs 5 --hidden 4 --seed 7')
    const read = async (name: string): Promise<ReturnType<typeof loadSafetensors>> =>
      loadSafetensors(await readFile(join(runs[0]!, 'checkpoints', name)))
    const { tensors, metadata } = await read('last.safetensors')
    const parameters = ['0.weight', '0.bias', '2.weight', '2.bias']
    expect([...tensors.keys()].sort()).toEqual(
      [
        ...parameters.map((name) => `model.${name}`),
        ...parameters.flatMap((_, i) => [`optim.${i}.expAvg`, `optim.${i}.expAvgSq`]),
      ].sort(),
    )
    expect(metadata).toMatchObject({ format: 'metagrad-checkpoint', epoch: '5', step: '10', seed: '7', inputs: '2' })
    expect(JSON.parse(metadata['config']!)).toMatchObject({ hidden: [4], target: 'label' })
    expect(JSON.parse(metadata['optimizer']!)).toMatchObject({ state: { 0: { step: 10 } } })
    const best = await read('best.safetensors')
    expect([...best.tensors.keys()].sort()).toEqual(parameters.map((name) => `model.${name}`).sort())
  })

  it('draws three classes, and tells the task by the labels', async () => {
    await write('data.csv', threeClasses())
    const result = await metagrad('train @/data.csv --target kind --epochs 60 --lr 0.02 --json --quiet')
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
    const { val } = metricNames(result)
    expect(val!['accuracy']).toBeGreaterThan(0.9)
    const { task, classes } = JSON.parse(result.stdout) as { task: string; classes: string[] }
    expect({ task, classes }).toEqual({ task: 'multiclass', classes: ['a', 'b', 'c'] })
    expect(await readFile(join(result.runs[0]!, 'plots/boundary.svg'), 'utf8')).toContain('border between classes')
    expect((await validateRun(result.runs[0]!)).map(formatProblem)).toEqual([])
  })

  it('predicts numbers, and measures them in their own units', async () => {
    await write('data.csv', prices())
    const result = await metagrad(
      'train @/data.csv --target price --hidden none --optimizer sgd --lr 0.1 --epochs 300 --json',
    )
    const { val } = metricNames(result)
    expect(val!['r2']).toBeGreaterThan(0.999)
    expect(val!['mae']).toBeLessThan(0.5)
    expect(result.stderr).toMatch(/Train - Loss: [^ ]+\. MAE: [^ ]+\. RMSE: [^ ]+\. R2: [^ ]+\. Val/)
    expect((await validateRun(result.runs[0]!)).map(formatProblem)).toEqual([])
  })

  it.each(['sgd', 'momentum', 'adam', 'adamw', 'rmsprop'])('learns with %s and its own learning rate', async (name) => {
    await write('data.csv', twoClasses())
    const result = await metagrad(`train @/data.csv --target label --optimizer ${name} --epochs 60 --json --quiet`)
    expect(metricNames(result)['val']!['accuracy']).toBeGreaterThan(0.9)
  })

  it.each([
    '--loss cross-entropy --activation tanh --scale minmax --init metagrad',
    '--dropout 0.2 --schedule cosine --clip 1 --dtype float64 --weight-decay 0.01',
    '--schedule step --batch-size full --activation gelu --hidden 8,4 --val 0',
    '--features x --ignore y --activation silu --batch-size 7',
  ])('learns with %s', async (flags) => {
    await write('data.csv', twoClasses())
    const result = await metagrad(`train @/data.csv --target label --epochs 80 --lr 0.02 ${flags} --json --quiet`)
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
    expect(metricNames(result)['train']!['accuracy']).toBeGreaterThan(0.8)
    expect((await validateRun(result.runs[0]!)).map(formatProblem)).toEqual([])
  })

  it('gives the same weights for the same seed, and others for another', async () => {
    await write('data.csv', twoClasses())
    const weights = async (seed: number): Promise<string | undefined> => {
      await rm(join(folder, 'runs'), { recursive: true, force: true })
      const { runs } = await metagrad(`train @/data.csv --target label --epochs 3 --dropout 0.5 --seed ${seed} --quiet`)
      const { tensors } = loadSafetensors(await readFile(join(runs[0]!, 'checkpoints/last.safetensors')))
      return JSON.stringify([...tensors].map(([name, value]) => [name, value.tolistSync()]))
    }
    const first = await weights(1)
    expect(await weights(1)).toBe(first)
    expect(await weights(2)).not.toBe(first)
  })

  it('repeats a run from its config.json', async () => {
    await write('data.csv', twoClasses())
    const first = await metagrad('train @/data.csv --target label --epochs 4 --hidden 3 --ignore y --json --quiet')
    const path = join(first.runs[0]!, 'config.json')
    const again = await metagrad(`train --config ${path} --json --quiet`)
    expect(metricNames(again)).toEqual(metricNames(first))
  })

  it('stops early when validation does not get better', async () => {
    await write('data.csv', twoClasses())
    const result = await metagrad('train @/data.csv --target label --epochs 500 --lr 0.2 --patience 5 --json --quiet')
    const { status, epochs, best } = JSON.parse(result.stdout) as {
      status: string
      epochs: number
      best: { epoch: number }
    }
    expect(status).toBe('early_stop')
    expect(epochs).toBe(best.epoch + 5)
    expect((await readManifest(result.runs[0]!)).status).toBe('early_stop')
  })

  it('stops at once when the loss is no number, says the step, and leaves a valid run', async () => {
    await write('data.csv', prices())
    const { exitCode, stderr, runs } = await metagrad(
      'train @/data.csv --target price --scale none --optimizer sgd --lr 1000 --val 0 --batch-size full --hidden none',
    )
    expect(exitCode).toBe(5)
    expect(stderr).toMatch(
      /error: loss: (NaN|Infinity) in step \d+, epoch \d+\. Lower --lr, set --clip 1, or scale the features\.\n$/,
    )
    const { history, manifest, status } = await openRun(runs[0]!)
    expect([manifest.status, manifest.exitCode, status]).toEqual(['diverged', 5, 'finished'])
    expect(history.events('alert')).toMatchObject([{ code: 'NONFINITE' }])
    expect((await validateRun(runs[0]!)).map(formatProblem)).toEqual([])
  })

  it('takes a column by its position, and a first row of numbers as the header if told so', async () => {
    await write('data.csv', twoClasses().split('\n').slice(1).join('\n').replaceAll('yes', '1').replaceAll('no', '0'))
    const numbers = await metagrad('train @/data.csv --target 3 --epochs 1')
    expect(numbers).toMatchObject({ exitCode: 3, runs: [] })
    expect(numbers.stderr).toContain('--no-header')
    const asRow = await metagrad('train @/data.csv --no-header --target 3 --epochs 1')
    expect(asRow.stderr).toContain('60 rows, 2 features (column_1, column_2)')
    const asHeader = await metagrad('train @/data.csv --header --target 3 --epochs 1')
    expect(asHeader.stderr).toContain('59 rows, 2 features (')
  })

  it('warns of what is odd in the data, and notes more with --verbose', async () => {
    const rows = twoClasses().split('\n')
    const withId = [`id,${rows[0]}`, ...rows.slice(1, -1).map((row, i) => `${i},${row}`)].join('\n')
    await write('data.csv', withId)
    const { stderr } = await metagrad('train @/data.csv --target label --epochs 1')
    expect(stderr).toContain('warning: column "id": has a different value in every row')
  })
})

describe('metagrad train, on the terminal', () => {
  beforeEach(() => write('data.csv', twoClasses()))
  const args = 'train @/data.csv --target label --epochs 4'

  it('--quiet prints the result alone', async () => {
    expect(await metagrad(`${args} --quiet`)).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('--json prints one object on stdout', async () => {
    const { stdout, runs } = await metagrad(`${args} --json`)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    const { run, ...summary } = JSON.parse(stdout) as { run: string; [key: string]: unknown }
    expect(run).toContain('@/runs')
    expect(Object.keys(summary)).toEqual([
      'status',
      'exitCode',
      'task',
      'target',
      'device',
      'classes',
      'epochs',
      'steps',
      'seconds',
      'parameters',
      'best',
      'splits',
      'divergence',
      'files',
    ])
    expect(summary['files']).toEqual((await readManifest(runs[0]!)).files.map(({ path }) => path))
  })

  it('--progress json prints one event a line on stderr', async () => {
    const { stderr } = await metagrad(`${args} --progress json`)
    const kinds = stderr
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind)
    expect(new Set(kinds)).toEqual(new Set(['fact', 'begin', 'epoch', 'end']))
    expect(kinds.filter((kind) => kind === 'epoch')).toHaveLength(4)
  })

  it('has no cursor codes and no colours where there is no terminal', async () => {
    const { stdout, stderr } = await metagrad(`${args} --progress bar`)
    expect(`${stdout}${stderr}`).not.toContain('\u001B')
    expect(`${stdout}${stderr}`).not.toContain('\r')
  })

  it('FORCE_COLOR colours, NO_COLOR and --no-color do not', async () => {
    const colored = async (flags: string, environment: NodeJS.ProcessEnv): Promise<boolean> =>
      (await metagrad(`${args} ${flags}`, environment)).stderr.includes('\u001B[')
    expect(await colored('', { FORCE_COLOR: '1' })).toBe(true)
    expect(await colored('', { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
    expect(await colored('--no-color', { FORCE_COLOR: '1' })).toBe(false)
  })

  it('--print-config shows values and where they come from: flags before variables before the file', async () => {
    await write('options.json', JSON.stringify({ epochs: 7, lr: 0.5, hidden: [3] }))
    const { stdout, runs } = await metagrad('train --config @/options.json --print-config --json --epochs 9', {
      METAGRAD_LR: '0.25',
      METAGRAD_EPOCHS: '8',
    })
    expect(runs).toEqual([])
    expect(JSON.parse(stdout)).toMatchObject({
      epochs: { value: 9, source: 'flag' },
      lr: { value: 0.25, source: 'environment' },
      hidden: { value: [3], source: expect.stringContaining('options.json') as string },
      momentum: { value: 'auto', source: 'default' },
    })
    const table = await metagrad('train --print-config')
    expect(table.stdout).toMatch(/^epochs +200 +default$/m)
  })

  it.each([
    ['{"epoch": 3}', '@/options.json: unknown option "epoch". Did you mean epochs?'],
    ['{"epochs": "3"}', '@/options.json: epochs: expected a whole number from 1, got "3". Try 100.'],
    ['[]', '@/options.json: expected a JSON object of options, such as {"epochs": 100}.'],
  ])('a config file of %s is a usage error', async (json, message) => {
    await write('options.json', json)
    expect(await metagrad('train --config @/options.json')).toMatchObject({
      exitCode: 2,
      stderr: `error: ${message}\n`,
      runs: [],
    })
  })

  it('a config file that is no JSON, or not there, says so', async () => {
    await write('options.json', '{')
    const broken = await metagrad('train --config @/options.json')
    expect(broken.exitCode).toBe(2)
    expect(broken.stderr).toMatch(/^error: --config: "@\/options\.json" is not JSON: .*\.\n$/)
    const missing = await metagrad('train --config @/none.json')
    expect(missing).toMatchObject({
      exitCode: 6,
      stderr: 'error: --config: "@/none.json" cannot be read. Check the path.\n',
    })
  })

  it('a variable that does not fit is named', async () => {
    const { stderr, exitCode } = await metagrad(args, { METAGRAD_LR: 'fast' })
    expect({ stderr, exitCode }).toEqual({
      exitCode: 2,
      stderr: 'error: METAGRAD_LR: expected a number above 0 or auto, got "fast". Try 0.01.\n',
    })
  })

  it('shows where an error comes from with --verbose only', async () => {
    const stack = /\n +at /
    expect((await metagrad('train @/data.csv --target nothing')).stderr).not.toMatch(stack)
    expect((await metagrad('train @/data.csv --target nothing --verbose')).stderr).toMatch(stack)
  })
})

describe('metagrad view', () => {
  it('explains itself', async () => {
    const { stdout, exitCode } = await metagrad('view --help')
    expect(exitCode).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: metagrad view [options] [folder]

      look at runs in the browser, also while they are being written

      Arguments:
        folder           folder that holds the runs

      Server:
        --port <n>       port on 127.0.0.1 (default: a free one)
        --open           open the browser (default: in a terminal)
        --no-open        the opposite
        --page <folder>  another build of the page (default: the one that comes along)

      Terminal:
        --json           print the address as one JSON object
        -q, --quiet      print nothing but the address
        -v, --verbose    print notes, and where errors come from
        --no-color       no colours, as NO_COLOR=1

      Options:
        -h, --help       print this help

      Examples:
        metagrad view                                    the runs in ./runs
        metagrad view experiments --port 8080 --no-open  others, on a port of your choice

      Options may also come from METAGRAD_* variables (METAGRAD_PORT=8080); flags win.
      Exit codes: 0 done, 2 usage, 3 data, 4 model mismatch, 5 loss not finite, 6 file, 130 Ctrl-C, 143 terminated, 1 other.
      "
    `)
  })

  it.each([
    ['view @/none', 6, 'view: there is no folder @/none. Train something first, or name the folder of your runs.'],
    ['view @/file', 6, 'view: @/file is a file. Name the folder of your runs.'],
    ['view @/one', 6, 'view: @/one is one run. Name the folder that it lies in.'],
    ['view @/ --page @/none', 6, 'view: the page is not built: there is no @/none/index.html. Run pnpm build:viz.'],
    ['view @/ --port 65536', 2, '--port: expected a whole number from 0 and below 65536, got 65536. Try 8080.'],
    ['view @/ --port http', 2, '--port: expected a whole number from 0 and below 65536, got "http". Try 8080.'],
    ['view @/ --prot 1', 2, "unknown option '--prot'. Did you mean --port?"],
    ['view @/ --epochs 3', 2, "unknown option '--epochs'. See metagrad view --help."],
    ['view @/ @/', 2, "too many arguments for 'view'. Expected 1 argument but got 2. See metagrad view --help."],
  ])('%s is an error', async (args, code, message) => {
    await write('file', '')
    await mkdir(join(folder, 'one'))
    await write('one/run.json', '{}')
    expect(await metagrad(args)).toMatchObject({ exitCode: code, stdout: '', stderr: `error: ${message}\n` })
  })
})
