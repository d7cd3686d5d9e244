import type { DType, Tensor } from '@metagrad/tensor'
import { MetagradError, dtypes, fromData, isFloat } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'
import { families } from './samples/index.ts'
import type { Sample } from './samples/sample.ts'
import { makeInputs, outputsOf } from './samples/sample.ts'

const allDTypes = Object.keys(dtypes) as DType[]

/** What is wrong with a call on inputs that no row of the table foresees: it must work, or say what is wrong. */
function complaints(sample: Sample, inputs: readonly Tensor[]): string[] {
  let outputs: Tensor[]
  try {
    outputs = outputsOf(sample, inputs)
  } catch (error) {
    if (!(error instanceof MetagradError)) throw error
    const readsWell =
      /^[\w.]+: \S.*[.!)\]]$/s.test(error.message) && !/undefined|NaN elements|\[object/.test(error.message)
    return readsWell ? [] : [error.message]
  }
  return outputs.flatMap((output) => {
    const end = output.layout.isContiguous ? output.layout.offset + output.numel : 0
    const whole = output.dataSync().length === output.numel && end <= output.storage.length
    return whole ? [] : [`${sample.name} gave ${output.numel} elements that its storage does not hold`]
  })
}

const zerosOf = (shape: readonly number[], dtype: DType): Tensor => {
  const numel = shape.reduce((n, size) => n * size, 1)
  const data =
    dtype === 'int64'
      ? new BigInt64Array(numel)
      : dtype === 'float64'
        ? new Float64Array(numel)
        : dtype === 'int32'
          ? new Int32Array(numel)
          : isFloat(dtype)
            ? new Float32Array(numel)
            : new Uint8Array(numel)
  return fromData(data, shape, dtype)
}

const shapes = [[], [0], [1], [7], [2, 0], [7, 5], [2, 3, 4, 5]]

for (const [family, samples] of Object.entries(families)) {
  describe(`${family}: a call works or says why not`, () => {
    for (const sample of samples) {
      const title = `${sample.name}${sample.form === undefined ? '' : `(${sample.form})`}`
      const [dtype] = sample.dtypes ?? ['float32']
      const first = (): Tensor[] => makeInputs(sample, 0, dtype!)

      const withInput = (i: number, change: (x: Tensor) => Tensor): string[] =>
        complaints(
          sample,
          first().map((x, at) => (at === i ? change(x) : x)),
        )
      const eachInput = (change: (x: Tensor) => Tensor): string[] => first().flatMap((_, i) => withInput(i, change))

      it(`${title} with each dtype`, () => {
        expect(allDTypes.flatMap((other) => eachInput((x) => x.to(other)))).toEqual([])
      })

      it(`${title} with other shapes, empty and 0-d ones among them`, () => {
        expect(shapes.flatMap((shape) => eachInput((x) => zerosOf(shape, x.dtype)))).toEqual([])
      })

      it(`${title} with inputs of one dim more and one less`, () => {
        const fewer = (x: Tensor): Tensor => (x.ndim === 0 || x.shape[0] === 0 ? x : x.select(0, 0))
        expect(
          complaints(
            sample,
            first().map((x) => x.unsqueeze(0)),
          ),
        ).toEqual([])
        expect(complaints(sample, first().map(fewer))).toEqual([])
      })
    }
  })
}
