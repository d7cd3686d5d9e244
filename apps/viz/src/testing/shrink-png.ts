import { crc32, deflateSync, inflateSync } from 'node:zlib'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** A screenshot with at most 256 colours, a third of its size: 8-bit RGB in, indexed PNG out. */
export function shrinkPng(png: Buffer): Buffer {
  const chunks = chunksOf(png)
  const header = chunks.find(({ type }) => type === 'IHDR')!.data
  const [width, height, depth, kind] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9]]
  if (depth !== 8 || kind !== 2) throw new Error(`shrinkPng: needs 8-bit RGB, got depth ${depth}, colour type ${kind}.`)
  const data = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map((each) => each.data)))
  const pixels = unfilter(data, width * 3, height)
  const { palette, indexOf } = quantise(pixels)
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = indexOf.get(colourAt(pixels, 3 * (y * width + x)))!
  }
  const indexed = Buffer.from(header)
  indexed[9] = 3
  return Buffer.concat([
    signature,
    chunk('IHDR', indexed),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunksOf(png: Buffer): { readonly type: string; readonly data: Buffer }[] {
  const chunks = []
  for (let at = signature.length; at < png.length;) {
    const length = png.readUInt32BE(at)
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  return chunks
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}

/** Undoes the filters of rows: each byte was written as its difference from a guess. */
function unfilter(data: Buffer, stride: number, height: number): Buffer {
  const pixels = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)]!
    for (let i = 0; i < stride; i++) {
      const left = i < 3 ? 0 : pixels[y * stride + i - 3]!
      const up = y === 0 ? 0 : pixels[(y - 1) * stride + i]!
      const corner = y === 0 || i < 3 ? 0 : pixels[(y - 1) * stride + i - 3]!
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!
      pixels[y * stride + i] = data[y * (stride + 1) + 1 + i]! + guess
    }
  }
  return pixels
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

const colourAt = (pixels: Buffer, at: number): number => (pixels[at]! << 16) | (pixels[at + 1]! << 8) | pixels[at + 2]!

interface Group {
  readonly colours: readonly (readonly [r: number, g: number, b: number, count: number])[]
}

/** Median cut: the group of colours that is spread widest is halved until there are 256. */
function quantise(pixels: Buffer): { palette: [number, number, number][]; indexOf: Map<number, number> } {
  const counts = new Map<number, number>()
  for (let at = 0; at < pixels.length; at += 3) {
    const colour = colourAt(pixels, at)
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  const all = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([colour, count]) => [colour >> 16, (colour >> 8) & 255, colour & 255, count] as const)
  // What fills most of the picture stays exactly as it is.
  const exact = all.slice(0, 64).map((colour): Group => ({ colours: [colour] }))
  const groups: Group[] = all.length > 64 ? [...exact, { colours: all.slice(64) }] : exact
  while (groups.length < 256) {
    const ranked = groups.map((group, i) => ({ i, ...widest(group) })).sort((a, b) => b.spread - a.spread)
    const { i, channel, spread } = ranked[0]!
    if (spread === 0) break
    const sorted = [...groups[i]!.colours].sort((a, b) => a[channel] - b[channel])
    const middle = Math.max(1, Math.floor(sorted.length / 2))
    groups.splice(i, 1, { colours: sorted.slice(0, middle) }, { colours: sorted.slice(middle) })
  }
  const indexOf = new Map<number, number>()
  const palette = groups.map(({ colours }, i): [number, number, number] => {
    const total = colours.reduce((sum, [, , , count]) => sum + count, 0)
    for (const [r, g, b] of colours) indexOf.set((r << 16) | (g << 8) | b, i)
    const mean = (channel: 0 | 1 | 2): number =>
      Math.round(colours.reduce((sum, colour) => sum + colour[channel] * colour[3], 0) / total)
    return [mean(0), mean(1), mean(2)]
  })
  return { palette, indexOf }
}

function widest({ colours }: Group): { readonly channel: 0 | 1 | 2; readonly spread: number } {
  const spreads = ([0, 1, 2] as const).map((channel) => {
    const values = colours.map((colour) => colour[channel])
    return { channel, spread: values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b)) }
  })
  return spreads.reduce((a, b) => (b.spread > a.spread ? b : a))
}
