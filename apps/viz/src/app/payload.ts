/** Longest packed file that a link carries, in characters. */
export const mostPayload = 8192

/** A file packed for a link: deflate, then base64url. Undefined when it does not fit. */
export async function packFile(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  const packed = await through(bytes, new CompressionStream('deflate-raw'))
  const text = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(''))
  const url = text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return url.length <= mostPayload ? url : undefined
}

/** The file of a link. Undefined when the text is none, or longer than `packFile` makes them: what is small unpacks to little. */
export async function unpackFile(text: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (text.length > mostPayload) return undefined
  try {
    const packed = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
    return await through(packed, new DecompressionStream('deflate-raw'))
  } catch {
    return undefined
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer())
}
