import { contours } from 'd3-contour'

/** Numbers at the centres of the cells of a grid, row by row from the low end of y. */
export interface Field {
  readonly columns: number
  readonly rows: number
  readonly values: ArrayLike<number>
}

/**
 * The field with one more cell on every side, so that areas which end at the edge close outside the picture. Values go
 * on as straight lines, so that an outline crosses the edge without a bend.
 */
function padded({ columns, rows, values }: Field): number[] {
  const at = (row: number, column: number): number => values[row * columns + column]!
  const beyond = (i: number, size: number, read: (i: number) => number): number =>
    i < 0 ? 2 * read(0) - read(1) : i >= size ? 2 * read(size - 1) - read(size - 2) : read(i)
  const wide: number[] = []
  for (let row = -1; row <= rows; row++) {
    for (let column = -1; column <= columns; column++) {
      wide.push(beyond(row, rows, (r) => beyond(column, columns, (c) => at(r, c))))
    }
  }
  return wide
}

/**
 * The areas where a field is at least each threshold, as SVG paths.
 *
 * @param place pixel of a share of the grid's width and height, both from the low end.
 */
export function contourPaths(
  field: Field,
  thresholds: readonly number[],
  place: (x: number, y: number) => readonly [number, number],
): string[] {
  const size: [number, number] = [field.columns + 2, field.rows + 2]
  const values = padded(field)
  const trace = contours().size(size)
  return thresholds.map((threshold) =>
    trace
      .contour(values, threshold)
      .coordinates.flat()
      .map((ring) => {
        const corners = ring.map(([x, y]) => {
          const [px, py] = place((x! - 1) / field.columns, (y! - 1) / field.rows)
          return `${px.toFixed(1)},${py.toFixed(1)}`
        })
        return `M${corners.slice(0, -1).join('L')}Z`
      })
      .join(''),
  )
}
