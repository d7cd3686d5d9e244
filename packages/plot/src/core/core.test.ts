import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSvg } from '../../test-support/parse-svg.ts'
import { numberAxis } from './axis.ts'
import { decimate } from './decimate.ts'
import { drawable, extentOf } from './domain.ts'
import { formatBrief, formatValue, logTickLabel, tickLabels } from './format.ts'
import { thin } from './points.ts'
import { seriesStyle } from './series-style.ts'
import { debiasedAverage } from './smooth.ts'
import { fitText, textWidth } from './text.ts'
import { escapeXml } from './xml.ts'

describe('escapeXml', () => {
  it('escapeXml(text) keeps what XML can hold and replaces the rest', () => {
    expect(escapeXml('<script>"a" & \'b\'\u0000\ud800</script>')).toBe(
      '&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;\ufffd\ufffd&lt;/script&gt;',
    )
    expect(escapeXml('π 世 😀 שלום')).toBe('π 世 😀 שלום')
  })

  it('escapeXml(any text) can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const safe = escapeXml(text)
        expect(parseSvg(`<a b="${safe}">${safe}</a>`).text).toBe(parseSvg(`<a b="${safe}"/>`).attributes['b'])
      }),
    )
  })
})

describe('text', () => {
  it('textWidth(text) grows with letters, size and weight, and counts marks and emoji once', () => {
    expect(textWidth('iii', 12)).toBeLessThan(textWidth('mmm', 12))
    expect(textWidth('loss', 24)).toBe(2 * textWidth('loss', 12))
    expect(textWidth('loss', 12, true)).toBeGreaterThan(textWidth('loss', 12))
    expect(textWidth('e\u0301', 10)).toBe(textWidth('é', 10))
    expect(textWidth('👩‍👩‍👧', 10)).toBe(textWidth('😀', 10))
  })

  it('fitText(text, width) fits or ends in an ellipsis, never in half a character', () => {
    expect(fitText('loss', 100, 12)).toBe('loss')
    expect(fitText('a\n b', 100, 12)).toBe('a b')
    expect(fitText('😀😀😀😀', 40, 12)).toBe('😀😀…')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 20, max: 200 }), (text, width) => {
        expect(textWidth(fitText(text, width, 12), 12)).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('fitText(a megabyte) is quick to cut', () => {
    expect(fitText('long '.repeat(200_000), 50, 12)).toMatch(/^long .*…$/)
  })
})

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.123456, '0.1235'],
    [-2.5, '−2.5'],
    [1234, '1,234'],
    [1e-7, '1e-7'],
    [1.5e12, '1.5e+12'],
    [Infinity, '∞'],
    [Number.NaN, 'NaN'],
  ])('formatValue(%d) is %s', (value, text) => expect(formatValue(value)).toBe(text))

  it.each([
    [-0.8342, '−0.83'],
    [1.177, '1.2'],
    [123.4, '123'],
    [9.23e-5, '9.2e-5'],
  ])('formatBrief(%d) is %s', (value, text) => expect(formatBrief(value)).toBe(text))

  it.each([
    [
      [0, 0.5, 1],
      ['0', '0.5', '1.0'],
    ],
    [
      [0, 20_000, 40_000],
      ['0', '20k', '40k'],
    ],
    [
      [1e-7, 1.5e-7, 2e-7],
      ['1e-7', '1.5e-7', '2e-7'],
    ],
    [
      [-50, 0, 50],
      ['−50', '0', '50'],
    ],
    [[], []],
  ])('tickLabels(%j) is %j', (values, labels) => expect(tickLabels(values)).toEqual(labels))

  it('logTickLabel(value) is plain near 1 and a power elsewhere', () => {
    expect([0.001, 1, 1000, 1e-6, 1e7].map(logTickLabel)).toEqual(['0.001', '1', '1,000', '1e-6', '1e+7'])
  })
})

describe('domains and axes', () => {
  it('extentOf(lists) ignores what is not finite', () => {
    expect(
      extentOf([
        [1, Number.NaN, -3],
        [Infinity, 2],
      ]),
    ).toEqual([-3, 2])
    expect(extentOf([[Number.NaN]])).toBeUndefined()
  })

  it('drawable(extent) always has room', () => {
    expect(drawable(undefined)).toEqual([0, 1])
    expect(drawable([5, 5])).toEqual([4.5, 5.5])
    expect(drawable([0, 0])).toEqual([-1, 1])
    expect(drawable([0, 10], 0.1)).toEqual([-1, 11])
  })

  it.each([
    [0.001, 1, ['0.001', '0.01', '0.1', '1']],
    [1, 10, ['1', '2', '5', '10']],
    [2, 3, ['2', '2.2', '2.4', '2.6', '2.8', '3']],
  ])('numberAxis(log, %d to %d) has ticks %j', (low, high, labels) => {
    const axis = numberAxis({ title: '', extent: [low, high], count: 5, kind: 'log' })
    expect(axis.ticks.map((tick) => tick.label)).toEqual(labels)
  })

  it('numberAxis(room) has fewer ticks when labels are long', () => {
    const ticks = (room: number): number =>
      numberAxis({ title: '', extent: [1e9, 1e9 + 5], count: 8, room }).ticks.length
    expect(ticks(300)).toBeLessThan(ticks(2000))
  })

  it('numberAxis(any extent) places its ends at 0 and 1 and its ticks between', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), fc.boolean(), (a, b, nice) => {
        const extent = extentOf([[a, b]])
        const axis = numberAxis({ title: '', extent, count: 6, nice })
        for (const value of [...axis.ticks.map((tick) => tick.value), ...(extent ?? [])]) {
          expect(axis.place(value)).toBeGreaterThan(-1e-6)
          expect(axis.place(value)).toBeLessThan(1 + 1e-6)
        }
      }),
    )
  })
})

describe('series', () => {
  it('debiasedAverage(values, weight) is the weighted mean of the past, from the first value on', () => {
    expect([...debiasedAverage([1, 3], 0.5)]).toEqual([1, (0.25 + 1.5) / 0.75])
    const level = debiasedAverage(new Float64Array(100).fill(7), 0.99)
    for (const value of level) expect(value).toBeCloseTo(7, 12)
  })

  it('debiasedAverage(values, weight) lets NaN through without poisoning what follows', () => {
    expect([...debiasedAverage([2, Number.NaN, 2], 0.9)].map((v) => Math.round(v))).toEqual([2, Number.NaN, 2])
  })

  it('decimate(values, column) keeps the lowest and highest of every column, at most four', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: -9, max: 9, noNaN: true }), fc.constant(Number.NaN)), { maxLength: 200 }),
        fc.integer({ min: 1, max: 30 }),
        (values, width) => {
          const kept = decimate(values, (i) => Math.floor(i / width))
          expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b))
          for (let column = 0; column * width < values.length; column++) {
            const inside = values.slice(column * width, (column + 1) * width).filter(Number.isFinite)
            const left = kept.filter((i) => Math.floor(i / width) === column)
            expect(left.length).toBeLessThanOrEqual(4)
            if (inside.length === 0) continue
            const shown = left.map((i) => values[i]!).filter(Number.isFinite)
            expect(Math.min(...shown)).toBe(Math.min(...inside))
            expect(Math.max(...shown)).toBe(Math.max(...inside))
          }
        },
      ),
    )
  })

  it('thin(points) keeps small clouds whole and large ones under the limit', () => {
    const cloud = Array.from({ length: 5000 }, (_, i) => [i / 10, (i * 7) % 300] as const)
    expect(thin(cloud, 5000)).toBe(cloud)
    expect(thin(cloud, 100).length).toBeLessThanOrEqual(100)
    expect(thin(cloud, 100).length).toBeGreaterThan(40)
  })

  it('seriesStyle(index) differs for 56 series, neighbours in colour, shape and dash', () => {
    const looks = Array.from({ length: 56 }, (_, i) => seriesStyle(i))
    expect(new Set(looks.map(({ role, glyph }) => `${role} ${glyph}`)).size).toBe(56)
    for (const [i, look] of looks.slice(1).entries()) {
      expect(look.role).not.toBe(looks[i]!.role)
      expect(look.glyph).not.toBe(looks[i]!.glyph)
      expect(look.dash).not.toBe(looks[i]!.dash)
    }
  })
})
