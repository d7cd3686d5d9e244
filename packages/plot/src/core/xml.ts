import type { Role, Theme } from './theme.ts'
import { paintClass, palettes } from './theme.ts'

/** Attributes of an element; `fill` and `stroke` name a colour by its role. Undefined ones are left out. */
export interface Attributes {
  readonly fill?: Role | 'none' | undefined
  readonly stroke?: Role | 'none' | undefined
  readonly [name: string]: string | number | undefined
}

/** An element of the picture, as data: charts build these, and only `serialize` writes text. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Attributes
  readonly children: readonly XmlNode[]
}

/** An element or the text inside one. */
export type XmlNode = XmlElement | string

/** Makes an element. */
export const element = (name: string, attributes: Attributes, ...children: readonly XmlNode[]): XmlElement => ({
  name,
  attributes,
  children,
})

/** Rounds a coordinate to a tenth of a pixel: finer is invisible and makes large files. */
export const round = (value: number): number => Math.round(value * 10) / 10 + 0

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

// Characters that XML 1.0 cannot hold in any spelling: most controls, halves of surrogate pairs, two non-characters.
const unprintable =
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Text safe inside an element or a quoted attribute; what XML cannot hold becomes the replacement character. */
export const escapeXml = (text: string): string =>
  text.replace(unprintable, '\ufffd').replace(/[&<>"']/g, (character) => entities[character] ?? character)

/** Writes a tree as XML text, and notes each paint it uses in `paints`. */
export function serialize(
  node: XmlNode,
  theme: Theme,
  paints: Map<string, readonly ['fill' | 'stroke', Role]>,
): string {
  if (typeof node === 'string') return escapeXml(node)
  const palette = palettes[theme === 'dark' ? 'dark' : 'light']
  const classes: string[] = []
  let attributes = ''
  for (const [name, value] of Object.entries(node.attributes)) {
    if (value === undefined) continue
    if ((name === 'fill' || name === 'stroke') && value !== 'none') {
      const role = value as Role
      attributes += ` ${name}="${palette[role]}"`
      classes.push(paintClass(name, role))
      paints.set(paintClass(name, role), [name, role])
    } else {
      attributes += ` ${name}="${typeof value === 'number' ? round(value) : escapeXml(value)}"`
    }
  }
  if (theme === 'auto' && classes.length > 0) attributes += ` class="${classes.join(' ')}"`
  if (node.children.length === 0) return `<${node.name}${attributes}/>`
  return `<${node.name}${attributes}>${node.children.map((child) => serialize(child, theme, paints)).join('')}</${node.name}>`
}
