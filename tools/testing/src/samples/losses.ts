import { functional as F } from '@metagrad/nn'
import { tensor, zeros } from '@metagrad/tensor'
import type { Input, Sample } from './sample.ts'
import { index, real, values } from './sample.ts'

/** Logits and classes: a thread per row, a workgroup per row, a single item, pixels, and large logits. */
const classified: Input[][] = [
  [real([3, 4]), index([3], 4)],
  [real([2, 40]), index([2], 40)],
  [real([5]), index([], 5)],
  [real([2, 3, 2, 2]), index([2, 2, 2], 3)],
  [values([2, 3], [1000, 1001, 1002, -1000, -1001, -1002]), index([2], 3)],
]

/** The classes of which some are ignored. */
const partly: Input[][] = [
  [real([4, 3]), values([4], [0, -100, 2, 1], 'int64')],
  [real([2, 3, 2]), values([2, 2], [2, -100, -100, 0], 'int64')],
]

const reductions = ['mean', 'sum', 'none'] as const

export const lossSamples: readonly Sample[] = [
  ...reductions.flatMap((reduction): Sample[] => [
    {
      name: 'crossEntropy',
      form: reduction,
      torch: `F.cross_entropy(a, b, reduction='${reduction}')`,
      run: (a, b) => F.crossEntropy(a, b!, { reduction }),
      cases: classified,
      bad: {
        'a class that does not exist': () =>
          F.crossEntropy(zeros(2, 3), tensor([0, 3], { dtype: 'int64' }), { reduction }),
        'a negative class': () => F.crossEntropy(zeros(2, 3), tensor([-1, 0], { dtype: 'int32' }), { reduction }),
      },
    },
    {
      name: 'crossEntropy',
      form: `${reduction}, ignored`,
      torch: `F.cross_entropy(a, b, reduction='${reduction}')`,
      run: (a, b) => F.crossEntropy(a, b!, { reduction }),
      cases: partly,
    },
  ]),
  {
    name: 'crossEntropy',
    form: 'ignoreIndex=1',
    torch: 'F.cross_entropy(a, b, ignore_index=1)',
    run: (a, b) => F.crossEntropy(a, b!, { ignoreIndex: 1 }),
    cases: [[real([4, 3]), values([4], [0, 1, 2, 1], 'int64')]],
  },
  {
    name: 'crossEntropy',
    form: 'weight, labelSmoothing',
    torch: 'F.cross_entropy(a, b, c.detach(), label_smoothing=0.2)',
    run: (a, b, weight) => F.crossEntropy(a, b!, { weight: weight!, labelSmoothing: 0.2 }),
    cases: [[real([4, 3]), values([4], [0, -100, 2, 1], 'int64'), real([3], 0.5, 1.5)]],
  },
  ...reductions.map((reduction): Sample => ({
    name: 'nllLoss',
    form: reduction,
    torch: `F.nll_loss(F.log_softmax(a, min(1, a.dim() - 1)), b, reduction='${reduction}')`,
    run: (a, b) => F.nllLoss(a.logSoftmax(Math.min(1, a.ndim - 1)), b!, { reduction }),
    cases: [...classified.slice(0, 4), ...partly],
  })),
]
