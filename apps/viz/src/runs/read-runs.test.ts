import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { encodeEvent } from '@metagrad/runlog'
import type { RunEvent } from '@metagrad/runlog'
import { describe, expect, it, onTestFinished } from 'vitest'
import { defaultExperiment } from '../model/experiment.ts'
import { sampleRun } from '../testing/sample-runs.ts'
import { curvesOf, positionsOn, tagGroups } from './curves.ts'
import type { OpenedFile } from './read-runs.ts'
import { newsOf, readRuns } from './read-runs.ts'
import type { RunsState } from './runs-state.ts'
import { initialRuns, reduceRuns } from './runs-state.ts'

const file = (path: string, content: string | Uint8Array): OpenedFile => ({
  path,
  bytes: () =>
    Promise.resolve(Uint8Array.from(typeof content === 'string' ? new TextEncoder().encode(content) : content)),
})

const lines = (...events: readonly RunEvent[]): string => events.map((event) => `${encodeEvent(event)}\n`).join('')
const envelope = (seq: number) => ({ v: 1, seq, t: 1000 * seq }) as const
const scalar = (seq: number, step: number, epoch: number, value: number): RunEvent => ({
  ...envelope(seq), kind: 'scalar', step, epoch, values: { 'train/loss': value },
}) // prettier-ignore

const apply = (...actions: Parameters<typeof reduceRuns>[1][]): RunsState => actions.reduce(reduceRuns, initialRuns)

describe('readRuns(files)', () => {
  it('reads a run directory as it lies on the disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'viz-runs-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await sampleRun(folder, 'moons', { ...defaultExperiment, blocks: [] }, 3, true)
    const [id] = await readdir(folder)
    const names = ['run.json', 'config.json', 'events.jsonl']
    const files = await Promise.all(
      names.map(async (name) => file(`runs/${id}/${name}`, await readFile(join(folder, id!, name)))),
    )
    const { runs, problems } = await readRuns(files)
    expect(problems).toEqual([])
    expect(runs).toMatchObject([{ id, status: 'finished', config: { optimizer: 'Adam', lr: 0.01 } }])
    const [view] = apply({ type: 'runNews', news: [runs[0]!] }).runs
    expect(view!.history.series('val/accuracy', 'epoch')!.steps).toEqual([7, 14, 21])
  })

  it('reads a log alone, packed or not, and says which lines it could not use', async () => {
    const log = `${lines(scalar(0, 1, 1, 0.5))}nonsense\n${lines(scalar(2, 2, 1, 0.25))}`
    for (const one of [file('events.jsonl', log), file('events.jsonl.gz', gzipSync(log))]) {
      const { runs, problems } = await readRuns([one])
      expect(problems).toEqual([])
      expect(runs[0]).toMatchObject({ status: 'stale', problems: [expect.stringContaining('not JSON: "nonsense"')] })
      expect(runs[0]!.events).toHaveLength(2)
    }
  })

  it('says why files are no runs', async () => {
    expect((await readRuns([file('a.png', 'x')])).problems).toEqual([
      "There is no run in a.png: a run's folder holds events.jsonl. Open a folder such as runs/20260131-090507-iris.",
    ])
    expect((await readRuns([file('a/events.jsonl', '')])).problems).toEqual([
      'a/events.jsonl: the log holds no events.',
    ])
    const cut = gzipSync(lines(scalar(0, 1, 1, 1))).subarray(0, 20)
    expect((await readRuns([file('a/events.jsonl.gz', cut)])).problems).toEqual([
      'a/events.jsonl.gz: the gzip data is cut short or damaged. Get the file again, or test it with gzip -t.',
    ])
    const broken = [file('a/events.jsonl', lines(scalar(0, 1, 1, 1))), file('a/run.json', '{')]
    expect((await readRuns(broken)).problems[0]).toMatch(/^a\/events.jsonl: .*JSON/)
  })
})

describe('reduceRuns(state, action)', () => {
  const news = (text: string, restarted = false) =>
    newsOf({
      kind: 'news',
      id: 'a',
      status: 'running',
      lines: text.trim().split('\n'),
      problems: [],
      position: 0,
      restarted,
    })

  it('adds news to what is known, and forgets it when the log begins anew', () => {
    const first = { type: 'runNews', news: [news(lines(scalar(0, 1, 1, 4)))] } as const
    const second = { type: 'runNews', news: [news(lines(scalar(1, 2, 1, 3)))] } as const
    expect(apply(first, second).runs[0]!.history.series('train/loss')!.values).toEqual([4, 3])
    const anew = { type: 'runNews', news: [news(lines(scalar(0, 1, 1, 9)), true)] } as const
    expect(apply(first, second, anew).runs[0]!.history.series('train/loss')!.values).toEqual([9])
  })

  it('drops what a resume superseded', () => {
    const rewind: RunEvent = { ...envelope(3), kind: 'rewind', step: 1, attempt: 2, toStep: 1 }
    const text = lines(scalar(0, 1, 1, 4), scalar(1, 2, 1, 3), rewind, scalar(4, 2, 1, 2))
    expect(apply({ type: 'runNews', news: [news(text)] }).runs[0]!.history.series('train/loss')!.values).toEqual([4, 2])
  })

  it('lists the latest first and removes what is gone', () => {
    const named = (id: string) => ({ type: 'runNews', news: [{ id, origin: 'server' }] }) as const
    const state = apply(named('20260101-000000-a'), named('20260301-000000-b'), named('20260201-000000-c'))
    expect(state.runs.map(({ id }) => id.at(-1))).toEqual(['b', 'c', 'a'])
    expect(reduceRuns(state, { type: 'runRemoved', id: '20260201-000000-c' }).runs).toHaveLength(2)
  })
})

describe('curves', () => {
  const [run] = apply({
    type: 'runNews',
    news: [newsOf({
      kind: 'news', id: 'a', status: 'running', problems: [], position: 0, restarted: false,
      lines: lines(scalar(0, 1, 1, 4), scalar(1, 2, 1, 3), scalar(2, 3, 2, 2), scalar(3, 4, 2, 1)).trim().split('\n'),
    })],
  }).runs // prettier-ignore
  const series = run!.history.series('train/loss')!

  it('stand on steps, on parts of epochs, or on seconds', () => {
    expect(positionsOn('step', series)).toEqual([1, 2, 3, 4])
    expect(positionsOn('epoch', series)).toEqual([0.5, 1, 1.5, 2])
    expect(positionsOn('time', series)).toEqual([0, 1, 2, 3])
  })

  it('keep their place when a run lacks the tag', () => {
    const other = {
      id: 'b',
      history: apply({ type: 'runNews', news: [{ id: 'b', origin: 'files' }] }).runs[0]!.history,
    }
    expect(curvesOf([other, run!], 'train/loss', 'step').map(({ name, y }) => [name, y.length])).toEqual([
      ['b', 0],
      ['a', 4],
    ])
  })

  it('are grouped by what stands before the slash', () => {
    expect(tagGroups([run!])).toEqual([['train', ['train/loss']]])
  })
})
