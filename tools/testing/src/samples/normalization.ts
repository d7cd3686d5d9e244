import { functional as F } from '@metagrad/nn'
import type { Tensor } from '@metagrad/tensor'
import { ones, zeros } from '@metagrad/tensor'
import type { Input, Sample } from './sample.ts'
import { real, values } from './sample.ts'

/** Rows of a thread, of a workgroup, and of numbers far from 0 beside their spread. */
const rows: Input[][] = [[real([2, 3])], [real([4, 40])], [values([2, 4], [1000, 1001, 1002, 1004, -3, -1, 0, 5])]]

/** Channels of single elements, of short runs, and of long ones. */
const images: Input[][] = [[real([5, 3])], [real([4, 2, 3])], [real([2, 3, 5, 7])]]

const withAffine = (cases: readonly Input[][], affine: (shape: readonly number[]) => readonly number[]): Input[][] =>
  cases.map(([x]) => [x!, real(affine(x!.shape), 0.5, 1.5), real(affine(x!.shape))])

const lastDim = (shape: readonly number[]): readonly number[] => shape.slice(-1)
const channels = (shape: readonly number[]): readonly number[] => [shape[1]!]

const layerNorm: readonly Sample[] = [
  {
    name: 'layerNorm',
    torch: 'F.layer_norm(a, a.shape[-1:])',
    run: (a) => F.layerNorm(a, a.shape.slice(-1)),
    cases: rows,
    // 1000 and its neighbours lose four digits to their mean, in PyTorch too.
    tolerance: { float32: 1e-4 },
    bad: {
      'another shape': () => F.layerNorm(zeros(2, 3), [2]),
      'no dims': () => F.layerNorm(zeros(2, 3), []),
      'a weight of another shape': () => F.layerNorm(zeros(2, 3), [3], { weight: ones(2) }),
      'a weight of another dtype': () => F.layerNorm(zeros(2, 3), [3], { weight: ones([3], { dtype: 'float64' }) }),
    },
  },
  {
    name: 'layerNorm',
    form: 'weight, bias',
    torch: 'F.layer_norm(a, a.shape[-1:], b, c)',
    run: (a, weight, bias) => F.layerNorm(a, a.shape.slice(-1), { weight: weight!, bias: bias! }),
    cases: withAffine(rows.slice(0, 2), lastDim),
  },
  {
    name: 'layerNorm',
    form: 'two dims, weight',
    torch: 'F.layer_norm(a, a.shape[-2:], b, eps=0.1)',
    run: (a, weight) => F.layerNorm(a, a.shape.slice(-2), { weight: weight!, eps: 0.1 }),
    cases: [[real([2, 3, 5]), real([3, 5])]],
  },
  {
    name: 'layerNorm',
    form: 'bias',
    torch: 'F.layer_norm(a, a.shape[-1:], None, b)',
    run: (a, bias) => F.layerNorm(a, a.shape.slice(-1), { bias: bias! }),
    cases: [[real([3, 5]), real([5])]],
  },
  {
    name: 'rmsNorm',
    // PyTorch has it since 2.4.
    torch: 'a * torch.rsqrt((a * a).mean(-1, keepdim=True) + 1e-6) * b',
    run: (a, weight) => F.rmsNorm(a, a.shape.slice(-1), { weight: weight!, eps: 1e-6 }),
    cases: rows.slice(0, 2).map(([x]) => [x!, real(lastDim(x!.shape))]),
    bad: { 'another shape': () => F.rmsNorm(zeros(2, 3), [2]) },
  },
]

/** Statistics that a run may change in place: fresh ones each time. */
const running = (x: Tensor): [mean: Tensor, variance: Tensor] => {
  const size = x.shape[1] ?? 1
  return [x.newFull([size], 0.5), x.newFull([size], 2)]
}
const pythonRunning = 'm = torch.full((a.shape[1],), 0.5).to(a); v = torch.full((a.shape[1],), 2.0).to(a)'

const batchNorm: readonly Sample[] = [
  {
    name: 'batchNorm',
    form: 'training',
    torch: 'F.batch_norm(a, None, None, training=True)',
    run: (a) => F.batchNorm(a, undefined, undefined, { training: true }),
    cases: images,
    bad: {
      'one value per channel': () => F.batchNorm(zeros(1, 3), undefined, undefined, { training: true }),
      'no channels': () => F.batchNorm(zeros(3), undefined, undefined, { training: true }),
      'a weight of another shape': () =>
        F.batchNorm(zeros(2, 3), undefined, undefined, { training: true, weight: ones(2) }),
      'a weight of another dtype': () =>
        F.batchNorm(zeros(2, 3), undefined, undefined, { training: true, weight: ones([3], { dtype: 'float64' }) }),
    },
  },
  {
    name: 'batchNorm',
    form: 'training, weight, bias',
    torch: `F.batch_norm(a, None, None, b, c, training=True, eps=0.01)`,
    run: (a, weight, bias) =>
      F.batchNorm(a, undefined, undefined, { weight: weight!, bias: bias!, training: true, eps: 0.01 }),
    cases: withAffine(images, channels),
  },
  {
    name: 'batchNorm',
    form: 'running statistics',
    torch: `${pythonRunning}; F.batch_norm(a, m, v, training=True, momentum=0.3); [m, v]`,
    run: (a) => {
      const statistics = running(a)
      F.batchNorm(a, ...statistics, { training: true, momentum: 0.3 })
      return statistics
    },
    cases: images,
    differentiable: false,
  },
  {
    name: 'batchNorm',
    form: 'training, bias',
    torch: 'F.batch_norm(a, None, None, None, b, training=True)',
    run: (a, bias) => F.batchNorm(a, undefined, undefined, { bias: bias!, training: true }),
    cases: [[real([4, 3, 2]), real([3])]],
  },
  {
    name: 'batchNorm',
    form: 'evaluation',
    torch: `${pythonRunning}; F.batch_norm(a, m, v, b, c)`,
    run: (a, weight, bias) => F.batchNorm(a, ...running(a), { weight: weight!, bias: bias! }),
    cases: withAffine(images, channels),
    bad: {
      'no statistics': () => F.batchNorm(zeros(2, 3), undefined, undefined),
      'statistics of another shape': () => F.batchNorm(zeros(2, 3), zeros(2), ones(2)),
    },
  },
]

const others: readonly Sample[] = [
  {
    name: 'groupNorm',
    torch: 'F.group_norm(a, 2)',
    run: (a) => F.groupNorm(a, 2),
    cases: [[real([2, 8])], [real([2, 4, 3])], [real([2, 6, 2, 5])]],
    bad: {
      'groups that do not divide': () => F.groupNorm(zeros(2, 3), 2),
      'a bias of another shape': () => F.groupNorm(zeros(2, 4), 2, { bias: zeros(2) }),
    },
  },
  {
    name: 'groupNorm',
    form: 'weight, bias',
    torch: 'F.group_norm(a, 3, b, c, eps=0.01)',
    run: (a, weight, bias) => F.groupNorm(a, 3, { weight: weight!, bias: bias!, eps: 0.01 }),
    cases: withAffine([[real([2, 6, 3])]], channels),
  },
  {
    name: 'instanceNorm',
    torch: 'F.instance_norm(a)',
    run: (a) => F.instanceNorm(a),
    cases: images.slice(1),
    bad: { 'one value per channel': () => F.instanceNorm(zeros(2, 3, 1)) },
  },
  {
    name: 'instanceNorm',
    form: 'weight, bias',
    torch: 'F.instance_norm(a, None, None, b, c)',
    run: (a, weight, bias) => F.instanceNorm(a, { weight: weight!, bias: bias! }),
    cases: withAffine(images.slice(1), channels),
  },
  {
    name: 'instanceNorm',
    form: 'running statistics',
    torch: `${pythonRunning}; F.instance_norm(a, m, v, momentum=0.3); [m, v]`,
    run: (a) => {
      const [runningMean, runningVar] = running(a)
      F.instanceNorm(a, { runningMean, runningVar, momentum: 0.3 })
      return [runningMean, runningVar]
    },
    cases: images.slice(1),
    differentiable: false,
  },
  {
    name: 'instanceNorm',
    form: 'evaluation',
    torch: `${pythonRunning}; F.instance_norm(a, m, v, use_input_stats=False)`,
    run: (a) => {
      const [runningMean, runningVar] = running(a)
      return F.instanceNorm(a, { runningMean, runningVar, useInputStats: false })
    },
    cases: images.slice(1),
  },
  {
    name: 'localResponseNorm',
    torch: 'F.local_response_norm(a, 3, alpha=0.5, beta=0.6, k=1.5)',
    run: (a) => F.localResponseNorm(a, 3, { alpha: 0.5, beta: 0.6, k: 1.5 }),
    cases: [[real([2, 5, 3])], [real([1, 4, 2, 3])]],
    bad: {
      'no lengths': () => F.localResponseNorm(zeros(2, 3), 2),
      'a size of 0': () => F.localResponseNorm(zeros(2, 3, 4), 0),
    },
  },
  {
    name: 'localResponseNorm',
    form: 'even size',
    torch: 'F.local_response_norm(a, 2)',
    run: (a) => F.localResponseNorm(a, 2),
    cases: [[real([2, 5, 3])]],
  },
]

export const normalizationSamples: readonly Sample[] = [...layerNorm, ...batchNorm, ...others]
