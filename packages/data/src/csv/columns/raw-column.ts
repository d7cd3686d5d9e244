/** A column as it was read: one text per row. */
export interface RawColumn {
  readonly name: string
  readonly cells: string[]
  /** Rows in which a word for "missing" stood in quotes, and so is data. */
  readonly quotedWords: Set<number>
}

export function emptyColumn(name: string): RawColumn {
  return { name, cells: [], quotedWords: new Set() }
}

export function withoutRows({ name, cells, quotedWords }: RawColumn, rows: { has(row: number): boolean }): RawColumn {
  const left = emptyColumn(name)
  cells.forEach((cell, row) => {
    if (rows.has(row)) return
    if (quotedWords.has(row)) left.quotedWords.add(left.cells.length)
    left.cells.push(cell)
  })
  return left
}
