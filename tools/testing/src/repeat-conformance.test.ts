import { noGrad } from '@metagrad/autograd'
import type { DType, Tensor } from '@metagrad/tensor'
import { fromData, isFloat, observe } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'
import { bits } from './eager-and-compiled.ts'
import { families } from './samples/index.ts'
import type { Sample } from './samples/sample.ts'
import { caseKey, makeInputs, outputsOf, seedGradient } from './samples/sample.ts'

/** Gradients by backward of a weighted sum; none if nothing can go backward. */
function gradients(sample: Sample, inputs: readonly Tensor[]): unknown {
  const live = outputsOf(sample, inputs).filter((output) => output.requiresGrad)
  if (live.length === 0) return undefined
  const sums = live.map((y) =>
    y
      .mul(fromData(seedGradient(y.numel), y.shape, 'float64').to(y.dtype))
      .sum()
      .double(),
  )
  sums.reduce((total, sum) => total.add(sum)).backward()
  return bits(inputs.map(({ grad }) => grad))
}

const dtypeOf = ({ dtypes }: Sample): DType => dtypes?.[0] ?? 'float32'
const hasGradient = (sample: Sample): boolean => sample.differentiable !== false && isFloat(dtypeOf(sample))

describe('backward of a tape like one before gives what the walk gives, bit for bit', () => {
  for (const samples of Object.values(families)) {
    for (const sample of samples.filter(hasGradient)) {
      const dtype = dtypeOf(sample)
      sample.cases.forEach((_, at) => {
        it(`${caseKey(sample, at, dtype)}`, () => {
          const make = (by: number): Tensor[] =>
            makeInputs(sample, at, dtype, true).map((x) =>
              x.requiresGrad ? noGrad(() => x.mul(by)).requiresGrad_() : x,
            )
          for (let call = 0; call < 4; call++) {
            const by = 1 - call / 64
            const stop = observe(() => undefined)
            const walked = gradients(sample, make(by))
            stop()
            expect(gradients(sample, make(by))).toEqual(walked)
          }
        })
      })
    }
  }
})
