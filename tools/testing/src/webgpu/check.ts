/** One thing that must hold on a GPU. It throws where it does not, and knows no test runner: Node, a browser and a bare script run it. */
export interface Check {
  readonly name: string
  readonly run: () => Promise<void>
}

/** Checks that belong together. */
export interface Suite {
  readonly name: string
  readonly checks: readonly Check[]
}

/** @throws Error unless both are the same as JSON, infinities and NaN apart */
export function assertEqual(got: unknown, want: unknown, what: string): void {
  const [left, right] = [got, want].map((value) => JSON.stringify(value, keepNumber))
  if (left !== right) throw new Error(`${what}: got ${left}, want ${right}`)
}

const keepNumber = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value

/** @throws Error unless `value` is a number of at most `limit` */
export function assertAtMost(value: number, limit: number, what: string): void {
  if (!(value <= limit)) throw new Error(`${what}: ${value} exceeds ${limit}`)
}

/** @throws Error unless `run` fails with a message that `message` matches */
export async function assertThrows(run: () => unknown, message: RegExp): Promise<void> {
  let error: unknown
  try {
    await run()
  } catch (caught) {
    error = caught
  }
  if (!(error instanceof Error)) throw new Error(`nothing was thrown, want ${String(message)}`)
  if (!message.test(error.message)) throw new Error(`got "${error.message}", want ${String(message)}`)
}

/** A suite of checks by their names. */
export function suiteOf(name: string, checks: Readonly<Record<string, () => Promise<void>>>): Suite {
  return { name, checks: Object.entries(checks).map(([title, run]) => ({ name: title, run })) }
}
