import {
  atleast1d,
  atleast2d,
  atleast3d,
  blockDiag,
  cartesianProd,
  cat,
  columnStack,
  combinations,
  dstack,
  hstack,
  meshgrid,
  ones,
  stack,
  tensor,
  trilIndices,
  triuIndices,
  vstack,
  zeros,
} from '@metagrad/tensor'
import type { Tensor } from '@metagrad/tensor'
import type { Input, Sample } from './sample.ts'
import { index, real, values, whole } from './sample.ts'

const cases: Input[][] = [[real([2, 3])], [real([3, 1, 4])], [real([0, 2])]]
const zero = () => zeros(2, 3)

/** Rows of one name: [form, torch, run, cases or the common ones]. */
type Row = readonly [
  form: string,
  torch: string,
  run: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  cases?: Input[][],
]

function rows(name: string, list: readonly Row[], more: Partial<Sample> = {}): Sample[] {
  const { bad, ...rest } = more
  return list.map(([form, torch, run, own], i) => ({
    name,
    ...(form === '' ? {} : { form }),
    torch,
    run,
    cases: own ?? cases,
    ...rest,
    ...(i === 0 && bad !== undefined ? { bad } : {}),
  }))
}

const one = (...shape: number[]): Input[][] => [[real(shape)]]

export const shapeSamples: readonly Sample[] = [
  ...rows(
    'reshape',
    [
      ['', 'a.reshape(3, 2)', (a) => a.reshape(3, 2), one(2, 3)],
      ['-1', 'a.reshape(-1, 2)', (a) => a.reshape([-1, 2]), [[real([3, 4])], [real([0, 2])], [real([2])]]],
      ['flat', 'a.reshape(-1)', (a) => a.reshape(-1), [[real([])], [real([2, 1, 3])], [real([0])]]],
      ['0-d', 'a.reshape(())', (a) => a.reshape([]), one(1, 1)],
      ['same', 'a.reshape(2, 3)', (a) => a.reshape(2, 3), one(2, 3)],
    ],
    {
      dtypes: ['float32', 'float64', 'int64', 'bool', 'float16'],
      bad: {
        'another number of elements': () => zero().reshape(4),
        'sizes that do not divide': () => zero().reshape(-1, 4),
        'two free sizes': () => zero().reshape(-1, -1),
        'a negative size': () => zero().reshape(-2, -3),
        'a fractional size': () => zero().reshape(1.5, 4),
        NaN: () => zero().reshape(Number.NaN),
        'a free size beside 0': () => zeros(0).reshape(-1, 0),
      },
    },
  ),
  ...rows('view', [['', 'a.view(3, 2)', (a) => a.contiguous().view(3, 2), one(2, 3)]], {
    bad: { 'a layout that needs a copy': () => zero().T.view(6) },
  }),
  ...rows(
    'reshapeAs',
    [['', 'a.reshape_as(b)', (a, b) => a.reshapeAs(b!), [[real([2, 3]), whole([3, 2], 0, 1, 'int64')]]]],
    { tier: 2 },
  ),
  ...rows(
    'viewAs',
    [['', 'a.view_as(b)', (a, b) => a.contiguous().viewAs(b!), [[real([2, 3]), whole([6], 0, 1, 'int64')]]]],
    { tier: 2 },
  ),
  ...rows('ravel', [['', 'a.ravel()', (a) => a.ravel(), [...cases, [real([])]]]], { tier: 2 }),
  ...rows(
    'permute',
    [
      ['', 'a.permute(2, 0, -2)', (a) => a.permute(2, 0, -2), one(2, 3, 4)],
      ['0-d', 'a.permute(())', (a) => a.permute([]), one()],
    ],
    {
      bad: {
        'a dim twice': () => zero().permute(0, 0),
        'too few dims': () => zero().permute(0),
        'a dim out of range': () => zero().permute(0, 2),
      },
    },
  ),
  ...rows(
    'transpose',
    [
      ['', 'a.transpose(0, -1)', (a) => a.transpose(0, -1)],
      ['same', 'a.transpose(0, 0)', (a) => a.transpose(0, 0), [[real([2, 3])], [real([])]]],
    ],
    {
      bad: { 'a dim out of range': () => zero().transpose(0, 2) },
    },
  ),
  ...rows('swapaxes', [['', 'a.swapaxes(0, 1)', (a) => a.swapaxes(0, 1)]], { tier: 2 }),
  ...rows('swapdims', [['', 'a.swapdims(0, 1)', (a) => a.swapdims(0, 1)]], { tier: 2 }),
  ...rows('t', [['', 'a.t()', (a) => a.t(), [[real([2, 3])], [real([3])], [real([])]]]], {
    bad: { '3 dims': () => zeros(1, 2, 3).t() },
  }),
  ...rows('T', [['', 'a.T', (a) => a.T, one(2, 3)]]),
  ...rows('mT', [['', 'a.mT', (a) => a.mT, one(2, 3, 4)]], { bad: { '1 dim': () => zeros(3).mT } }),
  ...rows(
    'movedim',
    [
      ['', 'a.movedim(0, -1)', (a) => a.movedim(0, -1), one(2, 3, 4)],
      ['several', 'a.movedim((0, 1), (2, 0))', (a) => a.movedim([0, 1], [2, 0]), one(2, 3, 4)],
    ],
    {
      tier: 2,
      bad: {
        'unequal numbers': () => zero().movedim([0], [0, 1]),
        'a dim twice': () => zero().movedim([0, 0], [0, 1]),
        'a dim out of range': () => zero().movedim(0, 2),
      },
    },
  ),
  ...rows(
    'squeeze',
    [
      [
        '',
        'a.squeeze()',
        (a) => a.squeeze(),
        [[real([1, 3, 1])], [real([2])], [real([])], [real([1])], [real([1, 0])]],
      ],
      ['dim', 'a.squeeze(1)', (a) => a.squeeze(1), [[real([3, 1])], [real([1, 3])]]],
      ['dim=-1, 0-d', 'a.squeeze(-1)', (a) => a.squeeze(-1), one()],
    ],
    { bad: { 'a dim out of range': () => zero().squeeze(2) } },
  ),
  ...rows(
    'unsqueeze',
    [
      ['', 'a.unsqueeze(1)', (a) => a.unsqueeze(1), [[real([2, 3])], [real([2])], [real([0])]]],
      ['-1', 'a.unsqueeze(-1)', (a) => a.unsqueeze(-1), [[real([2, 3])], [real([])]]],
    ],
    { bad: { 'a dim out of range': () => zero().unsqueeze(3), 'a fractional dim': () => zero().unsqueeze(0.5) } },
  ),
  ...rows(
    'expand',
    [
      ['', 'a.expand(2, 3, 4)', (a) => a.expand(2, 3, 4), [[real([3, 1])], [real([])], [real([2, 3, 4])]]],
      ['-1', 'a.expand(5, -1)', (a) => a.expand(5, -1), [[real([1, 3])], [real([3])]]],
      ['to 0', 'a.expand(0, 3)', (a) => a.expand(0, 3), one(1, 3)],
    ],
    {
      bad: {
        'a size that does not grow': () => zero().expand(2, 6),
        'too few sizes': () => zero().expand(3),
        'a negative size': () => zero().expand(-2, 3),
        '-1 for a new dim': () => zero().expand(-1, 2, 3),
      },
    },
  ),
  ...rows('expandAs', [['', 'a.expand_as(b)', (a, b) => a.expandAs(b!), [[real([3, 1]), real([3, 2])]]]], {
    differentiable: false,
  }),
  ...rows('broadcastTo', [['', 'a.broadcast_to(4, 3)', (a) => a.broadcastTo(4, 3), one(3)]], {
    bad: { 'shapes that do not broadcast': () => zero().broadcastTo(3, 3) },
  }),
  ...rows(
    'flatten',
    [
      ['', 'a.flatten()', (a) => a.flatten(), [...cases, [real([])]]],
      ['1', 'a.flatten(1)', (a) => a.flatten(1), one(2, 3, 4)],
      ['0, 1', 'a.flatten(0, 1)', (a) => a.flatten(0, 1), one(2, 3, 4)],
    ],
    { bad: { 'start after end': () => zero().flatten(1, 0), 'a dim out of range': () => zero().flatten(2) } },
  ),
  ...rows('unflatten', [['', 'a.unflatten(1, (2, -1))', (a) => a.unflatten(1, [2, -1]), one(2, 6)]], {
    tier: 2,
    bad: {
      'sizes that do not divide': () => zero().unflatten(1, [2, 2]),
      'a free size that does not divide': () => zero().unflatten(1, [2, -1]),
      'a 0-d tensor': () => tensor(1).unflatten(0, [1]),
    },
  }),
  ...rows(
    'narrow',
    [
      ['', 'a.narrow(1, 1, 2)', (a) => a.narrow(1, 1, 2), one(2, 3)],
      ['negative', 'a.narrow(-1, -2, 1)', (a) => a.narrow(-1, -2, 1), one(2, 3)],
      ['empty', 'a.narrow(0, 2, 0)', (a) => a.narrow(0, 2, 0), one(2, 3)],
    ],
    {
      bad: {
        'too many elements': () => zero().narrow(1, 2, 2),
        'a negative length': () => zero().narrow(1, 0, -1),
        'a fractional start': () => zero().narrow(1, 0.5, 1),
        'a 0-d tensor': () => tensor(1).narrow(0, 0, 0),
      },
    },
  ),
  ...rows(
    'select',
    [
      ['', 'a.select(1, 2)', (a) => a.select(1, 2), one(2, 3)],
      ['negative', 'a.select(-2, -1)', (a) => a.select(-2, -1), one(2, 3)],
    ],
    {
      bad: {
        'an index out of range': () => zero().select(0, 2),
        'a fraction': () => zero().select(0, 0.5),
        NaN: () => zero().select(0, Number.NaN),
        'a 0-d tensor': () => tensor(1).select(0, 0),
      },
    },
  ),
  ...rows(
    'flip',
    [
      ['', 'a.flip(0)', (a) => a.flip(0)],
      ['several', 'a.flip(0, -1)', (a) => a.flip([0, -1])],
      ['none', 'a.flip(())', (a) => a.flip([])],
    ],
    {
      dtypes: ['float32', 'float64', 'int64', 'bool'],
      bad: { 'a dim twice': () => zero().flip(0, -2), 'a dim out of range': () => zero().flip(2) },
    },
  ),
  ...rows('fliplr', [['', 'a.fliplr()', (a) => a.fliplr()]], { tier: 2, bad: { '1 dim': () => zeros(3).fliplr() } }),
  ...rows('flipud', [['', 'a.flipud()', (a) => a.flipud()]], { tier: 2, bad: { '0 dims': () => tensor(1).flipud() } }),
  ...rows(
    'roll',
    [
      ['', 'a.roll(2)', (a) => a.roll(2), [...cases, [real([])]]],
      ['dim', 'a.roll(-4, 1)', (a) => a.roll(-4, 1), [[real([2, 3])], [real([2, 0])]]],
      ['several', 'a.roll((1, 2), (0, 1))', (a) => a.roll([1, 2], [0, 1]), one(3, 4)],
    ],
    {
      tier: 2,
      bad: {
        'unequal numbers': () => zero().roll([1, 2], [0]),
        'a fractional shift': () => zero().roll(0.5),
        'a dim out of range': () => zero().roll(1, 2),
        'several shifts without dims': () => zero().roll([1, 2]),
      },
    },
  ),
  ...[0, 1, 2, 3, -1, 6].flatMap((k) =>
    rows('rot90', [[`${k}`, `a.rot90(${k}, (0, 1))`, (a) => a.rot90(k), one(2, 3)]], { tier: 2 }),
  ),
  ...rows('rot90', [['dims', 'a.rot90(1, (2, 0))', (a) => a.rot90(1, [2, 0]), one(2, 3, 2)]], {
    tier: 2,
    bad: {
      'one dim': () => zero().rot90(1, [0]),
      'equal dims': () => zero().rot90(1, [1, -1]),
      'a fraction of a turn': () => zero().rot90(0.5),
      '1-d': () => zeros(3).rot90(),
    },
  }),
  ...rows(
    'cat',
    [
      [
        '',
        'torch.cat([a, b], 0)',
        (a, b) => cat([a, b!]),
        [
          [real([2, 3]), real([1, 3])],
          [real([0, 2]), real([1, 2])],
        ],
      ],
      ['dim', 'torch.cat([a, b, a], -1)', (a, b) => cat([a, b!, a], -1), [[real([2, 3]), real([2, 1])]]],
      ['one', 'torch.cat([a])', (a) => cat([a]), one(2)],
    ],
    {
      dtypes: ['float32', 'float64', 'int64', 'bool'],
      bad: {
        nothing: () => cat([]),
        '0-d tensors': () => cat([tensor(1), tensor(2)]),
        'shapes that differ': () => cat([zero(), zeros(2, 2)]),
        'dims that differ': () => cat([zero(), zeros(3)]),
        'a dim out of range': () => cat([zero(), zero()], 2),
      },
    },
  ),
  ...rows(
    'cat',
    [
      [
        'dtypes',
        'torch.cat([a, b])',
        (a, b) => cat([a, b!]),
        [
          [real([2]), whole([3], 0, 9, 'int64')],
          [real([2]), whole([3], 0, 1, 'bool')],
          // An empty 1-d tensor is left out, so it gets no gradient where PyTorch gives it an empty one.
          [real([2, 3]), real([0])],
        ],
      ],
    ],
    { dtypes: ['float32', 'int32'], differentiable: false },
  ),
  ...rows(
    'stack',
    [
      [
        '',
        'torch.stack([a, b])',
        (a, b) => stack([a, b!]),
        [
          [real([2, 3]), real([2, 3])],
          [real([]), real([])],
          [real([0]), real([0])],
        ],
      ],
      ['-1', 'torch.stack([a, b], -1)', (a, b) => stack([a, b!], -1), [[real([2, 3]), real([2, 3])]]],
    ],
    {
      bad: {
        nothing: () => stack([]),
        'shapes that differ': () => stack([zero(), zeros(2, 2)]),
        'a dim out of range': () => stack([zero()], 3),
      },
    },
  ),
  ...(
    [
      ['hstack', 'hstack', hstack],
      ['vstack', 'vstack', vstack],
      ['dstack', 'dstack', dstack],
      ['columnStack', 'column_stack', columnStack],
    ] as const
  ).flatMap(([name, python, f]) =>
    rows(
      name,
      [
        [
          '',
          `torch.${python}([a, b])`,
          (a, b) => f([a, b!]),
          [
            [real([]), real([])],
            [real([3]), real([3])],
            [real([2, 3]), real([2, 3])],
            [real([2, 1, 2]), real([2, 1, 2])],
          ],
        ],
      ],
      {
        tier: 2,
        bad: { nothing: () => f([]), 'shapes that differ': () => f([zeros(2, 3, 4), zeros(3, 4, 5)]) },
      },
    ),
  ),
  ...(
    [
      ['atleast1d', '1d', atleast1d],
      ['atleast2d', '2d', atleast2d],
      ['atleast3d', '3d', atleast3d],
    ] as const
  ).flatMap(([name, python, f]) =>
    rows(
      name,
      [['', `torch.atleast_${python}(a)`, (a) => f(a), [[real([])], [real([3])], [real([2, 3])], [real([2, 1, 3])]]]],
      { tier: 2 },
    ),
  ),
  ...rows(
    'split',
    [
      ['', 'a.split(2, 1)', (a) => a.split(2, 1), [[real([2, 5])], [real([1, 1])], [real([1, 0])]]],
      ['sizes', 'a.split([1, 0, 2])', (a) => a.split([1, 0, 2]), one(3, 2)],
    ],
    {
      bad: {
        'parts of size 0': () => zero().split(0),
        'a fractional size': () => zero().split(1.5),
        'sizes that do not add up': () => zero().split([1, 2]),
        'a negative size': () => zero().split([3, -1]),
        'a 0-d tensor': () => tensor(1).split(1),
      },
    },
  ),
  ...rows('chunk', [['', 'a.chunk(3, -1)', (a) => a.chunk(3, -1), [[real([2, 7])], [real([1, 4])], [real([2])]]]], {
    bad: {
      'no chunks': () => zero().chunk(0),
      'a fraction of chunks': () => zero().chunk(1.5),
      'a 0-d tensor': () => tensor(1).chunk(1),
    },
  }),
  ...rows(
    'tensorSplit',
    [
      ['', 'torch.tensor_split(a, 3)', (a) => a.tensorSplit(3), [[real([7, 2])], [real([2])], [real([0])]]],
      ['positions', 'torch.tensor_split(a, (1, 3, -1), 1)', (a) => a.tensorSplit([1, 3, -1], 1), one(2, 5)],
      ['positions out of order', 'torch.tensor_split(a, (3, 1, 9))', (a) => a.tensorSplit([3, 1, 9]), one(5)],
    ],
    {
      tier: 2,
      bad: {
        'no parts': () => zero().tensorSplit(0),
        'fractional positions': () => zero().tensorSplit([0.5]),
        'a 0-d tensor': () => tensor(1).tensorSplit(1),
      },
    },
  ),
  ...rows('unbind', [['', 'a.unbind(1)', (a) => a.unbind(1), [[real([2, 3])], [real([2, 1, 2])]]]], {
    bad: { 'a dim out of range': () => zero().unbind(2), 'a 0-d tensor': () => tensor(1).unbind() },
  }),
  ...rows(
    'repeat',
    [
      ['', 'a.repeat(2, 3)', (a) => a.repeat(2, 3), [[real([2, 3])], [real([3])], [real([])]]],
      ['0', 'a.repeat(0, 1)', (a) => a.repeat(0, 1), one(2, 3)],
    ],
    {
      bad: {
        'too few counts': () => zero().repeat(2),
        'a negative count': () => zero().repeat(1, -1),
        'a fractional count': () => zero().repeat(1, 0.5),
      },
    },
  ),
  ...rows(
    'tile',
    [
      ['', 'a.tile(2)', (a) => a.tile(2), [[real([2, 3])], [real([])]]],
      ['more', 'a.tile((2, 1, 2))', (a) => a.tile([2, 1, 2]), one(3)],
    ],
    { bad: { 'a negative count': () => zero().tile(-1) } },
  ),
  ...rows(
    'repeatInterleave',
    [
      ['', 'a.repeat_interleave(2)', (a) => a.repeatInterleave(2), [[real([2, 3])], [real([])]]],
      ['dim', 'a.repeat_interleave(3, 1)', (a) => a.repeatInterleave(3, 1), one(2, 2)],
      [
        'counts',
        'a.repeat_interleave(b, 0)',
        (a, b) => a.repeatInterleave(b!, 0),
        [
          [real([3, 2]), values([3], [2, 0, 1], 'int64')],
          [real([2, 2]), values([1], [2], 'int64')],
        ],
      ],
    ],
    {
      tier: 2,
      bad: {
        'a negative count': () => zero().repeatInterleave(-1),
        'too few counts': () => zero().repeatInterleave(tensor([1, 2], { dtype: 'int64' }), 1),
        'a fraction': () => zero().repeatInterleave(0.5),
      },
    },
  ),
  ...rows(
    'pad',
    [
      ['', 'F.pad(a, (1, 2))', (a) => a.pad([1, 2])],
      ['value', 'F.pad(a, (1, 0, 0, 2), value=1.5)', (a) => a.pad([1, 0, 0, 2], { value: 1.5 })],
      ['crop', 'F.pad(a, (-1, 2, 1, -1))', (a) => a.pad([-1, 2, 1, -1]), one(3, 4)],
      ['nothing', 'F.pad(a, (0, 0))', (a) => a.pad([0, 0])],
      [
        'reflect',
        "F.pad(a, (2, 1), mode='reflect')",
        (a) => a.pad([2, 1], { mode: 'reflect' }),
        [[real([2, 4])], [real([1, 2, 3])]],
      ],
      [
        'reflect 2d',
        "F.pad(a, (1, 2, 1, 0), mode='reflect')",
        (a) => a.pad([1, 2, 1, 0], { mode: 'reflect' }),
        one(1, 2, 3),
      ],
      [
        'replicate',
        "F.pad(a, (2, 1, 0, 3), mode='replicate')",
        (a) => a.pad([2, 1, 0, 3], { mode: 'replicate' }),
        [[real([1, 2, 3])], [real([1, 1, 1])]],
      ],
      [
        'replicate, crop',
        "F.pad(a, (-1, 2), mode='replicate')",
        (a) => a.pad([-1, 2], { mode: 'replicate' }),
        one(1, 4),
      ],
      [
        'circular',
        "F.pad(a, (2, 1), mode='circular')",
        (a) => a.pad([2, 1], { mode: 'circular' }),
        [[real([1, 1, 3])], [real([2, 1, 2])]],
      ],
    ],
    {
      bad: {
        'an odd number of sizes': () => zero().pad([1]),
        'too many sizes': () => zeros(2).pad([1, 1, 1, 1]),
        'a fractional size': () => zero().pad([0.5, 1]),
        NaN: () => zero().pad([Number.NaN, 1]),
        'no array': () => zero().pad(1 as never),
        'too much cropping': () => zero().pad([-2, -2]),
        'an unknown mode': () => zero().pad([1, 1], { mode: 'mirror' as never }),
        'too wide a reflection': () => zero().pad([3, 0], { mode: 'reflect' }),
        'too wide a circle': () => zero().pad([4, 0], { mode: 'circular' }),
        'a fraction into ints': () => zeros([2], { dtype: 'int64' }).pad([1, 1], { value: 0.5 }),
        'an empty dim to replicate': () => zeros(2, 0).pad([1, 1], { mode: 'replicate' }),
      },
    },
  ),
  ...rows('pad', [['ints', 'F.pad(a, (1, 1), value=3)', (a) => a.pad([1, 1], { value: 3 }), [[whole([2, 3], 0, 9)]]]], {
    dtypes: ['int64', 'int32', 'uint8'],
    differentiable: false,
  }),
  ...rows(
    'unfold',
    [
      ['', 'a.unfold(1, 3, 2)', (a) => a.unfold(1, 3, 2), [[real([2, 7])], [real([2, 3])]]],
      ['overlapping', 'a.unfold(0, 2, 1)', (a) => a.unfold(0, 2, 1), one(4, 2)],
      ['gaps', 'a.unfold(-1, 1, 3)', (a) => a.unfold(-1, 1, 3), one(8)],
    ],
    {
      bad: {
        'too large a window': () => zero().unfold(1, 4, 1),
        'a step of 0': () => zero().unfold(1, 2, 0),
        'a fractional size': () => zero().unfold(1, 1.5, 1),
        'a 0-d tensor': () => tensor(1).unfold(0, 1, 1),
      },
    },
  ),
  ...rows(
    'diagonal',
    [
      [
        '',
        'a.diagonal()',
        (a) => a.diagonal(),
        [[real([3, 3])], [real([2, 4])], [real([4, 2])], [real([2, 3, 2])], [real([0, 2])]],
      ],
      ['1', 'a.diagonal(1)', (a) => a.diagonal(1), one(3, 4)],
      ['-1, dims', 'a.diagonal(-1, 2, 0)', (a) => a.diagonal(-1, 2, 0), one(3, 2, 3)],
      ['far off', 'a.diagonal(5)', (a) => a.diagonal(5), one(3, 3)],
    ],
    {
      bad: {
        'equal dims': () => zero().diagonal(0, 1, -1),
        '1 dim': () => zeros(3).diagonal(),
        'a fraction': () => zero().diagonal(0.5),
      },
    },
  ),
  ...rows(
    'diag',
    [
      ['', 'a.diag()', (a) => a.diag(), [[real([3])], [real([2, 3])], [real([0])]]],
      ['-1', 'a.diag(-1)', (a) => a.diag(-1), [[real([3])], [real([3, 3])]]],
    ],
    { bad: { '0 dims': () => tensor(1).diag(), '3 dims': () => zeros(1, 2, 3).diag() } },
  ),
  ...rows(
    'diagEmbed',
    [
      ['', 'a.diag_embed()', (a) => a.diagEmbed(), [[real([2, 3])], [real([3])]]],
      ['2, dims', 'a.diag_embed(2, 0, 2)', (a) => a.diagEmbed(2, 0, 2), one(2, 3)],
      ['-1', 'a.diag_embed(-1)', (a) => a.diagEmbed(-1), one(2)],
    ],
    { tier: 2, bad: { 'equal dims': () => zero().diagEmbed(0, 1, 1), '0 dims': () => tensor(1).diagEmbed() } },
  ),
  ...rows('diagFlat', [['', 'a.diagflat(1)', (a) => a.diagFlat(1), [[real([2, 2])], [real([])]]]], { tier: 2 }),
  ...(['tril', 'triu'] as const).flatMap((name) => [
    ...rows(
      name,
      [
        ['', `a.${name}()`, (a) => a[name](), [[real([3, 4])], [real([2, 3, 3])], [real([0, 3])]]],
        ['1', `a.${name}(1)`, (a) => a[name](1), one(3, 3)],
        ['-2', `a.${name}(-2)`, (a) => a[name](-2), one(4, 3)],
      ],
      {
        dtypes: ['float32', 'float64', 'int64', 'bool'],
        bad: { '1 dim': () => zeros(3)[name](), 'a fraction': () => zero()[name](0.5) },
      },
    ),
    ...rows(`${name}_`, [['', `(a * 1).${name}_(1)`, (a) => a.mul(1)[`${name}_`](1), one(3, 3)]], { tier: 2 }),
    {
      name: `${name}Indices`,
      torch: `[torch.${name}_indices(3, 4, 1), torch.${name}_indices(4, 3, -1), torch.${name}_indices(2, 2, -5), torch.${name}_indices(0, 3)]`,
      run: () => {
        const f = name === 'tril' ? trilIndices : triuIndices
        return [f(3, 4, { offset: 1 }), f(4, 3, { offset: -1 }), f(2, 2, { offset: -5 }), f(0, 3)]
      },
      cases: [[]],
      dtypes: ['float32'],
      differentiable: false,
      tier: 2,
      bad: { 'a negative size': () => trilIndices(-1, 2), 'a fraction': () => triuIndices(2, 2, { offset: 0.5 }) },
    } satisfies Sample,
  ]),
  ...rows(
    'fillDiagonal_',
    [
      [
        '',
        '(a * 1).fill_diagonal_(5)',
        (a) => a.mul(1).fillDiagonal_(5),
        [[real([3, 3])], [real([2, 3])], [real([2, 2, 2])]],
      ],
    ],
    {
      tier: 2,
      bad: { '1 dim': () => zeros(3).fillDiagonal_(1), 'sizes that differ': () => zeros(2, 3, 2).fillDiagonal_(1) },
    },
  ),
  ...rows(
    'meshgrid',
    [
      [
        '',
        "torch.meshgrid(a, b, indexing='ij')",
        (a, b) => meshgrid([a, b!]),
        [
          [real([2]), real([3])],
          [real([]), real([3])],
          [real([0]), real([3])],
        ],
      ],
    ],
    {
      bad: {
        nothing: () => meshgrid([]),
        '2 dims': () => meshgrid([zero()]),
        'an unknown indexing': () => meshgrid([zeros(2)], { indexing: 'yx' as never }),
      },
    },
  ),
  ...rows('meshgrid', [
    [
      'xy',
      "torch.meshgrid(a, b, c, indexing='xy')",
      (a, b, c) => meshgrid([a, b!, c!], { indexing: 'xy' }),
      [[real([2]), real([3]), real([2])]],
    ],
  ]),
  ...rows(
    'cartesianProd',
    [
      ['', 'torch.cartesian_prod(a, b)', (a, b) => cartesianProd(a, b!), [[real([2]), real([3])]]],
      ['one', 'torch.cartesian_prod(a)', (a) => cartesianProd(a), one(3)],
    ],
    { tier: 2 },
  ),
  ...rows(
    'combinations',
    [
      ['', 'torch.combinations(a)', (a) => combinations(a), [[real([4])], [real([1])]]],
      [
        '3, with replacement',
        'torch.combinations(a, 3, True)',
        (a) => combinations(a, 3, { withReplacement: true }),
        one(3),
      ],
    ],
    { tier: 2, bad: { '2 dims': () => combinations(zero()), 'a negative number': () => combinations(zeros(3), -1) } },
  ),
  ...rows(
    'blockDiag',
    [['', 'torch.block_diag(a, b, c)', (a, b, c) => blockDiag(a, b!, c!), [[real([2, 3]), real([2]), real([])]]]],
    { tier: 2, bad: { nothing: () => blockDiag(), '3 dims': () => blockDiag(ones(1, 2, 3)) } },
  ),
  ...rows('sumTo', [
    ['', 'a.sum_to_size(3, 1)', (a) => a.sumTo([3, 1]), [[real([3, 4])], [real([2, 3, 4])], [real([3, 1])]]],
  ]),
  ...rows('take', [['of a reshaped view', 'a.t().take(b)', (a, b) => a.T.take(b!), [[real([2, 3]), index([4], 6)]]]], {
    tier: 2,
  }),
]
