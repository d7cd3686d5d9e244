import { parseSync, Visitor } from 'vite'
import { lineOf } from '../imports.ts'
import type { Example } from './extract.ts'

/** A module whose exports an example may use without an import line. */
export interface Scope {
  specifier: string
  names: ReadonlySet<string>
}

type Parsed = ReturnType<typeof parseSync>

interface Edit {
  start: number
  end: number
  text: string
}

interface Statement {
  end: number
  /** The edit that compares what the statement gives with a text. */
  check: (text: string, where: string) => Edit
}

/**
 * Makes a module of an example: each `// -> text` becomes a check, and what it uses without an import line comes from the
 * first scope that exports it. Lines stay where they are, so that line N of the module is line N of the example.
 */
export function instrument({ path, line, code }: Example, scopes: readonly Scope[], checks: string): string {
  const { program, comments, errors } = parseSync('example.ts', code, { sourceType: 'module' })
  if (errors.length > 0) throw new SyntaxError(`${path}:${line}: ${errors[0]!.message}`)
  const where = (offset: number): string => `${path}:${line + lineOf(code, offset) - 1}`
  const statements = findStatements(code, program)
  const edits = findExpectations(code, comments).map(({ start, text }) => {
    const statement = statements.filter((candidate) => candidate.end <= start).toSorted((a, b) => b.end - a.end)[0]
    const between = statement && code.slice(statement.end, start)
    if (!statement || !/^;?[ \t]*\n?[ \t]*$/.test(between!)) {
      throw new SyntaxError(`${where(start)}: no statement stands before "-> ${text}", or it stands inside a function.`)
    }
    return statement.check(text, where(start))
  })
  const body = edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), code)
  const imported = `import { expectLogged, expectShown, expectThrown } from ${JSON.stringify(checks)}; `
  if (program.body.some((node) => node.type === 'ImportDeclaration')) return `${imported}${body}\nexport {}\n`
  // In a block, a name that the example declares hides an imported one.
  return `${imported}${importLine(program, scopes)}{ ${body}\n}\n`
}

function importLine(program: Parsed['program'], scopes: readonly Scope[]): string {
  const used = new Set<string>()
  new Visitor({
    Identifier: (node) => {
      used.add(node.name)
    },
  }).visit(program)
  return scopes
    .map(({ specifier, names }, index) => {
      const hidden = scopes.slice(0, index)
      const wanted = [...used].filter((name) => names.has(name) && !hidden.some((scope) => scope.names.has(name)))
      return wanted.length > 0 ? `import { ${wanted.join(', ')} } from '${specifier}'; ` : ''
    })
    .join('')
}

/** Statements that an expectation can follow: expressions and declarations of one name, outside functions. */
function findStatements(code: string, program: Parsed['program']): Statement[] {
  const statements: Statement[] = []
  let functions = 0
  const enter = (): void => {
    functions++
  }
  const exit = (): void => {
    functions--
  }
  const add = (end: number, check: Statement['check']): void => {
    if (functions === 0) statements.push({ end, check })
  }
  new Visitor({
    FunctionDeclaration: enter,
    'FunctionDeclaration:exit': exit,
    FunctionExpression: enter,
    'FunctionExpression:exit': exit,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': exit,
    ExpressionStatement(node) {
      const { start, end } = node.expression
      add(end, (text, where) => ({ start, end, text: checkOf(code.slice(start, end), text, where) }))
    },
    VariableDeclaration(node) {
      const id = node.declarations[0]?.id
      if (node.declarations.length !== 1 || id?.type !== 'Identifier') return
      add(node.end, (text, where) => ({ start: node.end, end: node.end, text: `; ${checkOf(id.name, text, where)}` }))
    },
  }).visit(program)
  return statements
}

function checkOf(expression: string, text: string, where: string): string {
  const thrown = /^throws\s+(.*)$/s.exec(text)?.[1]
  if (thrown !== undefined) return `await expectThrown(async () => (${expression}), ${quote(thrown, where)})`
  const logged = /^console\.log\((.*)\)$/s.exec(expression)?.[1]
  if (logged !== undefined) return `expectLogged([${logged}], ${quote(text, where)})`
  return `expectShown((${expression}), ${quote(text, where)})`
}

function quote(...texts: string[]): string {
  return texts.map((text) => JSON.stringify(text)).join(', ')
}

/** `// -> text`, with the lines below it that are indented under the arrow: `//    more text`. */
function findExpectations(code: string, comments: Parsed['comments']): { start: number; text: string }[] {
  return comments.flatMap((comment, index) => {
    const first = comment.type === 'Line' ? /^ *-> ?(.*)$/.exec(comment.value)?.[1] : undefined
    if (first === undefined) return []
    const parts = [first]
    for (const next of comments.slice(index + 1)) {
      const alone = code.slice(code.lastIndexOf('\n', next.start) + 1, next.start).trim() === ''
      const follows = lineOf(code, next.start) === lineOf(code, comment.start) + parts.length
      if (next.type !== 'Line' || !alone || !follows || !/^ {3,}[^ ]/.test(next.value)) break
      parts.push(next.value.trim())
    }
    return [{ start: comment.start, text: parts.join(' ').trim() }]
  })
}
