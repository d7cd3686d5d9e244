import type { ComputePrimitive, ComputePrimitives, Device, LoweredProgram, Program, Storage } from '@metagrad/tensor'
import { Tensor, isRecording } from '@metagrad/tensor'
import { alike } from './agree.ts'
import { interpreted } from './interpret.ts'
import { Matching } from './matching.ts'
import type { Recording } from './recording.ts'
import { shifted } from './recording.ts'
import { build, fits } from './tree.ts'

/** Whether a replay may stand for a call. `unproven`: an argument is another tensor than in all runs that were recorded. */
export type Verdict = 'yes' | 'no' | 'unproven'

/** What a leaf's gradient becomes: none, a tensor handed out, or what it was before the call. */
interface GradChange {
  readonly watch: number
  readonly to: 'none' | 'before' | number
}

/** What a tensor of the result is: an argument, the gradient of a leaf, one from outside, or one handed out. */
type ResultSource =
  | { readonly kind: 'argument'; readonly leaf: number }
  | { readonly kind: 'grad'; readonly watch: number }
  | { readonly kind: 'outside'; readonly tensor: Tensor }
  | { readonly kind: 'handle'; readonly handle: number }

/** A recorded run that stands for later ones. */
export class Replay {
  readonly recording: Recording
  readonly program: Program
  readonly lowered: LoweredProgram
  /** Calls that it stood for. */
  calls = 0
  /** Calls in which a late section did other ops than were recorded. */
  misses = 0
  /** What was other in the last call, if anything. */
  miss: string | undefined = undefined
  readonly #device: Device
  readonly #plan: Plan
  readonly #storages: (Storage | undefined)[]
  readonly #offsets: number[]
  readonly #params: ComputePrimitives[ComputePrimitive][]
  /** Tensors handed out in this call. */
  #handles: (Tensor | undefined)[] = []
  /** Per leaf: the storage that all recorded runs had, while no other was seen. */
  readonly #unproven: (Storage | undefined)[]
  /** Leaves from outside, and whether they required grad. */
  readonly #flags: readonly (readonly [Tensor, boolean])[]

  constructor(first: Recording, recording: Recording, device: Device) {
    this.recording = recording
    this.#device = device
    this.#plan = planOf(recording)
    const { slots } = recording
    const late = new Set(this.#plan.lateSlots)
    this.#storages = slots.map(({ storage }, at) => (late.has(at) ? undefined : storage))
    this.#offsets = slots.map(({ offset }) => offset)
    this.#params = recording.steps.map(({ params }) => params)
    this.#unproven = recording.leaves.map(({ storage }, i) =>
      first.leaves[i]!.storage === storage ? storage : undefined,
    )
    this.#flags = [...recording.seen].filter(([tensor]) => first.seen.has(tensor) && !recording.leaves.includes(tensor))
    this.program = {
      slots: slots.map(({ dtype, length, origin }, at) => ({
        dtype,
        length,
        kind: origin === 'made' && !this.#plan.freshSlots.includes(at) ? 'inner' : 'outer',
      })),
      steps: recording.steps,
    }
    this.lowered = device.lower?.(this.program) ?? interpreted(this.program, device)
  }

  /** Whether a call with these arguments does what was recorded. @param leaves receives the tensors among them */
  accepts(args: readonly unknown[], leaves: Tensor[]): Verdict {
    const { recording } = this
    if (recording.isRecording !== isRecording() || !fits(recording.arguments, args, leaves)) return 'no'
    if (!this.#acceptsLeaves(leaves) || !this.#acceptsGrads(leaves)) return 'no'
    for (let i = 0; i < recording.guards.length; i++) if (!recording.guards[i]!()) return 'no'
    for (let i = 0; i < this.#flags.length; i++) {
      const [tensor, required] = this.#flags[i]!
      if (tensor.requiresGrad !== required) return 'no'
    }
    for (let i = 0; i < leaves.length; i++) {
      const storage = this.#unproven[i]
      if (storage !== undefined && storage !== leaves[i]!.storage) return 'unproven'
    }
    return 'yes'
  }

  #acceptsLeaves(leaves: readonly Tensor[]): boolean {
    const { firstLeaves } = this.#plan
    for (let i = 0; i < leaves.length; i++) {
      const [leaf, recorded] = [leaves[i]!, this.recording.leaves[i]!]
      if (!alike(leaf, recorded) || leaf.device !== recorded.device) return false
      // Arguments that shared a storage still must, at the same distance; the others still must not.
      const [own, ownRecorded] = [leaves[firstLeaves[i]!]!, this.recording.leaves[firstLeaves[i]!]!]
      const distance = recorded.layout.offset - ownRecorded.layout.offset
      if (own.storage !== leaf.storage || leaf.layout.offset - own.layout.offset !== distance) return false
    }
    return (
      !this.#plan.writesArguments || new Set(leaves.map(({ storage }) => storage)).size === new Set(firstLeaves).size
    )
  }

  #acceptsGrads(leaves: readonly Tensor[]): boolean {
    const { watches } = this.recording
    for (let i = 0; i < watches.length; i++) {
      const { entry } = watches[i]!
      const now = this.#watched(i, leaves)
      const { grad } = now
      if (!now.requiresGrad || (grad === undefined) !== (entry === undefined)) return false
      if (grad !== undefined && !(alike(grad, entry!) && grad.layout.offset === entry!.layout.offset)) return false
    }
    return true
  }

  /** Notes that a run with these arguments agreed. */
  prove(leaves: readonly Tensor[]): void {
    leaves.forEach(({ storage }, i) => {
      if (this.#unproven[i] !== storage) this.#unproven[i] = undefined
    })
  }

  /** Does what the function does. @param leaves the tensors of the arguments */
  run(leaves: readonly Tensor[]): unknown {
    const { sections } = this.recording
    this.#begin(leaves)
    const before = this.#plan.keepsGrads ? this.recording.watches.map((_, i) => this.#watched(i, leaves).grad) : []
    const bindings = { storages: this.#storages, offsets: this.#offsets, params: this.#params }
    this.miss = undefined
    if (sections.length === 0) {
      this.lowered.run(bindings)
    } else {
      const matching = new Matching(this.program, this.#device, bindings)
      try {
        for (let i = 0; i < sections.length; i++) {
          this.#changeGrads(this.#plan.gradsOfSections[i]!, leaves, before)
          matching.run(sections[i]!)
        }
        this.miss = matching.miss
        if (matching.miss === undefined) this.lowered.run(bindings)
        else matching.catchUp(this.program.steps.length)
      } catch (error) {
        before.forEach((grad, i) => (this.#watched(i, leaves).grad = grad))
        throw error
      }
      if (matching.miss !== undefined) this.misses++
    }
    this.#countWrites()
    this.#changeGrads(this.#plan.gradsAtExit, leaves, before)
    return build(
      this.recording.result,
      this.#plan.results.map((source) => this.#resultOf(source, leaves)),
    )
  }

  #begin(leaves: readonly Tensor[]): void {
    this.calls++
    this.#handles = []
    const [storages, offsets, { slots }] = [this.#storages, this.#offsets, this.program]
    const { argumentSlots, gradSlots, lateSlots, freshSlots } = this.#plan
    for (const [slot, leaf] of argumentSlots) {
      storages[slot] = leaves[leaf]!.storage
      offsets[slot] = leaves[leaf]!.layout.offset
    }
    for (const [slot, watch] of gradSlots) storages[slot] = this.#watched(watch, leaves).grad!.storage
    for (const slot of lateSlots) storages[slot] = undefined
    for (const slot of freshSlots) storages[slot] = this.#device.allocate(slots[slot]!.dtype, slots[slot]!.length)
  }

  #changeGrads(
    changes: readonly GradChange[],
    leaves: readonly Tensor[],
    before: readonly (Tensor | undefined)[],
  ): void {
    for (const { watch, to } of changes) {
      this.#watched(watch, leaves).grad = to === 'none' ? undefined : to === 'before' ? before[watch] : this.#handle(to)
    }
  }

  /** The tape checks versions: what this call wrote counts as when it ran op by op. */
  #countWrites(): void {
    for (const slot of this.#plan.writtenSlots) this.#storages[slot]!.version += this.recording.slots[slot]!.writes
  }

  #watched(watch: number, leaves: readonly Tensor[]): Tensor {
    const leaf = this.#plan.watchedLeaves[watch]!
    return leaf < 0 ? this.recording.watches[watch]!.tensor : leaves[leaf]!
  }

  #handle(at: number): Tensor {
    const known = this.#handles[at]
    if (known !== undefined) return known
    const { slot, layout, dtype } = this.#plan.handles[at]!
    return (this.#handles[at] = new Tensor(this.#storages[slot]!, shifted(layout, this.#offsets[slot]!), dtype))
  }

  #resultOf(source: ResultSource, leaves: readonly Tensor[]): Tensor {
    switch (source.kind) {
      case 'argument':
        return leaves[source.leaf]!
      case 'grad':
        return this.#watched(source.watch, leaves).grad!
      case 'outside':
        return source.tensor
      case 'handle':
        return this.#handle(source.handle)
    }
  }
}

/** What is to be done around the program at each call, worked out once. */
type Plan = ReturnType<typeof planOf>

function planOf(recording: Recording) {
  const { slots, leaves, watches, sections, results, operandOf } = recording
  const where = (holds: (slot: (typeof slots)[number]) => boolean): number[] =>
    slots.flatMap((slot, at) => (holds(slot) ? [at] : []))

  const handleOf = new Map<Tensor, number>()
  const handle = (tensor: Tensor): number => {
    const known = handleOf.get(tensor)
    if (known !== undefined) return known
    handleOf.set(tensor, handleOf.size)
    return handleOf.size - 1
  }

  const state = watches.map(({ entry }) => entry)
  const changesTo = (next: (watch: number) => Tensor | undefined): GradChange[] =>
    watches.flatMap(({ entry }, watch) => {
      const grad = next(watch)
      if (grad === state[watch]) return []
      state[watch] = grad
      return [{ watch, to: grad === undefined ? 'none' : grad === entry ? 'before' : handle(grad) }]
    })
  const gradsOfSections = sections.map(({ grads }) => changesTo((watch) => gradAt(watches[watch]!, grads)))
  const gradsAtExit = changesTo((watch) => watches[watch]!.exit)

  const sources = results.map(({ tensor, operand }): ResultSource => {
    const leaf = leaves.indexOf(tensor)
    if (leaf >= 0) return { kind: 'argument', leaf }
    const watch = watches.findIndex(({ exit }) => exit === tensor)
    if (watch >= 0) return { kind: 'grad', watch }
    const { origin, isEarly } = slots[operand.slot]!
    return origin === 'outside' && isEarly ? { kind: 'outside', tensor } : { kind: 'handle', handle: handle(tensor) }
  })

  const handles = [...handleOf.keys()].map(operandOf)
  const handedOut = new Set(handles.map(({ slot }) => slot))
  return {
    handles,
    results: sources,
    gradsOfSections,
    gradsAtExit,
    /** Whether what the gradients were is needed again: after an error, or because the function puts it back. */
    keepsGrads: sections.length > 0,
    /** Made anew at each call. */
    freshSlots: where(({ origin }) => origin === 'made').filter((at) => handedOut.has(at)),
    /** Known once a late section uses them. */
    lateSlots: where(({ origin, isEarly }) => origin === 'late' || (origin === 'outside' && !isEarly)),
    writtenSlots: where(({ origin, writes }) => origin !== 'made' && origin !== 'late' && writes > 0),
    writesArguments: slots.some(({ origin, writes }) => origin === 'argument' && writes > 0),
    argumentSlots: where(({ origin }) => origin === 'argument').map(
      (slot) => [slot, leaves.findIndex(({ storage }) => storage === slots[slot]!.storage)] as const,
    ),
    gradSlots: where(({ origin }) => origin === 'grad').map(
      (slot) => [slot, watches.findIndex(({ entry }) => entry?.storage === slots[slot]!.storage)] as const,
    ),
    /** Per leaf, the first leaf that has its storage. */
    firstLeaves: leaves.map((leaf) => leaves.findIndex(({ storage }) => storage === leaf.storage)),
    /** Per watch, which argument it is; -1 for none. */
    watchedLeaves: watches.map(({ tensor }) => leaves.indexOf(tensor)),
  }
}

/** A leaf that was met after the section began had its first gradient then. */
function gradAt(
  watch: { readonly tensor: Tensor; readonly entry: Tensor | undefined },
  grads: ReadonlyMap<Tensor, Tensor | undefined>,
): Tensor | undefined {
  return grads.has(watch.tensor) ? grads.get(watch.tensor) : watch.entry
}
