import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ConvParams, Device, Tensor } from '../../index.ts'
import * as metagrad from '../../index.ts'
import { ArgumentError, Generator, cpu, deterministic, dispatch, linspace, ones, rand, randn } from '../../index.ts'
import { cpuEngine, startEngine, useThreads } from '../engine.ts'
import { defaultSizes } from '../memory.ts'
import { Crew } from './crew.ts'
import { splits } from './splits.ts'

/** The least that can be split is. */
const finest = { products: 1, elements: 1 }
const bytesOf = (x: Tensor): Buffer => {
  const { buffer, byteOffset, byteLength } = x.contiguous().dataSync()
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** Computes the same with one, two and three threads, and sees that they did share it and that no bit differs. */
function expectSame(compute: () => Tensor | readonly Tensor[]): void {
  const run = vi.spyOn(Crew.prototype, 'run')
  const [one, ...others] = [1, 2, 3].map((threads) => {
    useThreads(threads, finest)
    return [compute()].flat().map(bytesOf)
  })
  expect(run).toHaveBeenCalled()
  for (const other of others) other.forEach((bytes, i) => expect(bytes.equals(one![i]!), `result ${i}`).toBe(true))
}

afterEach(() => {
  vi.restoreAllMocks()
  useThreads(1)
})

describe('matrix products with threads give the bits of one', () => {
  const sizes = [1, 33, 63, 64, 97, 129, 200]
  const turned = (rows: number, columns: number, generator: Generator): Tensor =>
    randn([columns, rows], { generator }).T
  const plain = (rows: number, columns: number, generator: Generator): Tensor => randn([rows, columns], { generator })
  for (const k of [3, 30, 600]) {
    for (const [name, left, right] of [
      ['A B', plain, plain],
      ['A^T B', turned, plain],
      ['A B^T', plain, turned],
      ['A^T B^T', turned, turned],
    ] as const) {
      it(`${name}, ${k} products each`, () => {
        const generator = new Generator(k)
        const pairs = sizes.flatMap((m) => sizes.map((n) => [left(m, k, generator), right(k, n, generator)] as const))
        expectSame(() => pairs.map(([a, b]) => a.matmul(b)))
      })
    }
  }

  it('of float64', () => {
    const sizes64 = [33, 64, 129]
    const pairs = sizes64.flatMap((m) =>
      sizes64.map((n) => [randn([m, 300]).double(), randn([300, n]).double()] as const),
    )
    expectSame(() => pairs.map(([a, b]) => a.matmul(b)))
  })

  it('of many, of vectors, and added to a bias', () => {
    const [a, b, v] = [randn([5, 70, 9]), randn([5, 9, 130]), randn([300])]
    const [matrix, bias] = [randn([200, 300]), randn([200])]
    expectSame(() => [
      a.matmul(b),
      matrix.matmul(v),
      matrix.T.matmul(randn([200], { generator: new Generator(1) })),
      dispatch('linear', [randn([65, 300], { generator: new Generator(2) }), matrix, bias], {}),
    ])
  })
})

interface Conv {
  readonly batch?: number
  readonly channels: number
  readonly outChannels: number
  readonly size: readonly number[]
  readonly kernel: readonly number[]
  readonly params?: Partial<ConvParams>
}

describe('convolutions with threads give the bits of one', () => {
  const rows: { readonly [name: string]: Conv } = {
    '1 -> 16 channels': { channels: 1, outChannels: 16, size: [28, 28], kernel: [3, 3] },
    '16 -> 32 channels, by transforms': { channels: 16, outChannels: 32, size: [14, 14], kernel: [3, 3] },
    '9 -> 13 channels, by transforms': { channels: 9, outChannels: 13, size: [7, 11], kernel: [3, 3] },
    'more channels than transforms take': { batch: 2, channels: 8, outChannels: 260, size: [5, 5], kernel: [3, 3] },
    'stride 2': { channels: 3, outChannels: 9, size: [15, 17], kernel: [3, 5], params: { stride: [2, 3] } },
    dilation: { channels: 3, outChannels: 5, size: [15, 17], kernel: [3, 2], params: { dilation: [2, 3] } },
    groups: { channels: 16, outChannels: 32, size: [9, 9], kernel: [3, 3], params: { groups: 2 } },
    depthwise: { channels: 8, outChannels: 8, size: [9, 40], kernel: [3, 3], params: { groups: 8, stride: [2, 1] } },
    'one example': { batch: 1, channels: 9, outChannels: 18, size: [9, 14], kernel: [3, 3] },
    'one example, directly': { batch: 1, channels: 5, outChannels: 13, size: [9, 14], kernel: [3, 2] },
    'one dim': { channels: 4, outChannels: 12, size: [50], kernel: [5] },
    'three dims': { channels: 2, outChannels: 6, size: [5, 6, 7], kernel: [2, 3, 2] },
    'much scratch': { batch: 3, channels: 64, outChannels: 64, size: [40, 40], kernel: [3, 3] },
  }

  const make = ({ batch = 5, channels, outChannels, size, kernel, params = {} }: Conv) => {
    const generator = new Generator(7)
    const all = size.map(() => 1)
    const full: ConvParams = { stride: all, padding: all, dilation: all, groups: 1, ...params }
    const x = randn([batch, channels, ...size], { generator })
    const weight = randn([outChannels, channels / full.groups, ...kernel], { generator })
    const bias = randn([outChannels], { generator })
    const g = randn(dispatch('conv', [x, weight, bias], full).shape, { generator })
    return () => [
      dispatch('conv', [x, weight, bias], full),
      dispatch('conv', [x, weight], full),
      dispatch('convTranspose', [g, weight], { ...full, size }),
      dispatch('convWeight', [x, g], { ...full, size: kernel }),
    ]
  }

  it.each(Object.keys(rows))('%s', (name) => expectSame(make(rows[name]!)))

  it('with an infinity in one example, which has all go the direct way', () => {
    const generator = new Generator(3)
    const x = randn([4, 8, 9, 9], { generator })
    x.select(0, 3).select(0, 2).select(0, 4).select(0, 4).fill_(Infinity)
    const weight = randn([12, 8, 3, 3], { generator })
    const params: ConvParams = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 }
    const g = randn([4, 12, 9, 9], { generator })
    g.select(0, 1).select(0, 11).select(0, 4).select(0, 4).fill_(Infinity)
    expectSame(() => [
      dispatch('conv', [x, weight], params),
      dispatch('convTranspose', [g, weight], { ...params, size: [9, 9] }),
      dispatch('convWeight', [x, g], { ...params, size: [3, 3] }),
    ])
  })
})

describe('element-wise work with threads gives the bits of one', () => {
  const lengths = [31, 32, 33, 47, 48, 49, 1000, 4099]
  const functions = [
    ...(['exp', 'log', 'tanh', 'sigmoid', 'erf', 'sin', 'cos', 'neg', 'abs', 'sqrt', 'square'] as const),
    ...(['reciprocal', 'rsqrt', 'floor', 'ceil', 'trunc', 'round', 'sign', 'relu'] as const),
  ]
  const pairs = ['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'pow', 'eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const

  it('functions of one operand', () => {
    const xs = lengths.map((n) => randn([n]).mul(30))
    expectSame(() => xs.flatMap((x) => functions.map((name) => x[name]())))
  })

  it('functions of two operands', () => {
    const operands = lengths.map((n) => [randn([n]), rand([n]).add(0.5), randn([])] as const)
    expectSame(() =>
      operands.flatMap(([x, y, single]) => pairs.flatMap((name) => [x[name](y), x[name](single), single[name](y)])),
    )
  })

  it('of float64 and int32', () => {
    const xs = lengths.map((n) => randn([n]).mul(100))
    expectSame(() => xs.flatMap((x) => [x.double().add(1).mul(x.double()), x.int().mul(3), x.int().lt(4)]))
  })

  it('where, clamp and gradients', () => {
    const xs = lengths.map((n) => [randn([n]), randn([n])] as const)
    expectSame(() =>
      xs.flatMap(([x, y]) => [
        metagrad.where(x.gt(0), x, y),
        metagrad.where(x.gt(0), 1, y),
        x.clamp(-0.5, 0.5),
        dispatch('sigmoidBackward', [x, y], {}),
        dispatch('bceWithLogits', [x, y], {}),
      ]),
    )
  })

  it('in place, also by an element of its own', () => {
    const generator = (): Generator => new Generator(5)
    expectSame(() => {
      const x = randn([5000], { generator: generator() })
      x.mul_(x.select(0, 0)).add_(x)
      x.narrow(0, 100, 3000).exp_()
      x.narrow(0, 1, 4000).copy_(x.narrow(0, 0, 4000))
      return x
    })
  })
})

describe('cpu({ threads })', () => {
  it('is the device, by name and by its parts', () => {
    const device: Device = cpu
    expect(cpu({ threads: 2 })).toBe(cpu)
    expect(device.name).toBe('cpu')
    expect(ones([2], { device }).device).toBe(cpu)
    expect(ones([2]).to(cpu).device).toBe(cpu)
    expect(ones([2]).to({ device: cpu({ threads: 1 }) }).device).toBe(cpu)
  })

  it('keeps the tensors, whatever was made before, between and after', () => {
    const make = (): Tensor[] => [linspace(0, 1, 7), linspace(1, 2, 20_000), linspace(2, 3, 300_000)]
    const [before, outside] = [make(), linspace(5, 6, 4_000_000)]
    cpu({ threads: 2 })
    const between = make()
    // The memory grows.
    const more = ones([20_000_000])
    cpu({ threads: 3 })
    const after = make()
    cpu({ threads: 1 })
    const want = make().map(bytesOf)
    for (const tensors of [before, between, after]) {
      expect(tensors.map((x, i) => bytesOf(x).equals(want[i]!))).toEqual([true, true, true])
    }
    expect(bytesOf(outside).equals(bytesOf(linspace(5, 6, 4_000_000)))).toBe(true)
    expect(more.sum().itemSync()).toBe(20_000_000)
  })

  it('leaves small work to one thread', () => {
    cpu({ threads: 2 })
    const run = vi.spyOn(Crew.prototype, 'run')
    ones([30, 30])
      .matmul(ones([30, 30]))
      .exp()
      .sum()
    expect(run).not.toHaveBeenCalled()
    ones([256, 256]).matmul(ones([256, 256]))
    expect(run).toHaveBeenCalled()
  })

  it('holds for each build, and across deterministic(on)', () => {
    const x = linspace(0.1, 1.7, 128 * 128).reshape([128, 128])
    deterministic(true)
    const want = bytesOf(x.matmul(x))
    useThreads(2, finest)
    expect(bytesOf(x.matmul(x)).equals(want)).toBe(true)
    deterministic(false)
    const quickest = bytesOf(x.matmul(x))
    deterministic(true)
    expect(bytesOf(x.matmul(x)).equals(want)).toBe(true)
    deterministic(false)
    useThreads(1)
    expect(bytesOf(x.matmul(x)).equals(quickest)).toBe(true)
  })

  it('holds for an engine that starts anew', () => {
    useThreads(2, finest)
    startEngine(defaultSizes)
    const run = vi.spyOn(Crew.prototype, 'run')
    expect(
      ones([100, 100])
        .matmul(ones([100, 100]))
        .sum()
        .itemSync(),
    ).toBe(1_000_000)
    expect(run).toHaveBeenCalled()
  })

  it('goes on with one thread after a thread failed, which an error says', () => {
    useThreads(2, finest)
    vi.spyOn(Crew.prototype, 'run').mockImplementationOnce(function (this: Crew) {
      this.end()
      throw new metagrad.DeviceError('cpu: a thread did not do its part.')
    })
    const x = ones([100, 100])
    expect(() => x.matmul(x)).toThrow(metagrad.DeviceError)
    expect(x.matmul(x).sum().itemSync()).toBe(1_000_000)
  })

  it.each([0, -1, 1.5, Number.NaN, 65, Number.POSITIVE_INFINITY])('says that %d threads are none', (threads) => {
    expect(() => cpu({ threads })).toThrow(ArgumentError)
    expect(() => cpu({ threads })).toThrow(
      `cpu: threads must be a whole number from 1 to 64, got ${threads}. Use cpu({ threads: 2 }).`,
    )
  })

  it('says what it needs when it is called with nothing', () => {
    expect(() => Reflect.apply(cpu, undefined, [])).toThrow(/from 1 to 64, got undefined/)
    expect(() => Reflect.apply(cpu, undefined, [{}])).toThrow(ArgumentError)
  })

  it('says what is missing where there are no workers, and changes nothing', () => {
    const { kernels } = cpuEngine()
    const missing = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    expect(() => cpu({ threads: 2 })).toThrow(metagrad.DeviceError)
    expect(() => cpu({ threads: 1 })).not.toThrow()
    missing.mockRestore()
    expect(cpuEngine().kernels).toBe(kernels)
  })
})

describe('a process with threads', () => {
  const run = promisify(execFile)
  const index = fileURLToPath(new URL('../../index.ts', import.meta.url))
  const program = (lines: string): Promise<{ stdout: string }> =>
    run(process.execPath, [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      `import { cpu, ones } from '${index}'\n${lines}`,
    ])

  it('ends by itself', async () => {
    const { stdout } = await program(
      'cpu({ threads: 3 }); console.log(ones([300, 300]).matmul(ones([300, 300])).sum().itemSync())',
    )
    expect(stdout.trim()).toBe('27000000')
  })
})

describe('the table of splits', () => {
  it('has no kernel that there is not', () => {
    expect(Object.keys(splits).filter((name) => !(name in cpuEngine().kernels))).toEqual([])
  })
})
