/** An element of a parsed document. */
export interface ParsedElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: ParsedElement[]
  text: string
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

function decode(text: string): string {
  return text.replace(/&([^;&]*);?|[<>]/g, (whole, name: string | undefined) => {
    const character = name === undefined ? undefined : entities[name]
    if (character === undefined || !whole.endsWith(';'))
      throw new Error(`not well-formed: bare ${JSON.stringify(whole)}`)
    return character
  })
}

/** A strict reader of the XML that the charts write: throws on anything that is not well-formed. */
export function parseSvg(source: string): ParsedElement {
  for (const character of source) {
    const code = character.codePointAt(0)!
    const legal =
      code === 9 ||
      code === 10 ||
      code === 13 ||
      (code >= 32 && code < 0xd800) ||
      (code > 0xdfff && code !== 0xfffe && code !== 0xffff)
    if (!legal) throw new Error(`not well-formed: character U+${code.toString(16)}`)
  }
  const roots: ParsedElement[] = []
  const open: ParsedElement[] = []
  const token = /<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|[^<]+/gy
  let end = 0
  for (let match = token.exec(source); match !== null; match = token.exec(source)) {
    end = token.lastIndex
    const [whole, closing, name, attributes, empty] = match
    if (name === undefined) {
      const parent = open.at(-1)
      if (parent !== undefined) parent.text += decode(parent.name === 'style' ? whole.replaceAll('>', '&gt;') : whole)
      else if (whole.trim() !== '') throw new Error('not well-formed: text outside the root')
    } else if (closing === '/') {
      if (open.pop()?.name !== name) throw new Error(`not well-formed: </${name}> closes nothing`)
    } else {
      const made: ParsedElement = { name, attributes: readAttributes(attributes ?? ''), children: [], text: '' }
      ;(open.at(-1)?.children ?? roots).push(made)
      if (empty !== '/') open.push(made)
    }
  }
  if (end !== source.length) throw new Error(`not well-formed at ${end}: ${source.slice(end, end + 60)}`)
  if (open.length > 0 || roots.length !== 1) throw new Error('not well-formed: not exactly one closed root')
  return roots[0]!
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const [, name, value] of text.matchAll(/([\w:-]+)="([^"]*)"/g)) {
    if (Object.hasOwn(attributes, name!)) throw new Error(`not well-formed: ${name} twice`)
    attributes[name!] = decode(value!)
  }
  return attributes
}

/** All elements below and including one, in document order. */
export function* walk(element: ParsedElement): Generator<ParsedElement> {
  yield element
  for (const child of element.children) yield* walk(child)
}

/** All elements of one name. */
export const all = (root: ParsedElement, name: string): ParsedElement[] =>
  [...walk(root)].filter((element) => element.name === name)

/** The texts a reader sees, without tooltips. */
export const texts = (root: ParsedElement): string[] => all(root, 'text').map((element) => element.text)

/** The group of marks: what the data became. */
export function marksOf(root: ParsedElement): ParsedElement {
  const group = root.children.find((child) => child.attributes['clip-path'] !== undefined)
  if (group === undefined) throw new Error('no marks')
  return group
}

/** The corners of a path of absolute M, L, H, V, Z (and the `h0` of a dot). */
export function corners(d: string): [number, number][] {
  const result: [number, number][] = []
  let [x, y] = [0, 0]
  for (const [, command, numbers] of d.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const values = numbers!.split(/[ ,]+/).filter(Boolean).map(Number)
    if (command === 'M' || command === 'L') [x, y] = [values[0]!, values[1]!]
    else if (command === 'H') x = values[0]!
    else if (command === 'V') y = values[0]!
    else if (command !== 'Z' && command !== 'h') throw new Error(`unexpected path command ${command}`)
    result.push([x, y])
  }
  return result
}

/** The plot's area, with what marks may overhang. */
export function plotArea(root: ParsedElement): { left: number; right: number; top: number; bottom: number } {
  const { x, y, width, height } = all(root, 'clipPath')[0]!.children[0]!.attributes
  return { left: Number(x), right: Number(x) + Number(width), top: Number(y), bottom: Number(y) + Number(height) }
}

/** Checks what holds for every chart, and returns the parsed document. */
export function checkSvg(source: string): ParsedElement {
  const root = parseSvg(source)
  const elements = [...walk(root)]
  const fail = (message: string): never => {
    throw new Error(message)
  }
  const ids = elements.map((element) => element.attributes['id']).filter((id) => id !== undefined)
  if (new Set(ids).size !== ids.length) fail('an id is used twice')
  if (root.attributes['role'] !== 'img') fail('no role="img"')
  for (const id of root.attributes['aria-labelledby']!.split(' ')) {
    const named = elements.find((element) => element.attributes['id'] === id)
    if (named === undefined || named.text.trim() === '') fail(`#${id} names nothing`)
  }
  const { width, height } = root.attributes
  for (const { name, attributes } of elements) {
    for (const [key, value] of Object.entries(attributes)) {
      if (/NaN|Infinity|undefined|null|\de[+-]?\d/.test(value) && key !== 'fill' && key !== 'stroke')
        fail(`${name} ${key}="${value}"`)
      const reference = /^(?:url\()?#([\w.-]+)\)?$/.exec(value)
      if (reference && (key === 'href' || key === 'clip-path') && !ids.includes(reference[1]!))
        fail(`dangling ${value}`)
    }
    const { x, y } = attributes
    if (name === 'text' && x !== undefined && y !== undefined) {
      if (Number(x) < 0 || Number(x) > Number(width) || Number(y) < 0 || Number(y) > Number(height))
        fail(`text outside at ${x},${y}`)
    }
  }
  return root
}
