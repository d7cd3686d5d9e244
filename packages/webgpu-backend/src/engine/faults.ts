import type { MetagradError } from '@metagrad/tensor'
import { ArgumentError, IndexError, LinalgError } from '@metagrad/tensor'

/**
 * What a kernel can find wrong with values, which nobody can know when the op is called. The kernel notes the first fault
 * in a buffer; the next read throws it. A row: what two numbers the kernel notes, said in words.
 */
const table: { readonly [K in FaultKind]: (op: string, first: number, second: number) => MetagradError } = {
  indexOutOfRange: (op, index, size) =>
    new IndexError(`${op}: index ${index} is out of range for a dim of size ${size}.`),
  classOutOfRange: (op, index, classes) =>
    new IndexError(`${op}: class ${index} is out of range: expected 0 to ${classes - 1}.`),
  divideByZero: () => new ArgumentError("div: an int is divided by zero. Use x.to('float32') for infinities."),
  notPositiveDefinite: (op, order, matrix) =>
    new LinalgError(
      `${op}: matrix ${matrix} is not positive definite: its leading minor of order ${order} is not positive.`,
    ),
  singular: (op, pivot, matrix) => new LinalgError(`${op}: matrix ${matrix} is singular: pivot ${pivot} is zero.`),
  notConverged: (op, _, matrix) =>
    new LinalgError(`${op}: matrix ${matrix} did not converge or holds NaN or infinity. Check it with isfinite().`),
  badWeight: (op, row) =>
    new ArgumentError(`${op}: the weights of row ${row} must be finite, not negative, and not all 0. Clamp them.`),
}

export type FaultKind =
  | 'indexOutOfRange'
  | 'classOutOfRange'
  | 'divideByZero'
  | 'notPositiveDefinite'
  | 'singular'
  | 'notConverged'
  | 'badWeight'

/** Words of the buffer: number of the fault, two numbers, unused. */
export const FAULT_BYTES = 16

/** The faults that kernels of one device may report, by the number they report. */
export class Faults {
  readonly #numbers = new Map<string, number>()
  readonly #known: { readonly kind: FaultKind; readonly op: string }[] = []

  /** The number, from 1, that a kernel notes for this fault of this op. */
  numberOf(kind: FaultKind, op: string): number {
    const key = `${kind} ${op}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#known.push({ kind, op })
    this.#numbers.set(key, this.#known.length)
    return this.#known.length
  }

  /** What the noted words mean; undefined where nothing was noted. */
  errorOf(words: Int32Array): MetagradError | undefined {
    const [number, first, second] = [words[0] ?? 0, words[1] ?? 0, words[2] ?? 0]
    const fault = this.#known[number - 1]
    return fault === undefined ? undefined : table[fault.kind](fault.op, first, second)
  }
}
