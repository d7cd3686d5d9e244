import { type KernelBuild, type Kernels, loadKernels, type Offset } from '../src/cpu/wasm/loader.ts'

type Elements = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array
type ElementsConstructor =
  | Float32ArrayConstructor
  | Float64ArrayConstructor
  | Int32ArrayConstructor
  | BigInt64ArrayConstructor
  | Uint8ArrayConstructor

/** Operands laid out in the kernels' memory for tests and benchmarks. */
export interface Arena {
  readonly kernels: Kernels
  /** Copies an array in; it begins at an address that is no multiple of 16. */
  put(values: Elements): Offset
  /** Room for `length` elements. */
  space(type: { readonly BYTES_PER_ELEMENT: number }, length: number): Offset
  /** A copy of what stands at an offset. */
  take<C extends ElementsConstructor>(type: C, offset: Offset, length: number): InstanceType<C>
  /** Forgets all operands. */
  reset(): void
  /** The bytes between the operands that something wrote to. */
  damage(): Offset[]
}

/** 0xff: as numbers NaN, so that a result spoilt by what lies beside an operand shows. */
const guard = 0xff
const guardBytes = 80

/** Loads a build of the kernels on a memory of `bytes` bytes. */
export function openArena(build: KernelBuild, bytes: number): Arena {
  const { kernels, memory, heapBase } = loadKernels({ build, initialBytes: bytes })
  const all = new Uint8Array(memory.buffer)
  const start = Math.ceil(heapBase / 16) * 16
  let end = start
  let guards: [from: number, to: number][] = []

  function space(type: { readonly BYTES_PER_ELEMENT: number }, length: number): Offset {
    const from = Math.ceil((end + guardBytes) / 16) * 16 + (type.BYTES_PER_ELEMENT === 8 ? 8 : 4)
    const to = from + length * type.BYTES_PER_ELEMENT
    if (to + 2 * guardBytes > all.length)
      throw new RangeError(`arena: ${to} bytes are needed, ${all.length} are there.`)
    all.fill(guard, end, from)
    all.fill(guard, to, to + guardBytes)
    guards.push([end, from], [to, to + guardBytes])
    end = to
    return from
  }

  return {
    kernels,
    space,
    put(values) {
      const offset = space({ BYTES_PER_ELEMENT: values.BYTES_PER_ELEMENT }, values.length)
      all.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset)
      return offset
    },
    take<C extends ElementsConstructor>(type: C, offset: Offset, length: number) {
      const bytesTaken = all.slice(offset, offset + length * type.BYTES_PER_ELEMENT)
      return new type(bytesTaken.buffer, 0, length) as InstanceType<C>
    },
    reset() {
      end = start
      guards = []
    },
    damage() {
      const last = guards.at(-1)
      const regions = guards.filter(([, to], i) => i % 2 === 0 || to === last?.[1])
      return regions.flatMap(([from, to]) =>
        [...all.subarray(from, to)].flatMap((byte, i) => (byte === guard ? [] : [from + i])),
      )
    },
  }
}
