import type { Edge, Primitive, Source, Tensor } from '@metagrad/tensor'
import { GradError, formatShape, isFloat, sameShape, setRecording } from '@metagrad/tensor'
import { inspectGradient, setGoingBackward } from './anomaly.ts'
import { runHooks } from './hooks.ts'
import { rules } from './rules/index.ts'
import type { Rule } from './saved.ts'
import { Saved } from './saved.ts'

/** A record of the tape, or a leaf: whatever a gradient can arrive at. */
export type Node = Source | Tensor

export function isSource(node: Node): node is Source {
  return 'primitive' in node
}

/** Where the gradient of a tensor arrives. */
export function nodeOf(tensor: Tensor): Node {
  return tensor.source ?? tensor
}

export interface RunOptions {
  /** Keeps the records, so that backward can run again. */
  readonly retainGraph: boolean
  /** Records the gradient computation itself, for higher derivatives. */
  readonly createGraph: boolean
}

/** The gradients of a node's outputs that have arrived so far. */
interface Arrival {
  readonly node: Node
  readonly gradients: (Tensor | undefined)[]
}

/** What gradients have arrived at and is still to be visited. */
class Arrivals {
  readonly #byNode = new Map<Node, Arrival>()
  /** Records, oldest first. */
  readonly #waiting: Source[] = []
  readonly leaves: Arrival[] = []

  add(node: Node, slot: number, gradient: Tensor): void {
    const known = this.#byNode.get(node)
    if (known !== undefined) {
      const before = known.gradients[slot]
      known.gradients[slot] = before === undefined ? gradient : before.add(gradient)
      return
    }
    const arrival: Arrival = { node, gradients: [] }
    arrival.gradients[slot] = gradient
    this.#byNode.set(node, arrival)
    if (isSource(node)) this.#wait(node)
    else this.leaves.push(arrival)
  }

  #wait(source: Source): void {
    const waiting = this.#waiting
    let at = waiting.length
    while (at > 0 && waiting[at - 1]!.id > source.id) at--
    if (at === waiting.length) waiting.push(source)
    else waiting.splice(at, 0, source)
  }

  /** The newest record, with its gradients: inputs are older than what was made of them, so no more of its gradients can come. */
  takeNewest(): Arrival | undefined {
    const source = this.#waiting.pop()
    if (source === undefined) return undefined
    const arrival = this.#byNode.get(source)!
    this.#byNode.delete(source)
    return arrival
  }
}

/**
 * All records that lead to the roots, newest first: a valid order, since inputs are always older. No recursion: tapes are deep.
 *
 * @param enough the search ends once there are more records than this
 */
export function tapeOf(roots: readonly Node[], enough: number = Number.POSITIVE_INFINITY): Source[] {
  const seen = new Set<Source>()
  const stack = roots.filter(isSource)
  for (const root of stack) seen.add(root)
  for (let source = stack.pop(); source !== undefined && seen.size <= enough; source = stack.pop()) {
    for (const edge of source.edges) {
      if (edge === undefined || !isSource(edge.node) || seen.has(edge.node)) continue
      seen.add(edge.node)
      stack.push(edge.node)
    }
  }
  return [...seen].sort((a, b) => b.id - a.id)
}

/** The leaves that results were made from, each once. */
export function leavesOf(results: readonly Tensor[]): Tensor[] {
  const leaves = new Set<Tensor>()
  for (const root of results) if (root.isLeaf && root.requiresGrad) leaves.add(root)
  for (const source of tapeOf(results.map(nodeOf))) {
    for (const edge of source.edges) if (edge !== undefined && !isSource(edge.node)) leaves.add(edge.node)
  }
  return [...leaves]
}

/** The records of a tape from which a target can be reached: the others need no gradient. */
function leadingTo(targets: ReadonlySet<Node>, tape: readonly Source[]): ReadonlySet<Node> {
  const useful = new Set<Node>(targets)
  for (const source of tape.toReversed()) {
    if (source.edges.some((edge) => edge !== undefined && useful.has(edge.node))) useful.add(source)
  }
  return useful
}

/** One gradient per input: each row of the table in the one form that the loop below uses. */
function applyRule(
  source: Source,
  gs: readonly (Tensor | undefined)[],
  useful: ReadonlySet<Node> | undefined,
): readonly (Tensor | undefined)[] {
  const rule: Rule<never> = rules[source.primitive]
  if (rule === undefined) {
    throw new GradError(
      `backward: ${source.primitive} has no gradient. Use detach() on its input if that is meant.`,
      'NO_GRADIENT',
    )
  }
  const saved = new Saved(source as Source<never>)
  if (typeof rule === 'function') return rule(gs, saved)
  const { edges } = source
  const gradients: (Tensor | undefined)[] = []
  for (let i = 0; i < edges.length; i++)
    gradients.push(isWanted(edges[i], useful) ? rule[i]?.(gs[0]!, saved) : undefined)
  return gradients
}

function isWanted(edge: Edge, useful: ReadonlySet<Node> | undefined): edge is Exclude<Edge, undefined> {
  return edge !== undefined && (useful === undefined || useful.has(edge.node))
}

/** Adds up what broadcasting repeated and returns to the input's dtype. */
function fit(gradient: Tensor, input: Tensor, primitive: Primitive): Tensor {
  if (!isFloat(gradient.dtype))
    throw new GradError(`backward: the gradient of ${primitive} is ${gradient.dtype}, not a float.`)
  const summed = sameShape(gradient.shape, input.shape) ? gradient : gradient.sumTo(input.shape)
  return summed.dtype === input.dtype ? summed : summed.to(input.dtype)
}

/** @throws GradError for a record that an earlier backward dropped */
function checkAlive(source: Source): void {
  if (source.outputs.length > 0) return
  throw new GradError(
    `backward: the tape of ${source.primitive} was dropped by an earlier backward. Pass { retainGraph: true } to that one.`,
    'TAPE_DROPPED',
  )
}

/**
 * Walks the tape from `roots` and hands each leaf or target its gradient.
 *
 * @param targets nodes whose gradients are wanted; undefined means all leaves
 * @param arrive called once per wanted node with the gradients of its outputs
 */
export function runTape(
  roots: readonly Tensor[],
  seeds: readonly Tensor[],
  targets: ReadonlySet<Node> | undefined,
  { retainGraph, createGraph }: RunOptions,
  arrive: (node: Node, gradients: readonly (Tensor | undefined)[]) => void,
): void {
  const recordingBefore = setRecording(createGraph)
  const goingBefore = setGoingBackward(true)
  try {
    const arrivals = new Arrivals()
    roots.forEach((root, i) => arrivals.add(nodeOf(root), root.slot, seeds[i]!))
    const useful = targets === undefined ? undefined : leadingTo(targets, tapeOf(roots.map(nodeOf)))
    const visited: Source[] = []
    for (let next = arrivals.takeNewest(); next !== undefined; next = arrivals.takeNewest()) {
      const source = next.node as Source
      if (useful !== undefined && !useful.has(source)) continue
      checkAlive(source)
      visited.push(source)
      const gs = runHooks(source, next.gradients)
      if (targets?.has(source)) arrive(source, gs)
      const gradients = applyRule(source, gs, useful)
      for (let i = 0; i < source.edges.length; i++) {
        const edge = source.edges[i]
        const gradient = gradients[i]
        if (gradient === undefined || !isWanted(edge, useful)) continue
        const fitted = fit(gradient, source.inputs[i]!, source.primitive)
        inspectGradient(source, i, fitted)
        arrivals.add(edge.node, edge.slot, fitted)
      }
    }
    for (const { node, gradients } of arrivals.leaves) {
      if (targets === undefined || targets.has(node)) arrive(node, runHooks(node, gradients))
    }
    if (!retainGraph) for (const source of visited) dropRecord(source)
  } finally {
    setRecording(recordingBefore)
    setGoingBackward(goingBefore)
  }
}

const noTensors: readonly Tensor[] = []
const noEdges: readonly Edge[] = []

/** Lets go of what the record held, so that a kept result does not keep its whole past. */
export function dropRecord(source: Source): void {
  source.inputs = noTensors
  source.edges = noEdges
  source.outputs = noTensors
}

/** The gradient to start from. @throws GradError, with what to do instead */
export function seedFor(op: string, root: Tensor, seed: Tensor | undefined): Tensor {
  if (!root.requiresGrad) {
    throw new GradError(
      `${op}: the tensor does not require grad, and nothing that it was made from does. Set requiresGrad on a leaf.`,
    )
  }
  if (seed === undefined) {
    if (root.numel !== 1) {
      throw new GradError(
        `${op}: needs a scalar or an explicit seed, got shape ${formatShape(root.shape)}. Use loss.mean() or loss.backward(seed).`,
      )
    }
    return root.newFull(root.shape, 1)
  }
  if (!sameShape(seed.shape, root.shape)) {
    throw new GradError(
      `${op}: the seed has the wrong shape: ${formatShape(seed.shape)} vs ${formatShape(root.shape)}.`,
    )
  }
  return seed.to(root.dtype)
}
