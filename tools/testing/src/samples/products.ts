import type { DType } from '@metagrad/tensor'
import { ones, zeros } from '@metagrad/tensor'
import type { Sample } from './sample.ts'
import { real, whole } from './sample.ts'

const numbers: readonly DType[] = ['float32', 'float64', 'int32', 'int64']

/** Products of matrices and vectors, in every combination of dims. */
export const productSamples: readonly Sample[] = [
  {
    name: 'matmul',
    torch: 'torch.matmul(a, b)',
    run: (a, b) => a.matmul(b!),
    cases: [
      [real([3, 4]), real([4, 5])],
      [real([4]), real([4])],
      [real([4]), real([4, 3])],
      [real([3, 4]), real([4])],
      [real([2, 3, 4]), real([4])],
      [real([4]), real([2, 4, 3])],
      [real([2, 1, 3, 4]), real([5, 4, 2])],
      [real([1, 1]), real([1, 1])],
      [real([17, 33]), real([33, 9])],
      [real([0, 3]), real([3, 2])],
      [real([2, 0]), real([0, 3])],
    ],
    bad: {
      'inner dims that differ': () => zeros(4, 3).matmul(zeros(5, 2)),
      'vectors of other lengths': () => zeros(3).matmul(zeros(4)),
      'a 0-d tensor': () => zeros([]).matmul(zeros(3)),
      'batches that do not broadcast': () => zeros(2, 3, 4).matmul(zeros(3, 4, 5)),
      'a number': () => zeros(2, 2).matmul(3 as never),
      bools: () => ones(2, 2).bool().matmul(ones(2, 2).bool()),
    },
  },
  {
    name: 'matmul',
    form: 'ints',
    torch: 'torch.matmul(a, b)',
    run: (a, b) => a.matmul(b!),
    cases: [[whole([3, 4], -9, 9), whole([4, 2], -9, 9)]],
    dtypes: ['int32', 'int64'],
    differentiable: false,
  },
  {
    name: 'mm',
    torch: 'torch.mm(a, b)',
    run: (a, b) => a.mm(b!),
    cases: [[real([3, 4]), real([4, 2])]],
    bad: { 'three dims': () => zeros(1, 2, 3).mm(zeros(3, 2)) },
  },
  {
    name: 'bmm',
    torch: 'torch.bmm(a, b)',
    run: (a, b) => a.bmm(b!),
    cases: [[real([2, 3, 4]), real([2, 4, 2])]],
    bad: { 'two dims': () => zeros(2, 3).bmm(zeros(3, 2)), 'other batches': () => zeros(2, 2, 3).bmm(zeros(3, 3, 2)) },
  },
  {
    name: 'mv',
    torch: 'torch.mv(a, b)',
    run: (a, b) => a.mv(b!),
    cases: [[real([3, 4]), real([4])]],
    tier: 2,
    bad: { 'two matrices': () => zeros(2, 3).mv(zeros(3, 2)) },
  },
  {
    name: 'dot',
    torch: 'torch.dot(a, b)',
    run: (a, b) => a.dot(b!),
    cases: [
      [real([5]), real([5])],
      [real([0]), real([0])],
    ],
    bad: { matrices: () => zeros(2, 3).dot(zeros(3, 2)), 'other lengths': () => zeros(2).dot(zeros(3)) },
  },
  {
    name: 'dot',
    form: 'ints',
    torch: 'torch.dot(a, b)',
    run: (a, b) => a.dot(b!),
    cases: [[whole([5], 0, 9), whole([5], 0, 9)]],
    dtypes: numbers.slice(2),
    differentiable: false,
  },
  {
    name: 'outer',
    torch: 'torch.outer(a, b)',
    run: (a, b) => a.outer(b!),
    cases: [[real([3]), real([4])]],
    bad: { matrices: () => zeros(2, 3).outer(zeros(3)) },
  },
]
