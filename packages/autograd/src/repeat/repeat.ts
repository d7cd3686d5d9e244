import type { Source, Tensor } from '@metagrad/tensor'
import { currentTrace, isObserved, setRecording, setTrace } from '@metagrad/tensor'
import { accumulate, loners } from '../accumulate.ts'
import { dropRecord, isSource, runTape, seedFor } from '../engine.ts'
import type { LeafGradient } from './gradient-program.ts'
import { GradientProgram } from './gradient-program.ts'
import { GradientRecorder } from './record-gradients.ts'
import type { Found } from './tape-shape.ts'
import { TapeShape } from './tape-shape.ts'

/** A shape that was seen, and the program of its gradients once it was seen again; none if they are more than steps of kernels. */
interface Known {
  readonly shape: TapeShape
  program: GradientProgram | 'not yet' | 'none'
}

/** Shapes that are remembered: a loop has one or two. */
const mostKnown = 8
/** Where tape after tape is like none before, fewer and fewer are looked at closely: one in so many at the least. */
const longestPause = 256

/** The shapes of late, the last that was met first. */
let known: Known[] = []
/** Looks in a row that found nothing known. */
let inVain = 0
let untilLook = 0

/** For tests. */
export function forgetTapes(): void {
  known = []
  inVain = untilLook = 0
}

/**
 * Backward of a small tape whose shape was seen before, as one program: a loop makes the same tape at each step, and to walk it
 * takes longer than its kernels do. The same kernels run in the same order, so the gradients are the same bit for bit.
 *
 * @returns whether it was done; if not, nothing was
 */
export function repeatBackward(root: Tensor, retainGraph: boolean): boolean {
  const { source, device } = root
  if (source === undefined || root.numel !== 1 || currentTrace() !== undefined || isObserved()) return false
  // A device that is read later computes behind the host, which does not wait for the walk.
  if (device.lower === undefined || device.readSync === undefined) return false
  for (let i = 0; i < known.length; i++) {
    const own = known[i]!
    const found = own.shape.find(source, root.slot)
    if (found === undefined) continue
    inVain = untilLook = 0
    known[i] = known[0]!
    known[0] = own
    if (own.program === 'none') return false
    if (own.program === 'not yet') own.program = record(own.shape, root, found) ?? 'none'
    else run(own.program, found)
    if (!retainGraph) for (let at = 0; at < own.shape.recordCount; at++) dropRecord(found.nodes[at] as Source)
    return true
  }
  look(source, root.slot)
  return false
}

function look(source: Source, slot: number): void {
  if (untilLook-- > 0) return
  untilLook = Math.min(2 ** (inVain++ - mostKnown), longestPause) - 1
  const shape = TapeShape.of(source, slot)
  if (shape !== undefined) known = [{ shape, program: 'not yet' as const }, ...known].slice(0, mostKnown)
}

function run(program: GradientProgram, found: Found): void {
  const before = setRecording(false)
  try {
    program.run(found)
  } finally {
    setRecording(before)
  }
}

/** Runs a backward as ever, and makes a program of what it did; undefined if that would not do the same each time. */
function record(shape: TapeShape, root: Tensor, found: Found): GradientProgram | undefined {
  const recorder = new GradientRecorder(shape.device, found)
  const arrived: { readonly leaf: Tensor; readonly gradient: Tensor; readonly isAlone: boolean }[] = []
  const traceBefore = setTrace(recorder)
  const recordingBefore = setRecording(false)
  try {
    const seed = seedFor('backward', root, undefined)
    const liesAlone = loners(seed)
    runTape([root], [seed], undefined, { retainGraph: true, createGraph: false }, (leaf, [gradient]) => {
      if (!isSource(leaf)) arrived.push({ leaf, gradient: gradient!, isAlone: liesAlone(gradient!) })
    })
    setTrace(traceBefore)
    for (const { leaf, gradient, isAlone } of arrived) accumulate(leaf, gradient, isAlone)
  } finally {
    setTrace(traceBefore)
    setRecording(recordingBefore)
  }
  const gradients = arrived.map(({ leaf, gradient, isAlone }): LeafGradient => {
    return { node: found.nodes.indexOf(leaf), operand: recorder.operand(gradient), isAlone }
  })
  const handedOut = new Set(gradients.map(({ operand }) => operand.slot))
  const slots = recorder.slots(handedOut)
  // Gradients that are parts of what is there before are left to the walk.
  const areMade = [...handedOut].every((slot) => recorder.isMade(slot))
  if (!recorder.isRepeatable || !areMade) return undefined
  const { steps, constants } = recorder
  return new GradientProgram(shape.device, { slots, tapeSlots: found.storages.length, constants, steps, gradients })
}
