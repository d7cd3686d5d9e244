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
 * A part of the state; the component draws again when it is another object. Where that happens all the time, `restMs` is the
 * least time between two drawings: each then is a task of its own.
 */
export function useStore<State, Action, Part>(
  store: Store<State, Action>,
  select: (state: State) => Part,
  restMs = 0,
): Part {
  const [, draw] = useState({})
  const part = select(store.get())
  useEffect(() => {
    let shown = part
    let drawnAt = -Infinity
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = (): void => {
      timer = undefined
      drawnAt = performance.now()
      shown = select(store.get())
      draw({})
    }
    const stop = store.subscribe(() => {
      if (timer !== undefined || Object.is(select(store.get()), shown)) return
      if (restMs === 0) show()
      else timer = setTimeout(show, Math.max(0, drawnAt + restMs - performance.now()))
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
    // The listener compares with what it has seen itself.
  }, [store])
  return part
}

/** Calls `paint` with a part of the state, now and whenever it is another object: for pictures, which need no new elements. */
export function usePaint<State, Action, Part>(
  store: Store<State, Action>,
  select: (state: State) => Part,
  paint: (part: Part) => void,
  inputs: readonly unknown[],
): void {
  useEffect(() => {
    let shown = select(store.get())
    paint(shown)
    return store.subscribe(() => {
      const next = select(store.get())
      if (Object.is(next, shown)) return
      shown = next
      paint(next)
    })
    // Both functions are new at each call; `inputs` say when what they use is.
  }, [store, ...inputs])
}
