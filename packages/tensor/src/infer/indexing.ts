import type { View } from '../device.ts'
import { DTypeError, ShapeError } from '../errors.ts'
import type { Shape } from '../layout.ts'
import { broadcastShapes, formatShape, sameShape } from '../layout.ts'
import type { InferTable } from './outputs.ts'
import { fresh, same } from './outputs.ts'

type Indexing = 'gather' | 'scatter' | 'indexSelect' | 'indexAdd' | 'index' | 'indexPut' | 'cat' | 'pad'

function checkIndex(op: string, { dtype }: View): void {
  if (dtype !== 'int64' && dtype !== 'int32' && dtype !== 'uint8') {
    throw new DTypeError(`${op}: indices must be ints, got ${dtype}. Use index.to('int64').`)
  }
}

/** `index` may be smaller than `x` in each dim but `dim`, as PyTorch allows. */
function checkAlong(op: string, x: View, index: View, dim: number): void {
  checkIndex(op, index)
  const [shape, wanted] = [x.layout.shape, index.layout.shape]
  if (shape.length !== wanted.length || wanted.some((size, d) => d !== dim && size > shape[d]!)) {
    throw new ShapeError(
      `${op}: index does not fit: ${formatShape(wanted)} vs ${formatShape(shape)}; it needs as many dims, and no more elements except in dim ${dim}.`,
    )
  }
}

/** The shape that advanced indices pick: theirs, broadcast, then the dims they leave. */
function pickedShape(op: string, x: View, indices: readonly View[]): Shape {
  let picked: Shape = []
  for (const index of indices) {
    checkIndex(op, index)
    picked = broadcastShapes(op, picked, index.layout.shape)
  }
  return [...picked, ...x.layout.shape.slice(indices.length)]
}

/** Elements from, and to, other places. */
export const inferIndexing: InferTable<Indexing> = {
  gather: ([x, index], { dim }) => {
    checkAlong('gather', x!, index!, dim)
    return fresh(x!.dtype, index!.layout.shape)
  },
  scatter: ([x, index, values], { dim }) => {
    checkAlong('scatter', x!, index!, dim)
    if (
      index!.layout.shape.some((size, d) => size > values!.layout.shape[d]!) ||
      values!.layout.ndim !== index!.layout.ndim
    ) {
      throw new ShapeError(
        `scatter: values do not cover index: ${formatShape(values!.layout.shape)} vs ${formatShape(index!.layout.shape)}.`,
      )
    }
    return same([x!])
  },
  indexSelect: ([x, index], { dim }) => {
    checkIndex('indexSelect', index!)
    return fresh(x!.dtype, x!.layout.shape.with(dim, index!.layout.numel))
  },
  indexAdd: ([x, index, values], { dim }) => {
    checkIndex('indexAdd', index!)
    const wanted = x!.layout.shape.with(dim, index!.layout.numel)
    if (!sameShape(values!.layout.shape, wanted)) {
      throw new ShapeError(
        `indexAdd: values have the wrong shape: ${formatShape(values!.layout.shape)} vs ${formatShape(wanted)}.`,
      )
    }
    return same([x!])
  },
  index: ([x, ...indices]) => fresh(x!.dtype, pickedShape('index', x!, indices)),
  indexPut: ([x, values, ...indices]) => {
    const wanted = pickedShape('indexPut', x!, indices)
    if (!sameShape(broadcastShapes('indexPut', wanted, values!.layout.shape), wanted)) {
      throw new ShapeError(
        `indexPut: values do not broadcast to what is indexed: ${formatShape(values!.layout.shape)} vs ${formatShape(wanted)}.`,
      )
    }
    return same([x!])
  },
  cat: (inputs, { dim }) => {
    const { shape } = inputs[0]!.layout
    let size = 0
    for (const { layout } of inputs) {
      if (layout.ndim !== shape.length || layout.shape.some((n, d) => d !== dim && n !== shape[d])) {
        throw new ShapeError(
          `cat: shapes differ outside dim ${dim}: ${formatShape(shape)} vs ${formatShape(layout.shape)}.`,
        )
      }
      size += layout.shape[dim]!
    }
    return fresh(inputs[0]!.dtype, shape.with(dim, size))
  },
  pad: ([x], { before, after }) =>
    fresh(
      x!.dtype,
      x!.layout.shape.map((size, dim) => size + before[dim]! + after[dim]!),
    ),
}
