import type { TypedArray } from './dtypes.ts'
import { getDefaultDType, isFloat } from './dtypes.ts'
import { formatShape } from './layout.ts'
import { readSync } from './read.ts'
import type { Tensor } from './tensor.ts'

const precision = 4
const edgeItems = 3
const summarizeAbove = 1000
const lineWidth = 80

/**
 * A tensor as PyTorch prints it: values aligned (also beside NaN and infinities, where PyTorch's columns slip), large ones
 * summarised, dtype if the values do not show it, and where the gradient comes from.
 */
export function formatTensor(x: Tensor): string {
  const notes = suffixes(x)
  if (x.device.readSync === undefined)
    return `tensor(shape=${formatShape(x.shape)}${[`device="${x.device.name}"`, ...notes].map((note) => `, ${note}`).join('')})`
  const data = readSync('toString', x)
  const summarized = x.numel > summarizeAbove
  const shown = summarized ? corners(data, x.shape) : Array.from(data as ArrayLike<number | bigint>)
  const format = formatter(shown, x)
  const start = 'tensor('
  const body = x.numel === 0 ? '[]' : block(data, x.shape, 0, 0, start.length, summarized, format)
  if (x.numel === 0 && x.ndim > 1) notes.unshift(`size=${formatShape(x.shape)}`)
  return notes.reduce((text, note) => append(text, note), start + body) + ')'
}

/** Adds a note, on a new line where the last one is full. */
function append(text: string, note: string): string {
  const line = text.length - text.lastIndexOf('\n') - 1
  return `${text},${line + note.length + 3 > lineWidth ? `\n${' '.repeat(7)}` : ' '}${note}`
}

function suffixes(x: Tensor): string[] {
  const notes: string[] = []
  // Values of bool and int64 show what they are; where there are none, only the default goes without saying.
  const shows = x.numel > 0 && (x.dtype === 'bool' || x.dtype === 'int64')
  if (x.dtype !== getDefaultDType() && !shows) notes.push(`dtype=${x.dtype}`)
  if (x.source !== undefined) notes.push(`source=${x.source.primitive}`)
  else if (x.requiresGrad) notes.push('requiresGrad=true')
  return notes
}

/** The elements that a summary shows: the first and last three along each dim. */
function corners(data: TypedArray, shape: readonly number[]): (number | bigint)[] {
  const shown: (number | bigint)[] = []
  const visit = (dim: number, start: number, stride: number): void => {
    if (dim === shape.length) {
      shown.push(data[start]!)
      return
    }
    const size = shape[dim]!
    const step = stride / size
    for (let i = 0; i < size; i++) {
      if (size > 2 * edgeItems && i === edgeItems) i = size - edgeItems
      visit(dim + 1, start + i * step, step)
    }
  }
  visit(0, 0, data.length)
  return shown
}

type Format = (value: number | bigint) => string

/** One format for all shown elements, all equally wide. */
function formatter(shown: readonly (number | bigint)[], x: Tensor): Format {
  const text = isFloat(x.dtype)
    ? floatFormat(shown.map(Number))
    : x.dtype === 'bool'
      ? (value: number | bigint) => String(value !== 0)
      : String
  const width = shown.reduce<number>((widest, value) => Math.max(widest, text(value).length), 0)
  return (value) => text(value).padStart(width)
}

/** Whole numbers as `1.`, others with four digits, in scientific notation where the range asks for it. */
function floatFormat(values: readonly number[]): Format {
  const sizes = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs)
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0)
  const smallest = sizes.reduce((a, b) => Math.min(a, b), Infinity)
  const whole = values.every((value) => !Number.isFinite(value) || Number.isInteger(value))
  const wideRange = largest / smallest > 1000 || largest > 1e8
  const scientific = sizes.length > 0 && (wideRange || (!whole && smallest < 1e-4))
  return (value) => {
    const number = Number(value)
    if (Number.isNaN(number)) return 'nan'
    if (!Number.isFinite(number)) return number > 0 ? 'inf' : '-inf'
    const sign = Object.is(number, -0) ? '-' : ''
    if (scientific) return sign + number.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2')
    return sign + (whole ? `${number}.` : number.toFixed(precision))
  }
}

function block(
  data: TypedArray,
  shape: readonly number[],
  dim: number,
  start: number,
  indent: number,
  summarized: boolean,
  format: Format,
): string {
  if (dim === shape.length) return format(data[start]!).trimStart()
  const size = shape[dim]!
  const step = shape.slice(dim + 1).reduce((n, inner) => n * inner, 1)
  const cut = summarized && size > 2 * edgeItems
  const indices = Array.from({ length: cut ? 2 * edgeItems : size }, (_, i) =>
    cut && i >= edgeItems ? size - 2 * edgeItems + i : i,
  )
  if (dim === shape.length - 1)
    return row(
      indices.map((i) => format(data[start + i]!)),
      cut,
      indent,
    )
  const parts = indices.map((i) => block(data, shape, dim + 1, start + i * step, indent + 1, summarized, format))
  if (cut) parts.splice(edgeItems, 0, '...')
  return `[${parts.join(`,${'\n'.repeat(shape.length - dim - 1)}${' '.repeat(indent + 1)}`)}]`
}

/** A line of values, broken where the page ends. */
function row(texts: readonly string[], cut: boolean, indent: number): string {
  const items = cut ? texts.toSpliced(edgeItems, 0, ' ...') : texts
  const width = (items[0]?.length ?? 0) + 2
  const perLine = Math.max(1, Math.floor((lineWidth - indent) / width))
  const lines: string[] = []
  for (let i = 0; i < items.length; i += perLine) lines.push(items.slice(i, i + perLine).join(', '))
  return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`
}
