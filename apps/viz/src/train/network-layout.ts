/** Where the units of a network stand, in pixels. */
export interface NetworkLayout {
  readonly width: number
  readonly height: number
  /** Side of a unit's square. */
  readonly size: number
  /** Centres by column and unit. */
  readonly columns: readonly (readonly (readonly [x: number, y: number])[])[]
}

const [smallest, largest] = [18, 36]

/** Columns of squares from left to right, each in the middle of the height. */
export function layOutNetwork(widths: readonly number[], width: number, height: number): NetworkLayout {
  const tallest = Math.max(...widths)
  const pitch = Math.min(52, (height - 8) / tallest)
  const size = Math.max(smallest, Math.min(largest, pitch - 8))
  const step = Math.max(pitch, size + 6)
  const full = Math.max(width, widths.length * (size + 44))
  const total = Math.max(height, tallest * step)
  const inset = size / 2 + 2
  return {
    width: full,
    height: total,
    size,
    columns: widths.map((units, column) => {
      const x = inset + (column * (full - 2 * inset)) / Math.max(1, widths.length - 1)
      return Array.from({ length: units }, (_, unit) => [x, total / 2 + (unit - (units - 1) / 2) * step] as const)
    }),
  }
}

/** A weight as a line between two units. */
export interface Connection {
  /** Position of the linear layer. */
  readonly layer: number
  readonly from: number
  readonly to: number
  readonly path: string
}

/** A line for each weight, in the order of the weights: [to, from] row by row. */
export function connectionsOf({ columns, size }: NetworkLayout): Connection[][] {
  return columns.slice(1).map((targets, layer) =>
    targets.flatMap(([x2, y2], to) =>
      columns[layer]!.map(([x1, y1], from) => {
        const [a, b] = [x1 + size / 2, x2 - size / 2]
        const middle = (a + b) / 2
        return { layer, from, to, path: `M${a},${y1}C${middle},${y1},${middle},${y2},${b},${y2}` }
      }),
    ),
  )
}

/** Width of a line: nothing for 0, 8 pixels for what is large. */
export function strokeWidth(weight: number): number {
  return Number.isFinite(weight) ? 8 * Math.tanh(Math.abs(weight) / 2.5) : 8
}
