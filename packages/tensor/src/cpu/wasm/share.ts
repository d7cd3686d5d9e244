import { sized, unsigned } from './bytecode.ts'
import { Reader, kind, section } from './reader.ts'

/** Pages of a memory that threads share, at most: as many as an address reaches. */
export const mostPages: number = 1 << 16

/** In front of the limits of a memory that is shared and has a maximum. */
const sharedWithMaximum = 3

/** A module whose imported memory is declared as one that threads share: nothing else in it changes. */
export function sharing(module: Uint8Array): Uint8Array {
  const reader = new Reader(module)
  while (!reader.isAtEnd) {
    const start = reader.at
    const id = reader.byte()
    const size = reader.number()
    const contents = reader.at
    const end = contents + size
    if (id === section.imports) {
      const memory = reader.list(() => reader.import()).find(({ what }) => what === kind.memory)!
      const limits = new Reader(module, memory.from + 1)
      const changed = [
        ...module.subarray(contents, memory.from),
        sharedWithMaximum,
        ...unsigned(limits.number()),
        ...unsigned(mostPages),
        ...module.subarray(memory.to, end),
      ]
      return Uint8Array.from([...module.subarray(0, start), id, ...sized(changed), ...module.subarray(end)])
    }
    reader.at = end
  }
  return module
}
