import { DeviceError } from '@metagrad/tensor'
import type { Source } from '../wgsl/module.ts'
import { INFINITY_BITS } from '../wgsl/module.ts'
import { COPY_DST, COPY_SRC, MAP_READ, MAX_GROUPS, READ, STORAGE, UNIFORM } from './constants.ts'
import { Failure, lostError, memoryError } from './failure.ts'
import { FAULT_BYTES, Faults } from './faults.ts'
import type { Program } from './pipelines.ts'
import { Pipelines } from './pipelines.ts'
import type { BufferSource, PoolStatistics, PooledBuffer } from './pool.ts'
import { BufferPool, sizeClass } from './pool.ts'

/** How an engine works; all have defaults. */
export interface EngineOptions {
  /** Bytes of unused buffers that are kept for later tensors. */
  readonly poolBytes: number
  /** Dispatches that are collected before they are submitted. */
  readonly batch: number
  /** Checks each op by itself, so that an error names the op that caused it. Slow. */
  readonly debug: boolean
}

/** One dispatch. */
export interface Launch {
  /** The op, as messages call it. */
  readonly op: string
  /** What tells this kernel from all others. */
  readonly key: string
  /** Builds the kernel on first use. */
  readonly source: () => Source
  /** In the order of the kernel's bindings. */
  readonly buffers: readonly PooledBuffer[]
  /** In the order of the kernel's words. */
  readonly words: readonly number[]
  /** Workgroups, as many as are needed; the grid is folded where they exceed one dimension. */
  readonly groups: number
}

/** What a host array for a buffer may be. */
export type HostData = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>

/** Takes what kernels ask of the engine while they are captured: nothing of it is executed. */
export interface Capture extends BufferSource {
  launch(program: Program, launch: Launch): void
  write(buffer: PooledBuffer, data: HostData): void
}

/** Most bind groups kept: beyond, the older half is dropped. */
const MOST_BIND_GROUPS = 4096

/** Bytes of parameters that one batch may use, beside its number of dispatches. */
const PAGE_BYTES = 64 * 1024

/** Workgroups in two dimensions, where one cannot count them. */
export function gridOf(groups: number): readonly [columns: number, rows: number] {
  const rows = Math.ceil(groups / MAX_GROUPS)
  return [Math.ceil(groups / rows), rows]
}

/**
 * A GPU device with one open command encoder. Dispatches are collected and submitted in batches: when a batch is full, at
 * a read, or as soon as the caller yields. The parameters of a batch are written once, in queue order, before it runs.
 */
export class Engine {
  readonly device: GPUDevice
  readonly failure: Failure = new Failure()
  readonly faults: Faults = new Faults()
  readonly pipelines: Pipelines
  /** Where kernels note faults. */
  readonly faultBuffer: PooledBuffer
  readonly debug: boolean
  readonly #pool: BufferPool
  readonly #batch: number
  readonly #alignment: number
  readonly #page: GPUBuffer
  readonly #pageWords = new Int32Array(PAGE_BYTES / 4)
  readonly #bindGroups = new Map<string, GPUBindGroup>()
  readonly #staging = new Map<number, GPUBuffer[]>()
  readonly #released: FinalizationRegistry<PooledBuffer>
  #capture: Capture | undefined
  #encoder: GPUCommandEncoder | undefined
  #pass: GPUComputePassEncoder | undefined
  #serial = 1
  #submits = 0
  #dispatches = 0
  #pageBytes = 0
  #idle = false

  constructor(device: GPUDevice, { poolBytes, batch, debug }: EngineOptions) {
    this.device = device
    this.#batch = debug ? 1 : batch
    this.debug = debug
    this.#alignment = device.limits.minUniformBufferOffsetAlignment
    this.#pool = new BufferPool(
      (bytes) => this.#createBuffer(bytes),
      (buffer) => this.#destroy(buffer),
      poolBytes,
    )
    this.pipelines = new Pipelines(device, this.failure)
    this.faultBuffer = this.pool.take(FAULT_BYTES)
    this.#page = device.createBuffer({ label: 'parameters', size: PAGE_BYTES, usage: UNIFORM | COPY_DST })
    this.#released = new FinalizationRegistry((buffer) => this.#pool.giveBack(buffer))
    void device.lost.then(({ reason, message }) => this.failure.set(lostError(reason, message)))
    device.addEventListener('uncapturederror', ({ error }) => {
      const text = `webgpu: ${error.message.replaceAll(/\s+/g, ' ')}. Report it, please.`
      // A kernel that does not compile is the better message, and comes later.
      void this.pipelines.settled().then(() => this.failure.set(new DeviceError(text)))
    })
  }

  /** Where kernels take buffers from. */
  get pool(): BufferSource {
    return this.#capture ?? this.#pool
  }

  /** A buffer of the pool, whether or not kernels are captured. */
  fresh(bytes: number): PooledBuffer {
    return this.#pool.take(bytes)
  }

  /** What is allocated. */
  get statistics(): PoolStatistics {
    return this.#pool.statistics
  }

  /** Runs kernels without executing them: `capture` takes what they launch, write and allocate. */
  captured(capture: Capture, run: () => void): void {
    this.#capture = capture
    try {
      run()
    } finally {
      this.#capture = undefined
    }
  }

  /** Submits commands of the caller's own, after everything that was called before. */
  submit(record: (encoder: GPUCommandEncoder) => void): void {
    this.failure.check()
    this.flush()
    const encoder = this.device.createCommandEncoder()
    record(encoder)
    this.#submitted(encoder)
  }

  /** Gives `buffer` back to the pool once `owner` is collected. Pending commands may still use it: they come first. */
  releaseWith(owner: object, buffer: PooledBuffer): void {
    // A capture keeps its own buffers.
    if (this.#capture === undefined) this.#released.register(owner, buffer)
  }

  run(launch: Launch): void {
    const { op, key, source, buffers, words, groups } = launch
    if (groups === 0) return
    this.failure.check()
    const program = this.pipelines.get(key, source)
    if (this.#capture !== undefined) return this.#capture.launch(program, launch)
    const pass = this.#openPass(program.wordBytes)
    if (this.debug) this.device.pushErrorScope('validation')
    pass.setPipeline(program.pipeline)
    pass.setBindGroup(0, this.#bindGroupOf(program, buffers), [this.#send(words, program.wordBytes)])
    pass.dispatchWorkgroups(...gridOf(groups))
    for (const buffer of buffers) buffer.usedIn = this.#serial
    this.#dispatches++
    if (this.#dispatches >= this.#batch) this.flush()
    else this.#flushWhenIdle()
    if (this.debug) this.#reportScope(op)
  }

  /** Batches of commands submitted so far. */
  get submits(): number {
    return this.#submits
  }

  #submitted(encoder: GPUCommandEncoder): void {
    this.#submits++
    this.device.queue.submit([encoder.finish()])
  }

  /** Submits what was collected. */
  flush(): void {
    if (this.#encoder === undefined) return
    this.#endPass()
    this.device.queue.writeBuffer(this.#page, 0, this.#pageWords, 0, this.#pageBytes / 4)
    this.#submitted(this.#encoder)
    this.#encoder = undefined
    this.#serial++
    this.#dispatches = 0
    this.#pageBytes = 0
  }

  write(buffer: PooledBuffer, data: HostData): void {
    this.failure.check()
    if (data.byteLength === 0) return
    if (this.#capture !== undefined) return this.#capture.write(buffer, data)
    // Queue writes run before a batch that is not yet submitted, which may still read what the buffer held before.
    if (buffer.usedIn === this.#serial) this.flush()
    this.device.queue.writeBuffer(buffer.buffer, 0, data)
  }

  /**
   * Bytes of a buffer, after everything that was called before.
   * @throws DeviceError if the device fails, or the first fault that a kernel noted
   */
  async read(buffer: PooledBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    this.failure.check()
    const staging = this.#takeStaging(bytes + FAULT_BYTES)
    const encoder = this.#openEncoder()
    this.#endPass()
    encoder.copyBufferToBuffer(buffer.buffer, offset, staging, 0, bytes)
    encoder.copyBufferToBuffer(this.faultBuffer.buffer, 0, staging, bytes, FAULT_BYTES)
    buffer.usedIn = this.#serial
    this.flush()
    try {
      await staging.mapAsync(READ, 0, bytes + FAULT_BYTES)
    } catch (cause) {
      await this.#lossOrPatience()
      throw this.failure.error ?? new DeviceError('webgpu: the device could not be read.', 'DEVICE', { cause })
    }
    const mapped = staging.getMappedRange(0, bytes + FAULT_BYTES).slice(0)
    staging.unmap()
    this.#staging.get(staging.size)!.push(staging)
    await this.pipelines.settled()
    this.failure.check()
    this.#throwFault(new Int32Array(mapped, bytes))
    return mapped.slice(0, bytes)
  }

  /** Ends the device. What it holds is gone. */
  destroy(): void {
    this.flush()
    this.device.destroy()
  }

  /** A rejected map tells less than the loss that caused it, which may arrive a moment later. */
  async #lossOrPatience(): Promise<void> {
    for (let turn = 0; turn < 10 && this.failure.error === undefined; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  #throwFault(words: Int32Array): void {
    const error = this.faults.errorOf(words)
    if (error === undefined) return
    this.device.queue.writeBuffer(this.faultBuffer.buffer, 0, new Int32Array(FAULT_BYTES / 4))
    throw error
  }

  #openEncoder(): GPUCommandEncoder {
    return (this.#encoder ??= this.device.createCommandEncoder())
  }

  #openPass(wordsBytes: number): GPUComputePassEncoder {
    if (this.#pageBytes + wordsBytes > PAGE_BYTES) this.flush()
    return (this.#pass ??= this.#openEncoder().beginComputePass())
  }

  #endPass(): void {
    this.#pass?.end()
    this.#pass = undefined
  }

  #flushWhenIdle(): void {
    if (this.#idle) return
    this.#idle = true
    setTimeout(() => {
      this.#idle = false
      if (this.failure.error === undefined) this.flush()
    }, 0)
  }

  /** Puts parameters on the page of the open batch; returns where. */
  #send(words: readonly number[], bytes: number): number {
    const start = this.#pageBytes
    this.#pageWords[start / 4] = INFINITY_BITS
    this.#pageWords.set(words, start / 4 + 1)
    this.#pageBytes += Math.ceil(bytes / this.#alignment) * this.#alignment
    return start
  }

  #bindGroupOf({ layout, wordBytes }: Program, buffers: readonly PooledBuffer[]): GPUBindGroup {
    let key = `${layout.id} ${wordBytes}`
    for (const { id } of buffers) key += ` ${id}`
    const known = this.#bindGroups.get(key)
    if (known !== undefined) return known
    const group = this.device.createBindGroup({
      layout: layout.bindings,
      entries: [
        { binding: 0, resource: { buffer: this.#page, size: wordBytes } },
        ...buffers.map(({ buffer }, i) => ({ binding: i + 1, resource: { buffer } })),
      ],
    })
    if (this.#bindGroups.size >= MOST_BIND_GROUPS) this.#dropOldBindGroups()
    this.#bindGroups.set(key, group)
    return group
  }

  #dropOldBindGroups(): void {
    let rest = MOST_BIND_GROUPS / 2
    for (const key of this.#bindGroups.keys()) {
      if (rest-- === 0) return
      this.#bindGroups.delete(key)
    }
  }

  #createBuffer(size: number): GPUBuffer {
    this.failure.check()
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize)
    if (size > most) {
      throw new DeviceError(
        `webgpu: a tensor is too large: ${size} bytes vs ${most} that this adapter can bind. Split it along a dim.`,
        'DEVICE_MEMORY',
      )
    }
    this.device.pushErrorScope('out-of-memory')
    const buffer = this.device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST })
    void this.device.popErrorScope().then(
      (error) => error !== null && this.failure.set(memoryError(size, this.#pool.statistics.usedBytes)),
      () => undefined,
    )
    return buffer
  }

  #destroy({ buffer, usedIn }: PooledBuffer): void {
    if (usedIn === this.#serial) this.flush()
    buffer.destroy()
  }

  #takeStaging(bytes: number): GPUBuffer {
    const size = sizeClass(bytes)
    const free = this.#staging.get(size)
    if (free === undefined) this.#staging.set(size, [])
    return free?.pop() ?? this.device.createBuffer({ size, usage: MAP_READ | COPY_DST })
  }

  #reportScope(op: string): void {
    void this.device.popErrorScope().then(
      (error) =>
        error !== null &&
        this.failure.set(new DeviceError(`${op}: the GPU refuses it: ${error.message.replaceAll(/\s+/g, ' ')}`)),
      () => undefined,
    )
  }
}
