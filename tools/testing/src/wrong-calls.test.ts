import type { DType, Tensor } from '@metagrad/tensor'
import { MetagradError, dtypes, fromData, isFloat } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'
import { families } from './samples/index.ts'
import type { Sample } from './samples/sample.ts'
import { makeInputs, outputsOf } from './samples/sample.ts'

const allDTypes = Object.keys(dtypes) as DType[]

/** What a call with inputs that no row of the table foresees may do: work, or say what is wrong. Nothing else. */
function worksOrSaysWhy(sample: Sample, inputs: readonly Tensor[]): void {
  let outputs: Tensor[]
  try {
    outputs = outputsOf(sample, inputs)
  } catch (error) {
    if (!(error instanceof MetagradError)) throw error
    expect(error.message).toMatch(/^[\w.]+: \S.*[.!)\]]$/s)
    expect(error.message).not.toMatch(/undefined|NaN elements|\[object/)
    return
  }
  for (const output of outputs) {
    expect(output.dataSync().length).toBe(output.numel)
    expect(output.storage.length).toBeGreaterThanOrEqual(
      output.layout.isContiguous ? output.layout.offset + output.numel : 0,
    )
  }
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

for (const [family, samples] of Object.entries(families)) {
  describe(`${family}: a call works or says why not`, () => {
    for (const sample of samples) {
      const title = `${sample.name}${sample.form === undefined ? '' : `(${sample.form})`}`
      const [dtype] = sample.dtypes ?? ['float32']
      const first = (): Tensor[] => makeInputs(sample, 0, dtype!)

      it(`${title} with each dtype`, () => {
        for (const other of allDTypes) {
          for (let i = 0; i < first().length; i++) {
            worksOrSaysWhy(
              sample,
              first().map((x, at) => (at === i ? x.to(other) : x)),
            )
          }
        }
      })

      it(`${title} with other shapes, empty and 0-d ones among them`, () => {
        for (const shape of [[], [0], [1], [7], [2, 0], [7, 5], [2, 3, 4, 5]]) {
          for (let i = 0; i < first().length; i++) {
            worksOrSaysWhy(
              sample,
              first().map((x, at) => (at === i ? zerosOf(shape, x.dtype) : x)),
            )
          }
        }
      })

      it(`${title} with inputs of one dim more and one less`, () => {
        const inputs = first()
        worksOrSaysWhy(
          sample,
          inputs.map((x) => x.unsqueeze(0)),
        )
        worksOrSaysWhy(
          sample,
          inputs.map((x) => (x.ndim === 0 || x.shape[0] === 0 ? x : x.select(0, 0))),
        )
      })
    }
  })
}
