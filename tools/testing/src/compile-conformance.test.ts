import { grad } from '@metagrad/autograd'
import { CompileError, compile } from '@metagrad/compile'
import type { Tensor } from '@metagrad/tensor'
import { fromData, isFloat } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'
import { families } from './samples/index.ts'
import type { Sample } from './samples/sample.ts'
import { caseKey, makeInputs, outputsOf, seedGradient } from './samples/sample.ts'

/** Ops that read values, or whose sample makes a generator inside: compile refuses them. */
const refused: Readonly<Record<string, Set<string>>> = { READ_INSIDE: new Set(), NOT_REPEATED: new Set() }
/** Ops that compute nothing on a device: they stay as they are. */
const plain = new Set<string>()
/** Values, and gradients of what requires grad. */
function everything(sample: Sample, inputs: readonly Tensor[]): (Tensor | undefined)[] {
  const outputs = outputsOf(sample, inputs)
  const live = outputs.filter((output) => output.requiresGrad)
  const wanted = inputs.filter((x) => x.requiresGrad)
  if (live.length === 0 || wanted.length === 0) return [...outputs]
  const seeds = live.map((output) => fromData(seedGradient(output.numel), output.shape, 'float64').to(output.dtype))
  return [...outputs, ...grad(live, wanted, { gradOutputs: seeds, allowUnused: true })]
}

/** Bit for bit. */
function expectSame(got: readonly (Tensor | undefined)[], want: readonly (Tensor | undefined)[]): void {
  expect(got.map((x) => x && [x.shape, x.dtype])).toEqual(want.map((x) => x && [x.shape, x.dtype]))
  got.forEach((x, i) => {
    const numbers = Array.from(x?.dataSync() ?? [], Number)
    const wanted = Array.from(want[i]?.dataSync() ?? [], Number)
    const off = wanted.filter((value, at) => !Object.is(value, numbers[at]))
    expect(off).toEqual([])
  })
}

for (const [family, samples] of Object.entries(families)) {
  describe(`${family}: a compiled op gives what it gives eagerly, values and gradients`, () => {
    for (const sample of samples) {
      const dtype = sample.dtypes?.[0] ?? 'float32'
      sample.cases.forEach((_, at) => {
        it(`${caseKey(sample, at, dtype)}`, () => {
          const make = (): Tensor[] => makeInputs(sample, at, dtype, isFloat(dtype) && sample.differentiable !== false)
          const want = everything(sample, make())
          const compiled = compile((...inputs: Tensor[]) => everything(sample, inputs))
          try {
            // Recorded twice, then replayed.
            for (let call = 0; call < 4; call++) expectSame(compiled(...make()), want)
          } catch (error) {
            const names = error instanceof CompileError ? refused[error.code] : undefined
            if (names === undefined) throw error
            names.add(sample.name)
            return
          }
          const { programs, pending } = compiled.explain()
          expect(pending).toBe(0)
          if (programs.length === 0) plain.add(sample.name)
          expect(programs.map(({ calls }) => calls)).toEqual(programs.map(() => 2))
        })
      })
    }
  })
}

describe('what compile does not replay', () => {
  it('reads values, seeds generators, or is plain data', () => {
    expect([...refused['READ_INSIDE']!].toSorted()).toMatchInlineSnapshot(`
      [
        "allclose",
        "argwhere",
        "bincount",
        "equal",
        "histc",
        "index",
        "indexPut_",
        "maskedSelect",
        "nonzero",
        "oneHot",
        "repeatInterleave",
        "set",
        "unique",
        "uniqueConsecutive",
        "where",
      ]
    `)
    expect([...refused['NOT_REPEATED']!].toSorted()).toMatchInlineSnapshot(`
      [
        "bernoulli",
        "bernoulli_",
        "cauchy_",
        "exponential_",
        "geometric_",
        "multinomial",
        "normal",
        "normal_",
        "rand",
        "randLike",
        "randint",
        "randintLike",
        "randn",
        "randnLike",
        "random_",
        "randperm",
        "uniform_",
      ]
    `)
    expect([...plain].toSorted()).toMatchInlineSnapshot(`
      [
        "expandAs",
        "eye",
        "linspace",
        "logspace",
        "tensor",
        "trilIndices",
        "triuIndices",
        "unique",
      ]
    `)
  })
})
