import type { RunStatus } from '@metagrad/runlog'

/** What `metagrad view` tells the page about a run, as the data of a server-sent event. */
export type RunMessage =
  | {
      readonly kind: 'news'
      readonly id: string
      readonly status: RunStatus
      /** Lines of `events.jsonl`, as they stand in the file. */
      readonly lines: readonly string[]
      readonly problems: readonly string[]
      /** Offset in bytes after the last line: where to go on after a break. */
      readonly position: number
      /** The log begins anew. */
      readonly restarted: boolean
      /** Content of `config.json`, with the first news of a run. */
      readonly config?: Readonly<Record<string, unknown>>
    }
  /** A folder that has the name of a run and cannot be read. */
  | { readonly kind: 'broken'; readonly id: string; readonly problem: string }
  | { readonly kind: 'gone'; readonly id: string }

/** Name of the meta element by which the page knows that `metagrad view` serves it. */
export const serverMark = 'metagrad-server'

/** Whether `metagrad view` serves this page. */
export const hasServer = (): boolean => document.querySelector(`meta[name="${serverMark}"]`) !== null
