import type { Module } from './module.ts'

const indent = (text: string): string => text.replaceAll('\n', '\n  ')

/** A module as `Name(settings)`, with its children indented below. */
export function formatTree(module: Module): string {
  const extra = module.extraRepr()
  const children = module.namedChildren().map(([name, child]) => `(${name}): ${indent(child.toString())}`)
  const { name } = module.constructor
  if (children.length === 0) return `${name}(${extra})`
  return `${name}(\n  ${[...(extra === '' ? [] : [extra]), ...children].join('\n  ')}\n)`
}
