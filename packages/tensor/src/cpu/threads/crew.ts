import { DeviceError } from '../../errors.ts'
import type { KernelMemory, KernelModule } from '../wasm/instantiate.ts'
import type { Worker } from './node.ts'
import { workersOf } from './node.ts'
import { width, word, workerCode } from './worker.ts'

/** A kernel, whatever its arguments. */
export type AnyKernel = (...args: number[]) => number | void

/** What workers instantiate. */
export interface CrewModules {
  readonly memory: KernelMemory
  readonly modules: readonly KernelModule[]
  /** Gives the functions that the others import. */
  readonly elementary: KernelModule
  /** The kernels, by number. */
  readonly names: readonly string[]
}

/**
 * How often who waits looks before it sleeps: about 2 ms, which is longer than what lies between two jobs of a training step, the
 * collector's work included. To be woken takes up to 0.2 ms, more than most jobs.
 */
const spins = 300_000
/** For how many naps of a millisecond it is waited for. */
const napsForPart = 20_000

/**
 * Threads that compute the parts of one job at a time: workers with kernels of their own on the same memory, and the caller. Who is
 * free takes the next part, so that a job never waits for a worker that sleeps; it ends when all parts are done.
 */
export class Crew {
  readonly threads: number
  readonly #names: readonly string[]
  readonly #workers: readonly Worker[]
  readonly #words = new Int32Array(new SharedArrayBuffer(64))
  readonly #numbers: Float64Array
  readonly #naps: number
  #isGone = false

  /**
   * @param naps of a millisecond, after which a worker counts as stuck
   * @throws DeviceError where there are no workers, or they do not start
   */
  constructor(threads: number, { names, ...modules }: CrewModules, naps: number = napsForPart) {
    const Workers = workersOf()
    this.threads = threads
    this.#names = names
    this.#naps = naps
    this.#numbers = new Float64Array(new SharedArrayBuffer(threads * width * Float64Array.BYTES_PER_ELEMENT))
    const workerData = { ...modules, names, words: this.#words, numbers: this.#numbers, word, width, spins }
    // Options of the process, a loader of sources for instance, are none of theirs.
    const make = (): Worker => new Workers(workerCode, { eval: true, execArgv: [], workerData })
    this.#workers = Array.from({ length: threads - 1 }, make)
    for (const worker of this.#workers) {
      worker.unref()
      // What it did not do is missed by who waits for it.
      worker.on('error', () => this.end())
    }
    // What instances write into the memory at their start are constants that others read.
    if (!this.#areDone(threads - 1, napsForPart)) {
      this.#fail('the workers did not start', 'Call cpu({ threads: 1 }), or leave it out')
    }
  }

  /** Whether it ended. */
  get isGone(): boolean {
    return this.#isGone
  }

  /**
   * Computes the parts of a call, no more than there are threads, and tells whether all gave the same result.
   *
   * @param own the caller's own kernel of that number
   * @throws DeviceError if a part fails or a worker is stuck: the crew then ends
   */
  run(kernel: number, own: AnyKernel, parts: readonly (readonly number[])[]): boolean {
    const [words, numbers] = [this.#words, this.#numbers]
    parts.forEach((args, part) => numbers.set(args, part * width))
    words[word.kernel] = kernel
    Atomics.store(words, word.done, 0)
    Atomics.store(words, word.left, parts.length)
    Atomics.notify(words, word.left)
    for (let part = this.#take(); part >= 0; part = this.#take()) {
      try {
        numbers[part * width] = Number(own(...parts[part]!))
      } catch {
        Atomics.store(words, word.failed, 1)
      }
      Atomics.add(words, word.done, 1)
    }
    if (!this.#areDone(parts.length, this.#naps)) {
      this.#fail(
        `a thread did not do its part of ${this.#names[kernel]}, so that the result is not complete`,
        'Compute it again: from here on one thread serves',
      )
    }
    return parts.every((_, part) => Object.is(numbers[part * width], numbers[0]))
  }

  /** Ends the workers. */
  end(): void {
    this.#isGone = true
    for (const worker of this.#workers) void worker.terminate()
  }

  /** The next part that nobody took, or -1. */
  #take(): number {
    for (;;) {
      const left = Atomics.load(this.#words, word.left)
      if (left === 0 || Atomics.compareExchange(this.#words, word.left, left, left - 1) === left) return left - 1
    }
  }

  /** Waits until so many are done; tells whether they ever are, and none failed. */
  #areDone(count: number, naps: number): boolean {
    const words = this.#words
    for (let spin = 0; spin < spins && Atomics.load(words, word.done) < count; spin++) continue
    for (let nap = 0; nap < naps && Atomics.load(words, word.done) < count; nap++) {
      Atomics.wait(words, word.done, Atomics.load(words, word.done), 1)
    }
    return Atomics.load(words, word.done) === count && Atomics.load(words, word.failed) === 0
  }

  #fail(what: string, whatToDo: string): never {
    this.end()
    throw new DeviceError(`cpu: ${what}. ${whatToDo}.`, 'THREADS')
  }
}
