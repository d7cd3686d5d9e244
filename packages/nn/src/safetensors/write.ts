import type { DType, Shape, Tensor, TypedArray } from '@metagrad/tensor'
import { StateDictError, dtypes } from '@metagrad/tensor'
import { metadataKey, refusedKey } from './header.ts'
import { written } from './formats.ts'

interface Planned {
  readonly name: string
  readonly tensor: Tensor
}

/** In the order of the file: large elements first, so that each tensor begins at a multiple of its element size. */
function plan(tensors: ReadonlyMap<string, Tensor>): Planned[] {
  for (const name of tensors.keys()) {
    if (name === metadataKey || name === refusedKey) {
      throw new StateDictError(`saveSafetensors: a tensor cannot be named ${JSON.stringify(name)}. Use another name.`)
    }
  }
  return [...tensors]
    .map(([name, tensor]) => ({ name, tensor }))
    .sort((a, b) => dtypes[b.tensor.dtype].bytes - dtypes[a.tensor.dtype].bytes)
}

interface Entry {
  readonly dtype: string
  readonly shape: Shape
  readonly data_offsets: readonly [begin: number, end: number]
}

/** @throws StateDictError for metadata that the format cannot hold */
function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string' || key === refusedKey) {
      const got = typeof value === 'string' ? 'this name' : typeof value
      throw new StateDictError(
        `saveSafetensors: metadata must be strings: ${JSON.stringify(key)} is ${got}. Use String.`,
      )
    }
  }
}

function assemble(
  planned: readonly Planned[],
  data: readonly TypedArray[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  checkMetadata(metadata)
  const parts = planned.map(({ tensor }, i) => written[tensor.dtype].encode(data[i]!))
  // A Map: an object would sort names that are numbers before the others.
  const entries: [string, Entry | Readonly<Record<string, string>>][] = []
  if (Object.keys(metadata).length > 0) entries.push([metadataKey, metadata])
  let end = 0
  for (const [i, { name, tensor }] of planned.entries()) {
    const begin = end
    end += parts[i]!.length
    entries.push([name, { dtype: formatOf(tensor.dtype), shape: tensor.shape, data_offsets: [begin, end] }])
  }
  const json = `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`
  const text = new TextEncoder().encode(json)
  const headerLength = Math.ceil(text.length / 8) * 8
  const file = new Uint8Array(8 + headerLength + end)
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true)
  file.fill(0x20, 8, 8 + headerLength)
  file.set(text, 8)
  let at = 8 + headerLength
  for (const part of parts) {
    file.set(part, at)
    at += part.length
  }
  return file
}

function formatOf(dtype: DType): string {
  return written[dtype].name
}

/**
 * Tensors as the bytes of a safetensors file, which PyTorch and many others read. Gradients and history stay behind.
 *
 * @param metadata strings that travel with them
 * @throws StateDictError for names or metadata that the format cannot hold
 * @example
 * ```ts
 * const model = new Linear(2, 1)
 * const bytes = await saveSafetensors(model.stateDict(), { format: 'metagrad' })
 * model.loadStateDict(loadSafetensors(bytes).tensors)
 * ```
 * @see https://huggingface.co/docs/safetensors/index#format
 */
export async function saveSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const planned = plan(tensors)
  return assemble(planned, await Promise.all(planned.map(({ tensor }) => tensor.data())), metadata)
}

/** `saveSafetensors` at once. @throws DeviceError on devices that read asynchronously */
export function saveSafetensorsSync(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const planned = plan(tensors)
  return assemble(
    planned,
    planned.map(({ tensor }) => tensor.dataSync()),
    metadata,
  )
}
