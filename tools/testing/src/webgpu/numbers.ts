import type { Device, Tensor } from '@metagrad/tensor'
import { bernoulli, manualSeed, multinomial, rand, randint, randn, tensor } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import type { Suite } from './check.ts'
import { assertAtMost, assertEqual, suiteOf } from './check.ts'

const functions = [
  'exp', 'exp2', 'expm1', 'log', 'log2', 'log10', 'log1p', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh',
  'sigmoid', 'erf', 'erfc', 'erfinv', 'lgamma', 'digamma', 'trigamma', 'sqrt', 'rsqrt',
] as const // prettier-ignore

const comparisons = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'logicalAnd', 'logicalOr', 'logicalXor'] as const
const truths = ['bool', 'logicalNot', 'any', 'all', 'countNonzero', 'isnan'] as const

/** Ranges whose results cross zero or lose digits in float32 arguments are left to the samples. */
const points = tensor([
  0, -0, 1e-20, -1e-20, 1e-3, -1e-3, 0.1, 0.3, 0.49, 0.5, 0.7, 0.9, 0.99, 1, 1.2, 1.7, 2, 2.6, 3.3, 5, 7.7, 9, 12, 33, 60, 80, 88.5,
  -0.2, -0.45, -0.9, -1, -1.5, -2.3, -3.7, -9.2, -40, 200, -200, 1000, -1000, 12_345.678, 1e6, 3e10, -7e20, 1e30, Infinity, -Infinity, Number.NaN,
]) // prettier-ignore

/** GPUs may flush what is below the normal numbers. */
const LEAST = 1.2e-38

function relative(got: number, want: number): number {
  if (Object.is(got, want) || got === want || (Number.isNaN(got) && Number.isNaN(want))) return 0
  if (Math.abs(got) < LEAST && Math.abs(want) < LEAST) return 0
  return Math.abs(got - want) / Math.abs(want)
}

async function compareFunction(name: (typeof functions)[number], gpu: WebGPUDevice): Promise<void> {
  const got = Array.from(await points.to(gpu)[name]().data(), Number)
  const want = Array.from(points[name]().dataSync(), Number)
  want.forEach((value, i) =>
    assertAtMost(relative(got[i]!, value), 3e-6, `${name}(${points.dataSync()[i]!}) = ${got[i]!}, want ${value}`),
  )
}

/** One seed's numbers of every kind. */
async function drawn(device?: Device): Promise<number[][]> {
  manualSeed(3)
  const on = device === undefined ? {} : { device }
  const p = rand([4, 6], on)
  const tensors = [
    p,
    randn([33], on),
    randint(0, 99, [9], { ...on, dtype: 'int32' }),
    bernoulli(p),
    multinomial(p, 3),
    multinomial(p, 8, { replacement: true }),
  ]
  return Promise.all(tensors.map(async (x) => Array.from(await x.data(), Number)))
}

/** Functions over their whole range, and random numbers. */
export function numberSuite(gpu: WebGPUDevice): Suite {
  const ranges = functions.map(
    (name) => [`${name}(x) is the CPU's from 1e-20 to infinity`, () => compareFunction(name, gpu)] as const,
  )
  return suiteOf('numbers on the GPU', {
    ...Object.fromEntries(ranges),
    async "pow(a, b) is the CPU's, edges too"() {
      const a = tensor([0, -0, 1, -1, 2, -2, 0.5, 10, 1.0001, -3, 7.5, Infinity, -Infinity, Number.NaN]).unsqueeze(1)
      const b = tensor([0, 1, -1, 2, 3, 0.5, -0.5, 70, 101, 1e4, Infinity, -Infinity, Number.NaN])
      const got = Array.from(await a.to(gpu).pow(b.to(gpu)).data(), Number)
      const want = Array.from(a.pow(b).dataSync(), Number)
      want.forEach((value, i) => {
        if (Math.abs(value) >= LEAST || value === 0) {
          assertAtMost(relative(got[i]! + 0, value + 0), 5e-6, `element ${i}: ${got[i]!}, want ${value}`)
        }
      })
    },
    async "comparisons and truth are the CPU's, of NaN too"() {
      const values = tensor([0, -0, 1, -1, Infinity, -Infinity, Number.NaN])
      for (const name of comparisons) {
        const compared = (x: Tensor): Tensor => x.unsqueeze(1)[name](x)
        assertEqual(await compared(values.to(gpu)).tolist(), compared(values).tolistSync(), name)
      }
      for (const name of truths) assertEqual(await values.to(gpu)[name]().tolist(), values[name]().tolistSync(), name)
    },
    async 'the same seed draws the same numbers as on the CPU'() {
      assertEqual(await drawn(gpu), await drawn(), 'numbers')
    },
  })
}
