import type { Browser } from 'playwright-core'

/** Milliseconds that threads computed, whatever else the machine did: what a busy machine cannot change much. */
export interface ProcessorTime {
  /** Of the busiest page's main thread: in all, and its longest task. */
  readonly main: number
  readonly longestTask: number
  /** Of all threads of workers. */
  readonly workers: number
}

/** What the browser's threads computed: in all, or between two of the page's `performance.mark`s. */
export type Timing = (from?: string, to?: string) => ProcessorTime

/** A task, the name of a thread, or a mark, as the browser reports them. */
interface TraceEvent {
  readonly name: string
  readonly category: string
  readonly thread: string
  /** Microseconds. */
  readonly at: number
  /** Milliseconds of processor time. */
  readonly time: number
  readonly threadName: string
}

function eventOf({ name, cat, pid, tid, ts, tdur, args }: Readonly<Record<string, unknown>>): TraceEvent {
  const threadName = typeof args === 'object' && args !== null && 'name' in args ? String(args.name) : ''
  return {
    name: String(name),
    category: String(cat),
    thread: `${String(pid)}:${String(tid)}`,
    at: Number(ts),
    time: Number(tdur ?? 0) / 1000,
    threadName,
  }
}

const taskName = 'ThreadControllerImpl::RunTask'
const markCategory = 'blink.user_timing'
const isNeeded = ({ name, category }: TraceEvent): boolean =>
  name === taskName || name === 'thread_name' || category.includes(markCategory)

/** Times what the browser's threads compute while something runs. */
export async function timed<T>(
  browser: Browser,
  run: () => Promise<T>,
): Promise<{ readonly result: T; readonly timing: Timing }> {
  const session = await browser.newBrowserCDPSession()
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const each of value.map(eventOf)) if (isNeeded(each)) events.push(each)
  })
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', '__metadata', markCategory] },
  })
  const result = await run()
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  await session.detach()
  return { result, timing: timingOf(events) }
}

function timingOf(events: readonly TraceEvent[]): Timing {
  const names = new Map(
    events.filter(({ name }) => name === 'thread_name').map(({ thread, threadName }) => [thread, threadName]),
  )
  const threads = new Map<string, TraceEvent[]>()
  for (const task of events.filter(({ name }) => name === taskName)) {
    threads.set(task.thread, threads.get(task.thread) ?? [])
    threads.get(task.thread)!.push(task)
  }
  const marks = new Map(
    events.filter(({ category }) => category.includes(markCategory)).map(({ name, at }) => [name, at]),
  )
  const markAt = (name: string | undefined, otherwise: number): number => {
    if (name === undefined) return otherwise
    const at = marks.get(name)
    if (at === undefined) throw new Error(`The trace has no mark ${name}: it was full before.`)
    return at
  }
  return (from, to) => {
    const [first, last] = [markAt(from, -Infinity), markAt(to, Infinity)]
    const timesOf = (tasks: readonly TraceEvent[]): number[] =>
      tasks.flatMap(({ at, time }) => (at >= first && at < last ? [time] : []))
    const of = (name: RegExp): number[][] =>
      [...threads].flatMap(([thread, tasks]) => (name.test(names.get(thread) ?? '') ? [timesOf(tasks)] : []))
    const [main = []] = of(/^CrRendererMain/).sort((a, b) => sum(b) - sum(a))
    return { main: sum(main), longestTask: Math.max(0, ...main), workers: sum(of(/^DedicatedWorker/).flat()) }
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
