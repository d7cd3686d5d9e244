import type { EventKind, RunEvent } from './event.ts'
import type { Series, SeriesScope } from './series.ts'
import { GrowingSeries } from './series.ts'

type EventLists = { readonly [K in EventKind]: RunEvent<K>[] }

/**
 * The effective state of a run: events go in as they were recorded, series and lists come out without what a
 * resume superseded. Ready at any time, so that it serves a live run as well as one that is over.
 *
 * @example
 * const history = new RunHistory()
 * const log = '{"v":1,"seq":0,"t":0,"kind":"scalar","step":8,"epoch":1,"values":{"train/loss":0.69}}\n'
 * for (const event of readEvents(log).events) history.push(event)
 * history.series('train/loss')?.values // -> [0.69]
 */
export class RunHistory {
  #events: EventLists = emptyLists()
  readonly #series: Readonly<Record<SeriesScope, Map<string, GrowingSeries>>> = { step: new Map(), epoch: new Map() }
  #last: RunEvent | undefined
  #end: RunEvent<'end'> | undefined

  /** Takes the next event of the log. */
  push(event: RunEvent): void {
    this.#last = event
    if (event.kind === 'rewind') this.#rewind(event.toStep)
    if (event.kind === 'start') this.#end = undefined
    if (event.kind === 'end') this.#end = event
    if (event.kind === 'scalar') this.#pushScalars(event)
    else if (event.kind !== 'beat') append(this.#events, event.kind, event)
  }

  /** The latest attempt's first event. */
  get start(): RunEvent<'start'> | undefined {
    return this.#events.start.at(-1)
  }

  /** The latest attempt's last event; undefined while it runs. */
  get end(): RunEvent<'end'> | undefined {
    return this.#end
  }

  /** The event taken last, of any kind. */
  get last(): RunEvent | undefined {
    return this.#last
  }

  /** Number of the latest attempt; 0 before the first start. */
  get attempt(): number {
    return this.start?.attempt ?? 0
  }

  /** The effective events of a kind, in order. Scalars come as series instead, and beats are not kept. */
  events<K extends Exclude<EventKind, 'scalar' | 'beat'>>(kind: K): readonly RunEvent<K>[] {
    return this.#events[kind]
  }

  /** The tags that have values, in the order they first appeared. */
  tags(per: SeriesScope = 'step'): string[] {
    return [...this.#series[per].values()].filter((series) => series.steps.length > 0).map((series) => series.tag)
  }

  /** The effective values of a tag; undefined when it has none. */
  series(tag: string, per: SeriesScope = 'step'): Series | undefined {
    const series = this.#series[per].get(tag)
    return series === undefined || series.steps.length === 0 ? undefined : series
  }

  #pushScalars({ step = 0, epoch = Number.NaN, t, values, per }: RunEvent<'scalar'>): void {
    const scope = this.#series[per ?? 'step']
    for (const [tag, value] of Object.entries(values)) {
      let series = scope.get(tag)
      if (series === undefined) {
        series = new GrowingSeries(tag, per ?? 'step')
        scope.set(tag, series)
      }
      series.push({ step, epoch, t, value })
    }
  }

  #rewind(toStep: number): void {
    for (const scope of Object.values(this.#series)) for (const series of scope.values()) series.rewind(toStep)
    const isEffective = ({ step = 0 }: RunEvent): boolean => step <= toStep
    const { start, rewind, end, ...others } = this.#events
    const lists: EventLists = { ...emptyLists(), start, rewind, end }
    for (const list of Object.values(others)) {
      for (const event of list) if (isEffective(event)) append(lists, event.kind, event)
    }
    this.#events = lists
  }
}

function append<K extends EventKind>(lists: EventLists, kind: K, event: RunEvent<K>): void {
  lists[kind].push(event)
}

function emptyLists(): EventLists {
  return {
    start: [],
    scalar: [],
    hist: [],
    eval: [],
    surface: [],
    snapshot: [],
    checkpoint: [],
    graph: [],
    rewind: [],
    alert: [],
    log: [],
    beat: [],
    end: [],
  }
}
