import type { RunEvent, RunStatus } from '@metagrad/runlog'
import { RunHistory } from '@metagrad/runlog'

/** A run on the screen. */
export interface RunView {
  readonly id: string
  /** Where it comes from: a server that follows it, or files that were opened once. */
  readonly origin: 'server' | 'files'
  readonly status: RunStatus
  /** Grows as events come in. */
  readonly history: RunHistory
  readonly version: number
  /** Content of `config.json`. */
  readonly config: Readonly<Record<string, unknown>>
  /** What could not be read, in words. */
  readonly problems: readonly string[]
}

export interface RunsState {
  readonly runs: readonly RunView[]
  /** Ids of those that are not drawn. */
  readonly hidden: readonly string[]
  readonly selected: string | undefined
  /** Whether this page was served by `metagrad view`, and whether its stream is open. */
  readonly server: 'none' | 'connecting' | 'open' | 'lost'
  /** What was wrong with the files opened last. */
  readonly problems: readonly string[]
}

/** What happens to runs. */
export type RunsAction =
  | { readonly type: 'runNews'; readonly news: readonly RunNews[] }
  | { readonly type: 'runRemoved'; readonly id: string }
  | { readonly type: 'runHidden'; readonly id: string; readonly hidden: boolean }
  | { readonly type: 'runSelected'; readonly id: string | undefined }
  | { readonly type: 'runsServer'; readonly server: RunsState['server'] }
  | { readonly type: 'runsProblems'; readonly problems: readonly string[] }

/** News of a run; what is left out stays. */
export interface RunNews {
  readonly id: string
  readonly origin: RunView['origin']
  readonly status?: RunStatus
  readonly events?: readonly RunEvent[]
  readonly config?: Readonly<Record<string, unknown>>
  readonly problems?: readonly string[]
  /** The log begins anew: forget what was there. */
  readonly restarted?: boolean
}

export const initialRuns: RunsState = { runs: [], hidden: [], selected: undefined, server: 'none', problems: [] }

export function reduceRuns(state: RunsState, action: RunsAction): RunsState {
  switch (action.type) {
    case 'runNews':
      return { ...state, runs: action.news.reduce(withNews, state.runs) }
    case 'runRemoved':
      return {
        ...state,
        runs: state.runs.filter(({ id }) => id !== action.id),
        selected: state.selected === action.id ? undefined : state.selected,
      }
    case 'runHidden':
      return {
        ...state,
        hidden: [...state.hidden.filter((id) => id !== action.id), ...(action.hidden ? [action.id] : [])],
      }
    case 'runSelected':
      return { ...state, selected: action.id }
    case 'runsServer':
      return { ...state, server: action.server }
    case 'runsProblems':
      return { ...state, problems: action.problems }
  }
}

function withNews(runs: readonly RunView[], news: RunNews): readonly RunView[] {
  const known = runs.find(({ id }) => id === news.id)
  const old = known ?? {
    id: news.id,
    status: 'running',
    history: new RunHistory(),
    version: 0,
    config: {},
    problems: [],
  }
  const history = news.restarted === true ? new RunHistory() : old.history
  for (const event of news.events ?? []) history.push(event)
  const run: RunView = {
    id: news.id,
    origin: news.origin,
    status: news.status ?? old.status,
    history,
    version: old.version + 1,
    config: news.config ?? old.config,
    problems: [...(news.restarted === true ? [] : old.problems), ...(news.problems ?? [])].slice(0, 20),
  }
  if (known !== undefined) return runs.map((each) => (each === known ? run : each))
  // The latest first, as in a listing: ids begin with the time.
  return [...runs, run].sort((a, b) => (a.id < b.id ? 1 : -1))
}
