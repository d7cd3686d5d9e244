import { dispatchView } from '../dispatch.ts'
import { ArgumentError, ShapeError } from '../errors.ts'
import type { Shape } from '../layout.ts'
import { formatShape } from '../layout.ts'
import { checkTensors } from '../operands.ts'
import type { Tensor } from '../tensor.ts'
import type { Labelled } from './contract.ts'
import { contract, ordered, sumOut, step } from './contract.ts'

/** What an equation says: labels of each operand and of the result; `...` stands among them as one label. */
interface Equation {
  readonly inputs: readonly (readonly string[])[]
  /** Undefined without `->`: all labels that occur once, in order of the alphabet. */
  readonly output: readonly string[] | undefined
}

const ellipsis = '...'

function fail(equation: string, what: string): ArgumentError {
  return new ArgumentError(`einsum: ${what}: '${equation}'.`)
}

/** Letters and at most one `...`; spaces mean nothing. */
function parseLabels(equation: string, term: string): string[] {
  const labels: string[] = term.replaceAll(' ', '').match(/\.\.\.|./gu) ?? []
  const wrong = labels.find((label) => label !== ellipsis && !/^[a-zA-Z]$/.test(label))
  if (wrong !== undefined) throw fail(equation, `labels must be letters or '...', got '${wrong}'`)
  if (labels.indexOf(ellipsis) !== labels.lastIndexOf(ellipsis)) throw fail(equation, `'...' occurs twice in '${term}'`)
  return labels
}

function parse(equation: string): Equation {
  const sides = equation.split('->')
  if (sides.length > 2) throw fail(equation, "'->' occurs twice")
  const inputs = sides[0]!.split(',').map((term) => parseLabels(equation, term))
  const output = sides[1] === undefined ? undefined : parseLabels(equation, sides[1])
  if (output === undefined) return { inputs, output }
  const known = new Set(inputs.flat())
  for (const label of output) {
    if (!known.has(label) && label !== ellipsis) throw fail(equation, `the result's '${label}' is in no operand`)
    if (output.indexOf(label) !== output.lastIndexOf(label)) throw fail(equation, `the result has '${label}' twice`)
  }
  return { inputs, output }
}

/** Labels of the dims under `...`, counted from the last, so that they align as broadcasting does. */
function hiddenLabels(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `.${count - 1 - i}`)
}

function expandLabels(labels: readonly string[], hidden: readonly string[]): string[] {
  return labels.flatMap((label) => (label === ellipsis ? hidden : [label]))
}

/** One label per dim of an operand. @throws ShapeError where the equation does not fit it */
function labelsOf(equation: string, labels: readonly string[], shape: Shape, at: number): string[] {
  const named = labels.filter((label) => label !== ellipsis).length
  const hasEllipsis = labels.includes(ellipsis)
  if (hasEllipsis ? shape.length < named : shape.length !== named) {
    throw new ShapeError(
      `einsum: operand ${at} has ${shape.length} dims ${formatShape(shape)}, '${labels.join('')}' in '${equation}' names ${named}${hasEllipsis ? ' or more' : ''}.`,
    )
  }
  return expandLabels(labels, hiddenLabels(shape.length - named))
}

/** Each label once: a label that repeats means the diagonal of its dims. @throws ShapeError unless they agree */
function takeDiagonals(equation: string, operand: Labelled, at: number): Labelled {
  const { labels, shape } = operand
  const second = labels.findIndex((label, dim) => labels.indexOf(label) < dim)
  if (second === -1) return operand
  const label = labels[second]!
  const first = labels.indexOf(label)
  if (shape[first] !== shape[second]) {
    throw new ShapeError(
      `einsum: operand ${at} has ${shape[first]} vs ${shape[second]} elements in its dims '${label}' of '${equation}'.`,
    )
  }
  const isOther = (_: unknown, dim: number): boolean => dim !== first && dim !== second
  const rest = step(operand, [...labels.filter(isOther), label], [...shape.filter(isOther), shape[first]!], (x) =>
    dispatchView('diagonal', x, { offset: 0, dim1: first, dim2: second }),
  )
  return takeDiagonals(equation, rest, at)
}

/** Sizes by label; where one operand has 1 and another more, it broadcasts. */
function sizesOf(equation: string, operands: readonly Labelled[]): Map<string, number> {
  const sizes = new Map<string, number>()
  operands.forEach(({ labels, shape }, at) => {
    labels.forEach((label, dim) => {
      const [known, size] = [sizes.get(label) ?? 1, shape[dim]!]
      if (known !== 1 && size !== 1 && known !== size) {
        const name = label.startsWith('.') ? ellipsis : label
        throw new ShapeError(
          `einsum: sizes of '${name}' differ in '${equation}': operand ${at} ${formatShape(shape)} has ${size} vs ${known} before.`,
        )
      }
      if (known === 1) sizes.set(label, size)
    })
  })
  return sizes
}

/** Dims of size 1 where other operands have more do not matter: they go. */
function dropBroadcast(operand: Labelled, sizes: ReadonlyMap<string, number>): Labelled {
  const { labels, shape } = operand
  const isDropped = (label: string, dim: number): boolean => shape[dim] === 1 && sizes.get(label) !== 1
  const dims = labels.map((_, dim) => dim).filter((dim) => isDropped(labels[dim]!, dim))
  if (dims.length === 0) return operand
  const isKept = (_: unknown, dim: number): boolean => !dims.includes(dim)
  return step(operand, labels.filter(isKept), shape.filter(isKept), (x) => x.squeeze(dims))
}

function resultLabels({ inputs, output }: Equation, hidden: readonly string[]): string[] {
  if (output !== undefined) return expandLabels(output, hidden)
  const all = inputs.flat().filter((label) => label !== ellipsis)
  const once = all.filter((label) => all.indexOf(label) === all.lastIndexOf(label))
  return [...hidden, ...once.sort()]
}

/** The pair whose product needs least room beyond its operands', and of those the one with least work. */
function cheapestPair(
  operands: readonly Labelled[],
  sizes: ReadonlyMap<string, number>,
  result: readonly string[],
): readonly [number, number] {
  let best: readonly [number, number] = [0, 1]
  if (operands.length === 2) return best
  let bestCost = { growth: Infinity, work: Infinity }
  const volume = (labels: Iterable<string>): number => {
    let product = 1
    for (const label of labels) product *= sizes.get(label)!
    return product
  }
  for (let i = 0; i < operands.length; i++) {
    for (let j = i + 1; j < operands.length; j++) {
      const union = new Set([...operands[i]!.labels, ...operands[j]!.labels])
      const kept = keptBy(operands, i, j, result)
      const after = volume([...union].filter((label) => kept.has(label)))
      const cost = { growth: after - volume(operands[i]!.labels) - volume(operands[j]!.labels), work: volume(union) }
      const isBetter = cost.growth === bestCost.growth ? cost.work < bestCost.work : cost.growth < bestCost.growth
      if (isBetter) [best, bestCost] = [[i, j], cost]
    }
  }
  return best
}

/** Labels that the result or an operand other than i and j needs. */
function keptBy(operands: readonly Labelled[], i: number, j: number, result: readonly string[]): ReadonlySet<string> {
  const kept = new Set(result)
  operands.forEach(({ labels }, at) => {
    if (at !== i && at !== j) for (const label of labels) kept.add(label)
  })
  return kept
}

/** Rows first if the result has them first: then its last product needs no other order. */
function contractInOrder(a: Labelled, b: Labelled, kept: ReadonlySet<string>, result: readonly string[]): Labelled {
  const shared = new Set(a.labels.filter((label) => b.labels.includes(label)))
  const first = result.find((label) => !shared.has(label))
  return first !== undefined && b.labels.includes(first) ? contract(b, a, kept) : contract(a, b, kept)
}

/** How to compute an equation for operands of given shapes. */
function plan(equation: string, shapes: readonly Shape[]): Labelled['make'] {
  const form = parse(equation)
  if (shapes.length !== form.inputs.length) {
    throw new ArgumentError(`einsum: '${equation}' names ${form.inputs.length} operands, got ${shapes.length} tensors.`)
  }
  const labelled = shapes.map((shape, at) => {
    const labels = labelsOf(equation, form.inputs[at]!, shape, at)
    return takeDiagonals(equation, { labels, shape, make: (tensors) => tensors[at]! }, at)
  })
  const sizes = sizesOf(equation, labelled)
  const hidden = hiddenLabels([...sizes.keys()].filter((label) => label.startsWith('.')).length)
  const result = resultLabels(form, hidden)

  let operands = labelled.map((operand) => dropBroadcast(operand, sizes))
  operands = operands.map((operand, at) => sumOut(operand, keptBy(operands, at, at, result)))
  while (operands.length > 1) {
    const [i, j] = cheapestPair(operands, sizes, result)
    const product = contractInOrder(operands[i]!, operands[j]!, keptBy(operands, i, j, result), result)
    operands = [...operands.filter((_, at) => at !== i && at !== j), product]
  }
  return ordered(operands[0]!, result).make
}

const plans = new Map<string, Labelled['make']>()
const plansKept = 512

/**
 * Sums of products by Einstein's convention: dims are named by letters, equal names run together, names that the result
 * lacks are added up.
 *
 * `...` stands for any number of dims, which broadcast; a letter twice in one operand takes the diagonal; without `->` the
 * result has the letters that occur once, in order of the alphabet (capitals first). Dims of size 1 broadcast.
 * Pairs are contracted one after the other by batched matrix products, those first whose result is smallest.
 *
 * @throws ArgumentError for an equation that cannot be read, ShapeError for one that does not fit the tensors
 * @example
 * ```ts
 * const a = tensor([[1, 2], [3, 4]])
 * einsum('ij,jk->ik', a, a).tolistSync() // -> [[7, 10], [15, 22]]
 * einsum('ii', a).itemSync() // -> 5
 * einsum('...j,j', a, tensor([1, 1])).tolistSync() // -> [3, 7]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.einsum.html
 */
export function einsum(equation: string, ...tensors: readonly Tensor[]): Tensor {
  if (typeof equation !== 'string') {
    throw new ArgumentError(`einsum: the equation must be a string like 'ij,jk->ik', got ${typeof equation}.`)
  }
  checkTensors('einsum', ...tensors)
  // Programs use few equations on few shapes, many times.
  let key = equation
  for (const { shape } of tensors) key += `|${shape.join()}`
  let make = plans.get(key)
  if (make === undefined) {
    make = plan(
      equation,
      tensors.map(({ shape }) => shape),
    )
    if (plans.size >= plansKept) plans.clear()
    plans.set(key, make)
  }
  return make(tensors)
}
