/** A value that its first use computes: importing the package costs nothing. */
export function once<T extends object>(compute: () => T): () => T {
  let value: T | undefined
  return () => (value ??= compute())
}
