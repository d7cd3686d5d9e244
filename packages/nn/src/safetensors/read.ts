import type { Tensor } from '@metagrad/tensor'
import { ArgumentError, fromData } from '@metagrad/tensor'
import { formats } from './formats.ts'
import { metadataKey, quote, readHeader, refuse, refusedKey } from './header.ts'

/** What a safetensors file holds. */
export interface Safetensors {
  /** By name. */
  readonly tensors: Map<string, Tensor>
  readonly metadata: Readonly<Record<string, string>>
}

interface Entry {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const areCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount)

function readMetadata(value: unknown): Record<string, string> {
  if (!isRecord(value)) throw refuse('the metadata is no object')
  const entries = Object.entries(value)
  for (const [key, text] of entries) {
    if (key === refusedKey) throw refuse(`the metadata has the name ${quote(key)}`)
    if (typeof text !== 'string') throw refuse(`the metadata ${quote(key)} is no string`)
  }
  return Object.fromEntries(entries as [string, string][])
}

/** One tensor's entry, with offsets that lie within the data and fit its shape. */
function readEntry(name: string, value: unknown, dataLength: number): Entry {
  if (name === refusedKey) throw refuse(`a tensor has the name ${quote(name)}`)
  if (!isRecord(value)) throw refuse(`tensor ${quote(name)} is no object`)
  const { dtype, shape, data_offsets: offsets } = value
  const format = typeof dtype === 'string' ? formats.get(dtype) : undefined
  if (typeof dtype !== 'string' || format === undefined) {
    const got = typeof dtype === 'string' ? quote(dtype) : typeof dtype
    throw refuse(`tensor ${quote(name)} has the unknown dtype ${got}, known are ${[...formats.keys()].join(', ')}`)
  }
  if (!areCounts(shape)) throw refuse(`tensor ${quote(name)} has a shape that is no list of whole numbers >= 0`)
  if (!areCounts(offsets) || offsets.length !== 2) {
    throw refuse(`tensor ${quote(name)} has data_offsets that are no two whole numbers >= 0`)
  }
  const [begin, end] = offsets as [number, number]
  if (begin > end || end > dataLength) {
    throw refuse(`tensor ${quote(name)} lies outside of the data: bytes ${begin} to ${end} of ${dataLength}`)
  }
  const needed = shape.reduce((product, size) => product * size, format.bytes)
  if (needed !== end - begin) {
    throw refuse(`tensor ${quote(name)} has ${end - begin} bytes, its shape needs ${needed}`)
  }
  return { name, dtype, shape, begin, end }
}

/** The tensors must cover the data without overlaps or holes: what hides in a hole escapes checks. */
function checkCoverage(entries: readonly Entry[], dataLength: number): void {
  let covered = 0
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered)
      throw refuse(`tensor ${quote(name)} overlaps another: it begins at byte ${begin} of ${covered} in use`)
    if (begin > covered) throw refuse(`there is a hole before tensor ${quote(name)}: bytes ${covered} to ${begin}`)
    covered = end
  }
  if (covered !== dataLength) throw refuse(`bytes ${covered} to ${dataLength} of the data belong to no tensor`)
}

/**
 * The tensors and metadata of a safetensors file, on the CPU.
 *
 * Nothing in the file is run or trusted: whatever is not exactly as the format says is an error. bfloat16 is read as float32, 8- and
 * 16-bit ints as int32, 32-bit unsigned ints as int64: all without loss.
 * @throws StateDictError naming what is wrong with the file
 * @see https://huggingface.co/docs/safetensors/index#format
 */
export function loadSafetensors(bytes: Uint8Array | ArrayBuffer): Safetensors {
  if (!(bytes instanceof Uint8Array) && !(bytes instanceof ArrayBuffer)) {
    throw new ArgumentError('loadSafetensors: needs the bytes of a file, a Uint8Array. Read the file first.')
  }
  const file = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes
  const { entries: header, dataStart } = readHeader(file)
  const dataLength = file.length - dataStart
  let metadata: Record<string, string> = {}
  const entries: Entry[] = []
  for (const [name, value] of header) {
    if (name === metadataKey) metadata = readMetadata(value)
    else entries.push(readEntry(name, value, dataLength))
  }
  checkCoverage(entries, dataLength)
  const tensors = new Map<string, Tensor>()
  for (const { name, dtype, shape, begin, end } of entries) {
    const { decode, dtype: ours } = formats.get(dtype)!
    // A copy: the bytes may begin anywhere, typed arrays only at multiples of their element size.
    const own = new Uint8Array(end - begin)
    own.set(file.subarray(dataStart + begin, dataStart + end))
    tensors.set(name, fromData(decode(own.buffer), shape, ours))
  }
  return { tensors, metadata }
}
