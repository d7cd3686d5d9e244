import type { View } from '../device.ts'
import { DTypeError, ShapeError } from '../errors.ts'
import type { Shape } from '../layout.ts'
import { formatShape, sameShape } from '../layout.ts'
import type { InferTable } from './outputs.ts'
import { floating, fresh, like, same } from './outputs.ts'
import type { NormalizationPrimitives, LayerNormParams } from '../primitives.ts'

/** @throws DTypeError unless the parameters of a layer have the dtype of its input */
function checkOneDType(op: string, x: View, names: readonly string[], parameters: readonly View[]): void {
  parameters.forEach(({ dtype }, i) => {
    if (dtype === x.dtype) return
    throw new DTypeError(
      `${op}: the input and ${names[i]} have different dtypes: ${x.dtype} vs ${dtype}. Use ${names[i]}.to('${x.dtype}').`,
    )
  })
}

/** @throws ShapeError unless each parameter has the shape that its place asks for */
function checkShapes(op: string, names: readonly string[], parameters: readonly View[], wanted: Shape): void {
  parameters.forEach(({ layout }, i) => {
    if (sameShape(layout.shape, wanted)) return
    throw new ShapeError(
      `${op}: ${names[i]} has the wrong shape: ${formatShape(layout.shape)} vs ${formatShape(wanted)}.`,
    )
  })
}

const affine = ['weight', 'bias']

/** Size 1 in the last `dims` dims. */
function leadShape(shape: Shape, { dims }: LayerNormParams): Shape {
  return shape.map((size, dim) => (dim < shape.length - dims ? size : 1))
}

/** Shape and dtype of the outputs of each normalising primitive. */
export const inferNormalization: InferTable<keyof NormalizationPrimitives> = {
  softmax: floating('softmax'),
  logSoftmax: floating('logSoftmax'),
  softmaxBackward: same,
  logSoftmaxBackward: same,
  crossEntropy: (inputs, { reduction }) => {
    const [x, target] = inputs
    const { dtype } = floating('crossEntropy')(inputs)
    const items = target!.layout.shape
    return [fresh(dtype, reduction === 'none' ? items : []), fresh(x!.dtype, items)]
  },
  crossEntropyBackward: ([, x]) => like(x!),
  layerNorm: (inputs, params) => {
    const [x, ...parameters] = inputs
    const { shape } = x!.layout
    const out = floating('layerNorm')(inputs)
    checkOneDType('layerNorm', x!, affine, parameters)
    checkShapes('layerNorm', affine, parameters, shape.slice(shape.length - params.dims))
    const lead = fresh(x!.dtype, leadShape(shape, params))
    return [out, lead, lead]
  },
  layerNormBackward: ([, x, , , weight]) => (weight === undefined ? [like(x!)] : [x!, weight, weight].map(like)),
  batchNorm: (inputs) => {
    const [x, ...parameters] = inputs
    const channels = [x!.layout.shape[1]!]
    const out = floating('batchNorm')(inputs)
    checkOneDType('batchNorm', x!, affine, parameters)
    checkShapes('batchNorm', affine, parameters, channels)
    const perChannel = fresh(x!.dtype, channels)
    return [out, perChannel, perChannel]
  },
  batchNormBackward: ([, x, mean]) => [x!, mean!, mean!].map(like),
}
