import type { Device, LoweredProgram, Program, ProgramOperand, Storage, UnseenGrad } from '@metagrad/tensor'
import { Tensor, isRecording } from '@metagrad/tensor'
import { alike } from './agree.ts'
import { CompileError } from './errors.ts'
import { interpreted } from './interpret.ts'
import type { Bindings } from './matching.ts'
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
  /** How many gradients may be written into the place of the last. */
  readonly gradsInPlace: number
  /** What was other in the last call, if anything. */
  miss: string | undefined = undefined
  readonly #device: Device
  readonly #plan: Plan
  readonly #bindings: Bindings
  readonly #matching: Matching
  /** Tensors handed out in this call, and gradients of the last calls that nobody has seen. */
  readonly #handles: (Tensor | UnseenGrad | undefined)[] = []
  /** The leaves that hold those gradients. */
  readonly #holders: (Tensor | undefined)[] = []
  /** By watch, the gradient at the begin of this call. */
  readonly #before: (Tensor | UnseenGrad | undefined)[] = []
  /** By watch, a gradient that was found to lie as the recorded one. Nobody has seen it, so it still does. */
  readonly #alike: (UnseenGrad | undefined)[] = []
  /** Per leaf: the storage that all recorded runs had, while no other was seen. */
  readonly #unproven: (Storage | undefined)[]
  /** Leaves from outside, and whether they required grad. */
  readonly #flags: readonly (readonly [Tensor, boolean])[]

  constructor(first: Recording, recording: Recording, device: Device) {
    this.recording = recording
    this.#device = device
    this.#plan = planOf(recording)
    this.gradsInPlace = this.#plan.isUnseen.filter(Boolean).length
    const { slots } = recording
    const late = new Set(this.#plan.lateSlots)
    this.#bindings = {
      storages: slots.map(({ storage }, at) => (late.has(at) ? undefined : storage)),
      offsets: slots.map(({ offset }) => offset),
      params: recording.steps.map(({ params }) => params),
    }
    this.#unproven = recording.leaves.map(({ storage }, i) =>
      first.leaves[i]!.storage === storage ? storage : undefined,
    )
    this.#flags = [...recording.seen].filter(([tensor]) => first.seen.has(tensor) && !recording.leaves.includes(tensor))
    this.program = {
      slots: slots.map(({ dtype, length, origin }, at) => ({
        dtype,
        length,
        kind: origin === 'made' && !this.#plan.freshSlots.some(({ slot }) => slot === at) ? 'inner' : 'outer',
      })),
      steps: recording.steps,
    }
    this.lowered = device.lower?.(this.program) ?? interpreted(this.program, device)
    this.#matching = new Matching(this.program, device, this.#bindings)
  }

  /** Whether a call with these arguments does what was recorded. @param leaves receives the tensors among them */
  accepts(args: readonly unknown[], leaves: Tensor[]): Verdict {
    const { recording } = this
    if (recording.isRecording !== isRecording() || !fits(recording.arguments, args, leaves)) return 'no'
    if (!this.#acceptsLeaves(leaves) || !this.#acceptsGrads(leaves)) return 'no'
    for (let i = 0; i < recording.guards.length; i++) if (!recording.guards[i]!()) return 'no'
    for (let i = 0; i < this.#flags.length; i++) {
      const flag = this.#flags[i]!
      if (flag[0].requiresGrad !== flag[1]) return 'no'
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
      const leaf = leaves[i]!
      const recorded = this.recording.leaves[i]!
      if (!alike(leaf, recorded) || leaf.device !== recorded.device) return false
      // Arguments that shared a storage still must, at the same distance.
      const own = leaves[firstLeaves[i]!]!
      const distance = recorded.layout.offset - this.recording.leaves[firstLeaves[i]!]!.layout.offset
      if (own.storage !== leaf.storage || leaf.layout.offset - own.layout.offset !== distance) return false
    }
    return !this.#plan.writesArguments || this.#areApart(leaves)
  }

  /** Whether arguments that did not share a storage still do not. */
  #areApart(leaves: readonly Tensor[]): boolean {
    const { firstLeaves } = this.#plan
    for (let i = 0; i < leaves.length; i++) {
      for (let j = 0; j < i; j++) {
        if (firstLeaves[i] !== firstLeaves[j] && leaves[i]!.storage === leaves[j]!.storage) return false
      }
    }
    return true
  }

  /** Also notes what the gradients are. */
  #acceptsGrads(leaves: readonly Tensor[]): boolean {
    const { watches, idle } = this.recording
    for (let i = 0; i < idle.length; i++) if (idle[i]!.heldGrad !== undefined) return false
    for (let i = 0; i < watches.length; i++) {
      const held = this.#watched(i, leaves).heldGrad
      this.#before[i] = held
      if (held !== undefined && held === this.#alike[i]) continue
      const { entry } = watches[i]!
      const grad = tensorOf(held)
      if ((grad === undefined) !== (entry === undefined)) return false
      if (grad !== undefined && !(alike(grad, entry!) && grad.layout.offset === entry!.layout.offset)) return false
      this.#alike[i] = held instanceof Tensor ? undefined : held
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
    this.#begin(leaves)
    try {
      this.#compute(leaves)
    } catch (error) {
      this.#putGradsBack(leaves)
      throw error
    }
    this.#countWrites()
    this.#changeGrads(this.#plan.gradsAtExit, leaves)
    const { results } = this.#plan
    const tensors: Tensor[] = []
    for (let i = 0; i < results.length; i++) tensors.push(this.#resultOf(results[i]!, leaves))
    return build(this.recording.result, tensors)
  }

  #begin(leaves: readonly Tensor[]): void {
    this.calls++
    this.miss = undefined
    const { storages, offsets } = this.#bindings
    const { argumentSlots, gradSlots, lateSlots, freshSlots } = this.#plan
    for (let i = 0; i < argumentSlots.length; i++) {
      const { slot, leaf } = argumentSlots[i]!
      storages[slot] = leaves[leaf]!.storage
      offsets[slot] = leaves[leaf]!.layout.offset
    }
    for (let i = 0; i < gradSlots.length; i++) {
      const { slot, watch, isShown } = gradSlots[i]!
      const leaf = this.#watched(watch, leaves)
      storages[slot] = (isShown ? leaf.grad : tensorOf(leaf.heldGrad))!.storage
    }
    for (let i = 0; i < lateSlots.length; i++) storages[lateSlots[i]!] = undefined
    for (let i = 0; i < freshSlots.length; i++) {
      const { slot, unseen } = freshSlots[i]!
      if (unseen !== undefined && this.#mayWriteAnew(unseen, slot, leaves)) continue
      const { dtype, length } = this.program.slots[slot]!
      storages[slot] = this.#device.allocate(dtype, length)
      if (unseen !== undefined) this.#handles[unseen.handle] = undefined
    }
    for (let i = 0; i < this.#plan.shownHandles.length; i++) this.#handles[this.#plan.shownHandles[i]!] = undefined
  }

  /** Whether the gradient of the last call can be of no use to anybody: not seen, and where it is held its leaf gets another now. */
  #mayWriteAnew({ handle, watch }: UnseenHandle, slot: number, leaves: readonly Tensor[]): boolean {
    const last = this.#handles[handle]
    if (last === undefined || last instanceof Tensor || last.isSeen) return false
    // Usually the same leaf still holds it.
    if (last !== this.#before[watch]) {
      const holder = this.#holders[handle]!
      if (holder !== this.#watched(watch, leaves) && holder.heldGrad === last) return false
    }
    const { readGrads } = this.#plan
    const { storages } = this.#bindings
    return readGrads.length === 0 || !readGrads.some((read) => storages[read] === storages[slot])
  }

  #compute(leaves: readonly Tensor[]): void {
    const { sections } = this.recording
    if (sections.length === 0) {
      this.lowered.run(this.#bindings)
      return
    }
    const matching = this.#matching
    matching.begin()
    for (let i = 0; i < sections.length; i++) {
      this.#changeGrads(this.#plan.gradsOfSections[i]!, leaves)
      matching.run(sections[i]!)
    }
    this.miss = matching.miss
    if (matching.miss === undefined) {
      this.lowered.run(this.#bindings)
    } else {
      matching.catchUp(this.program.steps.length)
      this.misses++
    }
  }

  #changeGrads(changes: readonly GradChange[], leaves: readonly Tensor[]): void {
    for (let i = 0; i < changes.length; i++) {
      const { watch, to } = changes[i]!
      const leaf = this.#watched(watch, leaves)
      if (to === 'none') leaf.heldGrad = undefined
      else if (to === 'before') leaf.heldGrad = this.#before[watch]
      else leaf.heldGrad = this.#plan.isUnseen[to] ? this.#unseen(to, leaf) : this.#handle(to)
    }
  }

  /** After an error: what was written over is gone. */
  #putGradsBack(leaves: readonly Tensor[]): void {
    this.#before.forEach((held, watch) => {
      const isWrittenOver = held !== undefined && !(held instanceof Tensor) && this.#handles.includes(held)
      this.#watched(watch, leaves).heldGrad = isWrittenOver ? undefined : held
    })
  }

  /** The tape checks versions: what this call wrote counts as when it ran op by op. */
  #countWrites(): void {
    const { writtenSlots } = this.#plan
    for (let i = 0; i < writtenSlots.length; i++) {
      this.#bindings.storages[writtenSlots[i]!]!.version += this.recording.slots[writtenSlots[i]!]!.writes
    }
  }

  #watched(watch: number, leaves: readonly Tensor[]): Tensor {
    const leaf = this.#plan.watchedLeaves[watch]!
    return leaf < 0 ? this.recording.watches[watch]!.tensor : leaves[leaf]!
  }

  #handle(at: number): Tensor {
    const known = this.#handles[at]
    if (known instanceof Tensor) return known
    const { slot, layout, dtype } = this.#plan.handles[at]!
    const storage = this.#bindings.storages[slot]
    if (storage === undefined) {
      throw new CompileError(
        `compile: an optimizer or scheduler step made another tensor than before, which is a result or a gradient: ${this.miss}. Compute results outside of such steps.`,
        'UNLIKE_RUNS',
      )
    }
    const tensor = new Tensor(storage, shifted(layout, this.#bindings.offsets[slot]!), dtype)
    this.#handles[at] = tensor
    return tensor
  }

  /** A gradient that the next call may write anew, if nobody asks for it. */
  #unseen(at: number, leaf: Tensor): UnseenGrad {
    const last = this.#handles[at]
    this.#holders[at] = leaf
    if (last !== undefined && !(last instanceof Tensor)) return last
    const unseen = { tensor: this.#handle(at), isSeen: false }
    this.#handles[at] = unseen
    return unseen
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

/** A gradient that is only handed out where it is asked for: its place among the handles, and whose it is. */
interface UnseenHandle {
  readonly handle: number
  readonly watch: number
}

function tensorOf(held: Tensor | UnseenGrad | undefined): Tensor | undefined {
  return held === undefined || held instanceof Tensor ? held : held.tensor
}

/** What is to be done around the program at each call, worked out once. */
type Plan = ReturnType<typeof planOf>

function planOf(recording: Recording) {
  const { slots, steps, leaves, watches, sections, results, operandOf } = recording
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
  const madeSlots = where(({ origin }) => origin === 'made').filter((at) => handedOut.has(at))
  const unseen = unseenOf([...gradsOfSections.flat(), ...gradsAtExit], sources, handles, new Set(madeSlots))
  const unseenAt = new Set(unseen.map((own) => own.handle))
  const stepSlots = new Set(steps.flatMap(({ inputs, outputs }) => [...inputs, ...outputs].map(({ slot }) => slot)))
  const gradSlots = where(({ origin }) => origin === 'grad').flatMap((slot) => {
    // Others take no part.
    const watch = watches.findIndex(({ entry }) => entry?.storage === slots[slot]!.storage)
    return watch < 0 ? [] : [{ slot, watch, isShown: handedOut.has(slot) }]
  })
  return {
    handles,
    /** By handle, whether it is a gradient that need not be handed out. */
    isUnseen: handles.map((_, at) => unseenAt.has(at)),
    /** The others. */
    shownHandles: handles.flatMap((_, at) => (unseenAt.has(at) ? [] : [at])),
    results: sources,
    gradsOfSections,
    gradsAtExit,
    /** Made anew at each call, but for gradients of the last call that nobody saw. */
    freshSlots: madeSlots.map((slot) => ({
      slot,
      unseen: unseen.find((own) => handles[own.handle]!.slot === slot),
    })),
    /** Known once a late section uses them. */
    lateSlots: where(({ origin, isEarly }) => origin === 'late' || (origin === 'outside' && !isEarly)),
    writtenSlots: where(({ origin, writes }) => origin !== 'made' && origin !== 'late' && writes > 0),
    writesArguments: slots.some(({ origin, writes }) => origin === 'argument' && writes > 0),
    argumentSlots: where(({ origin }) => origin === 'argument').map((slot) => ({
      slot,
      leaf: leaves.findIndex(({ storage }) => storage === slots[slot]!.storage),
    })),
    gradSlots,
    /** Slots of gradients from before that the steps use. */
    readGrads: gradSlots.map(({ slot }) => slot).filter((slot) => stepSlots.has(slot)),
    /** Per leaf, the first leaf that has its storage. */
    firstLeaves: leaves.map((leaf) => leaves.findIndex(({ storage }) => storage === leaf.storage)),
    /** Per watch, which argument it is; -1 for none. */
    watchedLeaves: watches.map(({ tensor }) => leaves.indexOf(tensor)),
  }
}

/**
 * The gradients that are of no use to anybody but the steps until somebody asks their leaf for them: all that is known of their
 * storage is that one leaf holds it.
 */
function unseenOf(
  changes: readonly GradChange[],
  results: readonly ResultSource[],
  handles: readonly ProgramOperand[],
  made: ReadonlySet<number>,
): UnseenHandle[] {
  // Where a gradient from before is put back, it may be that of the last call.
  if (changes.some(({ to }) => to === 'before')) return []
  return handles.flatMap(({ slot }, handle) => {
    const watches = new Set(changes.flatMap(({ watch, to }) => (to === handle ? [watch] : [])))
    const isResult = results.some((source) => source.kind === 'handle' && source.handle === handle)
    const isAlone = handles.filter((other) => other.slot === slot).length === 1
    const [watch] = watches
    return watch !== undefined && watches.size === 1 && !isResult && isAlone && made.has(slot)
      ? [{ handle, watch }]
      : []
  })
}

/** A leaf that was met after the section began had its first gradient then. */
function gradAt(
  watch: { readonly tensor: Tensor; readonly entry: Tensor | undefined },
  grads: ReadonlyMap<Tensor, Tensor | undefined>,
): Tensor | undefined {
  return grads.has(watch.tensor) ? grads.get(watch.tensor) : watch.entry
}
