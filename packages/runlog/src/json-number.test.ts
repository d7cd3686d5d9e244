import { describe, expect, it } from 'vitest'
import { jsonNumberSchema, stringifyJson } from './json-number.ts'

describe('stringifyJson(value)', () => {
  it('writes NaN and the infinities as strings, at any depth', () => {
    expect(stringifyJson({ a: Number.NaN, b: [Infinity, { c: -Infinity }], d: 1.5 })).toBe(
      '{"a":"NaN","b":["Infinity",{"c":"-Infinity"}],"d":1.5}',
    )
  })
})

describe('jsonNumberSchema', () => {
  it.each([1.5, Number.NaN, Infinity, -Infinity])('reads %s back from JSON', (value) => {
    expect(jsonNumberSchema.parse(JSON.parse(stringifyJson(value)))).toBe(value)
  })

  it.each(['1.5', '', 'nan', null, true, []])('refuses %j', (value) => {
    expect(jsonNumberSchema.safeParse(value).success).toBe(false)
  })
})
