import type { Browser } from 'playwright-core'

/** Milliseconds that threads computed, whatever else the machine did: what a busy machine cannot change much. */
export interface ProcessorTime {
  /** Of the busiest page's main thread: in all, and its longest task. */
  readonly main: number
  readonly longestTask: number
  /** Of all threads of workers. */
  readonly workers: number
}

/** A task, or the name of a thread, as the browser reports them. */
interface TraceEvent {
  readonly name: string
  readonly thread: string
  /** Milliseconds of processor time. */
  readonly time: number
  readonly threadName: string
}

function eventOf({ name, pid, tid, tdur, args }: Readonly<Record<string, unknown>>): TraceEvent {
  const threadName = typeof args === 'object' && args !== null && 'name' in args ? String(args.name) : ''
  return { name: String(name), thread: `${String(pid)}:${String(tid)}`, time: Number(tdur ?? 0) / 1000, threadName }
}

/** What the browser's threads compute while something runs. */
export async function processorTime<T>(
  browser: Browser,
  run: () => Promise<T>,
): Promise<{ readonly result: T; readonly time: ProcessorTime }> {
  const session = await browser.newBrowserCDPSession()
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const each of value) events.push(eventOf(each))
  })
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', '__metadata'] },
  })
  const result = await run()
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  await session.detach()
  return { result, time: timeOf(events) }
}

function timeOf(events: readonly TraceEvent[]): ProcessorTime {
  const names = new Map(
    events.filter(({ name }) => name === 'thread_name').map(({ thread, threadName }) => [thread, threadName]),
  )
  const tasks = new Map<string, number[]>()
  for (const { name, thread, time } of events) {
    if (name !== 'ThreadControllerImpl::RunTask') continue
    const own = tasks.get(thread) ?? []
    tasks.set(thread, own)
    own.push(time)
  }
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  const of = (name: RegExp): number[][] =>
    [...tasks].filter(([thread]) => name.test(names.get(thread) ?? '')).map(([, times]) => times)
  const [main = []] = of(/^CrRendererMain/).sort((a, b) => sum(b) - sum(a))
  return { main: sum(main), longestTask: Math.max(0, ...main), workers: sum(of(/^DedicatedWorker/).flat()) }
}
