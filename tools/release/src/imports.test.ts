import { expect, test } from 'vitest'
import { readImports } from './imports.ts'

const kinds = (text: string): string[] =>
  readImports('a.ts', text).map(({ specifier, kind, line }) => `${line} ${kind} ${specifier}`)

test('readImports(path, text) tells value, type and dynamic edges apart', () => {
  expect(
    kinds(`
import 'a'
import { b } from 'b'
import * as c from 'c'
import type { D } from 'd'
export * from 'e'
export { f } from 'f'
export type { G } from 'g'
export type * from 'h'
const i = await import('i')
let j: import('j').J
declare module 'k' {
  interface K {}
}
`),
  ).toEqual([
    '2 value a',
    '3 value b',
    '4 value c',
    '5 type d',
    '6 value e',
    '7 value f',
    '8 type g',
    '9 type h',
    '10 dynamic i',
    '11 type j',
    '12 type k',
  ])
})

test('readImports(path, text) keeps a statement of inline types as a value edge, as verbatimModuleSyntax does', () => {
  expect(kinds("import { type A } from 'a'")).toEqual(['1 value a'])
})

test('readImports(path, text) is not fooled by text, comments and computed imports', () => {
  expect(
    kinds(
      "// import 'a'\n/* import 'b' */\nconst s = \"import 'c'\"\nconst t = `import ${'d'}`\nimport(s)\nexport const e = 1",
    ),
  ).toEqual([])
})

test('readImports(path, text) throws on text that does not parse', () => {
  expect(() => readImports('a.ts', 'import {')).toThrow(/^a\.ts: /)
})
