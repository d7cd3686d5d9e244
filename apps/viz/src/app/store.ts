import { useEffect, useState } from 'preact/hooks'

/** State, and the one way to change it. */
export interface Store<State, Action> {
  readonly get: () => State
  readonly dispatch: (action: Action) => void
  readonly subscribe: (listener: () => void) => () => void
}

export function createStore<State, Action>(
  reduce: (state: State, action: Action) => State,
  initial: State,
): Store<State, Action> {
  let state = initial
  const listeners = new Set<() => void>()
  return {
    get: () => state,
    dispatch(action) {
      state = reduce(state, action)
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/**
 * Calls `show` with a part of the state whenever it is another object than `shown`. Where that happens all the time, `restMs` is
 * the least time between two calls: each then is a task of its own.
 */
function watch<State, Action, Part>(
  store: Store<State, Action>,
  select: (state: State) => Part,
  shown: Part,
  restMs: number,
  show: (part: Part) => void,
): () => void {
  let last = shown
  let shownAt = -Infinity
  let timer: ReturnType<typeof setTimeout> | undefined
  const showNow = (): void => {
    timer = undefined
    shownAt = performance.now()
    last = select(store.get())
    show(last)
  }
  const look = (): void => {
    if (timer !== undefined || Object.is(select(store.get()), last)) return
    if (restMs === 0) showNow()
    else timer = setTimeout(showNow, Math.max(0, shownAt + restMs - performance.now()))
  }
  const stop = store.subscribe(look)
  // A component listens a while after it was drawn: what changed meanwhile would not be seen until something else does.
  look()
  return () => {
    stop()
    clearTimeout(timer)
  }
}

/** A part of the state; the component draws again when it is another object, and no sooner than `restMs` after the last time. */
export function useStore<State, Action, Part>(
  store: Store<State, Action>,
  select: (state: State) => Part,
  restMs = 0,
): Part {
  const [, draw] = useState({})
  const part = select(store.get())
  // The listener compares with what it has seen itself.
  useEffect(() => watch(store, select, part, restMs, () => draw({})), [store])
  return part
}

/** Paints a part of the state, now and whenever it is another object: for pictures, which need no new elements. */
export function usePaint<State, Action, Part>(
  store: Store<State, Action>,
  select: (state: State) => Part,
  paint: (part: Part) => void,
  { inputs, restMs = 0 }: { readonly inputs: readonly unknown[]; readonly restMs?: number },
): void {
  useEffect(() => {
    const part = select(store.get())
    paint(part)
    return watch(store, select, part, restMs, paint)
    // Both functions are new at each call; `inputs` say when what they use is.
  }, [store, ...inputs])
}
