import { parseSync } from 'vite'
import { lineOf } from '../imports.ts'

/** TypeScript that a document shows; `line` is where its first line stands in the document. */
export interface Example {
  path: string
  line: number
  code: string
}

const fence = /^( *)```(\S*)[ \t]*(.*)\n([\s\S]*?)^ *```[ \t]*$/gm

/**
 * The ```` ```ts ```` blocks of a Markdown text. A block marked ```` ```ts continues ```` goes on from the one before, and one
 * marked ```` ```ts fragment ```` is not a program: it is left out.
 */
export function readMarkdown(path: string, text: string): Example[] {
  const examples: Example[] = []
  for (const match of text.matchAll(fence)) {
    const [, indent = '', language, words = '', body = ''] = match
    if (language !== 'ts' || words === 'fragment') continue
    const line = lineOf(text, match.index) + 1
    const code = body.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
    const before = examples.at(-1)
    if (words === 'continues') {
      if (!before) throw new SyntaxError(`${path}:${line}: there is no block that this one continues.`)
      const gap = line - before.line - before.code.split('\n').length + 1
      before.code += '\n'.repeat(Math.max(gap, 0)) + code
    } else if (words === '') {
      examples.push({ path, line, code })
    } else {
      throw new SyntaxError(`${path}:${line}: a ts block is marked "${words}". Write continues, fragment or nothing.`)
    }
  }
  return examples
}

/** The `@example` blocks of the docstrings in a TypeScript text; what a fence encloses, or all text up to the next tag. */
export function readDocstrings(path: string, text: string): Example[] {
  return parseSync(path, text, { sourceType: 'module' })
    .comments.filter((comment) => comment.type === 'Block' && comment.value.startsWith('*'))
    .flatMap((comment) => {
      // Blanking the stars keeps every line where it is.
      const lines = comment.value.split('\n').map((line) => line.replace(/^\s*\* ?/, ''))
      const first = lineOf(text, comment.start)
      return lines.flatMap((line, index) => (/^@example\b/.test(line) ? readTag(path, lines, index, first) : []))
    })
}

function readTag(path: string, lines: readonly string[], start: number, first: number): Example[] {
  const isTag = (line: string): boolean => /^@[a-z]/i.test(line)
  const next = lines.findIndex((line, index) => index > start && isTag(line))
  const body = [
    lines[start]!.replace(/^@example\s*/, ''),
    ...lines.slice(start + 1, next === -1 ? undefined : next),
  ].join('\n')
  if (body.includes('```')) {
    return readMarkdown(path, body).map(({ line, code }) => ({ path, line: first + start + line - 1, code }))
  }
  const blank = /^\s*\n/.exec(body)?.[0] ?? ''
  return [{ path, line: first + start + blank.split('\n').length - 1, code: body.slice(blank.length).trimEnd() }]
}
