import { grad, gradcheck, gradgradcheck } from '@metagrad/autograd'
import type { DType, Tensor } from '@metagrad/tensor'
import { MetagradError, cpu, fromData, isFloat, useKernels } from '@metagrad/tensor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GoldenCase, GoldenTensor, JsonNumber } from './golden.ts'
import { readGolden, toJson } from './golden.ts'
import { kernelChoices } from './kernel-choices.ts'
import { families } from './samples/index.ts'
import type { Sample } from './samples/sample.ts'
import { caseKey, makeInputs, outputsOf, seedGradient } from './samples/sample.ts'
import { layoutVariants } from './strided.ts'
import { gradcheckTolerance, layoutTolerance, relativeError, tolerances } from './tolerances.ts'

const defaultDTypes: readonly DType[] = ['float32', 'float64']

/** Largest error between what came out and what PyTorch says, relative to the largest golden element where results cancel. */
function errorOf(got: ArrayLike<number | bigint>, want: readonly JsonNumber[]): number {
  const numbers = want.map(Number)
  const largest = numbers.reduce((size, value) => (Number.isFinite(value) ? Math.max(size, Math.abs(value)) : size), 0)
  const floor = Math.max(Math.min(1, largest), Number.MIN_VALUE)
  return numbers.reduce((worst, value, i) => Math.max(worst, relativeError(Number(got[i]), value, floor)), 0)
}

function expectGolden(got: Tensor, want: GoldenTensor, tolerance: number): void {
  expect({ shape: got.shape, dtype: got.dtype }).toEqual({ shape: want.shape, dtype: want.dtype })
  expect(errorOf(got.dataSync(), want.data)).toBeLessThanOrEqual(tolerance)
}

function seedsFor(outputs: readonly Tensor[]): Tensor[] {
  return outputs.map((output) => fromData(seedGradient(output.numel), output.shape, 'float64').to(output.dtype))
}

function gradientsOf(sample: Sample, inputs: readonly Tensor[]): (Tensor | undefined)[] {
  const live = outputsOf(sample, inputs).filter((output) => output.requiresGrad)
  const wanted = inputs.filter((x) => x.requiresGrad)
  if (live.length === 0 || wanted.length === 0) return inputs.map(() => undefined)
  const found = grad(live, wanted, { gradOutputs: seedsFor(live), allowUnused: true })
  return inputs.map((x) => (x.requiresGrad ? found[wanted.indexOf(x)] : undefined))
}

function expectSampleGolden(sample: Sample, at: number, dtype: DType, want: GoldenCase): void {
  const tolerance = sample.tolerance?.[dtype] ?? tolerances[dtype]
  const inputs = makeInputs(sample, at, dtype, sample.differentiable ?? true)
  const outputs = outputsOf(sample, inputs)
  expect(outputs.length).toBe(want.outputs.length)
  outputs.forEach((output, i) =>
    expectGolden(
      output,
      want.outputs[i]!,
      sample.tolerance?.[output.dtype] ?? Math.max(tolerance, tolerances[output.dtype]),
    ),
  )
  if (sample.differentiable === false) return
  gradientsOf(sample, inputs).forEach((gradient, i) => {
    const wanted = want.gradients[i]
    if (wanted === null || wanted === undefined) return
    expect(gradient?.shape).toEqual(inputs[i]!.shape)
    expect(errorOf(gradient!.dataSync(), wanted)).toBeLessThanOrEqual(tolerance)
  })
}

const choices = kernelChoices()

for (const [family, samples] of Object.entries(families)) {
  describe.each(choices)(`${family}: values and gradients on %s kernels equal PyTorch's`, (choice) => {
    beforeAll(() => useKernels(choice))
    afterAll(() => useKernels('simd128'))
    const golden = readGolden(family)
    for (const sample of samples.filter(({ torch }) => torch !== undefined)) {
      for (const dtype of sample.dtypes ?? defaultDTypes) {
        sample.cases.forEach((_, at) => {
          const key = caseKey(sample, at, dtype)
          it(`${key}`, () => {
            const want = golden.cases[key]
            if (want === undefined) throw new Error(`no golden for ${key}: run pnpm golden ${family}`)
            expectSampleGolden(sample, at, dtype, want)
          })
        })
      }
    }
  })

  describe.runIf(samples.some(({ differentiable }) => differentiable !== false))(
    `${family}: gradients equal finite differences`,
    () => {
      for (const sample of samples.filter(({ differentiable }) => differentiable !== false)) {
        sample.cases.forEach((_, at) => {
          it(`${caseKey(sample, at, 'float64')}`, () => {
            const inputs = makeInputs(sample, at, 'float64', true)
            if (!inputs.some((x) => x.requiresGrad)) throw new Error('no float input: set differentiable: false')
            const run = (...xs: Tensor[]) => outputsOf(sample, xs)
            expect(gradcheck(run, inputs, { tolerance: gradcheckTolerance }).error).toBeLessThanOrEqual(
              gradcheckTolerance,
            )
            if (sample.second === false) return
            expect(gradgradcheck(run, inputs, { tolerance: gradcheckTolerance }).error).toBeLessThanOrEqual(
              gradcheckTolerance,
            )
          })
        })
      }
    },
  )

  describe.each(choices)(`${family}: strided inputs give what contiguous ones give on %s kernels`, (choice) => {
    beforeAll(() => useKernels(choice))
    afterAll(() => useKernels('simd128'))
    for (const sample of samples) {
      const [dtype] = sample.dtypes ?? defaultDTypes
      sample.cases.forEach((_, at) => {
        it(`${caseKey(sample, at, dtype!)}`, () => {
          const plain = makeInputs(sample, at, dtype!)
          const want = outputsOf(sample, plain).map((x) => x.dataSync())
          for (const [name, variant] of Object.entries(layoutVariants)) {
            const got = outputsOf(sample, plain.map(variant))
            expect(got.length, name).toBe(want.length)
            got.forEach((x, o) =>
              expect(errorOf(x.dataSync(), toJson(want[o]!)), name).toBeLessThanOrEqual(layoutTolerance[x.dtype]),
            )
          }
        })
      })
    }
  })

  describe.runIf(samples.some(({ bad }) => bad !== undefined))(`${family}: wrong calls say what is wrong`, () => {
    for (const sample of samples) {
      for (const [what, call] of Object.entries(sample.bad ?? {})) {
        it(`${sample.name}(${sample.form ?? ''}) with ${what}`, () => {
          let error: unknown
          try {
            call()
          } catch (thrown) {
            error = thrown
          }
          expect(error).toBeInstanceOf(MetagradError)
          expect((error as MetagradError).message).toMatchSnapshot()
        })
      }
    }
  })
}

describe('the sample table', () => {
  it('runs on a device that can be read synchronously', () => {
    expect(cpu.readSync).toBeTypeOf('function')
  })

  it('has float cases for every differentiable row', () => {
    for (const sample of Object.values(families).flat()) {
      if (sample.differentiable === false) continue
      expect((sample.dtypes ?? defaultDTypes).some(isFloat), sample.name).toBe(true)
    }
  })
})
