// What the tests of the first metagrad's operations promise, as far as the samples do not: ties, bounds, repeats, several dims.
import { Dropout, RNN, functional as F } from '@metagrad/nn'
import { noGrad } from '@metagrad/autograd'
import type { NestedArray, Tensor } from '@metagrad/tensor'
import { arange, cat, maximum, minimum, ones, stack, tensor } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'

interface Row {
  readonly inputs: readonly NestedArray[]
  readonly run: (...inputs: Tensor[]) => Tensor
  readonly out: NestedArray
  /** Gradients of the sum of the output. */
  readonly grads: readonly NestedArray[]
}

const double = (data: NestedArray): Tensor => tensor(data, { dtype: 'float64' })
const long = (data: NestedArray): Tensor => tensor(data, { dtype: 'int64' })

function expectNear(x: Tensor, expected: NestedArray): void {
  const [got, wanted] = [x, double(expected)].map((y) => Array.from(y.dataSync(), Number))
  expect(x.shape).toEqual(double(expected).shape)
  for (const [i, value] of got!.entries()) expect(value).toBeCloseTo(wanted![i]!, 12)
}

const third = 1 / 3
const cube = [[[0, 1], [2, 3], [4, 5]], [[6, 7], [8, 9], [10, 11]]] // prettier-ignore
const onesOfCube = cube.map((rows) => rows.map((row) => row.map(() => 1)))
/** Weights that tell elements apart: 1, 2, 3, ... */
const counted = (x: Tensor): Tensor => x.mul(arange(1, x.numel + 1, 1, { dtype: 'float64' }).reshape(x.shape))

const rows: Readonly<Record<string, Row>> = {
  // Reductions
  'sum([0, 2])': { inputs: [cube], run: (x) => x.sum([0, 2]), out: [14, 22, 30], grads: [onesOfCube] },
  'sum([0, 2], keepDim)': {
    inputs: [cube],
    run: (x) => x.sum([0, 2], { keepDim: true }),
    out: [[[14], [22], [30]]],
    grads: [onesOfCube],
  },
  'sum([-1, 0]) weighted': {
    inputs: [cube],
    run: (x) => counted(x.sum([-1, 0])),
    out: [14, 44, 90],
    grads: [cube.map((part) => part.map((row, i) => row.map(() => i + 1)))],
  },
  'mean([0, 1], keepDim)': {
    inputs: [[[1, 2], [3, 4]]],
    run: (x) => x.mean([0, 1], { keepDim: true }),
    out: [[2.5]],
    grads: [[[0.25, 0.25], [0.25, 0.25]]],
  },
  // Extrema: ties share the gradient
  'amax() of ties': { inputs: [[2, 1, 2]], run: (x) => x.amax(), out: 2, grads: [[0.5, 0, 0.5]] },
  'max() of ties': { inputs: [[2, 1, 2]], run: (x) => x.max(), out: 2, grads: [[0.5, 0, 0.5]] },
  'amax([0, 1]) of ties': {
    inputs: [[[3, 1], [3, 3]]],
    run: (x) => x.amax([0, 1]),
    out: 3,
    grads: [[[third, 0], [third, third]]],
  },
  'amin([0, 2], keepDim) of ties': {
    inputs: [[[[1, 1], [5, 4]], [[2, 1], [4, 4]]]],
    run: (x) => x.amin([0, 2], { keepDim: true }),
    out: [[[1], [4]]],
    grads: [[[[third, third], [0, third]], [[0, third], [third, third]]]],
  },
  'amax(1) weighted': {
    inputs: [[[1, 2, 2], [3, 3, 3]]],
    run: (x) => counted(x.amax(1)),
    out: [2, 6],
    grads: [[[0, 0.5, 0.5], [2 * third, 2 * third, 2 * third]]],
  },
  'max(1), whose index is one': {
    inputs: [[[1, 2, 2], [3, 3, 3]]],
    run: (x) => x.max(1).values,
    out: [2, 3],
    grads: [[[0, 1, 0], [1, 0, 0]]],
  },
  'maximum of ties': {
    inputs: [[1, 2, 3], [3, 2, 1]],
    run: (a, b) => maximum(a!, b!),
    out: [3, 2, 3],
    grads: [[0, 0.5, 1], [1, 0.5, 0]],
  },
  'minimum of ties': {
    inputs: [[1, 2, 3], [3, 2, 1]],
    run: (a, b) => minimum(a!, b!),
    out: [1, 2, 1],
    grads: [[1, 0.5, 0], [0, 0.5, 1]],
  },
  // Bounds and kinks
  'clamp(-1, 1)': {
    inputs: [[-2, -1, 0, 1, 2]],
    run: (x) => x.clamp(-1, 1),
    out: [-1, -1, 0, 1, 1],
    grads: [[0, 1, 1, 1, 0]],
  },
  'clamp(0)': { inputs: [[-1, 0, 1]], run: (x) => x.clamp(0), out: [0, 0, 1], grads: [[0, 1, 1]] },
  'clamp(undefined, 0)': {
    inputs: [[-1, 0, 1]],
    run: (x) => x.clamp(undefined, 0),
    out: [-1, 0, 0],
    grads: [[1, 1, 0]],
  },
  'abs at 0': { inputs: [[-2, 0, 2]], run: (x) => x.abs(), out: [2, 0, 2], grads: [[-1, 0, 1]] },
  'relu at 0': { inputs: [[-2, 0, 2]], run: (x) => x.relu(), out: [0, 0, 2], grads: [[0, 0, 1]] },
  'norm(1) at 0': { inputs: [[-3, 0, 4]], run: (x) => x.norm(1), out: 7, grads: [[-1, 0, 1]] },
  'norm(2)': { inputs: [[3, 4]], run: (x) => x.norm(2), out: 5, grads: [[0.6, 0.8]] },
  // Repeats accumulate
  'index([[0, 0, 2]])': { inputs: [[5, 6, 7]], run: (x) => x.index([0, 0, 2]), out: [5, 5, 7], grads: [[2, 0, 1]] },
  'index of rows, negative and twice': {
    inputs: [[[1, 2], [3, 4]]],
    run: (x) => counted(x.index([1, -1])),
    out: [[3, 8], [9, 16]],
    grads: [[[0, 0], [4, 6]]],
  },
  'index of pairs': {
    inputs: [[[1, 2], [3, 4]]],
    run: (x) => counted(x.index([0, 0, 1], [1, 1, 0])),
    out: [2, 4, 9],
    grads: [[[0, 3], [3, 0]]],
  },
  'index by a mask': {
    inputs: [[1, 2, 3]],
    run: (x) => counted(x.index(x.gt(1))),
    out: [2, 6],
    grads: [[0, 1, 2]],
  },
  'index backwards': {
    inputs: [[1, 2, 3, 4]],
    run: (x) => counted(x.index('::-2')),
    out: [4, 4],
    grads: [[0, 2, 0, 1]],
  },
  'gather repeated': {
    inputs: [[[1, 2], [3, 4]]],
    run: (x) => x.gather(1, long([[0, 0, 1], [1, 1, 1]])),
    out: [[1, 1, 2], [4, 4, 4]],
    grads: [[[2, 1], [0, 3]]],
  },
  'repeat(2, 2)': {
    inputs: [[1, 2]],
    run: (x) => counted(x.repeat(2, 2)),
    out: [[1, 4, 3, 8], [5, 12, 7, 16]],
    grads: [[16, 20]],
  },
  'x * x, one tensor twice': { inputs: [[2, 3]], run: (x) => x.mul(x), out: [4, 9], grads: [[4, 6]] },
  'embedding with repeated indices': {
    inputs: [[[1, 2], [3, 4], [5, 6]]],
    run: (weight) => F.embedding(long([[2, 0], [2, 2]]), weight),
    out: [[[5, 6], [1, 2]], [[5, 6], [5, 6]]],
    grads: [[[1, 1], [0, 0], [3, 3]]],
  },
  // Shapes
  'add with broadcasting on both sides': {
    inputs: [[[1], [2]], [10, 20, 30]],
    run: (a, b) => counted(a.add(b!)),
    out: [[11, 42, 93], [48, 110, 192]],
    grads: [[[6], [15]], [5, 7, 9]],
  },
  'matmul with a broadcast batch': {
    inputs: [[[1, 2]], [[[1], [1]], [[2], [0]]]],
    run: (a, b) => counted(a.matmul(b!)),
    out: [[[3]], [[4]]],
    grads: [[[5, 1]], [[[1], [2]], [[2], [4]]]],
  },
  'flip of all dims': {
    inputs: [[[1, 2], [3, 4]]],
    run: (x) => counted(x.flip(0, 1)),
    out: [[4, 6], [6, 4]],
    grads: [[[4, 3], [2, 1]]],
  },
  'squeeze([0, 2])': {
    inputs: [[[[1], [2]]]],
    run: (x) => counted(x.squeeze([0, 2])),
    out: [1, 4],
    grads: [[[[1], [2]]]],
  },
  'chunk of 7 in 3, joined backwards': {
    inputs: [[1, 2, 3, 4, 5, 6, 7]],
    run: (x) => counted(cat(x.chunk(3).toReversed())),
    out: [7, 8, 15, 24, 5, 12, 21],
    grads: [[5, 6, 7, 2, 3, 4, 1]],
  },
  'unbind and stack': {
    inputs: [[[1, 2], [3, 4]]],
    run: (x) => counted(stack(x.unbind(1))),
    out: [[1, 6], [6, 16]],
    grads: [[[1, 3], [2, 4]]],
  },
  'sort, descending': {
    inputs: [[2, 3, 1]],
    run: (x) => counted(x.sort(0, { descending: true }).values),
    out: [3, 4, 3],
    grads: [[2, 1, 3]],
  },
  // Losses
  'crossEntropy with one-hot targets': {
    inputs: [[[0, 0], [0, 0]]],
    run: (x) => F.crossEntropy(x, double([[0, 1], [1, 0]])),
    out: Math.LN2,
    grads: [[[0.25, -0.25], [-0.25, 0.25]]],
  },
  'crossEntropy with indices': {
    inputs: [[[0, 0], [0, 0]]],
    run: (x) => F.crossEntropy(x, long([1, 0])),
    out: Math.LN2,
    grads: [[[0.25, -0.25], [-0.25, 0.25]]],
  },
  'crossEntropy leaves out ignoreIndex, and does not count it': {
    inputs: [[[0, 0], [5, 1], [0, 0]]],
    run: (x) => F.crossEntropy(x, long([0, -100, 1])),
    out: Math.LN2,
    grads: [[[-0.25, 0.25], [0, 0], [0.25, -0.25]]],
  },
  'nllLoss with its own ignoreIndex': {
    inputs: [[[-1, -2], [-3, -4]]],
    run: (x) => F.nllLoss(x, long([1, 0]), { ignoreIndex: 0 }),
    out: 2,
    grads: [[[0, -1], [0, 0]]],
  },
  'mseLoss is the mean over all elements': {
    inputs: [[[1, 2], [3, 4]], [[0, 0], [0, 0]]],
    run: (x, y) => F.mseLoss(x, y!),
    out: 7.5,
    grads: [[[0.5, 1], [1.5, 2]], [[-0.5, -1], [-1.5, -2]]],
  },
  'binaryCrossEntropyWithLogits is the mean over all elements': {
    inputs: [[[0, 0], [0, 0]]],
    run: (x) => F.binaryCrossEntropyWithLogits(x, ones([2, 2], { dtype: 'float64' })),
    out: Math.LN2,
    grads: [[[-0.125, -0.125], [-0.125, -0.125]]],
  },
  // Recurrent cores, with weights that make the formula plain
  'rnnTanhCell: tanh(x + h)': {
    inputs: [[[0.5]], [[-0.5]]],
    run: (x, h) => F.rnnTanhCell(x, h!, weights(1, 1)),
    out: [[0]],
    grads: [[[1]], [[1]]],
  },
  'rnnReluCell: relu(x + h)': {
    inputs: [[[0.5], [0.5]], [[-1], [1]]],
    run: (x, h) => F.rnnReluCell(x, h!, weights(1, 1)),
    out: [[0], [1.5]],
    grads: [[[0], [1]], [[0], [1]]],
  },
  'lstmCell: gates half open keep half the cell': {
    inputs: [[[1]], [[1]], [[2]]],
    run: (x, h, c) => F.lstmCell(x, [h!, c!], weights(4, 0))[1],
    out: [[1]],
    grads: [[[0]], [[0]], [[0.5]]],
  },
  'lstmCell: the hidden state is the half of tanh(c)': {
    inputs: [[[1]], [[1]], [[2]]],
    run: (x, h, c) => F.lstmCell(x, [h!, c!], weights(4, 0))[0],
    out: [[Math.tanh(1) / 2]],
    grads: [[[0]], [[0]], [[(1 - Math.tanh(1) ** 2) / 4]]],
  },
  'gruCell: gates half open keep half the state': {
    inputs: [[[1]], [[3]]],
    run: (x, h) => F.gruCell(x, h!, weights(3, 0)),
    out: [[1.5]],
    grads: [[[0]], [[0.5]]],
  },
  // The end of a history
  'detach: the part before counts as a number': {
    inputs: [[2, 3]],
    run: (x) => x.square().detach().mul(x),
    out: [8, 27],
    grads: [[4, 9]],
  },
} // prettier-ignore

/** One hidden element, all weights equal. */
function weights(gates: number, value: number): F.RecurrentWeights {
  const weight = ones([gates, 1], { dtype: 'float64' }).mul(value)
  return { weightIh: weight, weightHh: weight }
}

test.each(Object.entries(rows))('%s in values and gradients', (_, { inputs, run, out, grads }) => {
  const leaves = inputs.map((data) => double(data).requiresGrad_())
  const [first, ...others] = leaves
  const result = run(first!, ...others)
  expectNear(result, out)
  result.sum().backward()
  expect(leaves.length).toBe(grads.length)
  for (const [i, leaf] of leaves.entries()) expectNear(leaf.grad!, grads[i]!)
})

describe('chunk(chunks)', () => {
  test.each([
    [7, 3, [3, 3, 1]],
    [6, 3, [2, 2, 2]],
    [5, 4, [2, 2, 1]],
    [2, 3, [1, 1]],
  ])('of %d elements in %d gives %j', (count, chunks, sizes) => {
    expect(arange(count).chunk(chunks).map((part) => part.numel)).toEqual(sizes) // prettier-ignore
  })
})

describe('backward', () => {
  test('adds to the gradients of earlier calls', () => {
    const x = tensor([1, 2]).requiresGrad_()
    x.square().sum().backward()
    x.square().sum().backward()
    expect(x.grad!.tolistSync()).toEqual([4, 8])
  })

  test('stops at detach_, so that only the last steps of a long recursion are walked', () => {
    const weight = double([2]).requiresGrad_()
    let state = double([1])
    for (let step = 0; step < 4; step++) {
      if (step % 2 === 0) state = state.detach_()
      state = state.mul(weight)
    }
    expect(state.itemSync()).toBe(16)
    state.sum().backward()
    // The state before the last two steps is 4: d(4 w^2) / dw.
    expect(weight.grad!.itemSync()).toBe(16)
  })

  test('has nothing to walk within noGrad', () => {
    const x = tensor([1]).requiresGrad_()
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false)
    expect(x.mul(2).requiresGrad).toBe(true)
  })
})

describe('layers in evaluation', () => {
  test('dropout passes its input through', () => {
    const x = ones(10)
    expect(new Dropout(0.9).eval().forward(x).equal(x)).toBe(true)
  })

  test('RNN without an initial state begins at 0', () => {
    const rnn = new RNN(2, 3)
    const x = ones(4, 1, 2)
    expect(rnn.forward(x)[0].equal(rnn.forward(x, x.newZeros(1, 1, 3))[0])).toBe(true)
  })
})
