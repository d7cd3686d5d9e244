import { backward, grad, registerHook } from '@metagrad/autograd'
import type { Module } from '@metagrad/nn'
import type { Edge, Source, Tensor } from '@metagrad/tensor'
import { observe } from '@metagrad/tensor'

/** What a page shows of a tensor: its statistics, and its values or their corner. */
export interface Preview {
  readonly shape: readonly number[]
  readonly min: number
  readonly max: number
  readonly mean: number
  /** Square root of the sum of squares. */
  readonly norm: number
  readonly nonfinite: number
  /** Rows and columns that `values` holds, of the tensor seen as a matrix of its last dim. */
  readonly rows: number
  readonly columns: number
  readonly values: readonly number[]
}

/** A tensor of the tape. */
export interface TapeTensor {
  readonly id: number
  /** Name of a parameter, role of an input, or the op that made it. */
  readonly label: string
  readonly role: 'parameter' | 'input' | 'result'
  readonly dtype: string
  readonly requiresGrad: boolean
  /** Position of the op that made it; undefined for leaves. */
  readonly op: number | undefined
  readonly value: Preview
  /** What the engine left in `grad`, for parameters. */
  readonly grad: Preview | undefined
}

/** A record of the tape, and what backward did at it. */
export interface TapeOp {
  /** Position in the forward order. */
  readonly id: number
  readonly primitive: string
  /** Its parameters as text, such as `dims=[0]`; empty without any. */
  readonly params: string
  /** Layer that ran it, such as `0 Linear`; `loss` outside of the model. */
  readonly module: string
  readonly inputs: readonly TapeInput[]
  /** Ids of tensors. */
  readonly outputs: readonly number[]
  /** Complete gradient of each output when backward came here; undefined for one that nothing was learned from. */
  readonly incoming: readonly (Preview | undefined)[]
}

/** An input of an op. */
export interface TapeInput {
  /** Id of the tensor. */
  readonly tensor: number
  /** This op's share of the input's gradient; undefined where none flows. */
  readonly local: Preview | undefined
  /** The input's gradient after this op added its share. */
  readonly accumulated: Preview | undefined
  /** Whether the input was repeated to the output's shape, so that its share is a sum. */
  readonly isBroadcast: boolean
}

/** The tape of one step: ops in forward order and the order in which backward visits them. */
export interface Tape {
  readonly ops: readonly TapeOp[]
  readonly tensors: readonly TapeTensor[]
  /** Positions of ops. */
  readonly backward: readonly number[]
  /** Id of the tensor that backward starts from. */
  readonly loss: number
}

/** Most rows and columns of a preview. */
export const previewSide = 32

/** What to show of a tensor. */
export function previewOf(tensor: Tensor): Preview {
  const data = tensor.dataSync()
  const columns = tensor.shape.at(-1) ?? 1
  const rows = columns === 0 ? 0 : data.length / columns
  let [min, max, sum, squares, nonfinite] = [Infinity, -Infinity, 0, 0, 0]
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i])
    if (!Number.isFinite(value)) nonfinite += 1
    if (value < min) min = value
    if (value > max) max = value
    sum += value
    squares += value * value
  }
  const [shownRows, shownColumns] = [Math.min(rows, previewSide), Math.min(columns, previewSide)]
  return {
    shape: tensor.shape,
    min,
    max,
    mean: sum / data.length,
    norm: Math.sqrt(squares),
    nonfinite,
    rows: shownRows,
    columns: shownColumns,
    values: Array.from({ length: shownRows * shownColumns }, (_, i) =>
      Number(data[Math.floor(i / shownColumns) * columns + (i % shownColumns)]),
    ),
  }
}

/** What is known about tensors before the step runs. */
export interface TapeNames {
  readonly model: Module
  /** What to call the layers, such as `0 Linear`. */
  readonly titles: ReadonlyMap<Module, string>
  /** Roles of tensors that are no parameters, such as the batch. */
  readonly roles: ReadonlyMap<Tensor, string>
}

/**
 * Runs a step's forward and backward, without the optimizer, and writes down what the engine did at each op.
 *
 * The shares of an op are computed by the engine itself: the op's record is pointed at leaves of its own for a moment,
 * and `grad` is asked for them. Parameters keep the `grad` that they had before.
 */
export function recordTape(run: () => Tensor, { model, titles, roles }: TapeNames): Tape {
  const parameters = model.namedParameters()
  const kept = parameters.map(([, parameter]) => parameter.grad)
  for (const [, parameter] of parameters) parameter.grad = undefined
  try {
    const { loss, moduleOf } = runForward(run, titles)
    const sources = sourcesOf(loss)
    const visits: Source[] = []
    const incoming = new Map<Source, (Tensor | undefined)[]>(sources.map((source) => [source, []]))
    const removers = sources.flatMap((source) =>
      source.outputs.flatMap((output) =>
        output.source === source
          ? [
              registerHook(output, (gradient) => {
                const gradients = incoming.get(source)!
                if (gradients.length === 0) visits.push(source)
                gradients[output.slot] = gradient
              }),
            ]
          : [],
      ),
    )
    backward(loss, { retainGraph: true })
    for (const remove of removers) remove()
    return describe({ loss, sources, visits, incoming, moduleOf, parameters, roles })
  } finally {
    parameters.forEach(([, parameter], i) => (parameter.grad = kept[i]))
  }
}

/** Runs the forward pass and notes which layer made which record. */
function runForward(run: () => Tensor, titles: TapeNames['titles']): { loss: Tensor; moduleOf: Map<Source, string> } {
  const moduleOf = new Map<Source, string>()
  const stack = ['loss']
  const removers = [...titles].flatMap(([layer, title]) => [
    layer.registerForwardPreHook(() => void stack.push(title)),
    layer.registerForwardHook(() => void stack.pop()),
  ])
  const end = observe(({ outputs }) => {
    const source = outputs[0]?.source
    if (source !== undefined && !moduleOf.has(source)) moduleOf.set(source, stack.at(-1)!)
  })
  try {
    return { loss: run(), moduleOf }
  } finally {
    end()
    for (const remove of removers) remove()
  }
}

const isSource = (node: Source | Tensor): node is Source => 'primitive' in node

/** All records that lead to the loss, oldest first. */
function sourcesOf(loss: Tensor): Source[] {
  const seen = new Set<Source>()
  const stack = loss.source === undefined ? [] : [loss.source]
  for (let source = stack.pop(); source !== undefined; source = stack.pop()) {
    if (seen.has(source)) continue
    seen.add(source)
    for (const edge of source.edges) if (edge !== undefined && isSource(edge.node)) stack.push(edge.node)
  }
  return [...seen].sort((a, b) => a.id - b.id)
}

interface Recorded {
  readonly loss: Tensor
  readonly sources: readonly Source[]
  readonly visits: readonly Source[]
  readonly incoming: ReadonlyMap<Source, readonly (Tensor | undefined)[]>
  readonly moduleOf: ReadonlyMap<Source, string>
  readonly parameters: readonly (readonly [string, Tensor])[]
  readonly roles: ReadonlyMap<Tensor, string>
}

function describe({ loss, sources, visits, incoming, moduleOf, parameters, roles }: Recorded): Tape {
  const positions = new Map(sources.map((source, i) => [source, i]))
  const names = new Map(parameters.map(([name, parameter]) => [parameter, name]))
  const tensors: TapeTensor[] = []
  const ids = new Map<unknown, number>()
  const results = sources.map((source) => source.outputs.map(() => -1))

  const idOf = (tensor: Tensor, edge: Edge): number => {
    if (edge !== undefined && isSource(edge.node)) return results[positions.get(edge.node)!]![edge.slot]!
    const leaf = edge === undefined || isSource(edge.node) ? tensor : edge.node
    const known = ids.get(leaf)
    if (known !== undefined) return known
    const name = names.get(leaf)
    return add(tensor, name ?? roles.get(tensor) ?? 'constant', name === undefined ? 'input' : 'parameter', leaf)
  }
  const add = (tensor: Tensor, label: string, role: TapeTensor['role'], key: Tensor, op?: number): number => {
    const id = tensors.length
    ids.set(key, id)
    const { dtype, requiresGrad } = key
    const final = role === 'parameter' && key.grad !== undefined ? previewOf(key.grad) : undefined
    tensors.push({ id, label, role, dtype, requiresGrad, op, value: previewOf(tensor), grad: final })
    return id
  }

  const inputIds = sources.map((source, i) => {
    const own = source.inputs.map((input, k) => idOf(input, source.edges[k]))
    source.outputs.forEach((output, slot) => {
      const label = source.outputs.length === 1 ? source.primitive : `${source.primitive} ${slot}`
      results[i]![slot] = add(output, label, 'result', output, i)
    })
    return own
  })

  const gathered = new Map<number, Tensor>()
  const shares = new Map<Source, Pick<TapeInput, 'local' | 'accumulated'>[]>()
  for (const source of visits) {
    const locals = localGradients(source, incoming.get(source)!)
    shares.set(
      source,
      locals.map((local, k) => {
        if (local === undefined) return { local: undefined, accumulated: undefined }
        const id = inputIds[positions.get(source)!]![k]!
        const before = gathered.get(id)
        const after = before === undefined ? local : before.add(local)
        gathered.set(id, after)
        return { local: previewOf(local), accumulated: previewOf(after) }
      }),
    )
  }

  const ops = sources.map((source, id): TapeOp => {
    const [output] = source.outputs
    return {
      id,
      primitive: source.primitive,
      params: paramsText(source.params),
      module: moduleOf.get(source) ?? 'loss',
      inputs: source.inputs.map((input, k) => ({
        tensor: inputIds[id]![k]!,
        ...(shares.get(source)?.[k] ?? { local: undefined, accumulated: undefined }),
        isBroadcast: elementwise(source) && input.numel !== output!.numel,
      })),
      outputs: results[id]!,
      incoming: source.outputs.map((_, slot) => {
        const gradient = incoming.get(source)![slot]
        return gradient && previewOf(gradient)
      }),
    }
  })
  return { ops, tensors, backward: visits.map((source) => positions.get(source)!), loss: idOf(loss, endOf(loss)) }
}

const endOf = (loss: Tensor): Edge => (loss.source === undefined ? undefined : { node: loss.source, slot: loss.slot })

const movesOrReduces = new Set(['matmul', 'linear', 'crossEntropy', 'layerNorm', 'batchNorm', 'gather', 'scatter', 'indexSelect', 'index', 'sum', 'amax', 'amin', 'prod']) // prettier-ignore
const elementwise = ({ primitive, inputs }: Source): boolean => inputs.length > 1 && !movesOrReduces.has(primitive)

/** What the engine gives each input of one op for the gradients of its outputs. */
function localGradients(source: Source, gradients: readonly (Tensor | undefined)[]): (Tensor | undefined)[] {
  const { edges } = source
  const leaves = source.inputs.map((input, i) => (edges[i] === undefined ? undefined : input.detach().requiresGrad_()))
  const wanted = leaves.filter((leaf) => leaf !== undefined)
  if (wanted.length === 0) return leaves
  const outputs = source.outputs.filter((_, slot) => gradients[slot] !== undefined)
  const gradOutputs = gradients.filter((gradient) => gradient !== undefined)
  source.edges = leaves.map((leaf) => (leaf === undefined ? undefined : { node: leaf, slot: 0 }))
  try {
    const found = grad(outputs, wanted, { gradOutputs, retainGraph: true, allowUnused: true })
    return leaves.map((leaf) => (leaf === undefined ? undefined : found[wanted.indexOf(leaf)]))
  } finally {
    source.edges = edges
  }
}

function paramsText(params: object): string {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(params)
  return entries
    .filter(([, value]) => ['number', 'string', 'boolean'].includes(typeof value) || Array.isArray(value))
    .map(([name, value]) => `${name}=${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`)
    .join(', ')
}
