import { contours } from 'd3-contour'

/** Numbers at the centres of the cells of a grid, row by row from the low end of y. */
export interface Field {
  readonly columns: number
  readonly rows: number
  readonly values: ArrayLike<number>
}

/** The field with one more cell on every side, so that outlines which end at the edge close outside the picture. */
function padded({ columns, rows, values }: Field): number[] {
  const inside = (value: number, size: number): number => Math.min(size - 1, Math.max(0, value))
  const wide: number[] = []
  for (let row = -1; row <= rows; row++) {
    for (let column = -1; column <= columns; column++) {
      wide.push(values[inside(row, rows) * columns + inside(column, columns)]!)
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
