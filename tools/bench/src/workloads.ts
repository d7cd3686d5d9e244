import { BCEWithLogitsLoss, CrossEntropyLoss, Linear, ReLU, Sequential, functional as F } from '@metagrad/nn'
import { grad, noGrad } from '@metagrad/autograd'
import { compile } from '@metagrad/compile'
import { Adam, SGD } from '@metagrad/optim'
import type { Tensor } from '@metagrad/tensor'
import { rand, randint, randn } from '@metagrad/tensor'

/** One row of the table: the same work here and in PyTorch (torch_bench.py has it under the same name). */
export interface Workload {
  readonly name: string
  /** Speed relative to PyTorch on one thread that is asked for, and hoped for. */
  readonly accept: number
  readonly goal: number
  /** Calls per measurement, so that one takes some tens of milliseconds. */
  readonly calls: number
  /** Makes its tensors and returns the call to be timed. */
  readonly setup: () => () => unknown
}

const million = (): Tensor => randn(1_000_000)

export function tutorial(): () => void {
  const [x, y] = [randn(99, 2), rand(99, 1).gt(0.5).float()]
  const model = new Linear(2, 1, { init: 'zeros' })
  const loss = new BCEWithLogitsLoss()
  const optimizer = new SGD(model.parameters(), { lr: 1e-3 })
  return () => {
    optimizer.zeroGrad()
    loss.forward(model.forward(x), y).backward()
    optimizer.step()
  }
}

export function mlp(batch = 64): () => void {
  const [x, y] = [randn(batch, 784), randint(10, [batch])]
  const model = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 64), new ReLU(), new Linear(64, 10))
  const loss = new CrossEntropyLoss()
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 })
  return () => {
    optimizer.zeroGrad()
    loss.forward(model.forward(x), y).backward()
    optimizer.step()
  }
}

/** A training step of so many small layers in a row. */
export function chain(depth: number): () => void {
  const x = randn(16, 32)
  const model = new Sequential(...Array.from({ length: depth }, () => [new Linear(32, 32), new ReLU()]).flat())
  const optimizer = new SGD(model.parameters(), { lr: 1e-3 })
  return () => {
    optimizer.zeroGrad()
    model.forward(x).sum().backward()
    optimizer.step()
  }
}

/** A 3 x 3 convolution and both of its gradients. */
const convolution = (inputs: number, outputs: number, size: number) => () => {
  const x = randn([32, inputs, size, size], { requiresGrad: true })
  const weight = randn([outputs, inputs, 3, 3], { requiresGrad: true })
  const g = randn(32, outputs, size, size)
  return () => grad(F.conv2d(x, weight, { padding: 1 }), [x, weight], { gradOutputs: [g] })
}

const product = (n: number) => () => {
  const [a, b] = [randn(n, n), randn(n, n)]
  return () => a.matmul(b)
}

export const add = (n: number) => (): (() => Tensor) => {
  const [a, b] = [randn(n, { requiresGrad: true }), randn(n)]
  return () => a.add(b)
}

function adam(): () => unknown {
  const p = million().requiresGrad_()
  p.grad = million()
  const optimizer = new Adam([p], { lr: 1e-3 })
  return () => optimizer.step()
}

function sgd(): () => unknown {
  const p = million().requiresGrad_()
  p.grad = million()
  const optimizer = new SGD([p], { lr: 1e-3 })
  return () => optimizer.step()
}

/** Without a tape: the op itself. */
const forward = (make: () => () => Tensor) => () => {
  const call = make()
  return () => noGrad(call)
}

/** From Node 22 on the kernels are those of relaxed SIMD, of which more is asked. */
const isRelaxed = Number.parseInt(process.versions.node) >= 22
const products = isRelaxed ? { accept: 0.47, goal: 0.55 } : { accept: 0.36, goal: 0.42 }

export const workloads: readonly Workload[] = [
  { name: 'tutorial step, eager', accept: 20, goal: 60, calls: 10_000, setup: tutorial },
  { name: 'tutorial step, compiled', accept: 75, goal: 200, calls: 50_000, setup: () => compile(tutorial()) },
  { name: 'add N=4, with tape', accept: 10, goal: 40, calls: 200_000, setup: add(4) },
  { name: 'add N=1000, with tape', accept: 4, goal: 8, calls: 50_000, setup: add(1000) },
  { name: 'matmul 256', ...products, calls: 50, setup: product(256) },
  { name: 'matmul 512', ...products, calls: 6, setup: product(512) },
  { name: 'matmul 1024', ...products, calls: 1, setup: product(1024) },
  {
    name: 'add 10^6',
    accept: 0.7,
    goal: 1.1,
    calls: 30,
    setup: forward(() => {
      const [a, b] = [million(), million()]
      return () => a.add(b)
    }),
  },
  {
    name: 'sum 10^6',
    accept: 0.7,
    goal: 1.1,
    calls: 50,
    setup: forward(() => {
      const a = million()
      return () => a.sum()
    }),
  },
  { name: 'SGD 10^6', accept: 0.7, goal: 1.1, calls: 30, setup: sgd },
  {
    name: 'exp 10^6',
    accept: 0.65,
    goal: 1,
    calls: 20,
    setup: forward(() => {
      const a = million()
      return () => a.exp()
    }),
  },
  {
    name: 'sigmoid 10^6',
    accept: 0.65,
    goal: 1,
    calls: 20,
    setup: forward(() => {
      const a = million()
      return () => a.sigmoid()
    }),
  },
  {
    name: 'BCE with logits 10^6',
    accept: 1.5,
    goal: 2.2,
    calls: 15,
    setup: forward(() => {
      const [a, b] = [million(), rand(1_000_000)]
      return () => F.binaryCrossEntropyWithLogits(a, b)
    }),
  },
  {
    name: 'softmax 1024x1024',
    accept: 0.7,
    goal: 1,
    calls: 25,
    setup: forward(() => {
      const a = randn(1024, 1024)
      return () => a.softmax(1)
    }),
  },
  {
    name: 'layer norm 1024x1024',
    accept: 1.2,
    goal: 1.6,
    calls: 30,
    setup: forward(() => {
      const a = randn(1024, 1024)
      return () => F.layerNorm(a, [1024])
    }),
  },
  { name: 'Adam 10^6', accept: 2.5, goal: 3.3, calls: 50, setup: adam },
  { name: 'conv 1->16 28x28, forward+backward', accept: 1, goal: 2, calls: 20, setup: convolution(1, 16, 28) },
  { name: 'conv 16->32 14x14, forward+backward', accept: 0.4, goal: 1, calls: 10, setup: convolution(16, 32, 14) },
  {
    name: 'MLP 784-128-64-10 step, Adam',
    accept: isRelaxed ? 1.3 : 1,
    goal: isRelaxed ? 1.7 : 1.4,
    calls: 40,
    setup: () => mlp(),
  },
  {
    name: 'MLP 784-128-64-10 step, Adam, compiled',
    accept: isRelaxed ? 1.3 : 1,
    goal: isRelaxed ? 1.7 : 1.4,
    calls: 40,
    setup: () => compile(mlp()),
  },
]
