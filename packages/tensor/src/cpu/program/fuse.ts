import type { Program, ProgramStep } from '../../program.ts'
import { updateNumbers } from '../updates.ts'
import type { Area, CallsByStep, KernelCall } from './kernel-call.ts'
import { isPlace } from './kernel-call.ts'
import type { ElementCall } from './loop/elements.ts'
import { elementCallOf, walkedSpans } from './loop/elements.ts'
import { joined } from './loop/join.ts'
import type { LoopPlan } from './loop/loop-plan.ts'
import { areasOfLoop, planLoop } from './loop/loop-plan.ts'

/** A call of a step. */
export interface StepCall {
  readonly step: number
  /** Which of the step's calls. */
  readonly at: number
  /** The areas that it needs. */
  readonly areas: readonly number[]
}

/** What runs as one: a call, several as a loop, or a step that calls the device's kernel, which then has no calls. */
export interface Unit {
  /** The first step. */
  readonly step: number
  readonly calls: readonly StepCall[]
  readonly loop: LoopPlan | undefined
  /** The areas that it needs all the time, if it runs as a loop or as a step. */
  readonly areas: readonly number[]
}

/** In which order a program runs. */
export interface Schedule {
  readonly units: readonly Unit[]
  /** Pairs of outer slots that share no byte, or the order would matter. */
  readonly apart: readonly (readonly [number, number])[]
}

/** A unit while others may join it. */
interface Draft {
  readonly step: number
  readonly calls: readonly StepCall[]
  /** By call, what it computes, over the same dims; none if they cannot be in a loop. */
  readonly elements: readonly ElementCall[]
  readonly reads: ReadonlySet<number>
  readonly writes: ReadonlySet<number>
  /** The areas of which a loop reads or writes more than one element. */
  readonly walked: ReadonlySet<number>
}

/** How far back a call looks for others to join. */
const reach = 128

/**
 * Puts element-wise calls together that share operands and may run next to each other: what lies between goes ahead of them or after
 * them. Nothing passes a call that may refuse, or a step that calls the device's kernel.
 *
 * @param planned the calls of each step
 * @param areas receives those that loops need
 * @param fuses false leaves all as it is
 */
export function scheduleOf(
  program: Program,
  planned: CallsByStep<KernelCall>,
  areas: Area[],
  fuses: boolean,
): Schedule {
  const fusing = new Fusing(program, areas, fuses)
  planned.forEach((calls, step) => {
    if (calls === undefined) fusing.addDeviceStep(step)
    else fusing.addCalls(step, calls)
  })
  return fusing.finish()
}

class Fusing {
  readonly #program: Program
  readonly #areas: Area[]
  readonly #fuses: boolean
  readonly #drafts: Draft[] = []
  /** The first draft that others may pass. */
  #start = 0
  readonly #apart = new Map<number, readonly [number, number]>()

  constructor(program: Program, areas: Area[], fuses: boolean) {
    this.#program = program
    this.#areas = areas
    this.#fuses = fuses
  }

  addDeviceStep(step: number): void {
    const { inputs, outputs } = this.#program.steps[step]!
    const slots = new Set([...inputs, ...outputs].map(({ slot }) => slot))
    this.#drafts.push({ step, calls: [], elements: [], reads: slots, writes: slots, walked: new Set() })
    this.#start = this.#drafts.length
  }

  addCalls(step: number, calls: readonly KernelCall[]): void {
    const stepAreas = this.#touchedBy(step, calls)
    calls.forEach((call, at) => {
      const isPlain = this.#fuses && mayFuse(this.#program.steps[step]!)
      const element = isPlain ? elementCallOf(call, this.#areas) : undefined
      const { reads, writes } = element === undefined ? stepAreas : touchedByElement(element)
      const needed = element === undefined ? new Set([...reads, ...writes]) : areasOf(call)
      this.#drafts.push({
        step,
        calls: [{ step, at, areas: [...needed] }],
        elements: element === undefined ? [] : [element],
        reads,
        writes,
        walked: new Set(element === undefined ? [] : walkedSpans(element).map(({ area }) => area)),
      })
      if (call.mayRefuse) this.#start = this.#drafts.length
      else if (element !== undefined) this.#joinBack()
    })
  }

  finish(): Schedule {
    return { units: this.#drafts.map((draft) => this.#unitOf(draft)), apart: [...this.#apart.values()] }
  }

  /** What the calls of a step read and write together: the device's kernel may come to stand for them. */
  #touchedBy(step: number, calls: readonly KernelCall[]): Pick<Draft, 'reads' | 'writes'> {
    const { primitive, inputs, outputs } = this.#program.steps[step]!
    const reads = new Set(inputs.map(({ slot }) => slot))
    const writes = new Set(outputs.map(({ slot }) => slot))
    const isUpdate = primitive in updateNumbers
    for (const area of calls.flatMap((call) => [...areasOf(call)])) {
      if (isUpdate || !reads.has(area)) writes.add(area)
    }
    return { reads, writes }
  }

  /** Joins the last draft with earlier ones. */
  #joinBack(): void {
    let at = this.#drafts.length - 1
    for (let other = at - 1; other >= Math.max(this.#start, at - reach); other--) {
      at = this.#join(other, at) ?? at
    }
  }

  /** Makes one of two drafts; returns where it is, undefined if they must stay two. */
  #join(from: number, to: number): number | undefined {
    const [first, second] = [this.#drafts[from]!, this.#drafts[to]!]
    const elements = meet(first.walked, second.walked) ? joined(first.elements, second.elements) : undefined
    if (elements === undefined) return undefined
    const [before, after]: [Draft[], Draft[]] = [[], []]
    for (const draft of this.#drafts.slice(from + 1, to)) {
      if (!conflict(first, draft) && !after.some((each) => conflict(each, draft))) before.push(draft)
      else if (conflict(draft, second)) return undefined
      else after.push(draft)
    }
    const draft: Draft = {
      step: Math.min(first.step, second.step),
      calls: [...first.calls, ...second.calls],
      elements,
      reads: new Set([...first.reads, ...second.reads]),
      writes: new Set([...first.writes, ...second.writes]),
      walked: new Set([...first.walked, ...second.walked]),
    }
    this.#drafts.splice(from, to - from + 1, ...before, draft, ...after)
    this.#keepApart(first, second)
    for (const each of before) for (const other of [first, ...after]) this.#keepApart(each, other)
    for (const each of after) this.#keepApart(each, second)
    return from + before.length
  }

  /** Notes the outer slots of two drafts that must not be one, for only what is the same slot was seen to conflict. */
  #keepApart(a: Draft, b: Draft): void {
    for (const [writer, other] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const slot of writer.writes) {
        if (!this.#isOuter(slot)) continue
        for (const each of [...other.reads, ...other.writes]) {
          if (each === slot || !this.#isOuter(each)) continue
          const [low, high] = [Math.min(slot, each), Math.max(slot, each)]
          this.#apart.set(low * this.#program.slots.length + high, [low, high])
        }
      }
    }
  }

  #isOuter(area: number): boolean {
    return this.#program.slots[area]?.kind === 'outer'
  }

  #unitOf(draft: Draft): Unit {
    const { step, calls, elements } = draft
    if (elements.length < 2) return { step, calls, loop: undefined, areas: calls.length === 0 ? [...draft.reads] : [] }
    const loop = planLoop(
      elements,
      (area) => this.#isReadElsewhere(area, draft),
      (bytes) => this.#areas.push({ bytes, words: undefined }) - 1,
    )
    return { step, calls, loop, areas: areasOfLoop(loop) }
  }

  /** Whether anybody but a draft reads an area. What is more than element-wise may read what it writes. */
  #isReadElsewhere(area: number, draft: Draft): boolean {
    const isRead = (other: Draft): boolean =>
      other !== draft && (other.reads.has(area) || (other.elements.length === 0 && other.writes.has(area)))
    return this.#isOuter(area) || this.#drafts.some(isRead)
  }
}

/** Steps whose numbers come with each run stay as they are: they may have to be planned anew. */
const mayFuse = ({ isLate, params }: ProgramStep): boolean => !isLate || Object.keys(params).length === 0

const areasOf = ({ args }: KernelCall): Set<number> => new Set(args.flatMap((arg) => (isPlace(arg) ? [arg.area] : [])))

function touchedByElement({ inputs, output }: ElementCall): Pick<Draft, 'reads' | 'writes'> {
  return { reads: new Set(inputs.map(({ area }) => area)), writes: new Set([output.area]) }
}

/** Whether two sets share an item. */
function meet(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  for (const item of b) if (a.has(item)) return true
  return false
}

/** Whether two drafts must stay in order. */
function conflict(a: Draft, b: Draft): boolean {
  for (const area of a.writes) if (b.reads.has(area) || b.writes.has(area)) return true
  for (const area of b.writes) if (a.reads.has(area)) return true
  return false
}
