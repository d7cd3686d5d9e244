import type { TrainState, UnitRef } from '../app/state.ts'
import type { LinearValues, UnitSurfaces } from '../model/frame.ts'
import type { Colours } from './colours.ts'
import { cssColour, paintUnit } from './colours.ts'
import type { Connection, NetworkLayout } from './network-layout.ts'
import { strokeWidth } from './network-layout.ts'

/** A network as a picture: where it stands, how it looks, and what is known of it now. */
interface NetworkPicture extends Pick<TrainState, 'linears' | 'units' | 'selected'> {
  readonly layout: NetworkLayout
  readonly lines: readonly Line[]
  readonly colours: Colours
}

interface Line extends Connection {
  readonly shape: Path2D
}

/**
 * Draws all lines and units anew, on one canvas: as elements of the page, a hundred lines that change with each picture cost
 * the browser more than everything else on the screen.
 */
export function drawNetwork(context: CanvasRenderingContext2D, picture: NetworkPicture): void {
  const { layout, lines, linears, units, selected, colours } = picture
  context.clearRect(0, 0, layout.width, layout.height)
  if (linears) drawLines(context, lines, linears, selected, colours)
  if (units) drawUnits(context, layout, units, colours)
}

/** The weight of a connection; 0 before it is known. */
export function weightOf(linears: readonly LinearValues[] | undefined, { layer, from, to }: Connection): number {
  const linear = linears?.[layer]
  return linear?.weight[to * linear.from + from] ?? 0
}

const dashes = [5, 3]

/** Lines as wide as their weights are large, dashed below 0; those of the chosen unit stand out. */
function drawLines(
  context: CanvasRenderingContext2D,
  lines: readonly Line[],
  linears: readonly LinearValues[],
  selected: UnitRef | undefined,
  { classes: [positive, negative] }: Colours,
): void {
  const opacity = ({ layer, from, to }: Connection): number => {
    if (selected === undefined) return 0.65
    const isInto = layer === selected.column - 1 && to === selected.unit
    return isInto || (layer === selected.column && from === selected.unit) ? 0.95 : 0.12
  }
  context.save()
  for (const line of lines) {
    const weight = weightOf(linears, line)
    context.globalAlpha = opacity(line)
    context.lineWidth = strokeWidth(weight)
    context.strokeStyle = cssColour(weight < 0 ? negative! : positive!)
    context.setLineDash(weight < 0 ? dashes : [])
    // A width of 0 would leave the one before.
    if (strokeWidth(weight) > 0) context.stroke(line.shape)
  }
  context.restore()
}

/** What the units answer, from one strip of pictures. */
function drawUnits(
  context: CanvasRenderingContext2D,
  { columns, size }: NetworkLayout,
  { n, layers }: UnitSurfaces,
  colours: Colours,
): void {
  const faces = [featureRamps(n), ...layers.map((shades) => facesOf(shades, n))]
  // A network of another shape than these answers is about to get its own.
  if (faces.length !== columns.length || faces.some((each, c) => each.length !== columns[c]!.length)) return
  const strip = stripOf(n * faces.flat().length, n)
  faces.flat().forEach((shades, i) => paintUnit(strip.words.subarray(i * n * n), shades, n, colours))
  strip.context.putImageData(strip.image, 0, 0)
  columns.flat().forEach(([x, y], i) => {
    context.drawImage(strip.context.canvas, 0, i * n, n, n, x - size / 2, y - size / 2, size, size)
  })
}

/** The answers of each unit of a layer. */
const facesOf = (shades: Uint8Array, n: number): Uint8Array[] =>
  Array.from({ length: shades.length / (n * n) }, (_, unit) => shades.subarray(unit * n * n, (unit + 1) * n * n))

/** An image as wide as a unit's picture, and high enough for all of them. */
interface Strip {
  readonly context: OffscreenCanvasRenderingContext2D
  readonly image: ImageData
  /** The pixels of the image. */
  readonly words: Uint32Array
}

let lastStrip: Strip | undefined

/** The last strip again where its size is right. */
function stripOf(height: number, n: number): Strip {
  if (lastStrip?.image.height !== height || lastStrip.image.width !== n) {
    const image = new ImageData(n, height)
    const context = new OffscreenCanvas(n, height).getContext('2d')!
    lastStrip = { context, image, words: new Uint32Array(image.data.buffer) }
  }
  return lastStrip
}

/** A feature is the plane itself: rising to the right, or upwards. */
const featureRamps = once((n: number) =>
  [(i: number) => i % n, (i: number) => Math.floor(i / n)].map((along) =>
    Uint8Array.from({ length: n * n }, (_, i) => Math.round((254 * along(i)) / (n - 1))),
  ),
)

/** The function, that keeps its last answer. */
function once<Argument, Result>(compute: (argument: Argument) => Result): (argument: Argument) => Result {
  let last: { readonly argument: Argument; readonly result: Result } | undefined
  return (argument) => {
    if (last?.argument !== argument) last = { argument, result: compute(argument) }
    return last.result
  }
}
