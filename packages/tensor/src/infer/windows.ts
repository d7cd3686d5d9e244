import type { View } from '../device.ts'
import { indexDType } from '../device.ts'
import type { Shape } from '../layout.ts'
import type { ConvParams, PoolParams, WindowPrimitives } from '../primitives.ts'
import type { InferTable } from './outputs.ts'
import { fresh } from './outputs.ts'

/** How often a window fits along each spatial dim. */
function windowCounts(size: Shape, kernel: Shape, { stride, padding, dilation }: ConvParams): Shape {
  return size.map(
    (n, dim) => Math.floor((n + 2 * padding[dim]! - dilation[dim]! * (kernel[dim]! - 1) - 1) / stride[dim]!) + 1,
  )
}

function pooledShape({ layout: { shape } }: View, { windows }: PoolParams): Shape {
  return [...shape.slice(0, -windows.length), ...windows.map(({ outputs }) => outputs)]
}

/** Convolutions and pools: what calls them has checked that the operands fit. */
export const inferWindows: InferTable<keyof WindowPrimitives> = {
  conv: ([x, weight], params) => {
    const [batch, , ...size] = x!.layout.shape
    const [channels, , ...kernel] = weight!.layout.shape
    return fresh(x!.dtype, [batch!, channels!, ...windowCounts(size, kernel, params)])
  },
  convTranspose: ([g, weight], { groups, size }) =>
    fresh(g!.dtype, [g!.layout.shape[0]!, weight!.layout.shape[1]! * groups, ...size]),
  convWeight: ([x, g], { groups, size }) =>
    fresh(x!.dtype, [g!.layout.shape[1]!, x!.layout.shape[1]! / groups, ...size]),
  maxPool: ([x], params) => {
    const shape = pooledShape(x!, params)
    return [fresh(x!.dtype, shape), fresh(indexDType(x!.storage.device), shape)]
  },
  avgPool: ([x], params) => fresh(x!.dtype, pooledShape(x!, params)),
  avgPoolTranspose: ([g], { size }) => fresh(g!.dtype, [...g!.layout.shape.slice(0, -size.length), ...size]),
}
