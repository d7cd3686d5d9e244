import { describe, expect, it } from 'vitest'
import type { Mutant } from './modules.ts'
import { fuzzFresh } from './modules.ts'

const mutants: readonly Mutant[] = [
  {
    breaks: 'what leaves a ring is copied out',
    file: 'cpu/ring.ts',
    find: 'const copy = this.#memory.copies.take(start, stop)',
    replace: 'const copy = new Uint8Array(stop - start)',
  },
  {
    breaks: 'what leaves the heap is copied out',
    file: 'cpu/heap.ts',
    find: 'pieces.push(this.#memory.copies.takeLarge(at, Math.min(at + pieceBytes, end)))',
    replace: 'pieces.push(new Uint8Array(Math.min(at + pieceBytes, end) - at))',
  },
  {
    breaks: 'a slot is emptied before it is filled anew',
    file: 'cpu/ring.ts',
    find: 'this.#empty(this.#residents[(this.#slot + 1) % slots]!)',
    replace: '',
  },
  {
    breaks: 'what the running op touched stays where it is',
    file: 'cpu/heap.ts',
    find: 'block === undefined || block.op >= this.#memory.op',
    replace: 'block === undefined',
  },
  {
    breaks: 'operands that one op writes are all in memory before it takes their addresses',
    file: 'cpu/storage.ts',
    find: 'let isMoved = true',
    replace: 'let isMoved = false',
  },
  {
    breaks: 'what comes back is what went outside, from its own place in the copy',
    file: 'cpu/copies.ts',
    find: 'copy.substring(from, from + length)',
    replace: 'copy.substring(0, length)',
  },
  {
    breaks: 'the address is that of the place it was brought back to',
    file: 'cpu/memory.ts',
    find: 'if (resident.address < 0) this.#bringBack(resident)\n    else if',
    replace: 'const stale = resident.address; if (stale < 0) { this.#bringBack(resident); return ~stale }\n    if',
  },
  {
    breaks: 'neighbours in a shared copy are told apart',
    file: 'cpu/ring.ts',
    find: 'resident.address = ~(resident.address - start)',
    replace: 'resident.address = ~0',
  },
  {
    breaks: 'views hold an offset, of which an address is made anew',
    file: 'cpu/storage.ts',
    find: 'start + offset * dtypes[dtype].bytes',
    replace: 'start',
  },
  {
    breaks: 'an update writes no further than its view',
    file: 'cpu/updates.ts',
    find: 'const n = inputs[0]!.layout.numel\n    const { sgdF32 }',
    replace: 'const n = inputs[0]!.layout.numel + 1\n    const { sgdF32 }',
  },
  {
    breaks: 'what overlaps is copied before it is written in place',
    file: 'dispatch.ts',
    find: 'inputs.every((x) => !shares(x) || aligned(x))',
    replace: 'true',
  },
]

describe('the fuzz notices when it no longer holds that', () => {
  it.each(mutants)('$breaks', async (mutant) => {
    await expect(fuzzFresh(1, 30_000, { mutant })).rejects.toThrow(/^fuzz: seed 1, step /)
  })
})
