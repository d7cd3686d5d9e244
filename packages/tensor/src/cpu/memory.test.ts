import { describe, expect, it } from 'vitest'
import type { MemorySizes, Resident } from './memory.ts'
import { Memory } from './memory.ts'
import type { Pieces } from './resident.ts'

const tiny: MemorySizes = {
  rings: [
    { most: 16, slots: 4, slotBytes: 128 },
    { most: 128, slots: 4, slotBytes: 1024 },
    { most: 200, slots: 4, slotBytes: 1024 },
  ],
  large: { first: 8192, most: 8192 },
  isStrict: true,
}

/** A memory that grows as WebAssembly's does: old views lose their bytes. */
function linearMemory(pages: number): { buffer: ArrayBuffer; grow(more: number): number } {
  const memory = {
    buffer: new ArrayBuffer(pages << 16),
    grow(more: number) {
      const before = memory.buffer.byteLength
      memory.buffer = memory.buffer.slice(0)
      const grown = new ArrayBuffer(before + (more << 16))
      new Uint8Array(grown).set(new Uint8Array(memory.buffer))
      memory.buffer = grown
      return before >> 16
    },
  }
  return memory
}

function resident(byteLength: number): Resident {
  return { byteLength, address: -1, outside: undefined, block: undefined }
}

/** A cheap generator of whole numbers. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('Memory', () => {
  it('keeps every live byte through 30,000 random steps in tiny slots', () => {
    const memory = new Memory(linearMemory(1), 40, tiny)
    const random = numbers(1)
    const live = new Map<Resident, Uint8Array>()
    let wrong = 0
    const sizes = [0, 1, 7, 16, 17, 60, 128, 129, 400, 1500, 3000]
    for (let step = 0; step < 30_000; step++) {
      const action = random(10)
      memory.beginOp()
      const owners = [...(step % 64 === 0 ? live.keys() : [])]
      if (action < 4 || live.size === 0) {
        const one = resident(sizes[random(sizes.length)]!)
        memory.place(one)
        const bytes = Uint8Array.from({ length: one.byteLength }, () => random(256))
        memory.bytes.set(bytes, one.address)
        if (random(3) === 0) live.set(one, bytes)
      } else {
        const index = random(Math.min(live.size, 8))
        const [one, want] = [...take(live, index + 1)].at(-1)!
        const address = memory.touch(one)
        if (address % 16 !== 0 || !same(memory.bytes, address, want)) wrong++
        if (action < 6) live.delete(one)
        else {
          live.delete(one)
          live.set(one, want)
        }
      }
      if (live.size > 200) for (const owner of owners.slice(0, 100)) live.delete(owner)
    }
    expect(wrong).toBe(0)
  })

  it('leaves the operands of an op in place while the next are touched', () => {
    const memory = new Memory(linearMemory(1), 0, tiny)
    const operands = Array.from({ length: 8 }, () => resident(120))
    for (const operand of operands) {
      memory.beginOp()
      memory.place(operand)
      memory.bytes.fill(operands.indexOf(operand) + 1, operand.address, operand.address + 120)
    }
    for (let i = 0; i < 100; i++) {
      memory.beginOp()
      memory.place(resident(128))
    }
    memory.beginOp()
    const addresses = operands.map((operand) => memory.touch(operand))
    expect(addresses).toEqual(operands.map(({ address }) => address))
    addresses.forEach((address, i) => expect(memory.bytes[address]).toBe(i + 1))
  })

  it('keeps the large ones within the budget, and more only while one op needs it', () => {
    const memory = new Memory(linearMemory(1), 0, tiny)
    const placeInTurn = (count: number): void => {
      for (let i = 0; i < count; i++) {
        memory.beginOp()
        memory.place(resident(300))
      }
    }
    placeInTurn(1000)
    expect(memory.usage().large).toBeLessThanOrEqual(tiny.large.most)
    const huge = resident(100_000)
    memory.beginOp()
    memory.place(huge)
    const more = resident(100_000)
    memory.place(more)
    expect(memory.usage().large).toBeGreaterThan(200_000)
    placeInTurn(100)
    const { pieces } = huge.outside as Pieces
    expect(pieces.reduce((sum, piece) => sum + (piece as Uint8Array).length, 0)).toBe(100_000)
    expect(memory.usage().large).toBeLessThanOrEqual(tiny.large.most)
  })

  it('keeps a small one among the large where it was put there, also when it comes back', () => {
    const memory = new Memory(linearMemory(1), 0, tiny)
    const small = resident(48)
    memory.placeLarge(small)
    memory.bytes.fill(5, small.address, small.address + 48)
    for (let i = 0; i < 100; i++) {
      memory.beginOp()
      memory.place(resident(300))
    }
    expect(small.address).toBeLessThan(0)
    memory.beginOp()
    const address = memory.touch(small)
    expect(small.block?.resident).toBe(small)
    expect([...memory.bytes.subarray(address, address + 48)]).toEqual(Array.from({ length: 48 }, () => 5))
  })

  it('copies what goes outside into pieces that keep little else alive', () => {
    for (const [bytes, most] of [
      [16, 4096],
      [100, 4096],
      [4000, 32_000],
      [8000, 32_768],
    ] as const) {
      const memory = new Memory(linearMemory(8), 0)
      const first = resident(bytes)
      memory.place(first)
      for (let i = 0; i < 40_000; i++) {
        memory.beginOp()
        memory.place(resident(bytes))
      }
      expect(first.address).toBeLessThan(0)
      expect((first.outside as string).length).toBeLessThanOrEqual(most)
    }
  })

  it('says so where one op brings in more than a ring keeps', () => {
    const memory = new Memory(linearMemory(1), 0, tiny)
    const many = Array.from({ length: 100 }, () => {
      memory.beginOp()
      const one = resident(120)
      memory.place(one)
      return one
    })
    memory.beginOp()
    expect(() => many.map((one) => memory.touch(one))).toThrow(
      /^cpu: one op brought in more than 2 slots of 1024 bytes/,
    )
  })

  it('tells what lives where', () => {
    const memory = new Memory(linearMemory(1), 0, tiny)
    const [small, medium, large] = [resident(16), resident(100), resident(3000)]
    for (const one of [small, medium, large]) memory.place(one)
    expect(memory.usage()).toEqual({ small: 16, medium: 100, large: 3072, total: 65_536, copiedOut: 0, broughtBack: 0 })
    for (let i = 0; i < 3; i++) {
      memory.beginOp()
      memory.place(resident(3000))
    }
    expect(memory.usage().copiedOut).toBe(6000)
    memory.touch(large)
    expect(memory.usage().broughtBack).toBe(3000)
  })

  it('takes a block back without a copy once its owner was collected', async () => {
    const memory = new Memory(linearMemory(1), 0, { ...tiny, large: { first: 8 << 20, most: 8 << 20 } })
    const place = (): Resident => {
      const one = resident(1 << 20)
      memory.placeFor({}, one)
      return one
    }
    const places: Resident[] = []
    const isTakenBack = ({ outside, block }: Resident): boolean => outside === undefined && block === undefined
    // The collector looks when it likes: turns pass until it did.
    for (let turn = 0; turn < 2000 && !places.some(isTakenBack); turn++) {
      places.push(place())
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(places.some(isTakenBack)).toBe(true)
  })

  it('says what was missing when there is no more memory', () => {
    const stuck = {
      buffer: new ArrayBuffer(1 << 16),
      grow: () => {
        throw new RangeError('no')
      },
    }
    const memory = new Memory(stuck, 0, { ...tiny, large: { first: 1 << 30, most: 1 << 30 } })
    expect(() => memory.place(resident(10_000_000))).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: cpu: out of memory: 10 MB more than the 0 MB in use. Use smaller batches or tensors.]`,
    )
  })
})

function* take<K, V>(map: Map<K, V>, count: number): Generator<[K, V]> {
  let i = 0
  for (const entry of map) {
    if (i++ === count) return
    yield entry
  }
}

function same(bytes: Uint8Array, at: number, want: Uint8Array): boolean {
  return want.every((value, i) => bytes[at + i] === value)
}
