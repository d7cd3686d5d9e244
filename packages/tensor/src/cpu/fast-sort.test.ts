import { afterAll, describe, expect, it } from 'vitest'
import type { Tensor } from '../index.ts'
import { Generator, dispatchAll, empty, tensor } from '../index.ts'
import { useKernels } from './index.ts'

// The compiled sort beside the reference, bit for bit, on shapes that nobody chose.

afterAll(() => useKernels())

function sorted(x: Tensor, dim: number, descending: boolean): ArrayLike<unknown>[] {
  return dispatchAll('sort', [x], { dim, descending }).map((y) => {
    const data = y.dataSync()
    return [...(data instanceof Float32Array ? new Uint32Array(data.buffer, data.byteOffset, data.length) : data)]
  })
}

function expectReference(x: Tensor, dim: number): void {
  for (const descending of [false, true]) {
    useKernels()
    const got = sorted(x, dim, descending)
    useKernels('reference')
    const want = sorted(x, dim, descending)
    useKernels()
    expect(got).toEqual(want)
  }
}

/** Many equal ones among them. */
const special = [0, -0, NaN, Infinity, -Infinity, 2 ** -149, -(2 ** -149), 1, -1, 3.4e38, -3.4e38]

describe('sort by compiled kernels', () => {
  for (let trial = 0; trial < 40; trial++) {
    const generator = new Generator(trial)
    const whole = (from: number, to: number): number => from + (generator.uint32() % (to - from + 1))
    const shape = [[whole(0, 4)], [whole(1, 3), whole(1, 130)], [whole(1, 3), whole(1, 70), whole(1, 4)]][whole(0, 2)]!
    const dim = whole(0, shape.length - 1)
    const dtype = trial % 3 === 0 ? 'int32' : 'float32'

    it(`is the reference's: ${dtype} [${shape}] along ${dim}`, () => {
      const draw = (): number => {
        if (dtype === 'int32') return generator.uint32() >> whole(0, 31)
        return whole(0, 3) === 0 ? special[whole(0, special.length - 1)]! : whole(-4, 4) * 2 ** whole(-3, 3)
      }
      const x = empty(shape, { dtype })
      x.copy_(tensor(Array.from({ length: x.numel }, draw), { dtype }).reshape(shape))
      expectReference(x, dim)
      expectReference(x.transpose(0, -1), shape.length - 1 - dim)
    })
  }

  it('goes through every digit of long lines', () => {
    const generator = new Generator(7)
    const bits = Int32Array.from({ length: 3000 }, () => generator.uint32() | 0)
    expectReference(tensor(bits, { dtype: 'int32' }), 0)
    expectReference(tensor(new Float32Array(bits.buffer).map((value) => (Number.isNaN(value) ? NaN : value))), 0)
  })

  it('leaves a scalar where it is', () => {
    expectReference(tensor(3), 0)
  })
})
