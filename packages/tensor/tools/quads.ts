/** A straight-line function of the kernels' sources, marked `@quad`. */
interface Straight {
  name: string
  parameters: { name: string; isUniform: boolean }[]
  /** `name = expression`, the last one's name is `return`. */
  statements: { name: string; expression: string }[]
}

const declaration = /\/\/ @quad\n@inline\nexport function (\w+)\(([^)]*)\): v128 \{\n([\s\S]*?)\n\}\n/g

const parse = (source: string): Straight[] =>
  [...source.matchAll(declaration)].map(([, name = '', parameters = '', body = '']) => ({
    name,
    parameters: parameters.split(', ').map((parameter) => {
      const [parameterName = '', type] = parameter.split(': ')
      return { name: parameterName, isUniform: type === 'uniform' }
    }),
    statements: statementsOf(body).map((statement) => {
      const [, variable, expression] = /^(?:const |let )?(?:(\w+) = |return )([\s\S]+)$/.exec(statement) ?? []
      if (expression === undefined)
        throw new Error(`quads: ${name} has a statement that is no straight line: ${statement}`)
      return { name: variable ?? 'return', expression }
    }),
  }))

/** Lines to statements: comments fall away, and a statement goes on until its brackets close. */
function statementsOf(body: string): string[] {
  const statements: string[] = []
  let open = 0
  for (const line of body.split('\n').map((text) => text.trim())) {
    if (line.startsWith('//')) continue
    if (open > 0) statements[statements.length - 1] += ` ${line}`
    else statements.push(line)
    open += line.split('(').length - line.split(')').length
  }
  return statements
}

const rename = (expression: string, names: ReadonlyMap<string, string>): string =>
  expression.replace(/(?<![\w.])[A-Za-z_]\w*(?!\w*[(<.])/g, (word) => names.get(word) ?? word)

/** Writes each `@quad` function of `source` for four vectors at once, statement by statement, with calls of each other inlined. */
export function expandQuads(source: string, module: string): string {
  const functions = new Map(parse(source).map((straight) => [straight.name, straight]))

  function expand(straight: Straight): string {
    const lines: string[] = []
    let fresh = 0

    function inline(callee: Straight, argumentNames: readonly string[]): string {
      const names = new Map(callee.parameters.map(({ name }, i) => [name, argumentNames[i] ?? name]))
      let result = ''
      for (const { name, expression } of callee.statements) {
        const [, called = '', passed = ''] = /^(\w+)\(([\w, ]*)\)$/.exec(expression) ?? []
        const target = functions.get(called)
        result = target
          ? inline(
              target,
              passed.split(', ').map((argument) => names.get(argument) ?? argument),
            )
          : emit(rename(expression, names))
        names.set(name, result)
      }
      return result
    }

    /** `$` in a name stands for the column. Constants are read once for the four. */
    function emit(expression: string): string {
      const name = `t${fresh++}_$`
      const withoutConstants = expression.replace(/k\((\w+), (\d+)\)/g, (read, table: string, index: string) => {
        const constant = `${table}_${index}_${fresh}`
        const line = `  const ${constant} = ${read.replace(table, `math.${table}`)}`
        if (!lines.includes(line)) lines.push(line)
        return constant
      })
      for (const column of [0, 1, 2, 3])
        lines.push(`  const ${name} = ${withoutConstants}`.replaceAll('$', `${column}`))
      return name
    }

    const operands = straight.parameters.filter(({ isUniform }) => !isUniform)
    const names = straight.parameters.map(({ name, isUniform }) =>
      isUniform ? name : emit(`v128.load(${name}, 16 * $)`),
    )
    const result = inline(straight, names)
    for (const column of [0, 1, 2, 3]) lines.push(`  v128.store(out, ${result}, 16 * $)`.replaceAll('$', `${column}`))
    const signature = straight.parameters.map(({ name }) =>
      operands.some((operand) => operand.name === name) ? `${name}: usize` : `${name}: v128`,
    )
    return `@inline\nexport function ${straight.name}(out: usize, ${signature.join(', ')}): void {\n${lines.join('\n')}\n}\n`
  }

  const header = `// Written by tools/quads.ts from ${module}.ts: its @quad functions for four vectors at once. Do not edit.\n`
  const imports = `import * as math from './${module}'\nimport { abs, withSign } from './${module}'\nimport { fma, fnma, k, relu } from './simd'\n`
  return [header + imports, ...[...functions.values()].map(expand)].join('\n')
}
