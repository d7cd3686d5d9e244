import { expect, test } from 'vitest'
import { readDocstrings, readMarkdown } from './extract.ts'

test('readMarkdown(path, text) finds ts blocks and where they stand', () => {
  const text =
    'Text.\n\n```ts\nconst x = 1\nx // -> 1\n```\n\n```sh\nls\n```\n\n- a list\n\n  ```ts\n  if (x) {\n    x\n  }\n  ```\n'
  expect(readMarkdown('a.md', text)).toEqual([
    { path: 'a.md', line: 4, code: 'const x = 1\nx // -> 1\n' },
    { path: 'a.md', line: 15, code: 'if (x) {\n  x\n}\n' },
  ])
})

test('readMarkdown(path, text) joins a block to the one it continues, line for line', () => {
  const [example, ...rest] = readMarkdown(
    'a.md',
    '```ts\nconst x = 1\n```\n\nText.\n\n```ts continues\nx // -> 1\n```\n',
  )
  expect(rest).toEqual([])
  expect(example!.line).toBe(2)
  expect(example!.code.split('\n').indexOf('x // -> 1')).toBe(8 - 2)
})

test('readMarkdown(path, text) leaves fragments out and refuses other marks', () => {
  expect(readMarkdown('a.md', '```ts fragment\nmodel.forward(...)\n```\n')).toEqual([])
  expect(() => readMarkdown('a.md', '\n```ts norun\n1\n```\n')).toThrowErrorMatchingInlineSnapshot(
    `[SyntaxError: a.md:3: a ts block is marked "norun". Write continues, fragment or nothing.]`,
  )
  expect(() => readMarkdown('a.md', '```ts continues\n1\n```\n')).toThrowErrorMatchingInlineSnapshot(
    `[SyntaxError: a.md:2: there is no block that this one continues.]`,
  )
})

test('readDocstrings(path, text) finds plain and fenced examples up to the next tag', () => {
  const text = `
/**
 * Adds.
 *
 * @example
 * const x = add(1, 2)
 *
 * if (x) {
 *   x // -> 3
 * }
 * @see somewhere
 */
export const add = 1

/** @example twice(2) // -> 4 */
export const twice = 1

/**
 * @example
 * Words before it:
 * \`\`\`ts
 * half(2) // -> 1
 * \`\`\`
 * @example
 * half(4) // -> 2
 */
export const half = 1

// @example not a docstring
const text = '/** @example nor this */'
`
  expect(readDocstrings('a.ts', text)).toEqual([
    { path: 'a.ts', line: 6, code: 'const x = add(1, 2)\n\nif (x) {\n  x // -> 3\n}' },
    { path: 'a.ts', line: 15, code: 'twice(2) // -> 4' },
    { path: 'a.ts', line: 22, code: 'half(2) // -> 1\n' },
    { path: 'a.ts', line: 25, code: 'half(4) // -> 2' },
  ])
})
