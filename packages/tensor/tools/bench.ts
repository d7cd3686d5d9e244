// Times the kernels beside PyTorch on one thread, in interleaved rounds. Run by `pnpm bench:kernels`; PYTHON names another interpreter.
// Only the ratios of one run mean something: machines are shared and their clocks change.
import { execFileSync } from 'node:child_process'

import { type KernelBuild, supportsBuild } from '../src/cpu/wasm/loader.ts'
import { type Arena, openArena } from './arena.ts'
import { numbers } from './expect.ts'

interface Row {
  name: string
  /** Prepares operands and returns one run of the kernel. */
  prepare: (arena: Arena) => () => void
  /** What PyTorch runs: statements that set up, and an expression. */
  setup: string
  torch: string
  /** Floating-point operations, where speed is told in GFLOP/s. */
  operations?: number
}

const million = 1_000_000

const unary = (
  name: string,
  kernel: 'expF32' | 'logF32' | 'tanhF32' | 'sigmoidF32' | 'erfF32' | 'geluF32' | 'sinF32',
  torch: string,
): Row => ({
  name,
  prepare: (arena) => {
    const values = kernel === 'logF32' ? numbers(million, 4).map(Math.abs) : numbers(million, 4)
    const [a, out] = [arena.put(values), arena.space(Float32Array, million)]
    return () => arena.kernels[kernel](out, a, million)
  },
  setup: `a = torch.rand(${million}) * 8 - 4; a = a.abs() if ${kernel === 'logF32' ? 1 : 0} else a; o = torch.empty_like(a)`,
  torch,
})

const product = (m: number, n: number, k: number, isTransposed = false): Row => ({
  name: `gemm ${m}x${n}x${k}${isTransposed ? ' B transposed' : ''}`,
  prepare: (arena) => {
    const [a, b, c] = [arena.put(numbers(m * k, 1)), arena.put(numbers(k * n, 1, 2)), arena.space(Float32Array, m * n)]
    const scratch = arena.space(Uint8Array, arena.kernels.gemmScratchBytes())
    const [rowB, columnB] = isTransposed ? [1, k] : [n, 1]
    return () => arena.kernels.gemmF32(c, a, b, m, n, k, n, k, 1, rowB, columnB, 0, scratch)
  },
  setup: `a = torch.rand(${m}, ${k}); b = ${isTransposed ? `torch.rand(${n}, ${k}).t()` : `torch.rand(${k}, ${n})`}; o = torch.empty(${m}, ${n})`,
  torch: 'torch.mm(a, b, out=o)',
  operations: 2 * m * n * k,
})

const convolution = (batch: number, inputs: number, outputs: number, size: number): Row => ({
  name: `conv 3x3 ${inputs}->${outputs} ${size}x${size} x${batch}, forward and gradients`,
  prepare: (arena) => {
    const [pixels, weightCount] = [batch * size * size, inputs * outputs * 9]
    const [image3, window, ones] = [
      [1, size, size],
      [1, 3, 3],
      [1, 1, 1],
    ]
    const sizes = [batch, inputs, outputs, 1, ...image3, ...window, ...ones, 0, 1, 1, ...ones, ...image3, outputs]
    const shape = arena.put(Int32Array.from(sizes))
    const scratch = arena.space(Uint8Array, arena.kernels.convScratchBytes(shape))
    const [image, weights] = [arena.put(numbers(pixels * inputs)), arena.put(numbers(weightCount))]
    const [out, dWeights] = [arena.space(Float32Array, pixels * outputs), arena.space(Float32Array, weightCount)]
    const dImage = arena.space(Float32Array, pixels * inputs)
    return () => {
      arena.kernels.convF32(out, image, weights, 0, shape, scratch)
      arena.kernels.convBackwardInputF32(dImage, out, weights, shape, scratch)
      arena.kernels.convBackwardWeightsF32(dWeights, out, image, shape, scratch)
    }
  },
  setup: `a = torch.rand(${batch}, ${inputs}, ${size}, ${size}, requires_grad=True); w = torch.rand(${outputs}, ${inputs}, 3, 3, requires_grad=True); g = torch.rand(${batch}, ${outputs}, ${size}, ${size})`,
  torch: 'torch.autograd.grad(F.conv2d(a, w, padding=1), (a, w), g)',
})

const rows: Row[] = [
  {
    name: 'add',
    prepare: (arena) => {
      const [a, b, out] = [
        arena.put(numbers(million)),
        arena.put(numbers(million, 4, 2)),
        arena.space(Float32Array, million),
      ]
      return () => arena.kernels.addF32(out, a, b, million, 1, 1)
    },
    setup: `a = torch.rand(${million}); b = torch.rand(${million}); o = torch.empty_like(a)`,
    torch: 'torch.add(a, b, out=o)',
  },
  {
    name: 'add a row vector, 1000 x 1000',
    prepare: (arena) => {
      const [a, b, out] = [
        arena.put(numbers(million)),
        arena.put(numbers(1000, 4, 2)),
        arena.space(Float32Array, million),
      ]
      const descriptor = arena.put(Int32Array.of(2, 1000, 1000, 0, 1000, 1, 1))
      return () => arena.kernels.addF32Nd(out, a, b, descriptor)
    },
    setup: `a = torch.rand(1000, 1000); b = torch.rand(1000); o = torch.empty_like(a)`,
    torch: 'torch.add(a, b, out=o)',
  },
  {
    name: 'transpose 1000 x 1000, made contiguous',
    prepare: (arena) => {
      const [a, out] = [arena.put(numbers(million)), arena.space(Float32Array, million)]
      const descriptor = arena.put(Int32Array.of(2, 1000, 1000, 1, 1000, 1, 1000))
      return () => arena.kernels.copy32Nd(out, a, descriptor)
    },
    setup: 'a = torch.rand(1000, 1000).t()',
    torch: 'a.contiguous()',
  },
  {
    name: 'sum',
    prepare: (arena) => {
      const [a, out] = [arena.put(numbers(million)), arena.space(Float32Array, 1)]
      return () => arena.kernels.sumF32(out, a, 1, million, 1, 1)
    },
    setup: `a = torch.rand(${million})`,
    torch: 'a.sum()',
  },
  {
    name: 'sum of columns, 1000 x 1000',
    prepare: (arena) => {
      const [a, out] = [arena.put(numbers(million)), arena.space(Float32Array, 1000)]
      return () => arena.kernels.sumF32(out, a, 1, 1000, 1000, 1)
    },
    setup: 'a = torch.rand(1000, 1000)',
    torch: 'a.sum(0)',
  },
  {
    name: 'argmax of rows, 1000 x 1000',
    prepare: (arena) => {
      const [a, out] = [arena.put(numbers(million)), arena.space(BigInt64Array, 1000)]
      return () => arena.kernels.argmaxF32(out, a, 1000, 1000, 1)
    },
    setup: 'a = torch.rand(1000, 1000)',
    torch: 'a.argmax(1)',
  },
  unary('exp', 'expF32', 'torch.exp(a, out=o)'),
  unary('log', 'logF32', 'torch.log(a, out=o)'),
  unary('tanh', 'tanhF32', 'torch.tanh(a, out=o)'),
  unary('sigmoid', 'sigmoidF32', 'torch.sigmoid(a, out=o)'),
  unary('erf', 'erfF32', 'torch.erf(a, out=o)'),
  unary('gelu', 'geluF32', 'F.gelu(a)'),
  unary('sin', 'sinF32', 'torch.sin(a, out=o)'),
  {
    name: 'binary cross-entropy with logits, mean',
    prepare: (arena) => {
      const [x, z, out] = [
        arena.put(numbers(million)),
        arena.put(numbers(million, 0.5, 2)),
        arena.space(Float32Array, 1),
      ]
      return () => arena.kernels.bceWithLogitsSumF32(out, x, z, million, 1e-6)
    },
    setup: `a = torch.rand(${million}) * 8 - 4; b = torch.rand(${million})`,
    torch: 'F.binary_cross_entropy_with_logits(a, b)',
  },
  {
    name: 'softmax 1024 x 1024',
    prepare: (arena) => {
      const [a, out] = [arena.put(numbers(1 << 20)), arena.space(Float32Array, 1 << 20)]
      return () => arena.kernels.softmaxF32(out, a, 1024, 1024)
    },
    setup: 'a = torch.rand(1024, 1024) * 8',
    torch: 'torch.softmax(a, 1)',
  },
  {
    name: 'layer norm 1024 x 1024',
    prepare: (arena) => {
      const [a, out] = [arena.put(numbers(1 << 20)), arena.space(Float32Array, 1 << 20)]
      const [gamma, beta] = [arena.put(numbers(1024)), arena.put(numbers(1024))]
      const [means, rstds] = [arena.space(Float32Array, 1024), arena.space(Float32Array, 1024)]
      return () => arena.kernels.layerNormF32(out, means, rstds, a, gamma, beta, 1024, 1024, 1e-5)
    },
    setup: 'a = torch.rand(1024, 1024); w = torch.rand(1024); b = torch.rand(1024)',
    torch: 'F.layer_norm(a, (1024,), w, b)',
  },
  {
    name: 'sgd with momentum',
    prepare: (arena) => {
      const [p, g, v] = [1, 2, 3].map((seed) => arena.put(numbers(million, 1, seed))) as [number, number, number]
      return () => arena.kernels.sgdF32(p, g, v, million, 1e-3, 0.9, 0, 0, false, false)
    },
    setup: `p = torch.rand(${million}, requires_grad=True); p.grad = torch.rand(${million}); s = torch.optim.SGD([p], 1e-3, momentum=0.9)`,
    torch: 's.step()',
  },
  {
    name: 'adam',
    prepare: (arena) => {
      const [p, g, m, v] = [1, 2, 3, 4].map((seed) => arena.put(numbers(million, 1, seed).map(Math.abs))) as [
        number,
        number,
        number,
        number,
      ]
      return () => arena.kernels.adamF32(p, g, m, v, million, 1e-3, 0.9, 0.999, 1e-8, 0, false, 0.1, 0.001)
    },
    setup: `p = torch.rand(${million}, requires_grad=True); p.grad = torch.rand(${million}); s = torch.optim.Adam([p], 1e-3)`,
    torch: 's.step()',
  },
  product(256, 256, 256),
  product(512, 512, 512),
  product(1024, 1024, 1024),
  product(64, 128, 784, true),
  product(32, 32, 32),
  product(1024, 1, 1024),
  product(1, 1024, 1024),
  convolution(32, 1, 16, 28),
  convolution(32, 16, 32, 14),
]

const budgetMs = 60
const rounds = 3

/** Microseconds of one run: the median of what fits into the budget. */
function microseconds(run: () => void): number {
  const times: number[] = []
  const until = performance.now() + budgetMs
  do {
    const start = performance.now()
    run()
    times.push(performance.now() - start)
  } while (performance.now() < until)
  return (times.sort((x, y) => x - y)[times.length >> 1] ?? 0) * 1000
}

/** The same in PyTorch, one value per row. */
function torchMicroseconds(): number[] {
  const program = `
import torch, time, json, sys
import torch.nn.functional as F
torch.set_num_threads(1)
def measure(setup, run):
    scope = {'torch': torch, 'F': F}
    exec(setup, scope)
    code = compile(run, 'run', 'eval')
    times = []
    until = time.perf_counter() + ${budgetMs / 1000}
    while time.perf_counter() < until or not times:
        start = time.perf_counter()
        eval(code, scope)
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2] * 1e6
print(json.dumps([measure(*row) for row in json.load(sys.stdin)]))
`
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
  const input = JSON.stringify(rows.map(({ setup, torch }) => [setup, torch]))
  const output = execFileSync(process.env['PYTHON'] ?? 'python3', ['-c', program], { env, input, encoding: 'utf8' })
  return JSON.parse(output) as number[]
}

const median = (values: number[]): number => values.sort((x, y) => x - y)[values.length >> 1] ?? 0

const builds = (['simd128', 'relaxed'] satisfies KernelBuild[]).filter((build) => supportsBuild(build))
const arenas = builds.map((build) => openArena(build, 1 << 26))
const measured = rows.map(() => [...builds, 'torch'].map((): number[] => []))
for (let round = 0; round < rounds; round++) {
  torchMicroseconds().forEach((time, i) => measured[i]?.at(-1)?.push(time))
  rows.forEach(({ prepare }, i) => {
    arenas.forEach((arena, j) => {
      arena.reset()
      const run = prepare(arena)
      run()
      measured[i]?.[j]?.push(microseconds(run))
    })
  })
}

console.log(`Node ${process.version}; microseconds (GFLOP/s), and the speed relative to PyTorch on one thread\n`)
rows.forEach(({ name, operations }, i) => {
  const times = (measured[i] ?? []).map(median)
  const torch = times.at(-1) ?? 0
  const tell = (time: number): string =>
    time.toFixed(1) + (operations ? ` (${(operations / time / 1000).toFixed(1)})` : '')
  const columns = builds.map((build, j) => `${build} ${tell(times[j] ?? 0)} ${(torch / (times[j] ?? 0)).toFixed(2)}x`)
  console.log(
    [name.padEnd(52), `torch ${tell(torch)}`.padEnd(26), ...columns.map((column) => column.padEnd(34))].join(''),
  )
})
