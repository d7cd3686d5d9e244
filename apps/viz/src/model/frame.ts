import { noGrad } from '@metagrad/autograd'
import type { Tensor } from '@metagrad/tensor'
import { tensor } from '@metagrad/tensor'
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
  readonly labels: Uint8Array<ArrayBuffer>
  /** 0 to 255: how sure the model is above chance, or where the value lies in `range`. */
  readonly levels: Uint8Array<ArrayBuffer>
  /** Values that 0 and 255 stand for; [0, 1] for classes. */
  readonly range: readonly [number, number]
}

/** What each unit answers over the plane, as -127 to 127 of the largest magnitude of that unit. */
export interface UnitSurfaces {
  readonly n: number
  /** Per block, the output layer last: units x n x n. */
  readonly layers: readonly Int8Array<ArrayBuffer>[]
}

/** Weights of the linear layers as they are now. */
export interface LinearValues {
  /** Name in the model, such as `0`. */
  readonly name: string
  readonly from: number
  readonly to: number
  /** [to, from], row by row. */
  readonly weight: Float32Array<ArrayBuffer>
  readonly bias: Float32Array<ArrayBuffer>
}

/** The rows with some room on every side, as wide as high in units of the picture. */
export function extentOf({ dataset }: Pick<Trainer, 'dataset'>): Extent {
  const range = (values: Float32Array): [number, number] => {
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

/** The centres of n x n cells, as the network sees them: [n * n, 2]. */
export function gridInputs(trainer: Pick<Trainer, 'scaled'>, { x, y }: Extent, n: number): Tensor {
  const places = new Float32Array(2 * n * n)
  const at = ([low, high]: readonly [number, number], i: number): number => low + ((i + 0.5) / n) * (high - low)
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      places.set(trainer.scaled(at(x, column), at(y, row)), 2 * (row * n + column))
    }
  }
  return tensor(places).reshape(n * n, 2)
}

/** The numbers of a tensor in an array of their own. */
const floatsOf = (values: Tensor): Float32Array<ArrayBuffer> => {
  const data = values.dataSync()
  return data instanceof Float32Array ? new Float32Array(data) : Float32Array.from(data, Number)
}

/** The model's answers to the `gridInputs` of n x n cells. */
export function surfaceOf(trainer: Trainer, inputs: Tensor, n: number): Surface {
  const { built, dataset, targetScale } = trainer
  built.model.eval()
  const values = floatsOf(
    noGrad(() => {
      const raw = built.model.forward(inputs)
      return dataset.task === 'classification' ? raw.softmax(1) : raw.mul(targetScale.deviation).add(targetScale.mean)
    }),
  )
  return dataset.task === 'classification'
    ? classSurface(values, dataset.classes.length, n)
    : valueSurface(values, dataset.targets, n)
}

/** From one probability per class and cell to the likeliest class and how far above chance it is. */
export function classSurface(probabilities: Float32Array, classes: number, n: number): Surface {
  const labels = new Uint8Array(n * n)
  const levels = new Uint8Array(n * n)
  for (let cell = 0; cell < n * n; cell++) {
    let best = 0
    for (let k = 1; k < classes; k++) {
      if (probabilities[cell * classes + k]! > probabilities[cell * classes + best]!) best = k
    }
    labels[cell] = best
    levels[cell] = Math.round((255 * (probabilities[cell * classes + best]! - 1 / classes)) / (1 - 1 / classes))
  }
  return { n, labels, levels, range: [0, 1] }
}

/** Values between the least and the largest target; what lies beyond looks like the nearer end. */
function valueSurface(values: Float32Array, targets: Float32Array, n: number): Surface {
  const low = targets.reduce((a, b) => Math.min(a, b), Infinity)
  const high = targets.reduce((a, b) => Math.max(a, b), -Infinity)
  const span = high - low || 1
  return {
    n,
    labels: new Uint8Array(0),
    levels: Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round((255 * (value - low)) / span)))),
    range: [low, high],
  }
}

/** What each unit answers to the `gridInputs` of n x n cells. */
export function unitSurfacesOf(trainer: Trainer, inputs: Tensor, n: number): UnitSurfaces {
  const { model, outputs } = trainer.built
  model.eval()
  const layers: Int8Array<ArrayBuffer>[] = []
  noGrad(() => {
    let x = inputs
    for (const [position, layer] of [...model].entries()) {
      x = layer.forward(x)
      if (outputs.includes(position)) layers.push(quantise(floatsOf(x), x.size(1), n * n))
    }
  })
  return { n, layers }
}

/** Columns of [cells, units] as rows of bytes, each scaled by its largest magnitude. */
function quantise(values: Float32Array, units: number, cells: number): Int8Array<ArrayBuffer> {
  const bytes = new Int8Array(units * cells)
  for (let unit = 0; unit < units; unit++) {
    let largest = 0
    for (let cell = 0; cell < cells; cell++) largest = Math.max(largest, Math.abs(values[cell * units + unit]!))
    if (!(largest > 0 && largest < Infinity)) continue
    for (let cell = 0; cell < cells; cell++) {
      bytes[unit * cells + cell] = Math.round((127 * values[cell * units + unit]!) / largest)
    }
  }
  return bytes
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
