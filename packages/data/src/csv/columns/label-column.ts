import { textColumn, type TextColumn } from '../../table/table.ts'
import type { ColumnTypeName } from '../options.ts'
import { quoted } from '../printable.ts'
import type { UntypedColumn } from './untyped-column.ts'

/** A column of words: categories where they repeat. */
export function labelColumn(column: UntypedColumn, asked?: ColumnTypeName): TextColumn {
  const { name, cells } = column
  const { words, firstWord } = column.profile
  if (words > 0) {
    column.noteCell(firstWord, {
      code: 'MISSING_WORD',
      severity: 'warning',
      message: `${quoted(cells[firstWord]!)} is kept as text; ${words} cell${words === 1 ? ' holds' : 's hold'} such a word.`,
      advice: 'If it means "missing", name it.',
      setting: { option: 'na', value: cells[firstWord]! },
    })
  }
  const labels = cells.map((cell, row) => (column.isMissingText(row) ? undefined : cell))
  const typed = textColumn(name, labels, asked)
  return typed.kind === 'category' ? joinSpellings(column, typed) : typed
}

/** Most spellings of a label that are listed. */
const shownSpellings = 6

/** Most labels that are compared. */
const maxLabels = 10_000

/** What spellings of one label have in common. */
const essence = (label: string): string => label.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase()

/** Reports labels that differ only by case or spaces; with `normalizeLabels`, joins them. */
function joinSpellings(column: UntypedColumn, typed: TextColumn): TextColumn {
  const { vocabulary, codes } = typed
  const { normalizeLabels } = column
  if (vocabulary.length > maxLabels) return typed
  const counts = new Uint32Array(vocabulary.length)
  for (const code of codes) if (code >= 0) counts[code]!++
  const groups = new Map<string, number[]>()
  vocabulary.forEach((label, code) => {
    const key = essence(label)
    const group = groups.get(key)
    if (group) group.push(code)
    else groups.set(key, [code])
  })
  const best = new Map<number, string>()
  for (const group of groups.values()) {
    const ranked = group.sort((a, b) => counts[b]! - counts[a]! || a - b)
    const label = vocabulary[ranked[0]!]!
    if (ranked.length > 1) {
      const shown = ranked.slice(0, shownSpellings).map((code) => `${quoted(vocabulary[code]!)} (${counts[code]})`)
      if (ranked.length > shownSpellings) shown.push(`${ranked.length - shownSpellings} more`)
      column.note({
        code: 'LABEL_SPELLING',
        severity: 'warning',
        value: label,
        message: `${shown.join(', ')} differ only by case or spaces: ${normalizeLabels ? `all are read as ${quoted(label.trim())}` : 'they count as different labels'}.`,
        setting: normalizeLabels ? undefined : { option: 'normalizeLabels', value: true },
      })
    }
    for (const code of ranked) best.set(code, label.trim())
  }
  if (!normalizeLabels) return typed
  const labels = Array.from(codes, (code) => (code < 0 ? undefined : best.get(code)))
  return textColumn(typed.name, labels, typed.asked)
}
