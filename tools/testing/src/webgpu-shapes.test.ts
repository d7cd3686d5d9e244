import type { Shape, Tensor } from '@metagrad/tensor'
import { arange, bernoulli, manualSeed, multinomial, rand, randint, randn, tensor } from '@metagrad/tensor'
import { afterAll, describe, expect, it } from 'vitest'
import { openWebGPU } from './webgpu.ts'

const gpu = await openWebGPU()
afterAll(() => gpu?.destroy())

/** Largest difference between the two, relative to the largest element. */
async function difference(got: Tensor, want: Tensor): Promise<number> {
  expect(got.shape).toEqual(want.shape)
  const [numbers, wanted] = [await got.data(), want.dataSync()]
  let [worst, largest] = [0, 1]
  for (let i = 0; i < wanted.length; i++) {
    worst = Math.max(worst, Math.abs(Number(numbers[i]) - Number(wanted[i])))
    largest = Math.max(largest, Math.abs(Number(wanted[i])))
  }
  return worst / largest
}

const onGpu = (x: Tensor): Tensor => x.to(gpu!)

/** [a, b] of a product: each of the kernels, sizes around their tiles, and batches that broadcast. */
const products: readonly (readonly [Shape, Shape])[] = [
  [[1, 1], [1, 1]],
  [[3, 65], [65, 127]],
  [[1, 500], [500, 1]],
  [[65, 1025], [1025, 1]],
  [[1, 127], [127, 500]],
  [[8, 1025], [1025, 8]],
  [[127, 3], [3, 65]],
  [[500, 65], [65, 127]],
  [[64, 64], [64, 64]],
  [[260, 36], [36, 257]],
  [[3, 1, 65, 33], [2, 33, 65]],
  [[2, 65, 64], [64, 65]],
  [[40, 7, 9], [40, 9, 5]],
] // prettier-ignore

describe.runIf(gpu !== undefined)('matmul(a, b) on the GPU', () => {
  for (const [left, right] of products) {
    it(`[${left.join(', ')}] @ [${right.join(', ')}] is the CPU's, either side transposed too`, async () => {
      manualSeed(left.length + left[0]!)
      const [a, b] = [randn(left), randn(right)]
      const want = a.matmul(b)
      const [x, y] = [onGpu(a), onGpu(b)]
      const turned = (z: Tensor): Tensor => z.mT.contiguous().mT
      expect(await difference(x.matmul(y), want)).toBeLessThan(3e-6)
      expect(await difference(turned(x).matmul(y), want)).toBeLessThan(3e-6)
      expect(await difference(x.matmul(turned(y)), want)).toBeLessThan(3e-6)
    })
  }

  it('1025 x 65 @ 65 x 1025 has no tile of zeros', async () => {
    const [a, b] = [rand(1025, 65), rand(65, 1025)]
    expect(await difference(onGpu(a).matmul(onGpu(b)), a.matmul(b))).toBeLessThan(3e-6)
  })

  it('wraps int32 as the CPU does', async () => {
    const a = randint(-50_000, 50_000, [33, 70], { dtype: 'int32' })
    expect(await difference(onGpu(a).matmul(onGpu(a.T)), a.matmul(a.T))).toBe(0)
  })
})

describe.runIf(gpu !== undefined)('large shapes on the GPU', () => {
  it('more than 65,535 workgroups are folded', async () => {
    const length = 65_535 * 64 + 65
    const x = arange(length, { dtype: 'int32', device: gpu! })
    const places = tensor([0, 65_535 * 64 - 1, 65_535 * 64, length - 1], { dtype: 'int32', device: gpu! })
    const ends = x.add(1).indexSelect(0, places)
    expect(await ends.tolist()).toEqual([1, 65_535 * 64, 65_535 * 64 + 1, length])
    expect(await x.gt(5).sum().item()).toBe(length - 6)
    expect(await x.amax().item()).toBe(length - 1)
  })

  it('more than 65,535 rows with a workgroup each are folded', async () => {
    const [a, b] = [rand(65_540, 64), rand(64, 1)]
    expect(await difference(onGpu(a).matmul(onGpu(b)), a.matmul(b))).toBeLessThan(1e-5)
  })

  for (const length of [1, 3, 65, 127, 500, 1025, 100_003]) {
    it(`reductions, scans and sorts of ${length} are the CPU's`, async () => {
      manualSeed(length)
      const x = randn(length)
      const y = onGpu(x)
      expect(await difference(y.sum(), x.sum())).toBeLessThan(1e-4)
      expect(await difference(y.amin(), x.amin())).toBe(0)
      expect(await y.argmax().item()).toBe(x.argmax().itemSync())
      expect(await difference(y.cumsum(0), x.cumsum(0))).toBeLessThan(1e-5)
      expect(await difference(y.logSoftmax(0), x.logSoftmax(0))).toBeLessThan(1e-5)
      const [got, want] = [y.sort(0, { descending: true }), x.sort(0, { descending: true })]
      expect(await difference(got.values, want.values)).toBe(0)
      expect(await difference(got.indices, want.indices)).toBe(0)
      const [places, values] = [randint(0, 50, [length], { dtype: 'int32' }), randn(length, 3)]
      const sums = onGpu(rand(50, 3).mul(0)).indexAdd(0, onGpu(places), onGpu(values))
      expect(await difference(sums, rand(50, 3).mul(0).indexAdd(0, places, values))).toBeLessThan(1e-5)
    })
  }

  it('lines of many rows sort apart, equal elements in their order', async () => {
    const x = randint(0, 9, [7, 300, 3], { dtype: 'int32' })
    const [got, want] = [onGpu(x).sort(1), x.sort(1)]
    expect(await difference(got.values, want.values)).toBe(0)
    expect(await difference(got.indices, want.indices)).toBe(0)
  })

  it('views of nine dims need no copy', async () => {
    const x = arange(512, { dtype: 'int32' }).reshape(2, 2, 2, 2, 2, 2, 2, 2, 2)
    const dims = [8, 3, 1, 0, 7, 2, 6, 5, 4]
    expect(await difference(onGpu(x).permute(dims).add(1), x.permute(dims).add(1))).toBe(0)
  })
})

describe.runIf(gpu !== undefined)('numbers on the GPU', () => {
  const functions = [
    'exp', 'exp2', 'expm1', 'log', 'log2', 'log10', 'log1p', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh',
    'sigmoid', 'erf', 'erfc', 'erfinv', 'lgamma', 'digamma', 'trigamma', 'sqrt', 'rsqrt',
  ] as const // prettier-ignore

  /** Ranges whose results cross zero or lose digits in float32 arguments are left to the samples. */
  const points = tensor([
    0, -0, 1e-20, -1e-20, 1e-3, -1e-3, 0.1, 0.3, 0.49, 0.5, 0.7, 0.9, 0.99, 1, 1.2, 1.7, 2, 2.6, 3.3, 5, 7.7, 9, 12, 33, 60, 80, 88.5,
    -0.2, -0.45, -0.9, -1, -1.5, -2.3, -3.7, -9.2, -40, 200, -200, 1000, -1000, 12_345.678, 1e6, 3e10, -7e20, 1e30, Infinity, -Infinity, Number.NaN,
  ]) // prettier-ignore

  for (const name of functions) {
    it(`${name}(x) is the CPU's from 1e-20 to infinity`, async () => {
      const got = Array.from(await points.to(gpu!)[name]().data(), Number)
      const want = Array.from(points[name]().dataSync(), Number)
      const worst = want.map((x, i) => {
        const y = got[i]!
        if (Object.is(x, y) || x === y || (Number.isNaN(x) && Number.isNaN(y))) return 0
        // GPUs may flush what is below the normal numbers.
        if (Math.abs(x) < 1.2e-38 && Math.abs(y) < 1.2e-38) return 0
        return Math.abs(x - y) / Math.abs(x)
      })
      const at = worst.indexOf(Math.max(...worst))
      expect(worst[at], `${name}(${points.dataSync()[at]!}) = ${got[at]!}, want ${want[at]!}`).toBeLessThan(3e-6)
    })
  }

  it("pow(a, b) is the CPU's, edges too", async () => {
    const a = tensor([0, -0, 1, -1, 2, -2, 0.5, 10, 1.0001, -3, 7.5, Infinity, -Infinity, Number.NaN]).unsqueeze(1)
    const b = tensor([0, 1, -1, 2, 3, 0.5, -0.5, 70, 101, 1e4, Infinity, -Infinity, Number.NaN])
    const [got, want] = [await onGpu(a).pow(onGpu(b)).data(), a.pow(b).dataSync()]
    want.forEach((value: number | bigint, i: number) => {
      const [x, y] = [Number(value), Number(got[i])]
      const close = Object.is(x + 0, y + 0) || Math.abs(x - y) <= 5e-6 * Math.abs(x) || Math.abs(x) < 1.2e-38
      expect(close, `element ${i}: ${y} vs ${x}`).toBe(true)
    })
  })

  it('the same seed draws the same numbers as on the CPU', async () => {
    const drawn = async (device: { device?: NonNullable<typeof gpu> }): Promise<unknown[]> => {
      manualSeed(3)
      const p = rand([4, 6], device)
      return [
        await p.data(),
        await randn([33], device).data(),
        Array.from(await randint(0, 99, [9], { ...device, dtype: 'int32' }).data(), Number),
        await bernoulli(p).data(),
        Array.from(await multinomial(p, 3).data(), Number),
        Array.from(await multinomial(p, 8, { replacement: true }).data(), Number),
      ]
    }
    expect(await drawn({ device: gpu! })).toEqual(await drawn({}))
  })
})

describe.runIf(gpu !== undefined)('wrong values on the GPU', () => {
  it('an index out of range is thrown by the next read, once', async () => {
    const x = tensor([1, 2, 3], { device: gpu! })
    const picked = x.indexSelect(0, tensor([0, 7], { dtype: 'int32', device: gpu! }))
    await expect(picked.data()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[IndexError: indexSelect: index 7 is out of range for a dim of size 3.]`,
    )
    expect(await x.tolist()).toEqual([1, 2, 3])
  })

  it('an int divided by zero is thrown by the next read', async () => {
    const x = tensor([1, 2], { dtype: 'int32', device: gpu! })
    await expect(x.remainder(tensor([1, 0], { dtype: 'int32', device: gpu! })).data()).rejects.toThrow(
      'divided by zero',
    )
  })

  it('a pending op keeps the values it was called with when its input is overwritten', async () => {
    const x = tensor([1, 2, 3], { device: gpu! })
    const y = x.neg()
    gpu!.write(x.storage, Float32Array.of(7, 8, 9))
    expect(await y.tolist()).toEqual([-1, -2, -3])
    expect(await x.tolist()).toEqual([7, 8, 9])
  })
})
