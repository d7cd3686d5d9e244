import type { RunStatus } from './status.ts'

/** What a server that follows runs tells a page about one of them: the data of a server-sent event. */
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

/** Name of the meta element by which a page knows that such a server stands behind it. */
export const runServerMark = 'metagrad-server'
