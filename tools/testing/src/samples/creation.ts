import type { DType, Tensor } from '@metagrad/tensor'
import {
  arange,
  bernoulli,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  linspace,
  logspace,
  manualSeed,
  multinomial,
  normal,
  oneHot,
  ones,
  onesLike,
  rand,
  randint,
  randintLike,
  randLike,
  randn,
  randnLike,
  randperm,
  tensor,
  vander,
  zeros,
  zerosLike,
} from '@metagrad/tensor'
import type { Input, Sample } from './sample.ts'
import { index, real, values } from './sample.ts'

type Result = Tensor | readonly Tensor[]

/** A factory: no inputs, one run. `form` tells rows of one name apart. */
function made(name: string, form: string, torch: string, run: () => Result, bad?: Sample['bad']): Sample {
  return {
    name,
    form,
    torch,
    run,
    cases: [[]],
    dtypes: ['float32'],
    differentiable: false,
    ...(bad === undefined ? {} : { bad }),
  }
}

/** A draw after `manualSeed(seed)`. */
function drawn(name: string, form: string, torch: string, run: () => Result, bad?: Sample['bad']): Sample {
  const seed = 7 + form.length
  return made(
    name,
    form,
    `_ = torch.manual_seed(${seed}); ${torch}`,
    () => {
      manualSeed(seed)
      return run()
    },
    bad,
  )
}

const wrongSizes = (f: (size: number) => unknown): NonNullable<Sample['bad']> => ({
  'a negative size': () => f(-1),
  'a fractional size': () => f(1.5),
  NaN: () => f(Number.NaN),
  'an infinite size': () => f(Infinity),
  'too many elements': () => f(2 ** 40),
})

const int64 = { dtype: 'int64' } as const
const like: Input[][] = [[real([2, 3])], [real([])], [real([0, 2])]]
const likeDTypes: readonly DType[] = ['float32', 'float64', 'float16', 'int64', 'int32', 'uint8', 'bool']

function likeSample(name: string, torch: string, run: (a: Tensor) => Tensor): Sample {
  return { name, torch, run, cases: like, dtypes: likeDTypes, differentiable: false }
}

export const creationSamples: readonly Sample[] = [
  made('zeros', '', 'torch.zeros(2, 3)', () => zeros(2, 3), {
    ...wrongSizes((n) => zeros(n)),
    'a size that is no number': () => zeros('2' as never),
    'an unknown dtype': () => zeros([2], { dtype: 'double' as never }),
    'requiresGrad on ints': () => zeros([2], { dtype: 'int32', requiresGrad: true }),
  }),
  made('zeros', 'dtype', 'torch.zeros((2, 0), dtype=torch.int64)', () => zeros([2, 0], int64)),
  made(
    'ones',
    '',
    'torch.ones(3)',
    () => ones(3),
    wrongSizes((n) => ones(n)),
  ),
  made('ones', '0-d', 'torch.ones((), dtype=torch.bool)', () => ones([], { dtype: 'bool' })),
  made(
    'empty',
    '',
    'torch.zeros(2, 3)',
    () => empty(2, 3),
    wrongSizes((n) => empty(n)),
  ),
  made('full', '', 'torch.full((2, 3), 1.5)', () => full([2, 3], 1.5), {
    ...wrongSizes((n) => full([n], 1)),
    'a fraction in ints': () => full([2], 1.5, int64),
    'NaN in ints': () => full([2], Number.NaN, { dtype: 'int32' }),
    'a number too large': () => full([2], 256, { dtype: 'uint8' }),
    'no shape': () => full(3 as never, 1),
  }),
  made('full', 'bool', 'torch.full((2,), True)', () => full([2], true)),
  made('full', 'infinity', "torch.full((2,), float('inf'), dtype=torch.float16)", () =>
    full([2], Infinity, { dtype: 'float16' }),
  ),
  likeSample('zerosLike', 'torch.zeros_like(a)', zerosLike),
  likeSample('onesLike', 'torch.ones_like(a)', onesLike),
  likeSample('emptyLike', 'torch.zeros_like(a)', emptyLike),
  likeSample('fullLike', 'torch.full_like(a, 1)', (a) => fullLike(a, 1)),
  likeSample('newFull', 'a.new_full((2,), 1)', (a) => a.newFull([2], 1)),
  likeSample('newZeros', 'a.new_zeros(2, 1)', (a) => a.newZeros(2, 1)),
  likeSample('newOnes', 'a.new_ones(3)', (a) => a.newOnes(3)),
  made('arange', '', 'torch.arange(5.)', () => arange(5), {
    'a step of 0': () => arange(0, 5, 0),
    'a step of the wrong sign': () => arange(0, 5, -1),
    NaN: () => arange(Number.NaN),
    'an infinite end': () => arange(0, Infinity),
    'too many elements': () => arange(2 ** 40),
    'a fractional step of ints': () => arange(0, 5, 0.5, int64),
    bool: () => arange(0, 2, 1, { dtype: 'bool' }),
    nothing: () => arange(undefined as never),
  }),
  made('arange', 'ints', 'torch.arange(2, 11, 3)', () => arange(2, 11, 3, int64)),
  made('arange', 'backwards', 'torch.arange(5, -4, -3, dtype=torch.int32)', () =>
    arange(5, -4, -3, { dtype: 'int32' }),
  ),
  made('arange', 'fractions', 'torch.arange(0, 1, 0.1, dtype=torch.float64)', () =>
    arange(0, 1, 0.1, { dtype: 'float64' }),
  ),
  made('arange', 'float16', 'torch.arange(0, 2, 0.25, dtype=torch.float16)', () =>
    arange(0, 2, 0.25, { dtype: 'float16' }),
  ),
  made('arange', 'empty', 'torch.arange(3., 3.)', () => arange(3, 3)),
  made('linspace', '', 'torch.linspace(-1, 2, 7)', () => linspace(-1, 2, 7), {
    ...wrongSizes((n) => linspace(0, 1, n)),
    NaN: () => linspace(0, Number.NaN, 3, int64),
  }),
  made('linspace', 'float64', 'torch.linspace(0, 1, 11, dtype=torch.float64)', () =>
    linspace(0, 1, 11, { dtype: 'float64' }),
  ),
  made('linspace', 'backwards', 'torch.linspace(3, -3, 4)', () => linspace(3, -3, 4)),
  made('linspace', 'one', 'torch.linspace(3, 5, 1)', () => linspace(3, 5, 1)),
  made('linspace', 'none', 'torch.linspace(3, 5, 0)', () => linspace(3, 5, 0)),
  made('linspace', 'ints', 'torch.linspace(0, 10, 5, dtype=torch.int64)', () => linspace(0, 10, 5, int64)),
  made(
    'logspace',
    '',
    'torch.logspace(-1, 2, 4)',
    () => logspace(-1, 2, 4),
    wrongSizes((n) => logspace(0, 1, n)),
  ),
  made('logspace', 'base 2', 'torch.logspace(0, 5, 6, base=2, dtype=torch.float64)', () =>
    logspace(0, 5, 6, { base: 2, dtype: 'float64' }),
  ),
  made(
    'eye',
    '',
    'torch.eye(3)',
    () => eye(3),
    wrongSizes((n) => eye(n)),
  ),
  made('eye', 'columns', 'torch.eye(2, 4, dtype=torch.int64)', () => eye(2, 4, int64)),
  made('eye', 'rows', 'torch.eye(3, 2)', () => eye(3, 2)),
  made('eye', 'empty', 'torch.eye(0)', () => eye(0)),
  made(
    'tensor',
    '',
    'torch.tensor([[1., 2.], [3., 4.]])',
    () =>
      tensor([
        [1, 2],
        [3, 4],
      ]),
    {
      'ragged arrays': () => tensor([[1, 2], [3]]),
      'a number among arrays': () => tensor([[1], 2]),
      'an array among numbers': () => tensor([1, [2]]),
      undefined: () => tensor(undefined as never),
      'null inside': () => tensor([1, null as never]),
      'a text inside': () => tensor(['1' as never]),
      'a fraction in ints': () => tensor([1.5], int64),
      'NaN in ints': () => tensor([Number.NaN], { dtype: 'int32' }),
      'a negative number in uint8': () => tensor([-1], { dtype: 'uint8' }),
      'a number beyond int64': () => tensor([2 ** 63], int64),
      'a bigint beyond int64': () => tensor([2n ** 63n]),
      'a typed array without a dtype': () => tensor(new Uint16Array(2)),
      'an unknown dtype': () => tensor([1], { dtype: 'int16' as never }),
    },
  ),
  made('tensor', 'bools', 'torch.tensor([True, False])', () => tensor([true, false])),
  made('tensor', 'bigints', 'torch.tensor([9007199254740993, -1])', () => tensor([9007199254740993n, -1n])),
  made('tensor', '0-d', 'torch.tensor(2.5)', () => tensor(2.5)),
  made('tensor', 'empty', 'torch.tensor([[], []])', () => tensor([[], []])),
  made('tensor', 'typed arrays', 'torch.tensor([[1, 2], [3, 4]], dtype=torch.int32)', () =>
    tensor(Int32Array.of(1, 2, 3, 4)).reshape(2, 2),
  ),
  made('tensor', 'uint8', 'torch.tensor([1, 2], dtype=torch.uint8)', () => tensor(Uint8Array.of(1, 2))),
  {
    name: 'oneHot',
    torch: 'F.one_hot(a)',
    run: (a) => oneHot(a),
    cases: [[index([4], 3)], [index([2, 3], 4)], [values([], [2], 'int64')]],
    dtypes: ['int64'],
    differentiable: false,
    bad: {
      'a negative class': () => oneHot(tensor([-1], int64)),
      'a class out of range': () => oneHot(tensor([3], int64), 3),
      floats: () => oneHot(tensor([1])),
      'no classes': () => oneHot(tensor([0], int64), 0),
      'a fraction of classes': () => oneHot(tensor([0], int64), 1.5),
      'nothing to count': () => oneHot(zeros([0], int64)),
    },
  },
  made('oneHot', 'numClasses', 'F.one_hot(torch.tensor([1, 0]), 4)', () => oneHot(tensor([1, 0], int64), 4)),
  made('oneHot', 'empty', 'F.one_hot(torch.zeros(0, dtype=torch.int64), 3)', () => oneHot(zeros([0], int64), 3)),
  {
    name: 'vander',
    // PyTorch's own vander cannot be differentiated.
    torch: 'a.unsqueeze(1) ** torch.arange(len(a) - 1, -1, -1)',
    run: (a) => vander(a),
    cases: [[real([3])], [real([0])], [real([1])]],
    tier: 2,
    bad: { '2 dims': () => vander(ones(2, 2)), 'a negative number of columns': () => vander(ones(2), -1) },
  },
  {
    name: 'vander',
    form: '2, increasing',
    torch: 'a.unsqueeze(1) ** torch.arange(4)',
    run: (a) => vander(a, 4, { increasing: true }),
    cases: [[real([3])]],
    tier: 2,
  },
]

export const randomSamples: readonly Sample[] = [
  drawn('rand', '', 'torch.rand(3, 7)', () => rand(3, 7), {
    ...wrongSizes((n) => rand(n)),
    ints: () => rand([2], int64),
  }),
  drawn('rand', 'float64', 'torch.rand(5, dtype=torch.float64)', () => rand([5], { dtype: 'float64' })),
  drawn('rand', '0-d', 'torch.rand(())', () => rand([])),
  drawn(
    'randLike',
    '',
    'torch.rand_like(torch.zeros(2, 3, dtype=torch.float64))',
    () => randLike(zeros([2, 3], { dtype: 'float64' })),
    { ints: () => randLike(zeros([2], int64)) },
  ),
  drawn('randn', 'few', 'torch.randn(3, 5)', () => randn(3, 5), {
    ...wrongSizes((n) => randn(n)),
    ints: () => randn([2], int64),
  }),
  drawn('randn', 'many', 'torch.randn(7, 6)', () => randn(7, 6)),
  drawn('randn', 'float64', 'torch.randn(21, dtype=torch.float64)', () => randn([21], { dtype: 'float64' })),
  drawn('randn', 'twice', '[torch.randn(3), torch.randn(2), torch.rand(2), torch.randn(1)]', () => [
    randn(3),
    randn(2),
    rand(2),
    randn(1),
  ]),
  drawn('randnLike', '', 'torch.randn_like(torch.zeros(20))', () => randnLike(zeros(20))),
  drawn('randint', '', 'torch.randint(10, (3, 4))', () => randint(10, [3, 4]), {
    'low above high': () => randint(5, 3, [2]),
    'no range': () => randint(3, 3, [2]),
    fractions: () => randint(0, 2.5, [2]),
    NaN: () => randint(Number.NaN, [2]),
    'a negative size': () => randint(3, [-1]),
  }),
  drawn('randint', 'low', 'torch.randint(-5, 5, (9,))', () => randint(-5, 5, [9])),
  drawn('randint', 'wide', 'torch.randint(0, 2**40, (9,))', () => randint(0, 2 ** 40, [9])),
  drawn('randint', 'float32', 'torch.randint(0, 9, (9,), dtype=torch.float32)', () =>
    randint(0, 9, [9], { dtype: 'float32' }),
  ),
  drawn('randintLike', '', 'torch.randint_like(torch.zeros(2, 3), 3, 9)', () => randintLike(zeros(2, 3), 3, 9)),
  drawn(
    'randperm',
    '',
    'torch.randperm(20)',
    () => randperm(20),
    wrongSizes((n) => randperm(n)),
  ),
  drawn('randperm', 'none', 'torch.randperm(0)', () => randperm(0)),
  drawn('normal', 'numbers', 'torch.normal(2., 3., (4, 5))', () => normal(2, 3, [4, 5]), {
    'a negative std': () => normal(0, -1, [2]),
    'NaN std': () => normal(0, Number.NaN, [2]),
  }),
  drawn('normal', 'means', 'torch.normal(torch.arange(18.), 0.5)', () => normal(arange(18), 0.5)),
  drawn('normal', 'stds', 'torch.normal(1., torch.arange(1., 6.))', () => normal(1, arange(1, 6))),
  drawn('normal', 'both', 'torch.normal(torch.arange(5.), torch.arange(1., 6.))', () =>
    normal(arange(5), arange(1, 6)),
  ),
  drawn('bernoulli', '', 'torch.bernoulli(torch.linspace(0, 1, 30))', () => bernoulli(linspace(0, 1, 30)), {
    'a probability above 1': () => bernoulli(tensor([1.5])),
    'a negative probability': () => bernoulli(tensor([-0.1])),
    NaN: () => bernoulli(tensor([Number.NaN])),
    ints: () => bernoulli(tensor([1], int64)),
  }),
  drawn('bernoulli', 'float64', 'torch.bernoulli(torch.linspace(0, 1, 9, dtype=torch.float64))', () =>
    bernoulli(linspace(0, 1, 9, { dtype: 'float64' })),
  ),
  drawn(
    'multinomial',
    '',
    'torch.multinomial(torch.tensor([1., 2., 3., 4.]), 3)',
    () => multinomial(tensor([1, 2, 3, 4]), 3),
    {
      'too many samples': () => multinomial(ones(3), 4),
      'no samples': () => multinomial(ones(3), 0),
      'a fraction of samples': () => multinomial(ones(3), 1.5),
      'a negative weight': () => multinomial(tensor([1, -1]), 1),
      'no weight': () => multinomial(zeros(3), 1),
      NaN: () => multinomial(tensor([1, Number.NaN]), 1),
      '3 dims': () => multinomial(ones(1, 2, 3), 1),
      '0 dims': () => multinomial(tensor(1), 1),
      ints: () => multinomial(tensor([1, 2], int64), 1),
    },
  ),
  drawn(
    'multinomial',
    'replacement, rows',
    'torch.multinomial(torch.tensor([[1., 2., 0.], [0., 0., 3.]]), 6, True)',
    () =>
      multinomial(
        tensor([
          [1, 2, 0],
          [0, 0, 3],
        ]),
        6,
        { replacement: true },
      ),
  ),
  drawn('uniform_', '', 'torch.zeros(3, 4).uniform_(-2, 3)', () => zeros(3, 4).uniform_(-2, 3), {
    'from above to': () => zeros(2).uniform_(1, 0),
    NaN: () => zeros(2).uniform_(Number.NaN, 1),
    ints: () => zeros([2], int64).uniform_(),
  }),
  drawn('normal_', '', 'torch.zeros(3, 7).normal_(1, 2)', () => zeros(3, 7).normal_(1, 2), {
    'a negative std': () => zeros(2).normal_(0, -1),
    ints: () => zeros([2], int64).normal_(),
  }),
  drawn('normal_', 'few', 'torch.zeros(3).normal_(1, 2)', () => zeros(3).normal_(1, 2)),
  drawn('exponential_', '', 'torch.zeros(9).exponential_(2)', () => zeros(9).exponential_(2), {
    'a rate of 0': () => zeros(2).exponential_(0),
    ints: () => zeros([2], int64).exponential_(),
  }),
  drawn('bernoulli_', '', 'torch.zeros(30).bernoulli_(0.3)', () => zeros(30).bernoulli_(0.3), {
    'a probability above 1': () => zeros(2).bernoulli_(1.1),
    NaN: () => zeros(2).bernoulli_(Number.NaN),
  }),
  drawn('geometric_', '', 'torch.zeros(30).geometric_(0.2)', () => zeros(30).geometric_(0.2), {
    'a probability of 0': () => zeros(2).geometric_(0),
    'a probability of 1': () => zeros(2).geometric_(1),
  }),
  drawn('geometric_', 'ints', 'torch.zeros(30, dtype=torch.int64).geometric_(0.5)', () =>
    zeros([30], int64).geometric_(0.5),
  ),
  drawn(
    'cauchy_',
    '',
    'torch.zeros(9, dtype=torch.float64).cauchy_(1, 2)',
    () => zeros([9], { dtype: 'float64' }).cauchy_(1, 2),
    { 'a scale of 0': () => zeros(2).cauchy_(0, 0), ints: () => zeros([2], int64).cauchy_() },
  ),
  drawn('random_', '', 'torch.zeros(9, dtype=torch.int32).random_()', () => zeros([9], { dtype: 'int32' }).random_(), {
    'from above to': () => zeros(2).random_(3, 1),
    fractions: () => zeros(2).random_(0.5),
    'numbers that the dtype cannot hold': () => zeros([2], { dtype: 'uint8' }).random_(0, 300),
  }),
  drawn('random_', 'float32', 'torch.zeros(9).random_()', () => zeros(9).random_()),
  drawn('random_', 'to', 'torch.zeros(9, dtype=torch.int64).random_(7)', () => zeros([9], int64).random_(7)),
  drawn('random_', 'from, to', 'torch.zeros(9, dtype=torch.uint8).random_(3, 9)', () =>
    zeros([9], { dtype: 'uint8' }).random_(3, 9),
  ),
]
