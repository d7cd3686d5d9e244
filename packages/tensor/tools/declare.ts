import { readFileSync, readdirSync } from 'node:fs'

const exported =
  /(?:^\/\*\*\n?(?<comment>(?:(?!\*\/)[\s\S])*)\*\/\n)?^export function (?<name>\w+)\((?<parameters>[^)]*)\): (?<result>\w+)/gm

const types: Record<string, string> = {
  usize: 'Offset',
  i32: 'number',
  f32: 'number',
  f64: 'number',
  bool: 'boolean',
  void: 'void',
}

function typeOf(name: string): string {
  const type = types[name]
  if (type === undefined)
    throw new Error(`build:kernels: an export uses the type ${name}. Use one of ${Object.keys(types)}.`)
  return type
}

/** Writes the interface of what the modules export, with the signatures and comments of the sources. */
export function declareKernels(sources: URL, modules: readonly WebAssembly.Module[]): string {
  const names = new Set(modules.flatMap((module) => WebAssembly.Module.exports(module)).map(({ name }) => name))
  const members: string[] = []
  for (const file of readdirSync(sources)
    .filter((entry) => entry.endsWith('.ts'))
    .sort()) {
    for (const { groups } of readFileSync(new URL(file, sources), 'utf8').matchAll(exported)) {
      const { comment, name = '', parameters = '', result = '' } = groups ?? {}
      if (!names.delete(name)) continue
      const list = parameters
        .split(',')
        .map((parameter) => parameter.trim())
        .filter((parameter) => parameter !== '')
        .map((parameter) => {
          const [parameterName = '', type = ''] = parameter.split(': ')
          return `${parameterName}: ${typeOf(type)}`
        })
      const lines = comment
        ?.split('\n')
        .map((line) => line.replace(/^ \* ?/, '').trim())
        .filter((line) => line !== '')
      if (lines)
        members.push(
          lines.length === 1
            ? `  /** ${lines[0]} */`
            : ['  /**', ...lines.map((line) => `   * ${line}`), '   */'].join('\n'),
        )
      members.push(`  ${name}: (${list.join(', ')}) => ${typeOf(result)}`)
    }
  }
  if (names.size > 0) throw new Error(`build:kernels: no declaration found for ${[...names].join(', ')}.`)
  const offset = '/** A byte offset into the memory of the kernels. */\nexport type Offset = number\n'
  return `${offset}\n/** The exports of both builds. Strides and counts are in elements. */\nexport interface Kernels {\n${members.join('\n')}\n}\n`
}
