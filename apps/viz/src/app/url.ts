import type { Block, Experiment, RangeName } from '../model/experiment.ts'
import {
  activationNames,
  defaultBlock,
  defaultData,
  defaultExperiment,
  generatorNames,
  initNames,
  mostBlocks,
  normNames,
  optimizerNames,
  penaltyNames,
  ranges,
  within,
} from '../model/experiment.ts'

/** The screens there are, in the order of the rail. */
export type Screen = 'train' | 'graph' | 'runs'
export const screens: readonly Screen[] = ['train', 'graph', 'runs']

export type ScaleName = 'linear' | 'log'
export type RunAxis = 'step' | 'epoch' | 'time'

/** How runs are compared. */
export interface RunsView {
  readonly axis: RunAxis
  readonly xScale: ScaleName
  readonly yScale: ScaleName
  /** Weight of the past, 0 to 0.99. */
  readonly smoothing: number
}

/** What a link holds. */
export interface UrlState {
  readonly screen: Screen
  readonly experiment: Experiment
  readonly lossScale: ScaleName
  readonly runs: RunsView
}

export const defaultUrlState: UrlState = {
  screen: 'train',
  experiment: defaultExperiment,
  lossScale: 'linear',
  runs: { axis: 'step', xScale: 'linear', yScale: 'linear', smoothing: 0 },
}

/** Version of the format of links. */
export const urlVersion = 1

/** One `key=value` of a link: how it is read from a state, and how it is put into one; undefined for a bad value. */
interface Field {
  readonly key: string
  readonly get: (state: UrlState) => string
  readonly set: (state: UrlState, text: string) => UrlState | undefined
}

const withExperiment = (state: UrlState, change: Partial<Experiment>): UrlState => ({
  ...state,
  experiment: { ...state.experiment, ...change },
})

function oneOf<T extends string>(values: readonly T[], text: string): T | undefined {
  return values.find((value) => value === text)
}

/** A number as it stands, if its range allows it. */
function numberIn(name: RangeName, text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return within(ranges[name], value) === value ? value : undefined
}

type ExperimentNumber = 'lr' | 'momentum' | 'batchSize' | 'penaltyRate' | 'seed'

const numberField = (key: string, name: ExperimentNumber): Field => ({
  key,
  get: ({ experiment }) => String(experiment[name]),
  set(state, text) {
    const value = numberIn(name, text)
    return value === undefined ? undefined : withExperiment(state, { [name]: value })
  },
})

type DataNumber = 'samples' | 'noise' | 'classes'

const dataField = (key: string, name: DataNumber): Field => ({
  key,
  get: ({ experiment: { data } }) => String(data.source === 'generator' ? data[name] : defaultData[name]),
  set(state, text) {
    const value = numberIn(name, text)
    const { data } = state.experiment
    if (value === undefined) return undefined
    return data.source === 'generator' ? withExperiment(state, { data: { ...data, [name]: value } }) : state
  },
})

const csvField = (
  key: string,
  get: (data: CsvPart) => string,
  set: (data: CsvPart, text: string) => CsvPart,
): Field => ({
  key,
  get: ({ experiment: { data } }) => (data.source === 'csv' ? get(data) : ''),
  set(state, text) {
    const { data } = state.experiment
    const csv: CsvPart = data.source === 'csv' ? data : { file: '', columns: ['', ''], target: '' }
    const { validation } = data
    return withExperiment(state, { data: { source: 'csv', validation, ...set(csv, text) } })
  },
})

interface CsvPart {
  readonly file: string
  readonly columns: readonly [string, string]
  readonly target: string
}

const choiceField = <T extends string>(
  key: string,
  values: readonly T[],
  get: (state: UrlState) => T,
  set: (state: UrlState, value: T) => UrlState,
): Field => ({
  key,
  get,
  set(state, text) {
    const value = oneOf(values, text)
    return value === undefined ? undefined : set(state, value)
  },
})

const scaleNames: readonly ScaleName[] = ['linear', 'log']

/** Every field, in the order in which links are read: what kind of data comes before its details. */
const fields: readonly Field[] = [
  choiceField(
    'data',
    generatorNames,
    ({ experiment: { data } }) => (data.source === 'generator' ? data.generator : defaultData.generator),
    (state, generator) => {
      const { data } = state.experiment
      return data.source === 'generator' ? withExperiment(state, { data: { ...data, generator } }) : state
    },
  ),
  csvField(
    'file',
    ({ file }) => file,
    (data, file) => ({ ...data, file }),
  ),
  csvField(
    'x',
    ({ columns }) => columns[0],
    (data, x) => ({ ...data, columns: [x, data.columns[1]] }),
  ),
  csvField(
    'y',
    ({ columns }) => columns[1],
    (data, y) => ({ ...data, columns: [data.columns[0], y] }),
  ),
  csvField(
    'target',
    ({ target }) => target,
    (data, target) => ({ ...data, target }),
  ),
  dataField('n', 'samples'),
  dataField('noise', 'noise'),
  dataField('classes', 'classes'),
  {
    key: 'val',
    get: ({ experiment: { data } }) => String(data.validation),
    set(state, text) {
      const validation = numberIn('validation', text)
      return validation === undefined
        ? undefined
        : withExperiment(state, { data: { ...state.experiment.data, validation } })
    },
  },
  {
    key: 'layers',
    get: ({ experiment: { blocks } }) => encodeBlocks(blocks),
    set(state, text) {
      const blocks = decodeBlocks(text)
      return blocks && withExperiment(state, { blocks })
    },
  },
  choiceField(
    'optim',
    optimizerNames,
    (s) => s.experiment.optimizer,
    (s, optimizer) => withExperiment(s, { optimizer }),
  ),
  numberField('lr', 'lr'),
  numberField('momentum', 'momentum'),
  numberField('batch', 'batchSize'),
  choiceField(
    'penalty',
    penaltyNames,
    (s) => s.experiment.penalty,
    (s, penalty) => withExperiment(s, { penalty }),
  ),
  numberField('rate', 'penaltyRate'),
  choiceField(
    'init',
    initNames,
    (s) => s.experiment.init,
    (s, init) => withExperiment(s, { init }),
  ),
  numberField('seed', 'seed'),
  choiceField(
    'loss',
    scaleNames,
    (s) => s.lossScale,
    (s, lossScale) => ({ ...s, lossScale }),
  ),
  choiceField<RunAxis>(
    'axis',
    ['step', 'epoch', 'time'],
    (s) => s.runs.axis,
    (s, axis) => ({ ...s, runs: { ...s.runs, axis } }),
  ),
  choiceField(
    'xscale',
    scaleNames,
    (s) => s.runs.xScale,
    (s, xScale) => ({ ...s, runs: { ...s.runs, xScale } }),
  ),
  choiceField(
    'yscale',
    scaleNames,
    (s) => s.runs.yScale,
    (s, yScale) => ({ ...s, runs: { ...s.runs, yScale } }),
  ),
  {
    key: 'smooth',
    get: ({ runs }) => String(runs.smoothing),
    set(state, text) {
      const smoothing = text.trim() === '' ? Number.NaN : Number(text)
      return smoothing >= 0 && smoothing <= 0.99 ? { ...state, runs: { ...state.runs, smoothing } } : undefined
    },
  },
]

/** `8-Tanh,4-ReLU-LayerNorm-0.2`; parts that are as by default are left out from the end. */
function encodeBlocks(blocks: readonly Block[]): string {
  if (blocks.length === 0) return 'none'
  return blocks
    .map(({ units, activation, norm, dropout }) => {
      const parts = [units, activation, norm, dropout]
      if (dropout === 0) parts.pop()
      if (parts.length === 3 && norm === 'none') parts.pop()
      return parts.join('-')
    })
    .join(',')
}

function decodeBlocks(text: string): Block[] | undefined {
  if (text === 'none') return []
  const blocks = text.split(',').map((part): Block | undefined => {
    const [units = '', activation = '', norm = 'none', dropout = '0', ...rest] = part.split('-')
    const block = {
      units: numberIn('units', units),
      activation: oneOf(activationNames, activation),
      norm: oneOf(normNames, norm),
      dropout: numberIn('dropout', dropout),
    }
    const { units: u, activation: a, norm: n, dropout: d } = block
    if (u === undefined || a === undefined || n === undefined || d === undefined || rest.length > 0) return undefined
    return { units: u, activation: a, norm: n, dropout: d }
  })
  if (blocks.length > mostBlocks) return undefined
  return blocks.every((block) => block !== undefined) ? blocks : undefined
}

/**
 * A state as the part of a link after `#`: the screen, then what differs from the defaults.
 *
 * @example
 * encodeHash({ ...defaultUrlState, screen: 'graph' }) // '#/graph'
 */
export function encodeHash(state: UrlState): string {
  const pairs = fields.flatMap(({ key, get }) => {
    const text = get(state)
    return text === get(defaultUrlState) ? [] : [`${key}=${encodeURIComponent(text)}`]
  })
  const query = pairs.length === 0 ? '' : `?v=${urlVersion}&${pairs.join('&')}`
  return `#/${state.screen}${query}`
}

/** What a link says, and what in it could not be used. */
export interface DecodedHash {
  readonly state: UrlState
  readonly problems: readonly string[]
  /** The packed file that came with the link. */
  readonly payload: string | undefined
}

/** Reads any text: what is wrong falls back to the default and is named. */
export function decodeHash(hash: string): DecodedHash {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const problems: string[] = []
  const screen = oneOf(screens, path)
  if (screen === undefined && path !== '') problems.push(`There is no screen "${path.slice(0, 40)}".`)
  const given = new URLSearchParams(query)
  const version = given.get('v')
  if (version !== null && version !== String(urlVersion)) {
    problems.push(`The link has version ${version.slice(0, 10)}; this page reads version ${urlVersion}.`)
  }
  let state: UrlState = { ...defaultUrlState, screen: screen ?? 'train' }
  for (const { key, set } of fields) {
    const text = given.get(key)
    if (text === null) continue
    const next = set(state, text)
    if (next === undefined) problems.push(`"${key}=${text.slice(0, 40)}" in the link cannot be used.`)
    else state = next
  }
  return { state, problems, payload: given.get('payload') ?? undefined }
}

/** A block like the last one, for one more layer. */
export function nextBlock(blocks: readonly Block[]): Block {
  return blocks.at(-1) ?? defaultBlock
}
