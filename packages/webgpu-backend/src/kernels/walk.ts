import type { Shape, View } from '@metagrad/tensor'
import { Layout } from '@metagrad/tensor'
import { LANES } from '../engine/constants.ts'
import { storageOf } from '../engine/storage.ts'

/** Strides with which `layout` is read as if it had `shape` (which it broadcasts to): 0 in expanded dims. */
export function broadcastStrides({ shape: own, strides }: Layout, shape: Shape): number[] {
  const lead = shape.length - own.length
  return shape.map((size, dim) => (dim < lead || (own[dim - lead] === 1 && size !== 1) ? 0 : strides[dim - lead]!))
}

/** A view as if it had `shape`, which it broadcasts to. */
export function broadcastTo({ storage, dtype, layout }: View, shape: Shape): View {
  return { storage, dtype, layout: new Layout(shape, broadcastStrides(layout, shape), layout.offset) }
}

/** How several operands are walked together: common sizes and, per operand, a stride for each and a start. */
export interface Walk {
  /** Number of dims after folding, rounded up to 1, 2, 4, 8, ... by dims of size 1: kernels differ by it alone. */
  readonly rank: number
  readonly numel: number
  readonly sizes: readonly number[]
  readonly strides: readonly (readonly number[])[]
  readonly offsets: readonly number[]
}

/** Any number of dims fits: kernels are built for a rank and know no largest one. */
function rankClass(dims: number): number {
  return dims <= 1 ? 1 : 2 ** Math.ceil(Math.log2(dims))
}

/** Folds neighbouring dims that lie alike in all operands, so that contiguous ones are walked as one line. */
export function foldDims(shape: Shape, all: readonly (readonly number[])[], offsets: readonly number[]): Walk {
  const sizes: number[] = []
  const strides: number[][] = all.map(() => [])
  let numel = 1
  for (let dim = 0; dim < shape.length; dim++) {
    const size = shape[dim]!
    numel *= size
    if (size === 1) continue
    const last = sizes.length - 1
    if (last >= 0 && all.every((own, v) => strides[v]![last] === own[dim]! * size)) {
      sizes[last]! *= size
      for (let v = 0; v < all.length; v++) strides[v]![last] = all[v]![dim]!
    } else {
      sizes.push(size)
      for (let v = 0; v < all.length; v++) strides[v]!.push(all[v]![dim]!)
    }
  }
  const rank = rankClass(sizes.length)
  const missing = rank - sizes.length
  const pad = (list: number[], value: number): number[] =>
    missing === 0 ? list : [...Array.from({ length: missing }, () => value), ...list]
  return { rank, numel, sizes: pad(sizes, 1), strides: strides.map((own) => pad(own, 0)), offsets }
}

/** All views as broadcast to `shape`. */
export function walkViews(shape: Shape, views: readonly View[]): Walk {
  return foldDims(
    shape,
    views.map(({ layout }) => broadcastStrides(layout, shape)),
    views.map(({ layout }) => layout.offset),
  )
}

/** The words of a walk, in the order of `walkNames`. */
export function walkWords({ sizes, strides, offsets }: Walk): number[] {
  return [...sizes, ...offsets, ...strides.flat()]
}

const each = (rank: number, name: (dim: number) => string): string[] =>
  Array.from({ length: rank }, (_, dim) => name(dim))

/** Names of the words of a walk over operands with these names. */
export function walkNames(rank: number, operands: readonly string[], size = 'size'): string[] {
  return [
    ...each(rank, (dim) => `${size}${dim}`),
    ...operands.map((name) => `${name}Offset`),
    ...operands.flatMap((name) => each(rank, (dim) => `${name}Stride${dim}`)),
  ]
}

/** WGSL that turns the row-major position `from` into `<operand>At` for each operand. */
export function walkText(rank: number, operands: readonly string[], from: string, size = 'size'): string {
  const index = (dim: number): string => `${size}Index${dim}`
  const lines = [`var ${size}Rest = ${from};`]
  for (let dim = rank - 1; dim > 0; dim--) {
    lines.push(`let ${index(dim)} = ${size}Rest % ${size}${dim};`, `${size}Rest /= ${size}${dim};`)
  }
  lines.push(`let ${index(0)} = ${size}Rest;`)
  for (const name of operands) {
    const terms = each(rank, (dim) => `${index(dim)} * ${name}Stride${dim}`)
    lines.push(`let ${name}At = ${name}Offset + ${terms.join(' + ')};`)
  }
  return lines.map((line) => `  ${line}`).join('\n')
}

/** Workgroups for one thread per element. */
export function groupsFor(threads: number): number {
  return Math.ceil(threads / LANES)
}

/** Whether two views lie in one buffer: a kernel may not see a buffer by two names if it writes it. */
export function sharesBuffer(a: View, b: View): boolean {
  return storageOf(a).buffer === storageOf(b).buffer
}
