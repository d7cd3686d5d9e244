import type { Palette } from '@metagrad/plot'
import { seriesStyle } from '@metagrad/plot'
import type { Surface } from '../model/frame.ts'

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number]

export function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

/** The colour a part of the way from one to another. */
export function mix(from: Rgb, to: Rgb, part: number): Rgb {
  return [0, 1, 2].map((i) => Math.round(from[i]! + (to[i]! - from[i]!) * part)) as [number, number, number]
}

/** Colours of a theme as tables over 0 to 255, made once. */
export interface Colours {
  /** Colour of a class. */
  readonly classes: readonly Rgb[]
  /** From the surface (not sure) to a class's colour, 256 steps. */
  readonly certainty: readonly (readonly Rgb[])[]
  /** Low to high values, 256 steps. */
  readonly ramp: readonly Rgb[]
  /** From the most negative to the most positive, 255 steps; the middle is the surface. */
  readonly signed: readonly Rgb[]
  readonly surface: Rgb
  readonly ink: Rgb
}

const steps = (count: number): number[] => Array.from({ length: count }, (_, i) => i / (count - 1))

export function coloursOf(palette: Palette): Colours {
  const surface = rgbOf(palette.surface)
  const classes = Array.from({ length: 10 }, (_, i) => rgbOf(palette[seriesStyle(i).role]))
  const stops = ([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map((i) => rgbOf(palette[`ramp${i}`]))
  const [negative, positive] = [classes[1]!, classes[0]!]
  return {
    classes,
    certainty: classes.map((colour) => steps(256).map((part) => mix(surface, colour, 0.06 + 0.56 * part))),
    ramp: steps(256).map((part) => {
      const at = Math.min(7, Math.floor(part * 8))
      return mix(stops[at]!, stops[at + 1]!, part * 8 - at)
    }),
    signed: steps(255).map((part) =>
      part < 0.5 ? mix(negative, surface, part * 2) : mix(surface, positive, part * 2 - 1),
    ),
    surface,
    ink: rgbOf(palette.ink),
  }
}

/** Opaque colours as the words of an image's memory, made once per table. */
const packed = new WeakMap<readonly Rgb[], Uint32Array>()

function wordsOf(table: readonly Rgb[]): Uint32Array {
  const known = packed.get(table)
  if (known !== undefined) return known
  const bytes = Uint8Array.from(table.flatMap((colour) => [...colour, 255]))
  const words = new Uint32Array(bytes.buffer)
  packed.set(table, words)
  return words
}

/** A surface as the pixels of an image: n x n, the highest y first. */
export function surfacePixels({ n, labels, levels }: Surface, colours: Colours): Uint8ClampedArray<ArrayBuffer> {
  const words = new Uint32Array(n * n)
  const classes = colours.certainty.map(wordsOf)
  const ramp = wordsOf(colours.ramp)
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const cell = (n - 1 - row) * n + column
      const table = labels.length > 0 ? classes[labels[cell]!]! : ramp
      words[row * n + column] = table[levels[cell]!]!
    }
  }
  return new Uint8ClampedArray(words.buffer)
}

/** What one unit answers, into the n * n words of an image. */
export function paintUnit(words: Uint32Array, shades: Uint8Array, n: number, colours: Colours): void {
  const table = wordsOf(colours.signed)
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      words[row * n + column] = table[shades[(n - 1 - row) * n + column]!]!
    }
  }
}

export const cssColour = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`
