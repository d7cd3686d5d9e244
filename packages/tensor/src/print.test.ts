import { describe, expect, test } from 'vitest'
import { arange, eye, setDefaultDType, tensor, zeros } from './index.ts'
import type { Tensor } from './index.ts'

// Expected texts are what PyTorch prints, with true for True, size=[0, 3] for size=(0, 3) and dtype=int32 for dtype=torch.int32.

const int64 = { dtype: 'int64' } as const

const cases: readonly (readonly [what: string, x: Tensor, text: readonly string[]])[] = [
  ['a number', tensor(2.5), ['tensor(2.5000)']],
  ['a whole number', tensor(3), ['tensor(3.)']],
  ['a small number', tensor(1e-7), ['tensor(1.0000e-07)']],
  ['a large number', tensor(123456789), ['tensor(1.2346e+08)']],
  ['NaN', tensor(Number.NaN), ['tensor(nan)']],
  ['infinity', tensor(-Infinity), ['tensor(-inf)']],
  ['a bool', tensor(true), ['tensor(true)']],
  ['numbers', tensor([1, 2.5, -3]), ['tensor([ 1.0000,  2.5000, -3.0000])']],
  ['whole numbers', tensor([1, 2, 300]), ['tensor([  1.,   2., 300.])']],
  ['fractions beside NaN and infinity', tensor([1.5, Number.NaN, -Infinity]), ['tensor([1.5000,    nan,   -inf])']],
  ['a wide range', tensor([1e-3, 1, 1e4]), ['tensor([1.0000e-03, 1.0000e+00, 1.0000e+04])']],
  ['a ratio above 1000', tensor([1, 2000]), ['tensor([1.0000e+00, 2.0000e+03])']],
  ['a ratio of 1000', tensor([1, 1000]), ['tensor([   1., 1000.])']],
  ['small fractions', tensor([0, 1e-5]), ['tensor([0.0000e+00, 1.0000e-05])']],
  ['0.0001', tensor([0.0001, 0.05]), ['tensor([1.0000e-04, 5.0000e-02])']],
  ['large fractions', tensor([12345.678, 20000.25]), ['tensor([12345.6777, 20000.2500])']],
  ['large whole numbers', tensor([99999999]), ['tensor([100000000.])']],
  ['larger whole numbers', tensor([1e9, 1]), ['tensor([1.0000e+09, 1.0000e+00])']],
  ['negative exponents', tensor([-1e-10, 1e10]), ['tensor([-1.0000e-10,  1.0000e+10])']],
  [
    'int64',
    tensor(
      [
        [1, -20],
        [300, 4],
      ],
      int64,
    ),
    ['tensor([[  1, -20],', '        [300,   4]])'],
  ],
  ['an int64 that no number holds', tensor([2n ** 53n + 1n]), ['tensor([9007199254740993])']],
  ['int32', tensor([1, 2], { dtype: 'int32' }), ['tensor([1, 2], dtype=int32)']],
  ['uint8', tensor([1, 2], { dtype: 'uint8' }), ['tensor([1, 2], dtype=uint8)']],
  ['float64', tensor(0.1, { dtype: 'float64' }), ['tensor(0.1000, dtype=float64)']],
  ['float16', tensor([1.5], { dtype: 'float16' }), ['tensor([1.5000], dtype=float16)']],
  ['bools', tensor([true, false]), ['tensor([ true, false])']],
  ['nothing', tensor([]), ['tensor([])']],
  ['nothing in two dims', zeros(0, 3), ['tensor([], size=[0, 3])']],
  ['no ints', zeros([0], int64), ['tensor([], dtype=int64)']],
  ['no bools in two dims', zeros([2, 0], { dtype: 'bool' }), ['tensor([], size=[2, 0], dtype=bool)']],
  ['a leaf', tensor([1, 2], { requiresGrad: true }), ['tensor([1., 2.], requiresGrad=true)']],
  ['a result', tensor([1, 2], { requiresGrad: true }).mul(2), ['tensor([2., 4.], source=mul)']],
  [
    'a matrix',
    tensor([
      [1.5, 2],
      [3, 4],
    ]),
    ['tensor([[1.5000, 2.0000],', '        [3.0000, 4.0000]])'],
  ],
  [
    'a strided view',
    arange(6).reshape(2, 3).T.flip(0),
    ['tensor([[2., 5.],', '        [1., 4.],', '        [0., 3.]])'],
  ],
  [
    'a bool matrix',
    eye(3).gt(0),
    ['tensor([[ true, false, false],', '        [false,  true, false],', '        [false, false,  true]])'],
  ],
  [
    'three dims',
    arange(12).reshape(2, 2, 3),
    [
      'tensor([[[ 0.,  1.,  2.],',
      '         [ 3.,  4.,  5.]],',
      '',
      '        [[ 6.,  7.,  8.],',
      '         [ 9., 10., 11.]]])',
    ],
  ],
  ['four dims', zeros(1, 2, 1, 2), ['tensor([[[[0., 0.]],', '', '         [[0., 0.]]]])']],
  [
    'a long row',
    arange(20).div(3),
    [
      'tensor([0.0000, 0.3333, 0.6667, 1.0000, 1.3333, 1.6667, 2.0000, 2.3333, 2.6667,',
      '        3.0000, 3.3333, 3.6667, 4.0000, 4.3333, 4.6667, 5.0000, 5.3333, 5.6667,',
      '        6.0000, 6.3333])',
    ],
  ],
  [
    'a note that does not fit in the line',
    arange(100, 114, { dtype: 'int32' }),
    ['tensor([100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113],', '       dtype=int32)'],
  ],
  ['a summary', arange(1001), ['tensor([   0.,    1.,    2.,  ...,  998.,  999., 1000.])']],
  [
    'a summary of rows',
    arange(2000, int64).reshape(1000, 2),
    [
      'tensor([[   0,    1],',
      '        [   2,    3],',
      '        [   4,    5],',
      '        ...,',
      '        [1994, 1995],',
      '        [1996, 1997],',
      '        [1998, 1999]])',
    ],
  ],
  [
    'a summary of columns',
    arange(2000, int64).reshape(2, 1000),
    ['tensor([[   0,    1,    2,  ...,  997,  998,  999],', '        [1000, 1001, 1002,  ..., 1997, 1998, 1999]])'],
  ],
  [
    'a summary whose rows break',
    arange(1600).reshape(40, 40).narrow(0, 0, 40),
    [
      'tensor([[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 3.7000e+01, 3.8000e+01,',
      '         3.9000e+01],',
      '        [4.0000e+01, 4.1000e+01, 4.2000e+01,  ..., 7.7000e+01, 7.8000e+01,',
      '         7.9000e+01],',
      '        [8.0000e+01, 8.1000e+01, 8.2000e+01,  ..., 1.1700e+02, 1.1800e+02,',
      '         1.1900e+02],',
      '        ...,',
      '        [1.4800e+03, 1.4810e+03, 1.4820e+03,  ..., 1.5170e+03, 1.5180e+03,',
      '         1.5190e+03],',
      '        [1.5200e+03, 1.5210e+03, 1.5220e+03,  ..., 1.5570e+03, 1.5580e+03,',
      '         1.5590e+03],',
      '        [1.5600e+03, 1.5610e+03, 1.5620e+03,  ..., 1.5970e+03, 1.5980e+03,',
      '         1.5990e+03]])',
    ],
  ],
]

describe('String(tensor)', () => {
  test.each(cases)('String(tensor) of %s', (_, x, text) => {
    expect(String(x)).toBe(text.join('\n'))
  })

  test('String(tensor) aligns NaN, infinities and -0 with whole numbers', () => {
    expect(
      String(
        tensor([
          [1, Number.NaN],
          [-0, Infinity],
        ]),
      ),
    ).toBe('tensor([[ 1., nan],\n        [-0., inf]])')
  })

  test('String(tensor) of 1000 elements shows all, of 1001 a summary', () => {
    expect(String(zeros(1000))).not.toContain('...')
    expect(String(zeros(1001))).toContain('...')
  })

  test('String(tensor) leaves out the dtype that is the default', () => {
    setDefaultDType('float64')
    try {
      expect(String(tensor([1, 2]))).toBe('tensor([1., 2.])')
      expect(String(tensor([1, 2], { dtype: 'float32' }))).toBe('tensor([1., 2.], dtype=float32)')
    } finally {
      setDefaultDType('float32')
    }
  })
})
