import { type ProblemLog } from './problem.ts'
import { countLineBreaks } from './scan.ts'

/** What a file is called for, or the start that gives it away; `at` is the offset of the bytes. */
interface Magic {
  readonly bytes: readonly number[]
  readonly at?: number
  readonly name: string
  readonly advice: string
}

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0))

const spreadsheet = 'Save the sheet as CSV (UTF-8) first.'
const archive = 'Unpack it first; of compressed files only .gz is read as it is.'

/** Formats that are no CSV, by the bytes they start with. */
const magics: readonly Magic[] = [
  { bytes: ascii('PK\x03\x04'), name: 'a zip archive or an Excel workbook (.xlsx)', advice: spreadsheet },
  {
    bytes: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
    name: 'an old Excel workbook (.xls)',
    advice: spreadsheet,
  },
  { bytes: ascii('PAR1'), name: 'a Parquet file', advice: 'Convert it to CSV first.' },
  { bytes: ascii('ARROW1'), name: 'an Arrow file', advice: 'Convert it to CSV first.' },
  { bytes: [0x93, ...ascii('NUMPY')], name: 'a NumPy array', advice: 'Write it with numpy.savetxt first.' },
  { bytes: ascii('SQLite format 3\0'), name: 'a SQLite database', advice: 'Export a table as CSV first.' },
  { bytes: ascii('%PDF-'), name: 'a PDF document', advice: 'Get the table as CSV.' },
  { bytes: [0x89, ...ascii('PNG')], name: 'a PNG image', advice: 'Check the path.' },
  { bytes: [0xff, 0xd8, 0xff], name: 'a JPEG image', advice: 'Check the path.' },
  { bytes: ascii('BZh'), name: 'a bzip2 archive', advice: archive },
  { bytes: [0xfd, ...ascii('7zXZ')], name: 'an xz archive', advice: archive },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], name: 'a zstd archive', advice: archive },
  { bytes: ascii('7z\xbc\xaf'), name: 'a 7-Zip archive', advice: archive },
  { bytes: ascii('ustar'), at: 257, name: 'a tar archive', advice: archive },
]

/** Formats that are text but no CSV, by what the text starts with. */
const textMagics: readonly { readonly start: RegExp; readonly name: string; readonly advice: string }[] = [
  {
    start: /^\s*<(?:!doctype\s+html|html[\s>]|head[\s>])/i,
    name: 'an HTML page',
    advice: 'It is probably an error or login page: look at it in a browser and download the data again.',
  },
  { start: /^\s*<\?xml/i, name: 'an XML document', advice: 'Convert it to CSV first.' },
  { start: /^\s*(?:\{\s*"[^"]*"\s*:|\[\s*[[{])/, name: 'JSON', advice: 'Convert it to CSV first.' },
]

const startsWith = (bytes: Uint8Array, start: readonly number[], at = 0): boolean =>
  bytes.length >= at + start.length && start.every((byte, i) => bytes[at + i] === byte)

/** Whether the bytes are gzip's. */
export function isGzip(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0x1f, 0x8b])
}

/** UTF-16 without a mark: among ASCII text every other byte is NUL. */
function unmarkedUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const pairs = Math.min(bytes.length, 1024) >> 1
  if (pairs < 2) return undefined
  let even = 0
  let odd = 0
  for (let i = 0; i < pairs; i++) {
    if (bytes[2 * i] === 0) even++
    if (bytes[2 * i + 1] === 0) odd++
  }
  if (odd > 0.4 * pairs && even < 0.05 * pairs) return 'utf-16le'
  if (even > 0.4 * pairs && odd < 0.05 * pairs) return 'utf-16be'
  return undefined
}

/** Length of the UTF-8 sequence that `bytes` has at `i`; 0 where it is none, -1 where the bytes end within it. */
function utf8Length(bytes: Uint8Array, i: number): number {
  const lead = bytes[i]!
  if (lead < 0x80) return 1
  const length = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0
  if (length === 0) return 0
  for (let k = 1; k < length; k++) {
    if (i + k >= bytes.length) return -1
    const byte = bytes[i + k]!
    // The second byte alone rules out overlong forms, surrogates and what lies beyond U+10FFFF.
    const low = k > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const high = k > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (byte < low || byte > high) return 0
  }
  return length
}

/** Offset of the first byte that is not UTF-8, or -1. */
function firstInvalidUtf8(bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length;) {
    const length = utf8Length(bytes, i)
    if (length <= 0) return i
    i += length
  }
  return -1
}

/** Where the last complete UTF-8 sequence ends: at most three bytes before the end. */
function completeUtf8(bytes: Uint8Array): number {
  for (let i = bytes.length - 1; i >= 0 && i >= bytes.length - 3; i--) {
    if (bytes[i]! >= 0xc0) return utf8Length(bytes, i) === -1 ? i : bytes.length
    if (bytes[i]! < 0x80) break
  }
  return bytes.length
}

/** Two pieces of bytes as one. */
export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

type Decoder = InstanceType<typeof TextDecoder>

/** Bytes that are looked at before the encoding is settled. */
const headLength = 1024

const isUtf8 = (encoding: string): boolean => encoding === 'utf-8'

/**
 * Bytes in pieces -> text in pieces, strictly: nothing becomes U+FFFD in silence. A byte order mark settles the
 * encoding, else `encoding` does, else it is UTF-8. Other formats, wrong encodings and NULs are reported with place.
 */
export class StrictDecoder {
  readonly #op: string
  readonly #log: ProblemLog
  readonly #wanted: string | undefined
  #pending: Uint8Array = new Uint8Array(0)
  #decoder: Decoder | undefined
  #offset = 0
  #line = 1
  #afterCr = false

  constructor(op: string, log: ProblemLog, encoding: string | undefined) {
    this.#op = op
    this.#log = log
    this.#wanted = encoding
    if (encoding !== undefined) this.#newDecoder(encoding)
  }

  /** The encoding that was settled on. */
  get encoding(): string {
    return this.#decoder?.encoding ?? 'utf-8'
  }

  push(bytes: Uint8Array): string {
    const all = joined(this.#pending, bytes)
    if (this.#decoder === undefined) {
      this.#pending = all
      if (all.length < headLength) return ''
      return this.#start(all, false)
    }
    return this.#decode(all, false)
  }

  end(): string {
    return this.#decoder === undefined ? this.#start(this.#pending, true) : this.#decode(this.#pending, true)
  }

  /** For text that is decoded already: takes the byte order mark off and makes the checks that remain. */
  static text(op: string, log: ProblemLog, text: string): string {
    const decoder = new StrictDecoder(op, log, undefined)
    const body = text.startsWith('\ufeff') ? text.slice(1) : text
    decoder.#checkTextMagic(body)
    decoder.#checkText(body)
    return body
  }

  #newDecoder(encoding: string): Decoder {
    try {
      return new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return this.#log.fail(this.#op, {
        code: 'ENCODING',
        message: `there is no encoding "${encoding}".`,
        advice: 'Common ones are utf-8, utf-16le, windows-1252 and shift_jis.',
      })
    }
  }

  #start(bytes: Uint8Array, last: boolean): string {
    const magic = magics.find((each) => startsWith(bytes, each.bytes, each.at))
    if (magic) this.#notCsv(magic)
    if (isGzip(bytes)) {
      this.#notCsv({ name: 'gzip-compressed', advice: 'Read it with readCsv, which unpacks it; parseCsv does not.' })
    }
    const marks: readonly [readonly number[], string][] = [
      [[0xef, 0xbb, 0xbf], 'utf-8'],
      [[0xff, 0xfe], 'utf-16le'],
      [[0xfe, 0xff], 'utf-16be'],
    ]
    const mark = marks.find(([start]) => startsWith(bytes, start))
    const encoding = mark?.[1] ?? this.#wanted
    const utf16 = encoding === undefined ? unmarkedUtf16(bytes) : undefined
    if (utf16) {
      this.#log.fail(this.#op, {
        code: 'ENCODING',
        line: 1,
        message: 'every other byte is NUL, so this looks like UTF-16 without a byte order mark.',
        setting: { option: 'encoding', value: utf16 },
      })
    }
    this.#decoder = this.#newDecoder(encoding ?? 'utf-8')
    const { encoding: settled } = this.#decoder
    if (mark && !isUtf8(settled)) {
      this.#log.add({ code: 'ENCODING_NOTED', severity: 'note', message: `decoded from ${settled.toUpperCase()}.` })
    }
    const skipped = mark?.[0].length ?? 0
    this.#offset = skipped
    const text = this.#decode(bytes.subarray(skipped), last)
    this.#checkTextMagic(text)
    return text
  }

  #decode(bytes: Uint8Array, last: boolean): string {
    const decoder = this.#decoder!
    // UTF-8 is cut at whole characters here, so that a fault can be placed; other decoders keep their own state.
    const end = isUtf8(decoder.encoding) && !last ? completeUtf8(bytes) : bytes.length
    this.#pending = bytes.slice(end)
    let text: string
    try {
      text = decoder.decode(bytes.subarray(0, end), { stream: !last && !isUtf8(decoder.encoding) })
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      return this.#invalid(bytes)
    }
    this.#checkText(text)
    this.#offset += end
    return text
  }

  #invalid(bytes: Uint8Array): never {
    const { encoding } = this.#decoder!
    if (!isUtf8(encoding)) {
      return this.#log.fail(this.#op, {
        code: 'ENCODING',
        line: this.#line,
        message: `the bytes from ${this.#offset} on are not ${encoding}.`,
        advice: 'Check the encoding, or whether the file is cut short.',
      })
    }
    const at = firstInvalidUtf8(bytes)
    const before = new TextDecoder().decode(bytes.subarray(0, at))
    const line = this.#line + countLineBreaks(before) - (this.#afterCr && before.startsWith('\n') ? 1 : 0)
    if (utf8Length(bytes, at) === -1) {
      return this.#log.fail(this.#op, {
        code: 'TRUNCATED',
        line,
        message: `the file ends within a character, at byte ${this.#offset + at}.`,
        advice: 'It was probably cut short: get it again.',
      })
    }
    const byte = bytes[at]!.toString(16).toUpperCase().padStart(2, '0')
    return this.#log.fail(this.#op, {
      code: 'ENCODING',
      line,
      message: `byte ${this.#offset + at} (0x${byte}) is not UTF-8.`,
      advice: 'Older Windows programs write windows-1252.',
      setting: { option: 'encoding', value: 'windows-1252' },
    })
  }

  #notCsv({ name, advice }: { readonly name: string; readonly advice: string }): never {
    return this.#log.fail(this.#op, { code: 'NOT_CSV', message: `this is ${name}, not CSV.`, advice })
  }

  #checkTextMagic(text: string): void {
    const head = text.slice(0, headLength)
    const magic = textMagics.find(({ start }) => start.test(head))
    if (magic) this.#notCsv(magic)
  }

  #checkText(text: string): void {
    const nul = text.indexOf('\0')
    const end = nul < 0 ? text.length : nul
    this.#line += countLineBreaks(text, 0, end) - (this.#afterCr && text.startsWith('\n') ? 1 : 0)
    if (end > 0) this.#afterCr = text[end - 1] === '\r'
    if (nul >= 0) {
      this.#log.fail(this.#op, {
        code: 'NUL',
        line: this.#line,
        message: 'a NUL character stands in the text.',
        advice: 'The file is damaged or binary: write it again as text.',
      })
    }
  }
}
