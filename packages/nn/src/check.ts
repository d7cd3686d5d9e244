import { ArgumentError, isTensor } from '@metagrad/tensor'

/** For calls that the types did not see. @throws ArgumentError unless `value` is a tensor */
export function checkTensor(op: string, name: string, value: unknown): void {
  if (isTensor(value)) return
  throw new ArgumentError(`${op}: ${name} must be a tensor, got ${typeof value}. Wrap data in tensor(...).`)
}

/** @throws ArgumentError unless each value is a whole number of at least `least` */
export function checkSizes(op: string, sizes: Readonly<Record<string, number>>, least = 1): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || value < least) {
      throw new ArgumentError(`${op}: ${name} must be a whole number >= ${least}, got ${String(value)}.`)
    }
  }
}

/** @throws ArgumentError unless `p` is a probability */
export function checkProbability(op: string, p: number): void {
  if (!(p >= 0 && p <= 1)) throw new ArgumentError(`${op}: p must be a probability from 0 to 1, got ${String(p)}.`)
}

/** @throws ArgumentError unless `value` is one of the choices */
export function checkChoice(op: string, name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return
  const known = choices.map((choice) => JSON.stringify(choice)).join(', ')
  throw new ArgumentError(`${op}: unknown ${name} ${JSON.stringify(value)}. Use one of ${known}.`)
}
