import { StateDictError } from '@metagrad/tensor'

export const metadataKey = '__metadata__'
/** A name that objects would take for their prototype. */
export const refusedKey = '__proto__'

/** The format's own bound: more is no header but an attack on memory. */
const longestHeader = 100_000_000

export function refuse(problem: string): StateDictError {
  return new StateDictError(`loadSafetensors: ${problem}.`)
}

export interface Header {
  readonly entries: readonly [name: string, entry: unknown][]
  /** Where the tensors' bytes begin. */
  readonly dataStart: number
}

/** The parsed header: an object without duplicate names. @throws StateDictError */
export function readHeader(file: Uint8Array): Header {
  if (file.length < 8) throw refuse(`the file is too short: ${file.length} bytes, a header needs 8 or more`)
  const length = new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true)
  if (length > longestHeader)
    throw refuse(`the header is too long: ${length} bytes, at most ${longestHeader} are allowed`)
  const dataStart = 8 + Number(length)
  if (dataStart > file.length)
    throw refuse(`the header is cut off: ${length} bytes, the file has ${file.length - 8} left`)
  const text = decode(file.subarray(8, dataStart))
  const header = parse(text)
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw refuse('the header is no JSON object')
  const twice = duplicateKey(text)
  if (twice !== undefined) throw refuse(`the header names ${quote(twice)} twice`)
  return { entries: Object.entries(header), dataStart }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw refuse('the header is not UTF-8')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message would quote parts of the file.
    throw refuse('the header is not valid JSON')
  }
}

/** A name from the file, short enough for a message. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name)
}

/** A key that one object of valid JSON has twice: JSON.parse would silently keep the last. */
function duplicateKey(json: string): string | undefined {
  const objects: Set<string>[] = []
  for (let i = 0; i < json.length; i++) {
    if (json[i] === '{') objects.push(new Set())
    else if (json[i] === '}') objects.pop()
    else if (json[i] === '"') {
      const start = i
      while (json[++i] !== '"') if (json[i] === '\\') i++
      if (!isBeforeColon(json, i + 1)) continue
      const key = JSON.parse(json.slice(start, i + 1)) as string
      const keys = objects.at(-1)!
      if (keys.has(key)) return key
      keys.add(key)
    }
  }
  return undefined
}

/** Whether a string that ends here is a key. */
function isBeforeColon(json: string, from: number): boolean {
  let i = from
  while (json[i] === ' ' || json[i] === '\t' || json[i] === '\n' || json[i] === '\r') i++
  return json[i] === ':'
}
