import type {
  Device,
  LoweredProgram,
  Program,
  ProgramInputs,
  ProgramOperand,
  ProgramStep,
  View,
} from '@metagrad/tensor'
import { Layout } from '@metagrad/tensor'
import { COPY_DST, COPY_SRC, UNIFORM } from './engine/constants.ts'
import type { Capture, Engine, HostData, Launch } from './engine/engine.ts'
import { gridOf } from './engine/engine.ts'
import type { Program as Kernel } from './engine/pipelines.ts'
import type { PooledBuffer } from './engine/pool.ts'
import { sizeClass } from './engine/pool.ts'
import type { GpuStorage } from './engine/storage.ts'
import { bytesOf, cellOf } from './engine/storage.ts'
import { INFINITY_BITS } from './wgsl/module.ts'

/** A dispatch that is encoded at each run: everything about it is settled but the words that late numbers change. */
interface Dispatch {
  readonly kernel: Kernel
  readonly buffers: readonly PooledBuffer[]
  readonly grid: readonly [number, number]
  /** Where its words lie on the page, in bytes. */
  readonly at: number
  group?: GPUBindGroup
}

/** Host data on its way: written beside, copied in its turn. */
interface Copy {
  readonly from: GPUBuffer
  readonly to: PooledBuffer
  readonly bytes: number
}

/** What a step of the program has become. */
interface Lowered {
  commands: (Dispatch | Copy)[]
  /** Outer slots that it touches. */
  readonly outer: readonly number[]
  /** Buffers that its kernel took for itself, places of its words and buffers of its host data: used again in the same order. */
  readonly taken: PooledBuffer[]
  readonly places: number[]
  readonly uploads: GPUBuffer[]
}

/** What goes back when the program is collected. */
interface Held {
  readonly engine: Engine
  readonly pooled: PooledBuffer[]
  readonly own: GPUBuffer[]
}

const released = new FinalizationRegistry<Held>(({ engine, pooled, own }) => {
  for (const buffer of pooled) engine.pool.giveBack(buffer)
  for (const buffer of own) buffer.destroy()
})

/** First and last step in which each inner slot is used. */
function lifetimes({ slots, steps }: Program): { readonly first: number[]; readonly last: number[] } {
  const [first, last] = [slots.map(() => -1), slots.map(() => -1)]
  steps.forEach(({ inputs, outputs }, at) => {
    for (const { slot } of [...inputs, ...outputs]) {
      if (first[slot] === -1) first[slot] = at
      last[slot] = at
    }
  })
  return { first, last }
}

/**
 * A recorded program as one submit. Each step's kernel runs once on a capture, which keeps its dispatches: buffers are
 * planned then (a buffer is used again when its slot's last step is over), and bind groups are made once. A later run only captures
 * anew the steps whose numbers are late, that draw at random, or that touch a tensor other than before.
 */
class GpuProgram implements LoweredProgram {
  readonly #program: Program
  readonly #device: Device
  readonly #engine: Engine
  readonly #steps: Lowered[]
  readonly #held: Held
  readonly #alignment: number
  /** The storage of each inner slot, once its first step was captured. */
  readonly #inner: (GpuStorage | undefined)[] = []
  /** What outer slots were when steps were last captured. */
  readonly #storages: (PooledBuffer | undefined)[] = []
  readonly #offsets: number[] = []
  readonly #free = new Map<number, PooledBuffer[]>()
  #words = new Int32Array(1024)
  #pageBytes = 0
  #page: GPUBuffer | undefined
  #isCaptured = false

  constructor(program: Program, device: Device, engine: Engine) {
    this.#program = program
    this.#device = device
    this.#engine = engine
    this.#alignment = engine.device.limits.minUniformBufferOffsetAlignment
    this.#held = { engine, pooled: [], own: [] }
    this.#steps = program.steps.map(({ inputs, outputs }) => {
      const slots = new Set([...inputs, ...outputs].map(({ slot }) => slot))
      const outer = [...slots].filter((slot) => program.slots[slot]!.kind === 'outer')
      return { commands: [], outer, taken: [], places: [], uploads: [] }
    })
    released.register(this, this.#held)
  }

  run(inputs: ProgramInputs): void {
    this.#engine.failure.check()
    if (this.#isCaptured) this.#captureChanged(inputs)
    else this.#captureAll(inputs)
    this.#note(inputs)
    this.#submit()
  }

  explain(): string[] {
    const { steps } = this.#program
    const dispatches = this.#steps.map(({ commands }) => commands.filter((command) => 'kernel' in command).length)
    const bytes = this.#held.pooled.reduce((sum, buffer) => sum + buffer.bytes, 0)
    const total = dispatches.reduce((sum, count) => sum + count, 0)
    return [
      `one submit of ${total} dispatches; ${this.#held.pooled.length} buffers of ${bytes} bytes for what is made on the way`,
      ...steps.map(
        ({ primitive, isLate }, at) => `${primitive}: ${dispatches[at]!} dispatches${isLate ? ', numbers late' : ''}`,
      ),
    ]
  }

  #captureAll(inputs: ProgramInputs): void {
    const { first, last } = lifetimes(this.#program)
    const { slots, steps } = this.#program
    const starting = steps.map((): number[] => [])
    const ending = steps.map((): number[] => [])
    slots.forEach(({ kind }, slot) => {
      if (kind === 'outer' || first[slot] === -1) return
      starting[first[slot]!]!.push(slot)
      ending[last[slot]!]!.push(slot)
    })
    for (let at = 0; at < steps.length; at++) {
      for (const slot of starting[at]!) this.#inner[slot] = this.#storageOf(slot)
      this.#capture(at, inputs)
      for (const slot of ending[at]!) this.#giveBack(this.#inner[slot]!.buffer)
    }
    this.#isCaptured = true
  }

  #captureChanged(inputs: ProgramInputs): void {
    const { steps } = this.#program
    const changed = this.#program.slots.map(
      ({ kind }, slot) =>
        kind === 'outer' &&
        (bufferOf(inputs, slot) !== this.#storages[slot] || inputs.offsets[slot] !== this.#offsets[slot]),
    )
    this.#steps.forEach(({ outer, uploads }, at) => {
      if (steps[at]!.isLate || uploads.length > 0 || outer.some((slot) => changed[slot])) this.#capture(at, inputs)
    })
  }

  /** Remembers what the slots were. */
  #note({ storages, offsets }: ProgramInputs): void {
    this.#program.slots.forEach(({ kind }, slot) => {
      if (kind === 'inner') return
      this.#storages[slot] = (storages[slot] as GpuStorage | undefined)?.buffer
      this.#offsets[slot] = offsets[slot]!
    })
  }

  /** A plain stand-in for a storage: nothing of it outlives the program. */
  #storageOf(slot: number): GpuStorage {
    const { dtype, length } = this.#program.slots[slot]!
    const buffer = this.#take(length * bytesOf[cellOf(dtype)], true)
    const storage: Omit<GpuStorage, 'pressure'> = {
      device: this.#device,
      engine: this.#engine,
      dtype,
      length,
      buffer,
      version: 0,
      rewrites: 0,
    }
    return storage as GpuStorage
  }

  #giveBack(buffer: PooledBuffer): void {
    const free = this.#free.get(buffer.bytes)
    if (free === undefined) this.#free.set(buffer.bytes, [buffer])
    else free.push(buffer)
  }

  #viewOf({ slot, layout, dtype }: ProgramOperand, { storages, offsets }: ProgramInputs): View {
    const base = offsets[slot]!
    const own = this.#inner[slot]
    return {
      storage: own ?? storages[slot]!,
      layout: own !== undefined || base === 0 ? layout : new Layout(layout.shape, layout.strides, layout.offset + base),
      dtype,
    }
  }

  /** Runs a step's kernel on a capture. */
  #capture(at: number, inputs: ProgramInputs): void {
    const step: ProgramStep = this.#program.steps[at]!
    const [outputs, operands] = [step.outputs, step.inputs].map((list) => list.map((one) => this.#viewOf(one, inputs)))
    const capture = this.#captureOf(this.#steps[at]!)
    this.#engine.captured(capture, () => {
      // The table types each row by its own parameters; the step was recorded from a call that fitted.
      this.#device.kernels[step.primitive](outputs!, operands!, inputs.params[at] as never)
    })
  }

  #captureOf(lowered: Lowered): Capture {
    const { taken, places, uploads } = lowered
    const commands: (Dispatch | Copy)[] = []
    lowered.commands = commands
    let [takes, launches, writes] = [0, 0, 0]
    const anew = !this.#isCaptured
    return {
      take: (bytes) => {
        const at = takes++
        const known = taken[at]
        if (known !== undefined && known.bytes >= bytes) return known
        return (taken[at] = this.#take(bytes, anew))
      },
      giveBack: (buffer) => {
        // Later steps may have it, in the order of the first capture.
        if (anew) this.#giveBack(buffer)
      },
      launch: (kernel, launch) => {
        const at = (places[launches++] ??= this.#place(kernel.wordBytes))
        this.#setWords(at, launch)
        commands.push({ kernel, buffers: launch.buffers, grid: gridOf(launch.groups), at })
      },
      write: (to, data) => {
        const at = writes++
        const known = uploads[at]
        const from = known !== undefined && known.size >= data.byteLength ? known : this.#uploadBuffer(data)
        uploads[at] = from
        this.#engine.device.queue.writeBuffer(from, 0, data)
        commands.push({ from, to, bytes: data.byteLength })
      },
    }
  }

  /** A buffer that no slot needs now; what a later capture needs beyond the first shares with nobody. */
  #take(bytes: number, mayShare: boolean): PooledBuffer {
    const free = mayShare ? this.#free.get(sizeClass(bytes))?.pop() : undefined
    if (free !== undefined) return free
    const buffer = this.#engine.fresh(bytes)
    this.#held.pooled.push(buffer)
    return buffer
  }

  #uploadBuffer({ byteLength }: HostData): GPUBuffer {
    const buffer = this.#engine.device.createBuffer({ size: byteLength, usage: COPY_SRC | COPY_DST })
    this.#held.own.push(buffer)
    return buffer
  }

  /** Room on the page for the words of a kernel. */
  #place(bytes: number): number {
    const at = this.#pageBytes
    this.#pageBytes += Math.ceil(bytes / this.#alignment) * this.#alignment
    if (this.#pageBytes > this.#words.byteLength) {
      const words = new Int32Array(2 * Math.max(this.#words.length, this.#pageBytes / 4))
      words.set(this.#words)
      this.#words = words
    }
    return at
  }

  #setWords(at: number, { words }: Launch): void {
    this.#words[at / 4] = INFINITY_BITS
    this.#words.set(words, at / 4 + 1)
  }

  /** The page on the GPU; a larger one leaves the bind groups of the smaller behind. */
  #pageBuffer(): GPUBuffer {
    if (this.#page !== undefined && this.#page.size >= this.#pageBytes) return this.#page
    this.#page = this.#engine.device.createBuffer({ size: this.#words.byteLength, usage: UNIFORM | COPY_DST })
    this.#held.own.push(this.#page)
    for (const { commands } of this.#steps) {
      for (const command of commands) if ('kernel' in command) delete command.group
    }
    return this.#page
  }

  #groupOf({ kernel, buffers }: Dispatch, page: GPUBuffer): GPUBindGroup {
    return this.#engine.device.createBindGroup({
      layout: kernel.layout.bindings,
      entries: [
        { binding: 0, resource: { buffer: page, size: kernel.wordBytes } },
        ...buffers.map(({ buffer }, i) => ({ binding: i + 1, resource: { buffer } })),
      ],
    })
  }

  #submit(): void {
    const page = this.#pageBuffer()
    this.#engine.device.queue.writeBuffer(page, 0, this.#words, 0, this.#pageBytes / 4)
    this.#engine.submit((encoder) => {
      let pass: GPUComputePassEncoder | undefined
      for (const { commands } of this.#steps) {
        for (const command of commands) {
          if ('kernel' in command) {
            pass ??= encoder.beginComputePass()
            pass.setPipeline(command.kernel.pipeline)
            pass.setBindGroup(0, (command.group ??= this.#groupOf(command, page)), [command.at])
            pass.dispatchWorkgroups(...command.grid)
          } else {
            pass?.end()
            pass = undefined
            encoder.copyBufferToBuffer(command.from, 0, command.to.buffer, 0, command.bytes)
          }
        }
      }
      pass?.end()
    })
  }
}

function bufferOf({ storages }: ProgramInputs, slot: number): PooledBuffer | undefined {
  return (storages[slot] as GpuStorage | undefined)?.buffer
}

/** A recorded program in the form of the GPU. */
export function lower(program: Program, device: Device, engine: Engine): LoweredProgram {
  return new GpuProgram(program, device, engine)
}
