import type { ComputePrimitive, ComputePrimitives, ProgramOperand, Tensor, TypedArray } from '@metagrad/tensor'
import { formatShape, sameShape } from '@metagrad/tensor'
import type { Recording, Slot, Step } from './recording.ts'
import { differs, isPlain } from './tree.ts'

type Params = ComputePrimitives[ComputePrimitive]

/**
 * In what two recordings differ, as a sentence; undefined if a replay of one gives what the other did. Plain numbers of late
 * sections may differ: they are taken anew at each replay.
 */
export function difference(a: Recording, b: Recording): string | undefined {
  for (let at = 0; at < Math.max(a.steps.length, b.steps.length); at++) {
    const found = stepDifference(a, b, at)
    if (found !== undefined) return found
  }
  if (a.sections.length !== b.sections.length) return 'the number of optimizer and scheduler steps differs'
  const tree = differs(a.result, b.result)
  if (tree !== undefined) return `the result${tree} differs. Return tensors, and values that stay the same`
  for (let i = 0; i < a.results.length; i++) {
    if (!sameOperand(a.results[i]!.operand, b.results[i]!.operand)) return `tensor ${i} of the result differs`
  }
  if (a.watches.length !== b.watches.length) return 'other parameters take part'
  for (let i = 0; i < a.watches.length; i++) {
    const [left, right] = [a.watches[i]!, b.watches[i]!]
    const same =
      (left.tensor === right.tensor || a.leaves.includes(left.tensor)) &&
      (left.entry === undefined) === (right.entry === undefined) &&
      (left.exit === undefined) === (right.exit === undefined) &&
      (left.exit === undefined || sameOperand(a.operandOf(left.exit), b.operandOf(right.exit!)))
    if (!same) return `the gradient of parameter ${i} is set in one and not in the other`
  }
  return undefined
}

/**
 * Whether two recordings are of calls that look alike from outside: in their arguments, in the host values that they depend on,
 * and in which gradients were there before. @param later was recorded last
 */
export function sameSignature(earlier: Recording, later: Recording): boolean {
  const entries = new Map(later.watches.map(({ tensor, entry }) => [tensor, entry]))
  return (
    earlier.isRecording === later.isRecording &&
    differs(earlier.arguments, later.arguments) === undefined &&
    earlier.leaves.every((leaf, i) => alike(leaf, later.leaves[i]!)) &&
    sameSharing(earlier.leaves, later.leaves) &&
    earlier.guards.every((holds) => holds()) &&
    earlier.watches.every(
      ({ tensor, entry }) => !entries.has(tensor) || (entries.get(tensor) === undefined) === (entry === undefined),
    )
  )
}

/** Whether the same ones share a storage, at the same distance. */
function sameSharing(a: readonly Tensor[], b: readonly Tensor[]): boolean {
  return a.every((leaf, i) => {
    const first = a.findIndex(({ storage }) => storage === leaf.storage)
    const [left, right] = [a[first]!, b[first]!]
    return (
      b.findIndex(({ storage }) => storage === b[i]!.storage) === first &&
      leaf.layout.offset - left.layout.offset === b[i]!.layout.offset - right.layout.offset
    )
  })
}

/** Same shape, strides and dtype, and both or none require grad. */
export function alike(a: Tensor, b: Tensor): boolean {
  return (
    a.dtype === b.dtype &&
    (a.layout === b.layout ||
      (sameShape(a.layout.shape, b.layout.shape) && sameShape(a.layout.strides, b.layout.strides))) &&
    a.requiresGrad === b.requiresGrad
  )
}

function stepDifference(a: Recording, b: Recording, at: number): string | undefined {
  const [left, right] = [a.steps[at], b.steps[at]]
  if (left === undefined || right === undefined) {
    return `${(left ?? right)!.primitive} is called in one and not in the other${place(left ?? right)}`
  }
  if (left.primitive !== right.primitive) return `${left.primitive} became ${right.primitive}${place(right)}`
  if (left.isLate !== right.isLate) return `${right.primitive} moved in or out of an optimizer step${place(right)}`
  const operands = [...left.inputs, ...left.outputs]
  const others = [...right.inputs, ...right.outputs]
  if (operands.length !== others.length) return `${right.primitive} has another number of operands${place(right)}`
  for (let i = 0; i < operands.length; i++) {
    const [operand, other] = [operands[i]!, others[i]!]
    const what = `${right.primitive}: ${i < left.inputs.length ? `input ${i}` : 'the output'}`
    if (!sameShape(operand.layout.shape, other.layout.shape))
      return `${what} had shape ${formatShape(operand.layout.shape)}, then ${formatShape(other.layout.shape)}${place(right)}`
    if (!sameOperand(operand, other)) return `${what} is another tensor${place(right)}`
    const slot = slotDifference(a.slots[operand.slot]!, b.slots[other.slot]!, right.isLate)
    if (slot !== undefined) return `${what} ${slot}${place(right)}`
  }
  if (left.isLate) return undefined
  const name = paramDifference(left.params, right.params)
  return name === undefined ? undefined : `${right.primitive}: ${name}${place(right)}`
}

const place = (step: Step | undefined): string => (step?.line === undefined ? '' : `, ${step.line}`)

function sameOperand(a: ProgramOperand, b: ProgramOperand): boolean {
  return a.slot === b.slot && a.dtype === b.dtype && sameLayout(a, b)
}

/** Whether two operands lie alike. */
export function sameLayout({ layout: a }: ProgramOperand, { layout: b }: ProgramOperand): boolean {
  return a === b || (a.offset === b.offset && sameShape(a.shape, b.shape) && sameShape(a.strides, b.strides))
}

function slotDifference(a: Slot, b: Slot, isLate: boolean): string | undefined {
  // Arguments may be parts of tensors of any size.
  const sameLength = a.length === b.length || a.origin === 'argument'
  if (a.origin !== b.origin || a.dtype !== b.dtype || !sameLength) return 'comes from elsewhere'
  if (a.origin !== 'outside' || a.storage === b.storage || (isLate && !a.isEarly)) return undefined
  if (a.data === undefined || b.data === undefined) {
    return 'is a tensor from outside of the function, another at each call. Pass it as an argument, and what the next call needs as a result'
  }
  const at = changedAt(a.data, b.data)
  return at < 0
    ? undefined
    : `is a number of the host that changed: ${a.data[at]}, then ${b.data[at]}. Pass it as a tensor argument`
}

/** The first place where two lists of equal length differ, -1 if none. */
function changedAt(a: TypedArray, b: TypedArray): number {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return i
  return -1
}

function paramDifference(a: Params, b: Params): string | undefined {
  for (const [name, value] of Object.entries(a)) {
    const other: unknown = Reflect.get(b, name)
    if (equalData(value, other)) continue
    return typeof value === 'object'
      ? `${name} changed`
      : `${name} was ${String(value)}, then ${String(other)}. Pass numbers that change as tensor arguments`
  }
  return undefined
}

/** Equal plain data, or the same object. */
function equalData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equalData(item, b[i]))
  if (!isPlain(a) || !isPlain(b) || Object.keys(a).length !== Object.keys(b).length) return false
  return Object.entries(a).every(([name, value]) => equalData(value, Reflect.get(b, name)))
}
