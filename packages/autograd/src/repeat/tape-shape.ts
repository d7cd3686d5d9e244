import type { Device, DType, Layout, Primitive, Primitives, Source, Storage, Tensor } from '@metagrad/tensor'
import { sameShape } from '@metagrad/tensor'
import type { Node } from '../engine.ts'
import { isSource, tapeOf } from '../engine.ts'
import { hasHooks } from '../hooks.ts'

/** A tensor that a record holds. Storages are numbered in the order in which they are met. */
interface TensorShape {
  readonly layout: Layout
  readonly dtype: DType
  readonly slot: number
  /** Whether it is the first on its storage, from whose offset those of the others count. */
  readonly isFirst: boolean
}

/** Records are numbered from the newest on, leaves after them, in the order in which gradients arrive. */
interface EdgeShape {
  readonly node: number
  readonly slot: number
  readonly isFirst: boolean
}

interface RecordShape {
  readonly primitive: Primitive
  readonly params: Primitives[Primitive]
  readonly inputs: readonly TensorShape[]
  readonly outputs: readonly TensorShape[]
  readonly edges: readonly (EdgeShape | undefined)[]
}

/** A tape as one that has the same shape sees it: its nodes, and its storages and where they begin, by number. */
export interface Found {
  readonly nodes: Node[]
  readonly storages: (Storage | undefined)[]
  readonly offsets: number[]
}

/** What is worth repeating as one program, the elements in all: with larger tensors, the kernels take most of the time anyway. */
const limits = { records: 256, storages: 128, elements: 16 << 10 }

/** All of a tape but the tensors themselves: what its gradients are computed by. */
export class TapeShape {
  readonly device: Device
  readonly slots: readonly { readonly dtype: DType; readonly length: number }[]
  /** Which of the outputs of the newest record the gradients are of. */
  readonly #output: number
  readonly #records: readonly RecordShape[]

  private constructor(device: Device, output: number, slots: TapeShape['slots'], records: readonly RecordShape[]) {
    this.device = device
    this.#output = output
    this.slots = slots
    this.#records = records
  }

  /** How many of the nodes are records. */
  get recordCount(): number {
    return this.#records.length
  }

  /** The shape of the tape that ends in `root`; undefined if its gradients are no matter of kernels alone, or too large. */
  static of(root: Source, output: number): TapeShape | undefined {
    const tape = tapeOf([root], limits.records)
    if (tape.length > limits.records || !tape.every(isPlain)) return undefined
    const { device } = root.outputs[0]!.storage
    const numbers = new Map<Node, number>(tape.map((source, at) => [source, at]))
    const met = new Set<Node>()
    const edgeShape = ({ node, slot }: Exclude<Source['edges'][number], undefined>): EdgeShape => {
      const isFirst = !met.has(node)
      met.add(node)
      if (!numbers.has(node)) numbers.set(node, numbers.size)
      return { node: numbers.get(node)!, slot, isFirst }
    }
    const slotOf = new Map<Storage, number>()
    const tensorShape = ({ layout, dtype, storage }: Tensor): TensorShape => {
      const isFirst = !slotOf.has(storage)
      if (isFirst) slotOf.set(storage, slotOf.size)
      return { layout, dtype, slot: slotOf.get(storage)!, isFirst }
    }
    const records = tape.map(({ primitive, params, inputs, outputs, edges }) => ({
      primitive,
      params,
      inputs: inputs.map(tensorShape),
      outputs: outputs.map(tensorShape),
      edges: edges.map((edge) => edge && edgeShape(edge)),
    }))
    const tensors = records.flatMap(({ inputs, outputs }) => [...inputs, ...outputs])
    const elements = tensors.reduce((sum, { layout }) => sum + layout.numel, 0)
    const storages = [...slotOf.keys()]
    if (elements > limits.elements || storages.length > limits.storages) return undefined
    if (storages.some((storage) => storage.device !== device)) return undefined
    return new TapeShape(
      device,
      output,
      storages.map(({ dtype, length }) => ({ dtype, length })),
      records,
    )
  }

  /** What has this shape in the tape that ends in an output of `root`; undefined if it has another. */
  find(root: Source, output: number): Found | undefined {
    if (output !== this.#output || root.primitive !== this.#records[0]!.primitive) return undefined
    const found: Found = { nodes: [root], storages: [], offsets: [] }
    let before = Number.POSITIVE_INFINITY
    for (let at = 0; at < this.#records.length; at++) {
      const source = found.nodes[at] as Source
      // Gradients are added up in the order of the ids.
      if (source.id >= before || !this.#fits(this.#records[at]!, source, found)) return undefined
      before = source.id
    }
    return found
  }

  #fits(shape: RecordShape, source: Source, found: Found): boolean {
    const { primitive, params, inputs, outputs, edges } = source
    return (
      primitive === shape.primitive &&
      isPlain(source) &&
      this.#tensorsFit(shape.inputs, inputs, source.versions, found) &&
      this.#tensorsFit(shape.outputs, outputs, source.outputVersions, found) &&
      sameParams(shape.params, params) &&
      this.#edgesFit(shape.edges, edges, found.nodes)
    )
  }

  #tensorsFit(
    shapes: readonly TensorShape[],
    tensors: readonly Tensor[],
    versions: readonly number[],
    { storages, offsets }: Found,
  ): boolean {
    if (shapes.length !== tensors.length) return false
    for (let i = 0; i < shapes.length; i++) {
      const { layout, dtype, slot, isFirst } = shapes[i]!
      const tensor = tensors[i]!
      const { storage } = tensor
      if (tensor.dtype !== dtype || storage.version !== versions[i] || !sameLayout(tensor.layout, layout)) return false
      if (isFirst) {
        if (storage.device !== this.device || storage.length !== this.slots[slot]!.length) return false
        storages[slot] = storage
        offsets[slot] = tensor.layout.offset - layout.offset
      } else if (storages[slot] !== storage || tensor.layout.offset - layout.offset !== offsets[slot]) return false
    }
    return true
  }

  #edgesFit(shapes: RecordShape['edges'], edges: Source['edges'], nodes: Node[]): boolean {
    for (let i = 0; i < shapes.length; i++) {
      const shape = shapes[i]
      const edge = edges[i]
      if (shape === undefined || edge === undefined) {
        if (shape !== edge) return false
        continue
      }
      if (edge.slot !== shape.slot) return false
      if (!shape.isFirst) {
        if (nodes[shape.node] !== edge.node) return false
        continue
      }
      const isRecord = shape.node < this.#records.length
      if (isSource(edge.node) !== isRecord || (!isRecord && !this.#isNewLeaf(edge.node, nodes))) return false
      nodes[shape.node] = edge.node
    }
    return true
  }

  /** Records tell themselves apart by their ids. */
  #isNewLeaf(leaf: Node, nodes: readonly Node[]): boolean {
    return !nodes.includes(leaf, this.#records.length) && !hasHooks(leaf)
  }
}

/** Whether only kernels and tables have a part in a record's gradient: no hooks, and no code of the user's. Dropped ones have none. */
function isPlain(source: Source): boolean {
  return source.outputs.length > 0 && source.primitive !== 'custom' && !hasHooks(source)
}

/** But for the offset. */
function sameLayout(a: Layout, b: Layout): boolean {
  return a === b || (sameShape(a.shape, b.shape) && sameShape(a.strides, b.strides))
}

/** Plain values, lists and records of them; other objects are the same only as themselves. */
function sameParams(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (!isPlainObject(a) || !isPlainObject(b) || Array.isArray(a) !== Array.isArray(b)) return false
  for (const name in a) if (!sameParams(a[name], b[name])) return false
  for (const name in b) if (!(name in a)) return false
  return true
}

function isPlainObject(value: unknown): value is { readonly [name: string]: unknown } {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Array.prototype
}
