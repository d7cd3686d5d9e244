import { STORAGE, COPY_DST, COPY_SRC } from './constants.ts'

/** A buffer that travels between storages. */
export interface PooledBuffer {
  /** Never given twice, so that caches can name buffers. */
  readonly id: number
  readonly bytes: number
  readonly buffer: GPUBuffer
  /** The batch of commands that last used it. */
  usedIn: number
}

const SMALLEST = 64

/** Sizes in steps of a quarter of a power of two: at most a fifth of a buffer is unused. */
export function sizeClass(bytes: number): number {
  if (bytes <= SMALLEST) return SMALLEST
  const step = 2 ** (Math.ceil(Math.log2(bytes)) - 3)
  return Math.ceil((Math.ceil(bytes / step) * step) / 16) * 16
}

/** What a pool counts, in bytes and buffers. */
export interface PoolStatistics {
  /** Held by living storages. */
  readonly usedBytes: number
  /** Waiting to be used again. */
  readonly freeBytes: number
  readonly buffers: number
  /** Buffers made since the start; flat in a steady loop. */
  readonly created: number
}

/** Where buffers come from and go to. */
export interface BufferSource {
  take(bytes: number): PooledBuffer
  giveBack(buffer: PooledBuffer): void
}

/**
 * Buffers by size class. What is given back is kept for the next storage of its class while all that is kept
 * stays below `cap` bytes; beyond, it is destroyed.
 */
export class BufferPool implements BufferSource {
  readonly #create: (bytes: number) => GPUBuffer
  readonly #destroy: (buffer: PooledBuffer) => void
  readonly #cap: number
  readonly #free = new Map<number, PooledBuffer[]>()
  #usedBytes = 0
  #freeBytes = 0
  #buffers = 0
  #created = 0

  constructor(create: (bytes: number) => GPUBuffer, destroy: (buffer: PooledBuffer) => void, cap: number) {
    this.#create = create
    this.#destroy = destroy
    this.#cap = cap
  }

  take(length: number): PooledBuffer {
    const bytes = sizeClass(length)
    this.#usedBytes += bytes
    const free = this.#free.get(bytes)?.pop()
    if (free !== undefined) {
      this.#freeBytes -= bytes
      return free
    }
    this.#buffers++
    return { id: ++this.#created, bytes, buffer: this.#create(bytes), usedIn: 0 }
  }

  giveBack(buffer: PooledBuffer): void {
    const { bytes } = buffer
    this.#usedBytes -= bytes
    if (this.#freeBytes + bytes > this.#cap) {
      this.#buffers--
      this.#destroy(buffer)
      return
    }
    this.#freeBytes += bytes
    const free = this.#free.get(bytes)
    if (free === undefined) this.#free.set(bytes, [buffer])
    else free.push(buffer)
  }

  get statistics(): PoolStatistics {
    return {
      usedBytes: this.#usedBytes,
      freeBytes: this.#freeBytes,
      buffers: this.#buffers,
      created: this.#created,
    }
  }
}

export const STORAGE_USAGE: number = STORAGE | COPY_SRC | COPY_DST
