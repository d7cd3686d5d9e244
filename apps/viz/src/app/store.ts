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

/** A part of the state; the component draws again when it is another object. */
export function useStore<State, Action, Part>(store: Store<State, Action>, select: (state: State) => Part): Part {
  const [, draw] = useState({})
  const part = select(store.get())
  useEffect(() => {
    let shown = part
    return store.subscribe(() => {
      const next = select(store.get())
      if (Object.is(next, shown)) return
      shown = next
      draw({})
    })
    // The listener compares with what it has seen itself.
  }, [store])
  return part
}
