import { grad } from '@metagrad/autograd'
import type { DType, Tensor } from '@metagrad/tensor'
import { MetagradError, fromData, isFloat } from '@metagrad/tensor'
import { afterAll, describe, expect, it } from 'vitest'
import { families } from './samples/index.ts'
import type { Sample } from './samples/sample.ts'
import { caseKey, makeInputs, outputsOf, seedGradient } from './samples/sample.ts'
import { layoutVariants } from './strided.ts'
import { relativeError } from './tolerances.ts'
import { openWebGPU } from './webgpu.ts'

const gpu = await openWebGPU()
afterAll(() => gpu?.destroy())

/** What the GPU has of a sample's dtypes: all of its inputs must fit, int64 as int32. */
function dtypesOf(sample: Sample): DType[] {
  const fits = (dtype: DType): boolean => dtype === 'int64' || gpu!.dtypes.has(dtype)
  if (sample.cases.flat().some(({ dtype }) => dtype !== undefined && !fits(dtype))) return []
  return (sample.dtypes ?? ['float32']).filter((dtype) => gpu!.dtypes.has(dtype))
}

/** Largest error against the CPU, which adds in double precision: eight units of float32 and what inputs of 1000 cancel. */
const TOLERANCE = 1e-5

/** The same values on the GPU, int64 as int32. */
function onGpu(x: Tensor): Tensor {
  const narrow = x.dtype === 'int64' ? x.to('int32') : x
  const moved = fromData(narrow.detach().contiguous().dataSync(), x.shape, narrow.dtype, gpu!)
  if (x.requiresGrad) moved.requiresGrad = true
  return moved
}

async function expectSame(got: Tensor, want: Tensor, tolerance: number): Promise<void> {
  expect(got.shape).toEqual(want.shape)
  // What a row makes without its inputs stays on the CPU.
  expect(got.dtype).toBe(want.dtype === 'int64' && got.device === gpu ? 'int32' : want.dtype)
  const [numbers, wanted] = [await got.data(), await want.data()]
  const largest = Array.from(wanted, Number).reduce((m, x) => (Number.isFinite(x) ? Math.max(m, Math.abs(x)) : m), 0)
  const floor = Math.max(Math.min(1, largest), 1e-6)
  let worst = 0
  wanted.forEach((value: number | bigint, i: number) => {
    worst = Math.max(worst, relativeError(Number(numbers[i]), Number(value), floor))
  })
  const found = `got ${Array.from(numbers, Number).join(', ')}, want ${Array.from(wanted, Number).join(', ')}`
  expect(worst, found).toBeLessThanOrEqual(isFloat(got.dtype) ? tolerance : 0)
}

function gradients(sample: Sample, inputs: readonly Tensor[]): readonly (Tensor | undefined)[] {
  const live = outputsOf(sample, inputs).filter((output) => output.requiresGrad)
  const wanted = inputs.filter((x) => x.requiresGrad)
  if (live.length === 0 || wanted.length === 0) return []
  const seeds = live.map((output) =>
    fromData(Float32Array.from(seedGradient(output.numel)), output.shape, 'float32').to(output.device),
  )
  return grad(live, wanted, { gradOutputs: seeds, allowUnused: true })
}

/** What the GPU may refuse, and the ops that met it: printed at the end, so that nobody takes them for tested. */
const refusals: readonly { readonly what: string; readonly message: RegExp; readonly ops: Set<string> }[] = [
  { what: 'reads values at once', message: /cannot be read synchronously/, ops: new Set() },
  { what: 'wants a dtype that WGSL or this adapter lacks', message: /device "webgpu" has no \w+\./, ops: new Set() },
  { what: 'has no algorithm on the GPU', message: /device "webgpu" cannot decompose/, ops: new Set() },
  { what: 'its sample makes tensors on the CPU', message: /tensors are on different devices/, ops: new Set() },
]

async function orRefuses(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    const known = refusals.find(({ message }) => error instanceof MetagradError && message.test(error.message))
    if (known === undefined) throw error
    known.ops.add(name)
  }
}

for (const [family, samples] of Object.entries(gpu === undefined ? {} : families)) {
  if (!samples.some((sample) => dtypesOf(sample).length > 0)) continue
  describe(`${family}: the GPU computes what the CPU computes`, () => {
    for (const sample of samples) {
      for (const dtype of dtypesOf(sample)) {
        sample.cases.forEach((_, at) => {
          it(`${caseKey(sample, at, dtype)}`, () =>
            orRefuses(sample.name, async () => {
              const tolerance = Math.max(TOLERANCE, sample.tolerance?.float32 ?? 0)
              const differentiable = isFloat(dtype) && sample.differentiable !== false
              const inputs = makeInputs(sample, at, dtype, differentiable)
              const moved = inputs.map(onGpu)
              const want = outputsOf(sample, inputs)
              const got = outputsOf(sample, moved)
              expect(got.length).toBe(want.length)
              for (let i = 0; i < want.length; i++) await expectSame(got[i]!.detach(), want[i]!.detach(), tolerance)
              if (!differentiable) return
              const [left, right] = [gradients(sample, moved), gradients(sample, inputs)]
              for (let i = 0; i < right.length; i++) {
                expect(left[i] === undefined).toBe(right[i] === undefined)
                if (right[i] !== undefined) await expectSame(left[i]!, right[i]!, tolerance)
              }
            }))
        })
      }
    }
  })

  describe(`${family}: strided inputs give what contiguous ones give`, () => {
    for (const sample of samples.filter((row) => dtypesOf(row).length > 0)) {
      const [dtype] = dtypesOf(sample)
      // The last case has the most dims.
      const at = sample.cases.length - 1
      it(`${caseKey(sample, at, dtype!)}`, () =>
        orRefuses(sample.name, async () => {
          const plain = makeInputs(sample, at, dtype!).map(onGpu)
          const want = outputsOf(sample, plain)
          for (const variant of Object.values(layoutVariants)) {
            const got = outputsOf(sample, plain.map(variant))
            for (let i = 0; i < want.length; i++) await expectSame(got[i]!, want[i]!, TOLERANCE)
          }
        }))
    }
  })
}

describe.runIf(gpu !== undefined)('what the GPU refuses', () => {
  it('is little, and said', () => {
    for (const { what, ops } of refusals) {
      if (ops.size > 0) console.log(`${gpu!.adapter}: ${what}: ${[...ops].toSorted().join(', ')}`)
    }
    const [readers, wide, missing] = refusals.map(({ ops }) => ops.size)
    expect(readers).toBeLessThan(20)
    expect(wide).toBeLessThan(8)
    expect(missing).toBeLessThanOrEqual(3)
  })
})
