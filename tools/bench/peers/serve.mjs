import { createInterface } from 'node:readline'

/** An engine compiles what runs often: work is timed once it has run so long. */
const warmUpMilliseconds = 1000

/**
 * Answers `name<TAB>calls` lines with microseconds per call, or `none` for work that a peer does not do. First it says its version.
 *
 * @param {string} version
 * @param {Record<string, () => () => unknown>} workloads each makes its arrays and gives the call to be timed
 */
export async function serve(version, workloads) {
  console.log(version)
  const started = new Map()
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, count] = line.split('\t')
    if (!(name in workloads)) {
      console.log('none')
      continue
    }
    if (!started.has(name)) {
      const call = workloads[name]()
      const start = performance.now()
      do await call()
      while (performance.now() - start < warmUpMilliseconds)
      started.set(name, call)
    }
    const call = started.get(name)
    const start = performance.now()
    for (let i = 0; i < Number(count); i++) {
      const result = call()
      if (result instanceof Promise) await result
    }
    console.log(((performance.now() - start) * 1000) / Number(count))
  }
}
