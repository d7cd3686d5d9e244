import { RunHistory } from '@metagrad/runlog'
import type { GraphLayout } from '../graph/layout.ts'
import { momentsOf } from '../graph/moments.ts'
import type { Tape } from '../graph/tape.ts'
import type { Experiment } from '../model/experiment.ts'
import type { LinearValues, Surface, UnitSurfaces } from '../model/frame.ts'
import type { RunsAction, RunsState } from '../runs/runs-state.ts'
import { initialRuns, reduceRuns } from '../runs/runs-state.ts'
import type { Reply, Setup, TableView } from '../worker/protocol.ts'
import type { RunsView, ScaleName, Screen, UrlState } from './url.ts'

export type ThemeChoice = 'auto' | 'light' | 'dark'

/** A unit of the network: its column, counted from the features, and its place in it. */
export interface UnitRef {
  readonly column: number
  readonly unit: number
}

/** The training in this page. */
export interface TrainState {
  /** `waiting` for the trainer, `ready`, or `refused` for the reason in `refusal`. */
  readonly status: 'waiting' | 'ready' | 'refused'
  readonly refusal: string
  readonly setup: Setup | undefined
  readonly playing: boolean
  readonly step: number
  readonly epoch: number
  readonly rate: number
  /** Grows as events come in; `version` tells when it did. */
  readonly history: RunHistory
  readonly version: number
  readonly surface: Surface | undefined
  readonly units: UnitSurfaces | undefined
  readonly linears: readonly LinearValues[] | undefined
  readonly alert: string
  readonly selected: UnitRef | undefined
  readonly table: TableView | undefined
}

/** The tape on the screen. */
export interface GraphState {
  readonly status: 'none' | 'waiting' | 'ready'
  readonly tape: Tape | undefined
  readonly layout: GraphLayout | undefined
  /** Optimizer steps that were done when it was recorded. */
  readonly step: number
  /** Moments done: forward ops, then backward ones. */
  readonly position: number
}

/** Everything that the page shows. */
export interface AppState {
  readonly screen: Screen
  readonly theme: ThemeChoice
  readonly experiment: Experiment
  readonly lossScale: ScaleName
  /** Steps between two frames; Infinity for as many as fit. */
  readonly stepsPerFrame: number
  readonly runsView: RunsView
  readonly train: TrainState
  readonly graph: GraphState
  readonly runs: RunsState
  readonly dialog: 'none' | 'help' | 'share'
  /** A line for the user; empty for none. */
  readonly notice: string
}

/** What can happen. */
export type Action =
  | { readonly type: 'goto'; readonly screen: Screen }
  | { readonly type: 'theme'; readonly theme: ThemeChoice }
  | { readonly type: 'experiment'; readonly change: Partial<Experiment> }
  | { readonly type: 'waiting' }
  | { readonly type: 'reply'; readonly reply: Reply }
  | { readonly type: 'playing'; readonly playing: boolean }
  | { readonly type: 'speed'; readonly stepsPerFrame: number }
  | { readonly type: 'lossScale'; readonly lossScale: ScaleName }
  | { readonly type: 'select'; readonly unit: UnitRef | undefined }
  | { readonly type: 'tapeWaiting' }
  | { readonly type: 'moment'; readonly position: number }
  | { readonly type: 'dialog'; readonly dialog: AppState['dialog'] }
  | { readonly type: 'notice'; readonly notice: string }
  | { readonly type: 'runsView'; readonly change: Partial<RunsView> }
  | { readonly type: 'link'; readonly state: UrlState }
  | RunsAction

export function initialState({ screen, experiment, lossScale, runs }: UrlState, theme: ThemeChoice): AppState {
  return {
    screen,
    theme,
    experiment,
    lossScale,
    stepsPerFrame: Infinity,
    runsView: runs,
    train: {
      status: 'waiting',
      refusal: '',
      setup: undefined,
      playing: false,
      step: 0,
      epoch: 1,
      rate: 0,
      history: new RunHistory(),
      version: 0,
      surface: undefined,
      units: undefined,
      linears: undefined,
      alert: '',
      selected: undefined,
      table: undefined,
    },
    graph: { status: 'none', tape: undefined, layout: undefined, step: 0, position: 0 },
    runs: initialRuns,
    dialog: 'none',
    notice: '',
  }
}

/** What a link to this state holds. */
export function urlStateOf({ screen, experiment, lossScale, runsView }: AppState): UrlState {
  return { screen, experiment, lossScale, runs: runsView }
}

/** The state after an action. */
export function reduce(state: AppState, action: Action): AppState {
  switch (action.type) {
    case 'goto':
      return { ...state, screen: action.screen }
    case 'theme':
      return { ...state, theme: action.theme }
    case 'experiment':
      return { ...state, experiment: { ...state.experiment, ...action.change } }
    case 'waiting':
      return { ...state, train: { ...state.train, playing: false, selected: undefined }, graph: noTape }
    case 'reply':
      return reduceReply(state, action.reply)
    case 'playing':
      return { ...state, train: { ...state.train, playing: action.playing } }
    case 'speed':
      return { ...state, stepsPerFrame: action.stepsPerFrame }
    case 'lossScale':
      return { ...state, lossScale: action.lossScale }
    case 'select':
      return { ...state, train: { ...state.train, selected: action.unit } }
    case 'tapeWaiting':
      return { ...state, graph: { ...state.graph, status: 'waiting' } }
    case 'moment':
      return { ...state, graph: { ...state.graph, position: clampMoment(state.graph.tape, action.position) } }
    case 'dialog':
      return { ...state, dialog: action.dialog }
    case 'notice':
      return { ...state, notice: action.notice }
    case 'runsView':
      return { ...state, runsView: { ...state.runsView, ...action.change } }
    case 'link': {
      const { screen, experiment, lossScale, runs } = action.state
      return { ...state, screen, experiment, lossScale, runsView: runs }
    }
    default:
      return { ...state, runs: reduceRuns(state.runs, action) }
  }
}

const noTape: GraphState = { status: 'none', tape: undefined, layout: undefined, step: 0, position: 0 }

function clampMoment(tape: Tape | undefined, position: number): number {
  return tape === undefined ? 0 : Math.min(momentsOf(tape).length, Math.max(0, Math.round(position)))
}

function reduceReply(state: AppState, reply: Reply): AppState {
  const { train } = state
  switch (reply.kind) {
    case 'ready': {
      const history = new RunHistory()
      const fresh = { ...train, status: 'ready', refusal: '', setup: reply.setup, history, alert: '' } as const
      return reduceReply({ ...state, train: fresh }, { kind: 'frame', frame: reply.frame })
    }
    case 'refused':
      return {
        ...state,
        train: { ...train, status: 'refused', refusal: reply.text, setup: undefined, playing: false, step: 0, epoch: 1,
          history: new RunHistory(), surface: undefined, units: undefined, linears: undefined, alert: '' },
      } // prettier-ignore
    case 'table':
      return { ...state, train: { ...train, table: reply.table } }
    case 'tape':
      return {
        ...state,
        graph: { status: 'ready', tape: reply.tape, layout: reply.layout, step: train.step, position: 0 },
      }
    case 'frame': {
      const { events, step, epoch, rate, surface, units, linears } = reply.frame
      for (const event of events) train.history.push(event)
      const alert = events.findLast((event) => event.kind === 'alert')
      return {
        ...state,
        train: {
          ...train,
          step,
          epoch,
          rate,
          // The page plays until it pauses or something went wrong: a frame may have been on its way all the while.
          playing: train.playing && alert === undefined,
          version: train.version + 1,
          surface: surface ?? train.surface,
          units: units ?? train.units,
          linears: linears ?? train.linears,
          alert: alert?.text ?? train.alert,
        },
      }
    }
  }
}
