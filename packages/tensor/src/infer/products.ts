import { DTypeError, ShapeError } from '../errors.ts'
import { broadcastShapes, formatShape } from '../layout.ts'
import type { InferTable } from './outputs.ts'
import { fresh } from './outputs.ts'

/** Products of matrices. */
export const inferProducts: InferTable<'matmul' | 'linear'> = {
  matmul: (inputs) => {
    const [a, b] = [inputs[0]!, inputs[1]!]
    const [x, y] = [a.layout.shape, b.layout.shape]
    if (x.length < 2 || y.length < 2) {
      throw new ShapeError(`matmul: needs at least 1 dim on both sides, got ${formatShape(x)} @ ${formatShape(y)}.`)
    }
    const [inner, rows] = [x[x.length - 1]!, y[y.length - 2]!]
    if (inner !== rows) {
      throw new ShapeError(`matmul: inner dims differ: ${formatShape(x)} @ ${formatShape(y)} has ${inner} vs ${rows}.`)
    }
    if (a.dtype === 'bool') throw new DTypeError("matmul: is not defined for bool. Use x.to('int32').")
    const [height, width] = [x[x.length - 2]!, y[y.length - 1]!]
    if (x.length === 2 && y.length === 2) return fresh(a.dtype, [height, width])
    return fresh(a.dtype, [...broadcastShapes('matmul', x.slice(0, -2), y.slice(0, -2)), height, width])
  },
  linear: (inputs) => {
    const [given, wanted] = [inputs[0]!.layout.shape, inputs[1]!.layout.shape]
    const bias = inputs[2]
    if (given.length === 0 || wanted.length !== 2 || given[given.length - 1] !== wanted[1]) {
      throw new ShapeError(
        `linear: the last dim of the input must be ${wanted.at(-1)}: got ${formatShape(given)} for weight ${formatShape(wanted)}.`,
      )
    }
    if (bias !== undefined && (bias.layout.ndim !== 1 || bias.layout.numel !== wanted[0])) {
      throw new ShapeError(`linear: the bias must be [${wanted[0]}], got ${formatShape(bias.layout.shape)}.`)
    }
    const { dtype } = inputs[0]!
    return fresh(dtype, given.length === 2 ? [given[0]!, wanted[0]!] : [...given.slice(0, -1), wanted[0]!])
  },
}
