import { RunlogError } from './errors.ts'

const base64Pattern = /^[A-Za-z0-9+/]*={0,2}$/
// String.fromCharCode takes its bytes as arguments, of which engines allow only so many.
const bytesPerCall = 8192

/**
 * The bytes of a decision surface as base64, in any runtime.
 *
 * @example
 * encodeGrid(Uint8Array.of(0, 128, 255)) // -> 'AID/'
 */
export function encodeGrid(bytes: Uint8Array): string {
  let binary = ''
  for (let i = 0; i < bytes.length; i += bytesPerCall) {
    binary += String.fromCharCode(...bytes.subarray(i, i + bytesPerCall))
  }
  return btoa(binary)
}

/**
 * The bytes that {@link encodeGrid} encoded.
 * @throws {RunlogError} FORMAT when the text is not base64.
 */
export function decodeGrid(text: string): Uint8Array {
  if (gridBytes(text) === undefined) {
    throw new RunlogError(
      `decodeGrid: not base64: ${text.length} characters. Pass the grid of a surface event.`,
      'FORMAT',
    )
  }
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/** Number of bytes that a base64 text holds; undefined when it is not base64. */
export function gridBytes(text: string): number | undefined {
  if (text.length % 4 !== 0 || !base64Pattern.test(text)) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return (text.length / 4) * 3 - padding
}
