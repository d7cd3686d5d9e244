export function quantile(list: readonly number[], q: number): number {
  return [...list].sort((a, b) => a - b)[Math.round(q * (list.length - 1))]!
}

/** Microseconds per call. */
export function measure(call: () => unknown, calls: number): number {
  const start = performance.now()
  for (let i = 0; i < calls; i++) call()
  return ((performance.now() - start) * 1000) / calls
}
