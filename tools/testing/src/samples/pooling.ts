import { functional as F } from '@metagrad/nn'
import type { Tensor } from '@metagrad/tensor'
import { zeros } from '@metagrad/tensor'
import type { Sample } from './sample.ts'
import { distinct, index, real, whole } from './sample.ts'

/** Values and where they came from, in PyTorch's order. */
const both = ({ values, indices }: { values: Tensor; indices: Tensor }): Tensor[] => [values, indices]

/** Pools in one, two and three dims, what undoes them, and windows as columns. */
export const poolingSamples: readonly Sample[] = [
  {
    name: 'maxPool1d',
    torch: 'F.max_pool1d(a, 3)',
    run: (a) => F.maxPool1d(a, 3),
    cases: [[distinct([2, 3, 9])], [distinct([2, 10])], [distinct([2, 1, 3])]],
    bad: {
      'an image': () => F.maxPool1d(zeros(1, 3, 9, 9), 3),
      'a window larger than the input': () => F.maxPool1d(zeros(1, 3, 2), 3),
      'no window': () => F.maxPool1d(zeros(1, 3, 9), 0),
      'padding above half a window': () => F.maxPool1d(zeros(1, 3, 9), 3, { padding: 2 }),
      ints: () => F.maxPool1d(zeros(1, 3, 9).int(), 3),
      'no channels': () => F.maxPool1d(zeros(1, 0, 9), 3),
    },
  },
  {
    name: 'maxPool1d',
    form: 'returnIndices, stride=2, padding=1, dilation=2, ceilMode',
    torch: 'F.max_pool1d(a, 3, stride=2, padding=1, dilation=2, ceil_mode=True, return_indices=True)',
    run: (a) => both(F.maxPool1d(a, 3, { stride: 2, padding: 1, dilation: 2, ceilMode: true, returnIndices: true })),
    cases: [[distinct([2, 2, 10])], [distinct([2, 2, 5])]],
  },
  {
    name: 'maxPool2d',
    torch: 'F.max_pool2d(a, 2)',
    run: (a) => F.maxPool2d(a, 2),
    cases: [[distinct([2, 2, 4, 5])], [distinct([3, 4, 4])], [distinct([0, 2, 4, 4])]],
    bad: {
      'a sequence': () => F.maxPool2d(zeros(3, 9), 3),
      'a stride of three dims': () => F.maxPool2d(zeros(1, 3, 9, 9), 3, { stride: [1, 2, 3] }),
      'an empty row': () => F.maxPool2d(zeros(1, 3, 9, 0), 3),
    },
  },
  {
    name: 'maxPool2d',
    form: 'returnIndices, stride=[2, 1], padding=[1, 0], dilation=[1, 2], ceilMode',
    torch:
      'F.max_pool2d(a, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), ceil_mode=True, return_indices=True)',
    run: (a) =>
      both(
        F.maxPool2d(a, [3, 2], {
          stride: [2, 1],
          padding: [1, 0],
          dilation: [1, 2],
          ceilMode: true,
          returnIndices: true,
        }),
      ),
    cases: [[distinct([2, 2, 6, 5])]],
  },
  {
    name: 'maxPool2d',
    form: 'ties',
    torch: 'F.max_pool2d(a, 3, stride=2, padding=1, return_indices=True)',
    run: (a) => both(F.maxPool2d(a, 3, { stride: 2, padding: 1, returnIndices: true })),
    cases: [[whole([2, 2, 5, 5], 0, 2)]],
    differentiable: false,
  },
  {
    name: 'maxPool2d',
    form: 'float16',
    run: (a) => F.maxPool2d(a, 2),
    cases: [[distinct([2, 2, 4, 4])]],
    dtypes: ['float16'],
    differentiable: false,
  },
  {
    name: 'maxPool3d',
    torch: 'F.max_pool3d(a, 2, stride=(1, 2, 2), padding=(1, 0, 1), return_indices=True)',
    run: (a) => both(F.maxPool3d(a, 2, { stride: [1, 2, 2], padding: [1, 0, 1], returnIndices: true })),
    cases: [[distinct([1, 2, 3, 4, 3])], [distinct([2, 2, 4, 3])]],
    bad: { 'an image': () => F.maxPool3d(zeros(9, 9, 9), 3) },
  },
  {
    name: 'avgPool1d',
    torch: 'F.avg_pool1d(a, 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)',
    run: (a) => F.avgPool1d(a, 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
    cases: [[real([2, 3, 8])], [real([2, 7])]],
    bad: {
      'divisor 0': () => F.avgPool1d(zeros(1, 3, 9), 3, { divisorOverride: 0 }),
      'a window larger than the input': () => F.avgPool1d(zeros(1, 3, 2), 3),
    },
  },
  {
    name: 'avgPool2d',
    torch: 'F.avg_pool2d(a, (2, 3))',
    run: (a) => F.avgPool2d(a, [2, 3]),
    cases: [[real([2, 2, 5, 6])], [real([2, 4, 3])], [real([0, 2, 4, 4])]],
    bad: { 'half a step': () => F.avgPool2d(zeros(1, 3, 9, 9), 3, { stride: 0.5 }) },
  },
  {
    name: 'avgPool2d',
    form: 'stride=2, padding=1, ceilMode',
    torch: 'F.avg_pool2d(a, 3, stride=2, padding=1, ceil_mode=True)',
    run: (a) => F.avgPool2d(a, 3, { stride: 2, padding: 1, ceilMode: true }),
    cases: [[real([2, 2, 6, 5])]],
  },
  {
    name: 'avgPool2d',
    form: 'divisorOverride=5',
    torch: 'F.avg_pool2d(a, 2, stride=1, padding=1, divisor_override=5)',
    run: (a) => F.avgPool2d(a, 2, { stride: 1, padding: 1, divisorOverride: 5 }),
    cases: [[real([1, 2, 3, 4])]],
  },
  {
    name: 'avgPool3d',
    torch: 'F.avg_pool3d(a, (1, 2, 3), padding=(0, 1, 1), count_include_pad=False)',
    run: (a) => F.avgPool3d(a, [1, 2, 3], { padding: [0, 1, 1], countIncludePad: false }),
    cases: [[real([1, 2, 2, 3, 4])]],
  },
  {
    name: 'adaptiveAvgPool1d',
    torch: 'F.adaptive_avg_pool1d(a, 3)',
    run: (a) => F.adaptiveAvgPool1d(a, 3),
    cases: [[real([2, 3, 7])], [real([2, 6])], [real([1, 2, 2])]],
    bad: {
      'a size per dim of an image': () => F.adaptiveAvgPool1d(zeros(1, 3, 9), [3, 3]),
      'half an output': () => F.adaptiveAvgPool1d(zeros(1, 3, 9), 0.5),
      'an empty sequence': () => F.adaptiveAvgPool1d(zeros(1, 3, 0), 1),
    },
  },
  {
    name: 'adaptiveAvgPool2d',
    torch: 'F.adaptive_avg_pool2d(a, (3, None))',
    run: (a) => F.adaptiveAvgPool2d(a, [3, null]),
    cases: [[real([2, 2, 7, 3])], [real([2, 3, 4])]],
  },
  {
    name: 'adaptiveAvgPool2d',
    form: 'outputSize=1',
    torch: 'F.adaptive_avg_pool2d(a, 1)',
    run: (a) => F.adaptiveAvgPool2d(a, 1),
    cases: [[real([2, 3, 4, 3])]],
  },
  {
    name: 'adaptiveAvgPool3d',
    torch: 'F.adaptive_avg_pool3d(a, (2, 3, 2))',
    run: (a) => F.adaptiveAvgPool3d(a, [2, 3, 2]),
    cases: [[real([1, 2, 3, 4, 2])]],
  },
  {
    name: 'adaptiveMaxPool1d',
    torch: 'F.adaptive_max_pool1d(a, 4)',
    run: (a) => F.adaptiveMaxPool1d(a, 4),
    cases: [[distinct([2, 2, 7])]],
    bad: { 'a negative size': () => F.adaptiveMaxPool1d(zeros(1, 3, 9), -1) },
  },
  {
    name: 'adaptiveMaxPool2d',
    torch: 'F.adaptive_max_pool2d(a, (3, 2), return_indices=True)',
    run: (a) => both(F.adaptiveMaxPool2d(a, [3, 2], { returnIndices: true })),
    cases: [[distinct([2, 2, 7, 4])], [distinct([2, 3, 5])]],
  },
  {
    name: 'adaptiveMaxPool3d',
    torch: 'F.adaptive_max_pool3d(a, (2, 1, 3))',
    run: (a) => F.adaptiveMaxPool3d(a, [2, 1, 3]),
    cases: [[distinct([1, 2, 3, 2, 4])]],
  },
  {
    name: 'lpPool1d',
    torch: 'F.lp_pool1d(a, 2, 3, stride=2)',
    run: (a) => F.lpPool1d(a, 2, 3, { stride: 2 }),
    cases: [[real([2, 2, 8])]],
    tier: 2,
  },
  {
    name: 'lpPool2d',
    torch: 'F.lp_pool2d(a, 3, (2, 3), ceil_mode=True)',
    run: (a) => F.lpPool2d(a, 3, [2, 3], { ceilMode: true }),
    cases: [[real([2, 2, 5, 6], 0.2, 2)]],
    tier: 2,
  },
  {
    name: 'lpPool3d',
    // PyTorch 1.13 has no form of its own for three dims.
    torch: 'F.avg_pool3d(a**2, 2).mul(8).sqrt()',
    run: (a) => F.lpPool3d(a, 2, 2),
    cases: [[real([1, 2, 2, 4, 3])]],
    tier: 2,
  },
  {
    name: 'maxUnpool1d',
    torch: 'F.max_unpool1d(a, b * 2, 2)',
    run: (a, b) => F.maxUnpool1d(a, b!.mul(2), 2),
    cases: [[real([2, 1, 1]), index([2, 1, 1], 1)]],
    tier: 2,
    bad: {
      'a position out of range': () => F.maxUnpool1d(zeros(1, 1, 2), zeros(1, 1, 2).long().add(4), 2),
      'indices of another shape': () => F.maxUnpool1d(zeros(1, 1, 2), zeros(1, 1, 3).long(), 2),
      'an outputSize that no pool can have had': () =>
        F.maxUnpool1d(zeros(1, 1, 2), zeros(1, 1, 2).long(), 2, { outputSize: [6] }),
    },
  },
  {
    name: 'maxUnpool2d',
    torch: 'v, i = F.max_pool2d(a, 2, return_indices=True); F.max_unpool2d(v, i, 2, output_size=(5, 4))',
    run: (a) => {
      const { values, indices } = F.maxPool2d(a, 2, { returnIndices: true })
      return F.maxUnpool2d(values, indices, 2, { outputSize: [5, 4] })
    },
    cases: [[distinct([2, 2, 5, 4])]],
    tier: 2,
  },
  {
    name: 'maxUnpool3d',
    torch: 'v, i = F.max_pool3d(a, 2, return_indices=True); F.max_unpool3d(v, i, 2)',
    run: (a) => {
      const { values, indices } = F.maxPool3d(a, 2, { returnIndices: true })
      return F.maxUnpool3d(values, indices, 2)
    },
    cases: [[distinct([1, 2, 2, 4, 2])]],
    tier: 2,
  },
  {
    name: 'imageUnfold',
    torch: 'F.unfold(a, (2, 3), dilation=(2, 1), padding=(1, 0), stride=(1, 2))',
    run: (a) => F.unfold(a, [2, 3], { dilation: [2, 1], padding: [1, 0], stride: [1, 2] }),
    cases: [[real([2, 2, 4, 5])], [real([2, 3, 3])]],
    tier: 2,
    bad: {
      'a window larger than the input': () => F.unfold(zeros(1, 1, 2, 2), 3),
      'a matrix': () => F.unfold(zeros(2, 2), 2),
    },
  },
  {
    name: 'fold',
    torch: 'F.fold(a, (4, 5), (2, 3), dilation=(2, 1), padding=(1, 0), stride=(1, 2))',
    run: (a) => F.fold(a, [4, 5], [2, 3], { dilation: [2, 1], padding: [1, 0], stride: [1, 2] }),
    cases: [[real([2, 12, 8])], [real([6, 8])]],
    tier: 2,
    bad: {
      'another number of windows': () => F.fold(zeros(1, 12, 10), [4, 5], [2, 3]),
      'another number of columns': () => F.fold(zeros(1, 7, 9), [4, 5], [2, 3]),
    },
  },
]
