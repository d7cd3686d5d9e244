import type { Shape, View } from '@metagrad/tensor'
import { Layout } from '@metagrad/tensor'
import { LANES } from '../../engine/constants.ts'
import type { FaultKind } from '../../engine/faults.ts'
import { cellOf, engineOf, storageOf } from '../../engine/storage.ts'
import { copy } from '../elementwise.ts'
import { faultBinding } from '../map.ts'
import { withLayout, withViews } from '../temporary.ts'
import { broadcastStrides, groupsFor } from '../walk.ts'

/** How many matrices a view holds, and their size. */
export function sizesOf({ layout }: View): { count: number; rows: number; columns: number } {
  const { shape } = layout
  return {
    count: shape.slice(0, -2).reduce((n, size) => n * size, 1),
    rows: shape.at(-2)!,
    columns: shape.at(-1)!,
  }
}

/** A kernel over a batch of matrices that lie row-major, one after the other. */
export interface MatrixCall {
  readonly op: string
  /** What tells this kernel from others. */
  readonly name: string
  /** The matrices by name. A kernel finds `<name>[index]`, all of them float32 or int32. */
  readonly writes: { readonly [name: string]: View }
  readonly reads?: { readonly [name: string]: View }
  readonly sizes: { readonly [name: string]: number }
  readonly declarations?: string
  /** Who works: a workgroup on each matrix, or a thread on each of `items`. */
  readonly by: 'workgroup' | 'thread'
  readonly items: number
  /** The kernel may `note(fault, .., item)`. */
  readonly fault?: FaultKind
  readonly body: string
}

export function runMatrices(call: MatrixCall): void {
  const { op, name, writes, reads = {}, sizes, declarations = '', by, items, fault, body } = call
  const all = [...Object.values(writes), ...Object.values(reads)]
  const engine = engineOf(all[0]!)
  engine.run({
    op,
    key: `linalg ${name}`,
    source: () => ({
      bindings: [
        ...Object.entries(writes).map(([label, { dtype }]) => ({ name: label, cell: cellOf(dtype), writes: true })),
        ...Object.entries(reads).map(([label, { dtype }]) => ({ name: label, cell: cellOf(dtype), writes: false })),
        ...(fault === undefined ? [] : [faultBinding]),
      ],
      words: ['items', 'fault', ...Object.keys(sizes)],
      declarations,
      lanes: LANES,
      body: `
  let item = ${by === 'workgroup' ? 'block' : `block * ${LANES} + lane`};
  if (item >= items) { return; }
${body}`,
    }),
    buffers: [...all.map((view) => storageOf(view).buffer), ...(fault === undefined ? [] : [engine.faultBuffer])],
    words: [items, fault === undefined ? 0 : engine.faults.numberOf(fault, op), ...Object.values(sizes)],
    groups: by === 'workgroup' ? items : groupsFor(items),
  })
}

/** Matrices of a view, expanded to a batch shape, as a row-major copy. */
export function withCopy<T>(x: View, batch: Shape, use: (copied: View) => T): T {
  const shape = [...batch, ...x.layout.shape.slice(-2)]
  return withViews(x, [[x.dtype, shape]], (copied) => {
    copy([copied!], [withLayout(x, new Layout(shape, broadcastStrides(x.layout, shape), x.layout.offset))], {})
    return use(copied!)
  })
}

/** The last two dims exchanged. */
export function transposed(x: View): View {
  const { shape, strides, offset } = x.layout
  const turn = (list: readonly number[]): number[] => [...list.slice(0, -2), list.at(-1)!, list.at(-2)!]
  return withLayout(x, new Layout(turn(shape), turn(strides), offset))
}

export function batchShape(x: View): Shape {
  return x.layout.shape.slice(0, -2)
}

/** Waits until all lanes have written: workgroups share matrices in storage. */
export const BARRIER = 'storageBarrier();'
