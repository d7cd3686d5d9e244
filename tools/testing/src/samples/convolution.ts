import { functional as F } from '@metagrad/nn'
import { zeros } from '@metagrad/tensor'
import type { Sample } from './sample.ts'
import { real } from './sample.ts'

/** Convolutions in one, two and three dims, and their transposes. */
export const convolutionSamples: readonly Sample[] = [
  {
    name: 'conv1d',
    torch: 'F.conv1d(a, b)',
    run: (a, b) => F.conv1d(a, b!),
    cases: [
      [real([2, 3, 9]), real([4, 3, 3])],
      [real([3, 7]), real([2, 3, 1])],
      [real([1, 1, 4]), real([1, 1, 4])],
      [real([0, 2, 5]), real([3, 2, 2])],
    ],
    bad: {
      'other channels': () => F.conv1d(zeros(1, 3, 9), zeros(4, 2, 3)),
      'an image': () => F.conv1d(zeros(1, 3, 9, 9), zeros(4, 3, 3)),
      'a window larger than the input': () => F.conv1d(zeros(1, 3, 4), zeros(4, 3, 3), { dilation: 2 }),
      'a stride per dim of an image': () => F.conv1d(zeros(1, 3, 9), zeros(4, 3, 3), { stride: [1, 1] }),
    },
  },
  {
    name: 'conv1d',
    form: 'bias, stride=2, padding=2, dilation=2',
    torch: 'F.conv1d(a, b, c, stride=2, padding=2, dilation=2)',
    run: (a, b, c) => F.conv1d(a, b!, { bias: c, stride: 2, padding: 2, dilation: 2 }),
    cases: [[real([2, 3, 12]), real([4, 3, 3]), real([4])]],
  },
  {
    name: 'conv2d',
    torch: 'F.conv2d(a, b)',
    run: (a, b) => F.conv2d(a, b!),
    cases: [
      [real([2, 2, 4, 5]), real([3, 2, 3, 2])],
      [real([1, 4, 3]), real([2, 1, 2, 3])],
      [real([2, 5, 3, 3]), real([3, 5, 1, 1])],
      [real([0, 2, 3, 3]), real([3, 2, 2, 2])],
    ],
    bad: {
      'other channels': () => F.conv2d(zeros(1, 3, 9, 9), zeros(4, 2, 3, 3)),
      'a matrix': () => F.conv2d(zeros(9, 9), zeros(1, 1, 3, 3)),
      'weights of a sequence': () => F.conv2d(zeros(1, 3, 9, 9), zeros(4, 3, 3)),
      'a window larger than the input': () => F.conv2d(zeros(1, 3, 2, 9), zeros(4, 3, 5, 3), { padding: [1, 0] }),
      ints: () => F.conv2d(zeros(1, 1, 3, 3).int(), zeros(1, 1, 3, 3).int()),
      'two dtypes': () => F.conv2d(zeros(1, 1, 3, 3), zeros(1, 1, 3, 3).double()),
      'a bias of another length': () => F.conv2d(zeros(1, 1, 3, 3), zeros(2, 1, 3, 3), { bias: zeros(3) }),
      'no groups': () => F.conv2d(zeros(1, 1, 3, 3), zeros(2, 1, 3, 3), { groups: 0 }),
      'outputs that the groups do not divide': () => F.conv2d(zeros(1, 2, 3, 3), zeros(3, 1, 3, 3), { groups: 2 }),
      'stride 0': () => F.conv2d(zeros(1, 1, 3, 3), zeros(1, 1, 3, 3), { stride: 0 }),
      'negative padding': () => F.conv2d(zeros(1, 1, 3, 3), zeros(1, 1, 3, 3), { padding: [0, -1] }),
      "padding 'same' with stride 2": () =>
        F.conv2d(zeros(1, 1, 3, 3), zeros(1, 1, 3, 3), { padding: 'same', stride: 2 }),
      'an unknown padding': () => F.conv2d(zeros(1, 1, 3, 3), zeros(1, 1, 3, 3), { padding: 'full' as never }),
    },
  },
  {
    name: 'conv2d',
    form: 'bias, padding=1',
    torch: 'F.conv2d(a, b, c, padding=1)',
    run: (a, b, c) => F.conv2d(a, b!, { bias: c, padding: 1 }),
    cases: [[real([2, 2, 3, 4]), real([3, 2, 3, 3]), real([3])]],
  },
  {
    name: 'conv2d',
    form: 'many channels',
    torch: 'F.conv2d(a, b, c, padding=1)',
    run: (a, b, c) => F.conv2d(a, b!, { bias: c, padding: 1 }),
    cases: [[real([2, 10, 5, 7]), real([9, 10, 3, 3]), real([9])]],
    dtypes: ['float32'],
    differentiable: false,
  },
  {
    name: 'conv2d',
    form: 'stride=[2, 3], padding=[1, 2], dilation=[2, 1]',
    torch: 'F.conv2d(a, b, stride=(2, 3), padding=(1, 2), dilation=(2, 1))',
    run: (a, b) => F.conv2d(a, b!, { stride: [2, 3], padding: [1, 2], dilation: [2, 1] }),
    cases: [[real([1, 2, 7, 6]), real([2, 2, 3, 2])]],
  },
  {
    name: 'conv2d',
    form: 'groups=2',
    torch: 'F.conv2d(a, b, c, groups=2)',
    run: (a, b, c) => F.conv2d(a, b!, { bias: c, groups: 2 }),
    cases: [[real([2, 4, 4, 3]), real([6, 2, 2, 2]), real([6])]],
  },
  {
    name: 'conv2d',
    form: 'depthwise',
    torch: 'F.conv2d(a, b, padding=1, groups=2)',
    run: (a, b) => F.conv2d(a, b!, { padding: 1, groups: 2 }),
    cases: [[real([1, 2, 3, 9]), real([2, 1, 3, 3])]],
  },
  {
    name: 'conv2d',
    form: "padding='same'",
    torch: "F.conv2d(a, b, padding='same', dilation=(1, 3))",
    run: (a, b) => F.conv2d(a, b!, { padding: 'same', dilation: [1, 3] }),
    cases: [[real([1, 2, 3, 4]), real([2, 2, 2, 4])]],
  },
  {
    name: 'conv2d',
    form: "padding='valid', float16",
    run: (a, b) => F.conv2d(a, b!, { padding: 'valid' }),
    cases: [[real([2, 2, 4, 5]), real([3, 2, 2, 4])]],
    dtypes: ['float16'],
    differentiable: false,
  },
  {
    name: 'conv3d',
    torch: 'F.conv3d(a, b, c)',
    run: (a, b, c) => F.conv3d(a, b!, { bias: c }),
    cases: [
      [real([2, 2, 3, 4, 3]), real([3, 2, 2, 2, 2]), real([3])],
      [real([1, 2, 3, 2]), real([2, 1, 2, 1, 2]), real([2])],
    ],
    bad: {
      'an image': () => F.conv3d(zeros(3, 9, 9), zeros(1, 3, 3, 3, 3)),
      'padding of two dims': () => F.conv3d(zeros(1, 1, 3, 3, 3), zeros(1, 1, 3, 3, 3), { padding: [1, 1] }),
    },
  },
  {
    name: 'conv3d',
    form: 'stride, padding, dilation, groups',
    torch: 'F.conv3d(a, b, stride=(2, 1, 2), padding=(1, 0, 2), dilation=(1, 2, 1), groups=2)',
    run: (a, b) => F.conv3d(a, b!, { stride: [2, 1, 2], padding: [1, 0, 2], dilation: [1, 2, 1], groups: 2 }),
    cases: [[real([1, 4, 3, 4, 3]), real([2, 2, 2, 2, 3])]],
  },
  {
    name: 'convTranspose1d',
    torch: 'F.conv_transpose1d(a, b, c)',
    run: (a, b, c) => F.convTranspose1d(a, b!, { bias: c }),
    cases: [
      [real([2, 3, 5]), real([3, 4, 3]), real([4])],
      [real([3, 4]), real([3, 2, 2]), real([2])],
    ],
    bad: {
      'other channels': () => F.convTranspose1d(zeros(1, 3, 9), zeros(4, 3, 3)),
      'nothing left': () => F.convTranspose1d(zeros(1, 3, 1), zeros(3, 3, 2), { padding: 1 }),
    },
  },
  {
    name: 'convTranspose1d',
    form: 'stride=3, padding=1, outputPadding=2, dilation=2',
    torch: 'F.conv_transpose1d(a, b, stride=3, padding=1, output_padding=2, dilation=2)',
    run: (a, b) => F.convTranspose1d(a, b!, { stride: 3, padding: 1, outputPadding: 2, dilation: 2 }),
    cases: [[real([2, 3, 5]), real([3, 4, 3])]],
  },
  {
    name: 'convTranspose2d',
    torch: 'F.conv_transpose2d(a, b)',
    run: (a, b) => F.convTranspose2d(a, b!),
    cases: [
      [real([2, 2, 3, 3]), real([2, 3, 3, 2])],
      [real([0, 3, 3, 4]), real([3, 4, 3, 2])],
    ],
    bad: {
      'as much outputPadding as stride': () =>
        F.convTranspose2d(zeros(1, 3, 4, 4), zeros(3, 2, 2, 2), { stride: 2, outputPadding: [0, 2] }),
      'groups that do not divide': () => F.convTranspose2d(zeros(1, 3, 4, 4), zeros(3, 2, 2, 2), { groups: 2 }),
      'two dtypes': () => F.convTranspose2d(zeros(1, 3, 4, 4), zeros(3, 2, 2, 2), { bias: zeros(2).double() }),
      'weights of a sequence': () => F.convTranspose2d(zeros(1, 3, 4, 4), zeros(3, 2, 2)),
    },
  },
  {
    name: 'convTranspose2d',
    form: 'stride=[2, 3], padding=1, outputPadding=[1, 0], groups=2',
    torch: 'F.conv_transpose2d(a, b, c, stride=(2, 3), padding=1, output_padding=(1, 0), groups=2)',
    run: (a, b, c) =>
      F.convTranspose2d(a, b!, { bias: c, stride: [2, 3], padding: 1, outputPadding: [1, 0], groups: 2 }),
    cases: [[real([1, 4, 3, 2]), real([4, 1, 3, 3]), real([2])]],
  },
  {
    name: 'convTranspose2d',
    form: 'outputPadding above stride',
    torch: 'F.conv_transpose2d(a, b, output_padding=(2, 1), dilation=3)',
    run: (a, b) => F.convTranspose2d(a, b!, { outputPadding: [2, 1], dilation: 3 }),
    cases: [[real([1, 2, 3, 2]), real([2, 2, 2, 3])]],
  },
  {
    name: 'convTranspose3d',
    torch: 'F.conv_transpose3d(a, b, stride=(1, 2, 2), padding=(0, 1, 0), output_padding=(0, 1, 0))',
    run: (a, b) => F.convTranspose3d(a, b!, { stride: [1, 2, 2], padding: [0, 1, 0], outputPadding: [0, 1, 0] }),
    cases: [[real([1, 2, 2, 3, 2]), real([2, 2, 2, 3, 2])]],
  },
]
