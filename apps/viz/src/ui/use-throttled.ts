import { useEffect, useRef, useState } from 'preact/hooks'

/** The latest value, at most once in `ms` milliseconds. */
export function useThrottled<T>(value: T, ms: number): T {
  const [shown, setShown] = useState(value)
  const state = useRef({ latest: value, at: 0, timer: 0 })
  state.current.latest = value
  useEffect(() => {
    const wait = state.current.at + ms - performance.now()
    const show = (): void => {
      state.current.timer = 0
      state.current.at = performance.now()
      setShown(() => state.current.latest)
    }
    // Each in a task of its own, also when several have waited long enough.
    if (state.current.timer === 0) state.current.timer = window.setTimeout(show, Math.max(0, wait))
  }, [value])
  useEffect(() => () => clearTimeout(state.current.timer), [])
  return shown
}
