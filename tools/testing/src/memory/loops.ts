import { Linear, BCEWithLogitsLoss } from '@metagrad/nn'
import { compile } from '@metagrad/compile'
import { SGD } from '@metagrad/optim'
import type { Tensor } from '@metagrad/tensor'
import { rand, randn } from '@metagrad/tensor'

// Runs one of the loops below in a process of its own; prints the resident megabytes after a tenth of the steps and at the end.
// Usage: node loops.ts NAME

/** What is done over and over, and how often: less often what takes long. */
interface Loop {
  readonly steps: number
  readonly setup: () => () => unknown
}

/** A training step of the tutorial's model. */
function training(): () => Tensor {
  const [x, y] = [randn(99, 2), rand(99, 1).gt(0.5).float()]
  const model = new Linear(2, 1)
  const loss = new BCEWithLogitsLoss()
  const optimizer = new SGD(model.parameters(), { lr: 1e-3 })
  return () => {
    optimizer.zeroGrad()
    const value = loss.forward(model.forward(x), y)
    value.backward()
    optimizer.step()
    return value
  }
}

/** Holds the last `count` of what passes by. */
function holder<T>(count: number): (value: T) => void {
  const held: T[] = []
  let next = 0
  return (value) => {
    held[next] = value
    next = (next + 1) % count
  }
}

export const loops: { readonly [name: string]: Loop } = {
  'eager steps without a pause': { steps: 1_000_000, setup: training },
  'eager steps with turns of the event loop': {
    steps: 1_000_000,
    setup: () => {
      const step = training()
      let steps = 0
      return () => {
        step()
        return ++steps % 100 === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined
      }
    },
  },
  'eager steps, awaiting each loss': {
    steps: 1_000_000,
    setup: () => {
      const step = training()
      return () => step().item()
    },
  },
  'compiled steps': { steps: 1_000_000, setup: () => compile(training()) },
  'steps of which the last thousand losses are kept, with their graphs': {
    steps: 1_000_000,
    setup: () => {
      const step = training()
      const keep = holder<Tensor>(1000)
      return () => keep(step())
    },
  },
  'views of what is gone otherwise': {
    steps: 100_000,
    setup: () => {
      const keep = holder<Tensor>(100)
      return () => keep(randn(300).narrow(0, 7, 2))
    },
  },
  'steps that throw on the way': {
    steps: 100_000,
    setup: () => {
      const [x, w] = [randn(99, 20), randn(20, 30, { requiresGrad: true })]
      return () => {
        try {
          x.matmul(w).exp().sum().backward()
          x.matmul(x)
        } catch {
          w.grad = undefined
        }
      }
    },
  },
  'tensors of four megabytes': {
    steps: 1000,
    setup: () => {
      const x = randn(1000, 1000)
      return () => x.add(1).mul(2)
    },
  },
  'tensors of four megabytes of which the last five are kept': {
    steps: 1000,
    setup: () => {
      const x = randn(1000, 1000)
      const keep = holder<Tensor>(5)
      return () => keep(x.add(1))
    },
  },
}

const megabytes = (): number => Math.round(process.memoryUsage().rss / 2 ** 20)

async function run({ steps, setup }: Loop): Promise<void> {
  const step = setup()
  const more = async (count: number): Promise<number> => {
    for (let i = 0; i < count; i++) {
      const waits = step()
      if (waits instanceof Promise) await waits
    }
    return megabytes()
  }
  console.log(await more(steps / 10), await more(steps * 0.9))
}

if (process.argv[1] === import.meta.filename) await run(loops[process.argv[2]!]!)
