import { noGrad } from '@metagrad/autograd'
import type { Tensor } from '@metagrad/tensor'
import { cat, tensor } from '@metagrad/tensor'
import type { Scale } from './dataset.ts'
import type { Trainer } from './trainer.ts'

/** The part of the plane that pictures show. */
export interface Extent {
  readonly x: readonly [low: number, high: number]
  readonly y: readonly [low: number, high: number]
}

/** What a model answers over the plane: n x n cells, row by row from the lowest y. */
export interface Surface {
  readonly n: number
  /** Index of the likeliest class per cell; empty for regression. */
  readonly labels: Uint8Array
  /** 0 to 255: how sure the model is above chance, or where the value lies in `range`. */
  readonly levels: Uint8Array
  /** Values that 0 and 255 stand for; [0, 1] for classes. */
  readonly range: readonly [number, number]
}

/** What each unit answers over the plane, in shades: 127 is 0, and 0 and 254 are the largest magnitude of that unit. */
export interface UnitSurfaces {
  readonly n: number
  /** Per block, the output layer last: units x n x n. */
  readonly layers: readonly Uint8Array[]
}

/** Weights of the linear layers as they are now. */
export interface LinearValues {
  /** Name in the model, such as `0`. */
  readonly name: string
  readonly from: number
  readonly to: number
  /** [to, from], row by row. */
  readonly weight: Float32Array
  readonly bias: Float32Array
}

/** The rows with some room on every side, as wide as high in units of the picture. */
export function extentOf({ dataset }: Pick<Trainer, 'dataset'>): Extent {
  const range = (values: Float64Array): [number, number] => {
    let [low, high] = [Infinity, -Infinity]
    for (const value of values) {
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
    const room = (high - low || 1) * 0.08
    return [low - room, high + room]
  }
  return { x: range(dataset.x), y: range(dataset.y) }
}

/**
 * As many cells as a model is asked at a time. What its layers answer then is small, and gone with the next quick pass of the collector;
 * of all cells at once it would be large, grow old, and have the collector make its slow rounds.
 */
const cellsAtATime = 256

/** The centres of n x n cells, as the network sees them: [cells, 2] each. */
export function gridInputs(trainer: Pick<Trainer, 'scaled'>, { x, y }: Extent, n: number): readonly Tensor[] {
  const places = new Float32Array(2 * n * n)
  const at = ([low, high]: readonly [number, number], i: number): number => low + ((i + 0.5) / n) * (high - low)
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      places.set(trainer.scaled(at(x, column), at(y, row)), 2 * (row * n + column))
    }
  }
  return tensor(places)
    .reshape(n * n, 2)
    .split(cellsAtATime)
}

/** What is answered to some cells after the other, in one. */
const inOne = (answers: readonly Tensor[]): Tensor => (answers.length === 1 ? answers[0]! : cat(answers))

/** The numbers of a tensor, copied once: fresh memory is a good part of what a picture costs in a browser. */
function floatsOf(values: Tensor): Float32Array {
  const data = values.dataSync()
  return data instanceof Float32Array ? data : Float32Array.from(data, Number)
}

/** Arrays of bytes in one piece of memory: a browser takes longer to make and to hand over many than to fill them. */
function bytesInOne(lengths: readonly number[]): Uint8Array[] {
  const all = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
  let end = 0
  return lengths.map((length) => all.subarray(end, (end += length)))
}

/** The model's answers to the `gridInputs` of n x n cells. */
export function surfaceOf({ built, dataset, targetScale }: Trainer, inputs: readonly Tensor[], n: number): Surface {
  built.model.eval()
  const answers = floatsOf(noGrad(() => inOne(inputs.map((cells) => built.model.forward(cells)))))
  return dataset.task === 'classification'
    ? classSurface(answers, dataset.classes.length, n)
    : valueSurface(answers, targetScale, dataset.targets, n)
}

/** From one logit per class and cell to the likeliest class and how far above chance its probability is. */
export function classSurface(logits: Float32Array, classes: number, n: number): Surface {
  const [labels, levels] = bytesInOne([n * n, n * n]) as [Uint8Array, Uint8Array]
  const chance = 1 / classes
  for (let cell = 0; cell < n * n; cell++) {
    const first = cell * classes
    let best = 0
    for (let k = 1; k < classes; k++) if (logits[first + k]! > logits[first + best]!) best = k
    // The softmax of the largest, whose own exponential is 1.
    let sum = 1
    for (let k = 0; k < classes; k++) if (k !== best) sum += Math.exp(logits[first + k]! - logits[first + best]!)
    labels[cell] = best
    levels[cell] = Math.round((255 * (1 / sum - chance)) / (1 - chance))
  }
  return { n, labels, levels, range: [0, 1] }
}

/** Values between the least and the largest target; what lies beyond looks like the nearer end. */
function valueSurface(answers: Float32Array, { mean, deviation }: Scale, targets: Float64Array, n: number): Surface {
  const low = targets.reduce((a, b) => Math.min(a, b), Infinity)
  const high = targets.reduce((a, b) => Math.max(a, b), -Infinity)
  const span = high - low || 1
  const levelOf = (answer: number): number => Math.round((255 * (answer * deviation + mean - low)) / span)
  return {
    n,
    labels: new Uint8Array(0),
    levels: Uint8Array.from(answers, (answer) => Math.min(255, Math.max(0, levelOf(answer)))),
    range: [low, high],
  }
}

/** What each unit answers to the `gridInputs` of n x n cells. */
export function unitSurfacesOf(trainer: Trainer, inputs: readonly Tensor[], n: number): UnitSurfaces {
  const { model, outputs } = trainer.built
  model.eval()
  const answersTo = (cells: Tensor): Tensor[] => {
    const answers: Tensor[] = []
    let x = cells
    for (const [position, layer] of [...model].entries()) {
      x = layer.forward(x)
      if (outputs.includes(position)) answers.push(x)
    }
    return answers
  }
  const answers = noGrad(() => {
    const parts = inputs.map(answersTo)
    return outputs.map((_, i) => inOne(parts.map((part) => part[i]!)))
  })
  const layers = bytesInOne(answers.map(({ numel }) => numel))
  answers.forEach((each, i) => shade(layers[i]!, floatsOf(each), each.size(1)))
  return { n, layers }
}

/** From the answers, all units of a cell in a row, to shades, all cells of a unit in a row. */
function shade(shades: Uint8Array, answers: Float32Array, units: number): void {
  const cells = answers.length / units
  for (let unit = 0; unit < units; unit++) {
    let largest = 0
    for (let i = unit; i < answers.length; i += units) largest = Math.max(largest, Math.abs(answers[i]!))
    const own = shades.subarray(unit * cells, (unit + 1) * cells)
    // A unit that answers nothing but 0, or something that is not finite, stays at the middle.
    const isPlain = largest > 0 && largest < Infinity
    for (let cell = 0; cell < cells; cell++) {
      own[cell] = isPlain ? 127 + Math.round((answers[cell * units + unit]! / largest) * 127) : 127
    }
  }
}

/** The weights as they are now, copied. */
export function linearValuesOf({ built }: Pick<Trainer, 'built'>): LinearValues[] {
  return built.linears.map(({ weight, bias, inFeatures, outFeatures }, i) => ({
    name: built.linearNames[i]!,
    from: inFeatures,
    to: outFeatures,
    weight: floatsOf(weight),
    bias: bias === undefined ? new Float32Array(0) : floatsOf(bias),
  }))
}
