import fc from 'fast-check'
import { palettes } from '@metagrad/plot'
import { describe, expect, it } from 'vitest'
import { classSurface } from '../model/frame.ts'
import { coloursOf, rgbOf, paintUnit, surfacePixels } from './colours.ts'
import { connectionsOf, layOutNetwork, strokeWidth } from './network-layout.ts'

describe('layOutNetwork(widths, width, height)', () => {
  it('keeps units apart and inside, whatever the network', () => {
    const widths = fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(
        widths,
        fc.integer({ min: 0, max: 1200 }),
        fc.integer({ min: 300, max: 600 }),
        (units, width, height) => {
          const layout = layOutNetwork(units, width, height)
          const half = layout.size / 2
          for (const column of layout.columns) {
            column.forEach(([x, y], i) => {
              expect(Math.min(x - half, y - half)).toBeGreaterThanOrEqual(0)
              expect(x + half).toBeLessThanOrEqual(layout.width)
              expect(y + half).toBeLessThanOrEqual(layout.height)
              expect(y - (column[i - 1]?.[1] ?? -Infinity)).toBeGreaterThan(layout.size)
            })
          }
          const xs = layout.columns.map(([first]) => first![0])
          expect(xs.every((x, i) => i === 0 || x - xs[i - 1]! > layout.size)).toBe(true)
        },
      ),
    )
  })
})

describe('connectionsOf(layout)', () => {
  it('has a line for each weight, in the order of the weights', () => {
    const [first, second] = connectionsOf(layOutNetwork([2, 3, 1], 400, 300))
    expect(first!.map(({ from, to }) => [to, from])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
    ])
    expect(second!).toHaveLength(3)
  })
})

describe('strokeWidth(weight)', () => {
  it('grows with the size of the weight and ends', () => {
    expect([0, 1, -1, 100, Number.NaN].map((weight) => Number(strokeWidth(weight).toFixed(2)))).toEqual([
      0, 3.04, 3.04, 8, 8,
    ])
  })
})

describe('surfacePixels(surface, colours)', () => {
  const colours = coloursOf(palettes.light)

  it('has the colour of the likeliest class, stronger where the model is surer, the highest row first', () => {
    // Cells from the lowest row: class 1 surely, class 0 surely, class 0 by chance, class 1 somewhat.
    const surface = classSurface(Float32Array.of(0, 1, 1, 0, 0.5, 0.5, 0.2, 0.8).map(Math.log), 2, 2)
    const pixels = surfacePixels(surface, colours)
    const at = (i: number) => Array.from(pixels.slice(4 * i, 4 * i + 3))
    expect([0, 1, 2, 3].map(at)).toEqual([
      colours.certainty[0]![0], colours.certainty[1]![153], colours.certainty[1]![255], colours.certainty[0]![255],
    ]) // prettier-ignore
  })

  it('shows units from orange over the surface to blue', () => {
    const pixels = new Uint8Array(16)
    paintUnit(new Uint32Array(pixels.buffer), Uint8Array.of(0, 127, 254, 127), 2, colours)
    const rows = [8, 12, 0].map((at) => Array.from(pixels.slice(at, at + 3)))
    expect(rows).toEqual([colours.classes[1], rgbOf(palettes.light.surface), colours.classes[0]])
  })
})
