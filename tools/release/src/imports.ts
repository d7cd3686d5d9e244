import { parseSync, Visitor } from 'vite'

/**
 * One edge from a file to a module.
 *
 * `value` edges exist when the program runs, `type` edges only for the compiler, `dynamic` ones when the call is reached.
 * `import { type A } from 'a'` is a value edge: under `verbatimModuleSyntax` the import statement stays.
 */
export interface Import {
  specifier: string
  kind: 'value' | 'type' | 'dynamic'
  line: number
}

/** Lists what a TypeScript file imports, re-exports or augments, in the order of the text. */
export function readImports(path: string, text: string): Import[] {
  const { program, errors } = parseSync(path, text, { sourceType: 'module' })
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]!.message}`)
  const found: (Import & { start: number })[] = []
  const add = (specifier: string, kind: Import['kind'], start: number): void => {
    found.push({ specifier, kind, line: lineOf(text, start), start })
  }
  new Visitor({
    ImportDeclaration: (node) => add(node.source.value, node.importKind === 'type' ? 'type' : 'value', node.start),
    ExportAllDeclaration: (node) => add(node.source.value, node.exportKind === 'type' ? 'type' : 'value', node.start),
    ExportNamedDeclaration(node) {
      if (node.source) add(node.source.value, node.exportKind === 'type' ? 'type' : 'value', node.start)
    },
    ImportExpression(node) {
      if (node.source.type === 'Literal' && typeof node.source.value === 'string') {
        add(node.source.value, 'dynamic', node.start)
      }
    },
    TSImportType: (node) => add(node.source.value, 'type', node.start),
    TSModuleDeclaration(node) {
      if (node.id.type === 'Literal') add(node.id.value, 'type', node.start)
    },
  }).visit(program)
  return found.toSorted((a, b) => a.start - b.start).map(({ specifier, kind, line }) => ({ specifier, kind, line }))
}

/** The 1-based line of an offset. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
