/** Where the words of a crew are. */
export const word = {
  /** How many parts of a job nobody took yet. Who takes one counts it down: what is left is its number. */
  left: 0,
  /** How many parts are done. */
  done: 1,
  /** Whether one was not. */
  failed: 2,
  /** The number of the kernel. */
  kernel: 3,
} as const

/** Numbers of one part: its arguments, in whose first place its result comes. */
export const width = 16

/**
 * What a worker runs. It is text, since a file of its own would need an address that holds in the sources, in the package and in
 * what bundlers make of it. While there is nothing to do it looks for work `spins` times, then sleeps until it is woken.
 */
export const workerCode = `
const { words, numbers, word, width, spins, names, memory, modules, elementary } = require('node:worker_threads').workerData

/** Counts what is done, whether it worked or not. */
function finish(work) {
  try {
    work()
  } catch {
    Atomics.store(words, word.failed, 1)
  }
  Atomics.add(words, word.done, 1)
  Atomics.notify(words, word.done)
}

let kernels = []
finish(() => {
  const env = { ...new WebAssembly.Instance(elementary).exports, memory }
  const exported = Object.assign({}, ...modules.map((module) => new WebAssembly.Instance(module, { env }).exports))
  kernels = names.map((name) => exported[name])
})
for (let idle = 0; ; ) {
  const left = Atomics.load(words, word.left)
  if (left === 0) {
    if (idle++ < spins) continue
    Atomics.wait(words, word.left, 0)
  } else if (Atomics.compareExchange(words, word.left, left, left - 1) === left) {
    const at = (left - 1) * width
    finish(() => {
      numbers[at] = kernels[words[word.kernel]](...numbers.subarray(at, at + width))
    })
  }
  idle = 0
}
`
