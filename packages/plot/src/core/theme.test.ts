import { describe, expect, it } from 'vitest'
import { all, checkSvg, walk } from '../../test-support/parse-svg.ts'
import { lineChart } from '../line-chart.ts'
import { cellLook } from './cells.ts'
import { seriesStyle } from './series-style.ts'
import { palettes, themeVariables, type Role } from './theme.ts'

type Rgb = readonly [number, number, number]
type Matrix = readonly [Rgb, Rgb, Rgb]
const channels = (of: (i: 0 | 1 | 2) => number): Rgb => [of(0), of(1), of(2)]
const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
const bytes = (hex: string): Rgb => channels((i) => Number.parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16) / 255)
const apply = (matrix: Matrix, [r, g, b]: Rgb): Rgb =>
  channels((i) => matrix[i][0] * r + matrix[i][1] * g + matrix[i][2] * b)
const luminance = (rgb: Rgb): number => 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2])
const contrast = (a: Rgb, b: Rgb): number => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high! + 0.05) / (low! + 0.05)
}

// Dichromatic sight in linear RGB (Machado, Oliveira, Fernandes 2009, severity 1).
const sights: Readonly<Record<string, Matrix>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

const toCones: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
]
const toLab: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
]

function oklab(rgb: Rgb, sight: Matrix): Rgb {
  const seen = apply(
    sight,
    channels((i) => linear(rgb[i])),
  )
  const cones = apply(
    toCones,
    channels((i) => Math.min(1, Math.max(0, seen[i]))),
  )
  return apply(
    toLab,
    channels((i) => Math.cbrt(cones[i])),
  )
}

const distance = (a: Rgb, b: Rgb): number =>
  Math.min(
    ...Object.values(sights).map((sight) => {
      const [p, q] = [oklab(a, sight), oklab(b, sight)]
      return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2])
    }),
  )

const closest = (colours: readonly Rgb[]): number =>
  Math.min(...colours.flatMap((a, i) => colours.slice(i + 1).map((b) => distance(a, b))))

const mix = (over: Rgb, under: Rgb, opacity: number): Rgb =>
  channels((i) => over[i] * opacity + under[i] * (1 - opacity))

describe.each(['light', 'dark'] as const)('the %s palette', (theme) => {
  const colour = (role: Role): Rgb => bytes(palettes[theme][role])
  const series = Array.from({ length: 8 }, (_, i) => colour(seriesStyle(i).role))

  it('has text of contrast 4.5 or more', () => {
    for (const role of ['ink', 'muted'] as const) expect(contrast(colour(role), colour('surface'))).toBeGreaterThan(4.5)
  })

  it('has series of contrast 3 or more', () => {
    for (const one of series) expect(contrast(one, colour('surface'))).toBeGreaterThan(3)
  })

  it('keeps series apart for every kind of sight, the first ones furthest', () => {
    expect(closest(series.slice(0, 2))).toBeGreaterThan(0.2)
    expect(closest(series.slice(0, 4))).toBeGreaterThan(0.11)
    expect(closest(series)).toBeGreaterThan(0.055)
  })

  it('has a ramp whose lightness only goes one way', () => {
    const lightness = Array.from({ length: 9 }, (_, i) => luminance(colour(`ramp${(i + 1) as 1 | 9}`)))
    const ordered = [...lightness].sort((a, b) => (theme === 'light' ? b - a : a - b))
    expect(lightness).toEqual(ordered)
  })

  it('has readable figures on cells of every strength', () => {
    for (const fill of ['positive', 'negative'] as const) {
      for (let strength = 0; strength <= 1; strength += 0.01) {
        const look = cellLook(strength, fill)
        const cell = mix(colour(look.fill), colour('surface'), look.opacity)
        expect(contrast(cell, colour(look.text)), `${fill} ${strength}`).toBeGreaterThan(4.4)
      }
    }
  })
})

describe('themes', () => {
  const chart = (theme: 'auto' | 'light' | 'dark'): string => lineChart([{ name: 'a', y: [1, 2] }], { theme })

  it('auto: every paint has a literal, a rule that a page can override, and a dark form', () => {
    const root = checkSvg(chart('auto'))
    const style = all(root, 'style')[0]!.text
    let painted = 0
    for (const { attributes } of walk(root)) {
      for (const property of ['fill', 'stroke'] as const) {
        if (attributes[property] === undefined || attributes[property] === 'none') continue
        painted += 1
        expect(attributes[property]).toMatch(/^#[0-9a-f]{6}$/)
        const name = attributes['class']!.split(' ').find((one) => one.startsWith(`mg-${property}-`))!
        const role = name.slice(`mg-${property}-`.length) as Role
        expect(style).toContain(`.mg-auto .${name}{${property}:var(--mg-${role},${palettes.light[role]})}`)
        expect(style).toContain(`.mg-auto .${name}{${property}:var(--mg-${role},${palettes.dark[role]})}`)
      }
    }
    expect(painted).toBeGreaterThan(5)
  })

  it('light and dark: literal colours only, for renderers without CSS', () => {
    for (const theme of ['light', 'dark'] as const) {
      expect(chart(theme)).not.toMatch(/var\(|<style|class=/)
      expect(chart(theme)).toContain(`fill="${palettes[theme].surface}"`)
    }
  })

  it('themeVariables(theme) sets every role', () => {
    expect(themeVariables('dark').match(/--mg-[A-Za-z0-9]+:#[0-9a-f]{6};/g)).toHaveLength(
      Object.keys(palettes.dark).length,
    )
  })
})
