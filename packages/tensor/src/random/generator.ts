import { ArgumentError } from '../errors.ts'
import { currentTrace } from '../trace.ts'

const STATE_WORDS = 624
const SHIFT_WORDS = 397
const TWO_POW_32 = 2 ** 32
const MAX_UINT64 = 2n ** 64n - 1n
const MIN_INT64 = -(2n ** 63n)

/** The seed of a `Generator` that was given none, PyTorch's own. */
export const DEFAULT_SEED = 67280421310721

/** Bytes of a saved generator state, in the layout of `torch.Generator.get_state()`. */
export const STATE_BYTES = 5056
// Offsets into that layout; all numbers are little endian.
const AT_SEED = 0
const AT_LEFT = 8
const AT_SEEDED = 12
const AT_NEXT = 16
const AT_WORDS = 24
const AT_NORMAL = 5024
const AT_NORMAL_IS_VALID = 5040

/**
 * A source of random numbers: the Mersenne Twister mt19937, with PyTorch's seeding and draw order, so that the same seed
 * gives the numbers of PyTorch's CPU generator.
 *
 * @example
 * ```ts
 * const generator = new Generator(42)
 * generator.uint32() // -> 1608637542
 * ```
 * @see M. Matsumoto, T. Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998; https://pytorch.org/docs/stable/generated/torch.Generator.html
 */
export class Generator {
  /**
   * The second value of the last pair of single normal draws, waiting to be handed out.
   *
   * @see fillNormal
   */
  cachedNormal: number | undefined
  #seed = 0n
  readonly #state = new Uint32Array(STATE_WORDS)
  readonly #block = new Uint32Array(STATE_WORDS) // the tempered state: the next draws
  #index = STATE_WORDS // how many of the block are used up

  /**
   * @param seed - an integer in [-2^63, 2^64 - 1]; a negative one counts from 2^64 downward
   * @throws ArgumentError if `seed` is no integer of that range
   */
  constructor(seed: number | bigint = DEFAULT_SEED) {
    this.manualSeed(seed)
  }

  /**
   * Starts the sequence of `seed` from its beginning and forgets the cached normal. Only the low 32 bits of the seed
   * choose the sequence, as in PyTorch.
   *
   * @param seed - an integer in [-2^63, 2^64 - 1]; a negative one counts from 2^64 downward
   * @throws ArgumentError if `seed` is no integer of that range
   */
  manualSeed(seed: number | bigint): this {
    currentTrace()?.refuse('manualSeed', 'a generator cannot be made or seeded')
    this.#seed = checkSeed(seed)
    const state = this.#state
    let previous = Number(this.#seed & 0xffffffffn)
    state[0] = previous
    for (let i = 1; i < STATE_WORDS; i++) {
      previous = (Math.imul(1812433253, previous ^ (previous >>> 30)) + i) >>> 0
      state[i] = previous
    }
    this.#index = STATE_WORDS
    this.cachedNormal = undefined
    return this
  }

  /** Seeds from the platform's entropy and returns the seed, an integer in [0, 2^53). */
  seed(): number {
    const seed = entropySeed()
    this.manualSeed(seed)
    return seed
  }

  /** The seed that the sequence started from, in [0, 2^64). */
  initialSeed(): bigint {
    return this.#seed
  }

  /** One draw: an integer in [0, 2^32). */
  uint32(): number {
    if (this.#index === STATE_WORDS) this.#refill()
    return this.#block[this.#index++]!
  }

  /** Two draws, the first is the high word: an integer in [0, 2^64). */
  uint64(): bigint {
    const high = this.uint32()
    return (BigInt(high) << 32n) | BigInt(this.uint32())
  }

  /** Two draws: the low 53 bits of what `uint64()` would give, as a number. */
  uint53(): number {
    const high = this.uint32() & 0x1fffff
    return high * TWO_POW_32 + this.uint32()
  }

  /** One draw: a multiple of 2^-24 in [0, 1). */
  uniform24(): number {
    return (this.uint32() & 0xffffff) / 0x1000000
  }

  /** Two draws: a multiple of 2^-53 in [0, 1). */
  uniform53(): number {
    return this.uint53() / 2 ** 53
  }

  /** A generator that continues with the same numbers as this one and moves on its own. */
  clone(): Generator {
    const copy = new Generator(this.#seed)
    copy.#state.set(this.#state)
    copy.#block.set(this.#block)
    copy.#index = this.#index
    copy.cachedNormal = this.cachedNormal
    return copy
  }

  /**
   * The whole state, cached normal included, as the 5056 bytes of `torch.Generator.get_state()`: either side can go on
   * where the other stopped.
   *
   * @example
   * ```ts
   * const generator = new Generator(42)
   * const state = generator.getState()
   * const drawn = generator.uint32()
   * generator.setState(state)
   * generator.uint32() === drawn // -> true
   * ```
   */
  getState(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(STATE_BYTES)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(AT_SEED, this.#seed, true)
    view.setInt32(AT_LEFT, STATE_WORDS + 1 - this.#index, true)
    view.setInt32(AT_SEEDED, 1, true)
    view.setUint32(AT_NEXT, this.#index, true)
    this.#state.forEach((word, i) => view.setUint32(AT_WORDS + 8 * i, word, true))
    if (this.cachedNormal !== undefined) {
      view.setFloat64(AT_NORMAL, this.cachedNormal, true)
      view.setInt32(AT_NORMAL_IS_VALID, 1, true)
    }
    return bytes
  }

  /**
   * Continues from a state that `getState` or PyTorch's `get_state()` gave.
   *
   * @throws ArgumentError if `bytes` is no such state; the generator is then unchanged
   */
  setState(bytes: Uint8Array): this {
    if (bytes.length !== STATE_BYTES) {
      throw new ArgumentError(
        `setState: state has the wrong size: got ${bytes.length} bytes, expected ${STATE_BYTES}. Pass what getState() returned.`,
      )
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const left = view.getInt32(AT_LEFT, true)
    if (view.getInt32(AT_SEEDED, true) !== 1 || left < 1 || left > STATE_WORDS) {
      throw new ArgumentError('setState: bytes are not a generator state. Pass what getState() returned.')
    }
    this.#seed = view.getBigUint64(AT_SEED, true)
    for (let i = 0; i < STATE_WORDS; i++) this.#state[i] = view.getUint32(AT_WORDS + 8 * i, true)
    temper(this.#state, this.#block)
    this.#index = STATE_WORDS + 1 - left
    this.cachedNormal = view.getInt32(AT_NORMAL_IS_VALID, true) === 0 ? undefined : view.getFloat64(AT_NORMAL, true)
    return this
  }

  #refill(): void {
    twist(this.#state)
    temper(this.#state, this.#block)
    this.#index = 0
  }
}

/** The generator of every draw that names none; seeded from the platform's entropy until `manualSeed` is called. */
export const defaultGenerator: Generator = /* @__PURE__ */ new Generator(/* @__PURE__ */ entropySeed())

/**
 * Seeds the default generator and returns it.
 *
 * @param seed - an integer in [-2^63, 2^64 - 1]; a negative one counts from 2^64 downward
 * @throws ArgumentError if `seed` is no integer of that range
 * @see https://pytorch.org/docs/stable/generated/torch.manual_seed.html
 */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed)
}

/** An integer in [0, 2^53). Engines seed Math.random from the platform's entropy; `crypto` takes Node 8 ms to load. */
function entropySeed(): number {
  return Math.floor(Math.random() * 2 ** 21) * TWO_POW_32 + Math.floor(Math.random() * TWO_POW_32)
}

function checkSeed(seed: number | bigint): bigint {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw new ArgumentError(
      `manualSeed: seed must be a safe integer or a bigint: got ${seed}. Use a bigint beyond 2^53.`,
    )
  }
  const value = BigInt(seed)
  if (value < MIN_INT64 || value > MAX_UINT64) {
    throw new ArgumentError(`manualSeed: seed out of range: got ${value}, expected -2^63 to 2^64 - 1.`)
  }
  return BigInt.asUintN(64, value)
}

/** The recurrence: `x[k + n] = x[k + m] ^ (upper bit of x[k] | lower bits of x[k + 1]) A`, for one block of n words. */
function twist(state: Uint32Array): void {
  const split = STATE_WORDS - SHIFT_WORDS
  for (let i = 0; i < split; i++) state[i] = state[i + SHIFT_WORDS]! ^ mix(state[i]!, state[i + 1]!)
  for (let i = split; i < STATE_WORDS - 1; i++) state[i] = state[i - split]! ^ mix(state[i]!, state[i + 1]!)
  state[STATE_WORDS - 1] = state[SHIFT_WORDS - 1]! ^ mix(state[STATE_WORDS - 1]!, state[0]!)
}

function mix(upper: number, lower: number): number {
  return (((upper & 0x80000000) | (lower & 0x7fffffff)) >>> 1) ^ (-(lower & 1) & 0x9908b0df)
}

function temper(state: Uint32Array, block: Uint32Array): void {
  for (let i = 0; i < STATE_WORDS; i++) {
    let y = state[i]!
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    block[i] = y ^ (y >>> 18)
  }
}
