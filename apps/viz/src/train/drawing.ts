import type { Points, Setup } from '../worker/protocol.ts'

/** What a press on the surface does. */
export type Brush =
  | { readonly kind: 'look' }
  /** Adds points: of a class by its index, or of a value. */
  | { readonly kind: 'draw'; readonly target: number }
  | { readonly kind: 'erase' }

/** A place, and the class or value of what is drawn there. */
export interface Mark {
  readonly x: number
  readonly y: number
  readonly target: number
}

/** Name of the file that drawn points become: from there on they are read, linked and trained on as any other. */
export const drawnFile = 'drawn.csv'

/** Column names of that file: the data's own where they are three different ones. */
export function drawnColumns({ features: [x, y], target }: Setup): readonly [x: string, y: string, target: string] {
  return new Set([x, y, target]).size === 3 ? [x, y, target] : ['x', 'y', 'target']
}

/** The points of a setup as marks. */
export function marksOf({ x, y, targets }: Points): Mark[] {
  return Array.from(x, (value, i) => ({ x: value, y: y[i]!, target: targets[i]! }))
}

/** Marks as points to draw. */
export function pointsOf(marks: readonly Mark[]): Points {
  return {
    x: Float64Array.from(marks, ({ x }) => x),
    y: Float64Array.from(marks, ({ y }) => y),
    targets: Float64Array.from(marks, ({ target }) => target),
    held: new Uint8Array(marks.length),
  }
}

/** Whether there is something to learn from marks. */
export function fitsTraining(marks: readonly Mark[], { classes }: Setup): boolean {
  return marks.length >= 10 && (classes.length === 0 || new Set(marks.map(({ target }) => target)).size > 1)
}

/** Marks as CSV text. Classes that look like numbers are given names. */
export function csvOfMarks(marks: readonly Mark[], setup: Setup): string {
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const number = (value: number): string => String(Number(value.toPrecision(6)))
  const areNumbers = setup.classes.some((name) => name.trim() !== '' && Number.isFinite(Number(name)))
  const name = (target: number): string =>
    setup.classes.length === 0 ? number(target) : cell(`${areNumbers ? 'class ' : ''}${setup.classes[target]!}`)
  const rows = marks.map(({ x, y, target }) => `${number(x)},${number(y)},${name(target)}\n`)
  return `${drawnColumns(setup).map(cell).join(',')}\n${rows.join('')}`
}

/** What is left when everything within a distance of a place is erased; the distance is in parts of the extent. */
export function erased(
  marks: readonly Mark[],
  at: Pick<Mark, 'x' | 'y'>,
  { x, y }: Setup['extent'],
  radius: number,
): Mark[] {
  const far = (mark: Mark): boolean =>
    Math.hypot((mark.x - at.x) / (x[1] - x[0]), (mark.y - at.y) / (y[1] - y[0])) > radius
  return marks.filter(far)
}
