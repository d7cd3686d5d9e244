import type { View } from '../device.ts'
import { indexDType } from '../device.ts'
import { DTypeError, ShapeError } from '../errors.ts'
import type { Shape } from '../layout.ts'
import { broadcastShapes, contiguousLayout, formatShape } from '../layout.ts'
import type { LinalgPrimitives } from '../primitives.ts'
import type { InferTable, Output } from './outputs.ts'
import { fresh, freshLayout, same } from './outputs.ts'

function batchShape({ layout }: View): Shape {
  return layout.shape.slice(0, -2)
}

/** Rows and columns of a linalg operand. @throws ShapeError for fewer than 2 dims, DTypeError for other dtypes than float32 and float64 */
export function matrixSize(op: string, { layout, dtype }: View): readonly [number, number] {
  if (layout.ndim < 2) throw new ShapeError(`${op}: needs at least 2 dims, got ${formatShape(layout.shape)}.`)
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new DTypeError(`${op}: needs float32 or float64, got ${dtype}. Use x.to('float64').`)
  }
  return [layout.shape.at(-2)!, layout.shape.at(-1)!]
}

export function squareSize(op: string, view: View): number {
  const [rows, columns] = matrixSize(op, view)
  if (rows !== columns) throw new ShapeError(`${op}: needs square matrices, got ${formatShape(view.layout.shape)}.`)
  return rows
}

/** The shape of X in A X = B. @throws ShapeError */
function solutionShape(op: string, a: View, b: View): Shape {
  const [rows, unknowns] = matrixSize(op, a)
  const [given, columns] = matrixSize(op, b)
  if (rows !== given) {
    throw new ShapeError(
      `${op}: rows differ: ${formatShape(a.layout.shape)} and ${formatShape(b.layout.shape)} have ${rows} vs ${given}.`,
    )
  }
  return [...broadcastShapes(op, batchShape(a), batchShape(b)), unknowns, columns]
}

const solving =
  (op: 'solve' | 'triangularSolve') =>
  ([a, b]: readonly View[]): Output => {
    squareSize(op, a!)
    return fresh(a!.dtype, solutionShape(op, a!, b!))
  }

/** Matrices in the last two dims. */
export const inferLinalg: InferTable<keyof LinalgPrimitives> = {
  lu: ([a]) => {
    const [rows, columns] = matrixSize('lu', a!)
    const batch = batchShape(a!)
    const index = indexDType(a!.storage.device)
    return [
      { dtype: a!.dtype, layout: freshLayout(a!.layout) },
      { dtype: 'int32', layout: contiguousLayout([...batch, Math.min(rows, columns)]) },
      { dtype: index, layout: contiguousLayout([...batch, rows]) },
    ]
  },
  cholesky: (inputs) => {
    squareSize('cholesky', inputs[0]!)
    return same(inputs)
  },
  qr: ([a], { mode }) => {
    const [rows, columns] = matrixSize('qr', a!)
    const inner = mode === 'complete' ? rows : Math.min(rows, columns)
    return [fresh(a!.dtype, [...batchShape(a!), rows, inner]), fresh(a!.dtype, [...batchShape(a!), inner, columns])]
  },
  eigh: ([a]) => {
    const size = squareSize('eigh', a!)
    return [fresh(a!.dtype, [...batchShape(a!), size]), fresh(a!.dtype, a!.layout.shape)]
  },
  svd: ([a], { fullMatrices }) => {
    const [rows, columns] = matrixSize('svd', a!)
    const batch = batchShape(a!)
    const inner = Math.min(rows, columns)
    return [
      fresh(a!.dtype, [...batch, rows, fullMatrices ? rows : inner]),
      fresh(a!.dtype, [...batch, inner]),
      fresh(a!.dtype, [...batch, fullMatrices ? columns : inner, columns]),
    ]
  },
  solve: solving('solve'),
  triangularSolve: solving('triangularSolve'),
  lstsq: ([a, b]) => {
    const shape = solutionShape('lstsq', a!, b!)
    return [fresh(a!.dtype, shape), fresh(indexDType(a!.storage.device), shape.slice(0, -2))]
  },
  pinv: ([a]) => {
    const [rows, columns] = matrixSize('pinv', a!)
    return fresh(a!.dtype, [...batchShape(a!), columns, rows])
  },
  det: ([a]) => {
    squareSize('det', a!)
    return fresh(a!.dtype, batchShape(a!))
  },
  eig: ([a]) => {
    const size = squareSize('eig', a!)
    const [values, vectors] = [fresh(a!.dtype, [...batchShape(a!), size]), fresh(a!.dtype, a!.layout.shape)]
    return [values, values, vectors, vectors]
  },
  matrixExp: (inputs) => {
    squareSize('matrixExp', inputs[0]!)
    return same(inputs)
  },
}
