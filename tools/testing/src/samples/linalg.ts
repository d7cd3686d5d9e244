import type { Tensor } from '@metagrad/tensor'
import {
  cdist,
  cosineSimilarity,
  einsum,
  eye,
  linalg,
  ones,
  pairwiseDistance,
  tensor,
  tensordot,
  zeros,
} from '@metagrad/tensor'
import type { Input, Sample } from './sample.ts'
import { distinct, real, values, wellConditioned, whole } from './sample.ts'

/** Matrices whose diagonal climbs by 2, so that eigenvalues and singular values lie well apart. */
function spread(...shape: number[]): Input {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!]
  return {
    shape,
    draw: (generator, numel) =>
      Array.from({ length: numel }, (_, i) => {
        const row = Math.floor(i / columns) % rows
        return generator.uniform24() - 0.5 + (row === i % columns ? 1.5 + 2 * row : 0)
      }),
  }
}

const square: Input[][] = [[wellConditioned(3, 3)], [wellConditioned(2, 4, 4)], [wellConditioned(1, 1)]]
const singular: Input = values([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])

/** LAPACK works in float32, the routines here in float64: PyTorch's own rounding shows. */
const rounding = { tolerance: { float32: 1e-4 } } as const
/** The results' condition numbers multiply the rounding of both. */
const conditioned = { tolerance: { float32: 1e-3, float64: 1e-10 } } as const

const symmetric = (a: Tensor): Tensor => a.add(a.mT).div(2)
const positive = (a: Tensor): Tensor => a.matmul(a.mT).add(eye(a.size(-1), { dtype: a.dtype }))

/** Rows of one name, each with a form of its own. */
function forms(name: string, rows: readonly Omit<Sample, 'name'>[]): Sample[] {
  return rows.map((row) => ({ name, ...row }))
}

const decompositions: Sample[] = [
  ...forms('linalg.cholesky', [
    {
      torch: 'torch.linalg.cholesky(a @ a.mT + torch.eye(a.shape[-1], dtype=a.dtype))',
      run: (a) => linalg.cholesky(positive(a)),
      cases: [[real([3, 3])], [real([2, 2, 2])], [real([1, 1])], [real([0, 0])]],
      ...rounding,
      bad: {
        'a matrix that is not positive definite': () =>
          linalg.cholesky(
            tensor([
              [1, 2],
              [2, 1],
            ]),
          ),
        'one such matrix in a batch': () => linalg.cholesky(tensor([[[1]], [[-1]]])),
        'rows and columns that differ': () => linalg.cholesky(zeros(2, 3)),
        NaN: () => linalg.cholesky(tensor([[NaN]])),
        ints: () => linalg.cholesky(ones(2, 2, { dtype: 'int32' })),
      },
    },
    {
      form: 'upper',
      torch: 'torch.linalg.cholesky(a @ a.mT + torch.eye(a.shape[-1], dtype=a.dtype), upper=True)',
      run: (a) => linalg.cholesky(positive(a), { upper: true }),
      cases: [[real([3, 3])]],
      ...rounding,
    },
  ]),
  ...forms('linalg.qr', [
    {
      torch: 'torch.linalg.qr(a)',
      run: (a) => {
        const { Q, R } = linalg.qr(a)
        return [Q, R]
      },
      cases: [[real([3, 3])], [real([4, 2])], [real([2, 4])], [real([2, 3, 2])], [real([1, 1])]],
      ...conditioned,
      bad: {
        'one dim': () => linalg.qr(zeros(3)),
        'another mode': () => linalg.qr(zeros(2, 2), { mode: 'r' as 'reduced' }),
      },
    },
    {
      form: 'empty',
      torch: 'torch.linalg.qr(a)',
      run: (a) => Object.values(linalg.qr(a)) as Tensor[],
      cases: [[real([0, 3])], [real([3, 0])], [real([0, 2, 2])]],
      differentiable: false,
    },
    {
      form: 'complete',
      torch: "torch.linalg.qr(a, mode='complete')",
      run: (a) => Object.values(linalg.qr(a, { mode: 'complete' })) as Tensor[],
      cases: [[real([4, 2])]],
      ...rounding,
      differentiable: false,
      bad: {
        'a gradient that is not defined': () =>
          linalg
            .qr(ones(3, 2, { requiresGrad: true }), { mode: 'complete' })
            .R.sum()
            .backward(),
      },
    },
    {
      form: 'complete, wide',
      torch: "torch.linalg.qr(a, mode='complete')",
      run: (a) => Object.values(linalg.qr(a, { mode: 'complete' })) as Tensor[],
      cases: [[real([2, 3])]],
      ...conditioned,
    },
    {
      form: 'only R',
      torch: 'torch.linalg.qr(a).R',
      run: (a) => linalg.qr(a).R,
      cases: [[real([4, 2])]],
      ...conditioned,
    },
    {
      form: 'only Q',
      torch: 'torch.linalg.qr(a).Q',
      run: (a) => linalg.qr(a).Q,
      cases: [[real([2, 4])]],
      ...conditioned,
    },
  ]),
  ...forms('linalg.eigh', [
    {
      torch: '(lambda e: (e.eigenvalues, e.eigenvectors ** 2))(torch.linalg.eigh((a + a.mT) / 2))',
      run: (a) => {
        const { eigenvalues, eigenvectors } = linalg.eigh(symmetric(a))
        return [eigenvalues, eigenvectors.square()]
      },
      cases: [[spread(3, 3)], [spread(2, 4, 4)], [real([1, 1])]],
      ...rounding,
      bad: {
        NaN: () => linalg.eigh(tensor([[NaN]])),
        'rows and columns that differ': () => linalg.eigh(zeros(2, 3)),
        bools: () => linalg.eigh(zeros(2, 2, { dtype: 'bool' })),
      },
    },
    {
      form: 'a function of a matrix',
      torch:
        '(lambda e: (e.eigenvectors * torch.exp(e.eigenvalues / 4).unsqueeze(-2)) @ e.eigenvectors.mT)(torch.linalg.eigh((a + a.mT) / 2))',
      run: (a) => {
        const { eigenvalues, eigenvectors } = linalg.eigh(symmetric(a))
        return eigenvectors.mul(eigenvalues.div(4).exp().unsqueeze(-2)).matmul(eigenvectors.mT)
      },
      cases: [[spread(3, 3)]],
      ...rounding,
    },
    {
      form: 'upper',
      torch: "torch.linalg.eigh(a, UPLO='U').eigenvalues",
      run: (a) => linalg.eigh(a, { upper: true }).eigenvalues,
      cases: [[spread(3, 3)]],
      ...rounding,
      differentiable: false,
    },
  ]),
  ...forms('linalg.eigvalsh', [
    {
      torch: 'torch.linalg.eigvalsh((a + a.mT) / 2)',
      run: (a) => linalg.eigvalsh(symmetric(a)),
      cases: [[spread(3, 3)], [spread(2, 2, 2)]],
      ...rounding,
      bad: { infinity: () => linalg.eigvalsh(tensor([[Infinity]])), 'one dim': () => linalg.eigvalsh(zeros(2)) },
    },
    {
      form: 'empty',
      torch: 'torch.linalg.eigvalsh(a)',
      run: (a) => linalg.eigvalsh(a),
      cases: [[real([0, 0])], [real([0, 2, 2])]],
      differentiable: false,
    },
  ]),
  ...forms('linalg.eigvals', [
    {
      torch: '(lambda w: (w.real.sort(-1).values, w.imag.sort(-1).values))(torch.linalg.eigvals(a))',
      run: (a) => {
        const { real: re, imag } = linalg.eigvals(a)
        return [re.sort().values, imag.sort().values]
      },
      cases: [[real([4, 4])], [real([2, 3, 3])], [real([1, 1])], [real([0, 0])]],
      ...rounding,
      differentiable: false,
      bad: {
        NaN: () => linalg.eigvals(tensor([[NaN]])),
        'rows and columns that differ': () => linalg.eigvals(zeros(2, 3)),
      },
    },
  ]),
  ...forms('linalg.eig', [
    {
      torch: 'torch.linalg.eig(a).eigenvectors.abs() ** 2',
      run: (a) => {
        const { real: re, imag } = linalg.eig(a).eigenvectors
        return re.square().add(imag.square())
      },
      cases: [[spread(3, 3)]],
      ...rounding,
      differentiable: false,
      bad: {
        'a gradient that is not defined': () =>
          linalg
            .eig(ones(2, 2, { requiresGrad: true }))
            .eigenvalues.real.sum()
            .backward(),
      },
    },
  ]),
  ...forms('linalg.svd', [
    {
      torch: '(lambda d: (d.U ** 2, d.S, d.Vh ** 2))(torch.linalg.svd(a, full_matrices=False))',
      run: (a) => {
        const { U, S, Vh } = linalg.svd(a, { fullMatrices: false })
        return [U.square(), S, Vh.square()]
      },
      cases: [[spread(3, 3)], [spread(4, 2)], [spread(2, 4)], [spread(2, 3, 2)], [real([1, 1])]],
      ...rounding,
      bad: {
        NaN: () => linalg.svd(tensor([[NaN]])),
        'one dim': () => linalg.svd(zeros(3)),
        'a gradient that is not defined': () =>
          linalg
            .svd(ones(3, 2, { requiresGrad: true }))
            .U.sum()
            .backward(),
      },
    },
    {
      form: 'only U',
      torch: 'torch.linalg.svd(a, full_matrices=False).U ** 2',
      run: (a) => linalg.svd(a, { fullMatrices: false }).U.square(),
      cases: [[spread(4, 2)], [spread(2, 4)]],
      ...rounding,
    },
    {
      form: 'only Vh',
      torch: 'torch.linalg.svd(a, full_matrices=False).Vh ** 2',
      run: (a) => linalg.svd(a, { fullMatrices: false }).Vh.square(),
      cases: [[spread(4, 2)], [spread(2, 4)]],
      ...rounding,
    },
    {
      form: 'full matrices, projector',
      torch: '(lambda d: d.U @ d.U.mT + 0 * d.Vh.sum())(torch.linalg.svd(a))',
      run: (a) => {
        const { U, Vh } = linalg.svd(a)
        return U.matmul(U.mT).add(Vh.sum().mul(0))
      },
      cases: [[spread(4, 2)], [spread(2, 4)]],
      ...rounding,
      differentiable: false,
    },
    {
      form: 'full matrices, only S',
      torch: 'torch.linalg.svd(a).S',
      run: (a) => linalg.svd(a).S,
      cases: [[spread(4, 2)], [spread(2, 4)]],
      ...rounding,
      // The second derivative needs U and Vh.
      second: false,
    },
    {
      form: 'empty',
      torch: 'torch.linalg.svd(a, full_matrices=False)',
      run: (a) => Object.values(linalg.svd(a, { fullMatrices: false })) as Tensor[],
      cases: [[real([0, 3])], [real([3, 0])], [real([0, 2, 2])]],
      differentiable: false,
    },
  ]),
  ...forms('linalg.svdvals', [
    {
      torch: 'torch.linalg.svdvals(a)',
      run: (a) => linalg.svdvals(a),
      cases: [[spread(3, 3)], [spread(2, 2, 3)]],
      ...rounding,
      bad: { NaN: () => linalg.svdvals(tensor([[NaN]])), ints: () => linalg.svdvals(ones(2, 2, { dtype: 'int64' })) },
    },
  ]),
  ...forms('linalg.lu', [
    {
      torch: 'torch.linalg.lu(a)',
      run: (a) => {
        const { P, L, U } = linalg.lu(a)
        return [P, L, U]
      },
      cases: [[real([3, 3])], [real([4, 2])], [real([2, 4])], [real([2, 3, 3])], [real([1, 1])]],
      ...conditioned,
      bad: { 'one dim': () => linalg.lu(zeros(3)) },
    },
    {
      form: 'empty or singular',
      torch: 'torch.linalg.lu(a)',
      run: (a) => Object.values(linalg.lu(a)) as Tensor[],
      cases: [[real([0, 3])], [real([3, 0])], [real([0, 2, 2])], [values([2, 2], [1, 2, 2, 4])]],
      differentiable: false,
    },
  ]),
  ...forms('linalg.luFactor', [
    {
      torch: 'torch.linalg.lu_factor(a)',
      run: (a) => {
        const { LU, pivots } = linalg.luFactor(a)
        return [LU, pivots]
      },
      cases: [[real([3, 3])], [real([4, 2])], [real([2, 2, 4])]],
      ...conditioned,
      bad: { 'one dim': () => linalg.luFactor(zeros(3)) },
    },
  ]),
]

const solveCases: Input[][] = [
  [wellConditioned(3, 3), real([3, 2])],
  [wellConditioned(2, 3, 3), real([3, 2])],
  [wellConditioned(3, 3), real([2, 3, 1])],
  [wellConditioned(3, 1, 2, 2), real([2, 2, 3])],
  [wellConditioned(1, 1), real([1, 1])],
  [real([0, 0]), real([0, 2])],
  [wellConditioned(2, 2), real([2, 0])],
]

const solvers: Sample[] = [
  ...forms('linalg.solve', [
    {
      torch: 'torch.linalg.solve(a, b)',
      run: (a, b) => linalg.solve(a, b),
      cases: solveCases,
      ...rounding,
      bad: {
        'a singular matrix': () => linalg.solve(tensor([[1, 2], [2, 4]]), ones(2, 1)), // prettier-ignore
        'a singular matrix in a batch': () => linalg.solve(tensor([[[1]], [[0]]]), ones(2, 1, 1)),
        'rows that differ': () => linalg.solve(eye(2), ones(3, 1)),
        'a matrix that is not square': () => linalg.solve(ones(2, 3), ones(2, 1)),
        'batches that do not broadcast': () => linalg.solve(ones(2, 3, 3), ones(4, 3, 1)),
        'an array': () => linalg.solve(eye(2), [1, 2] as never),
        ints: () => linalg.solve(ones(2, 2, { dtype: 'int32' }), ones(2, 2, { dtype: 'int32' })),
      },
    },
    {
      form: 'vector',
      torch: 'torch.linalg.solve(a, b)',
      run: (a, b) => linalg.solve(a, b),
      cases: [
        [wellConditioned(3, 3), real([3])],
        [wellConditioned(2, 3, 3), real([2, 3])],
      ],
      ...rounding,
    },
    {
      form: 'left=false',
      torch: 'torch.linalg.solve(a, b, left=False)',
      run: (a, b) => linalg.solve(a, b, { left: false }),
      cases: [[wellConditioned(3, 3), real([2, 3])]],
      ...rounding,
      bad: { 'a vector': () => linalg.solve(eye(2), ones(2), { left: false }) },
    },
  ]),
  ...forms('linalg.solveTriangular', [
    ...[true, false].flatMap((upper) =>
      [true, false].map((unitriangular): Omit<Sample, 'name'> => ({
        form: `upper=${upper}, unitriangular=${unitriangular}`,
        torch: `torch.linalg.solve_triangular(a, b, upper=${upper ? 'True' : 'False'}, unitriangular=${unitriangular ? 'True' : 'False'})`,
        run: (a, b) => linalg.solveTriangular(a, b, { upper, unitriangular }),
        cases: [
          [wellConditioned(3, 3), real([3, 2])],
          [wellConditioned(2, 2, 2), real([2, 1])],
        ],
        ...rounding,
      })),
    ),
    {
      form: 'left=false',
      torch: 'torch.linalg.solve_triangular(a, b, upper=True, left=False)',
      run: (a, b) => linalg.solveTriangular(a, b, { upper: true, left: false }),
      cases: [[wellConditioned(3, 3), real([2, 3])]],
      ...rounding,
      bad: { 'a vector': () => linalg.solveTriangular(eye(2), ones(2), { upper: true }) },
    },
  ]),
  ...forms('linalg.luSolve', [
    {
      torch: 'torch.linalg.lu_solve(*torch.linalg.lu_factor(a), b)',
      run: (a, b) => linalg.luSolve(linalg.luFactor(a), b),
      cases: [
        [wellConditioned(3, 3), real([3, 2])],
        [real([2, 2, 2]), real([2, 1])],
      ],
      ...conditioned,
      bad: { 'a vector': () => linalg.luSolve(linalg.luFactor(eye(2)), ones(2)) },
    },
  ]),
  ...forms('linalg.choleskySolve', [
    {
      torch: 'torch.cholesky_solve(b, torch.tril(a))',
      run: (a, b) => linalg.choleskySolve(b, a.tril()),
      cases: [[wellConditioned(3, 3), real([3, 2])]],
      ...rounding,
    },
    {
      form: 'upper',
      torch: 'torch.cholesky_solve(b, torch.triu(a), upper=True)',
      run: (a, b) => linalg.choleskySolve(b, a.triu(), { upper: true }),
      cases: [[wellConditioned(3, 3), real([3, 2])]],
      ...rounding,
    },
  ]),
  ...forms('linalg.choleskyInverse', [
    {
      torch: 'torch.cholesky_inverse(torch.tril(a))',
      run: (a) => linalg.choleskyInverse(a.tril()),
      cases: [[wellConditioned(3, 3)]],
      ...rounding,
    },
  ]),
  ...forms('linalg.inv', [
    {
      torch: 'torch.linalg.inv(a)',
      run: (a) => linalg.inv(a),
      cases: [...square, [real([0, 0])]],
      ...rounding,
      bad: {
        'a singular matrix': () => linalg.inv(zeros(2, 2)),
        'a matrix that is not square': () => linalg.inv(ones(2, 3)),
      },
    },
  ]),
  ...forms('inverse', [
    { torch: 'a.inverse()', run: (a) => a.inverse(), cases: [[wellConditioned(2, 2)]], ...rounding },
  ]),
  ...forms('linalg.pinv', [
    {
      torch: 'torch.linalg.pinv(a)',
      run: (a) => linalg.pinv(a),
      cases: [[spread(3, 3)], [spread(4, 2)], [spread(2, 4)], [spread(2, 3, 2)]],
      ...rounding,
      bad: {
        NaN: () => linalg.pinv(tensor([[NaN]])),
        'a negative tolerance': () => linalg.pinv(eye(2), { rtol: -1 }),
        'one dim': () => linalg.pinv(ones(2)),
      },
    },
    {
      form: 'atol',
      torch: 'torch.linalg.pinv(a, atol=1.0)',
      run: (a) => linalg.pinv(a, { atol: 1 }),
      cases: [[values([2, 2], [3, 0, 0, 0.5])]],
      ...rounding,
      differentiable: false,
    },
    {
      form: 'singular or empty',
      torch: 'torch.linalg.pinv(a)',
      run: (a) => linalg.pinv(a),
      cases: [[singular], [real([0, 3])], [real([2, 0])]],
      ...rounding,
      differentiable: false,
    },
  ]),
  ...forms('pinverse', [{ torch: 'a.pinverse()', run: (a) => a.pinverse(), cases: [[spread(3, 2)]], ...rounding }]),
  ...forms('linalg.lstsq', [
    {
      torch: 'torch.linalg.lstsq(a, b).solution',
      run: (a, b) => linalg.lstsq(a, b).solution,
      cases: [
        [spread(4, 2), real([4, 3])],
        [spread(2, 4), real([2, 1])],
        [spread(2, 3, 3), real([2, 3, 1])],
      ],
      ...rounding,
      bad: {
        'rows that differ': () => linalg.lstsq(ones(3, 2), ones(2, 1)),
        'a vector on the right': () => linalg.lstsq(ones(3, 2), ones(3)),
        NaN: () => linalg.lstsq(tensor([[NaN]]), tensor([[1]])),
      },
    },
    {
      form: 'residuals, rank and singular values',
      torch: "(lambda r: (r.residuals, r.rank, r.singular_values))(torch.linalg.lstsq(a, b, driver='gelsd'))",
      run: (a, b) => {
        const { residuals, rank, singularValues } = linalg.lstsq(a, b)
        return [residuals, rank, singularValues]
      },
      cases: [
        [spread(4, 2), real([4, 3])],
        [spread(2, 4), real([2, 1])],
      ],
      ...rounding,
      differentiable: false,
    },
    {
      form: 'rank-deficient',
      torch: "(lambda r: (r.solution, r.rank))(torch.linalg.lstsq(a, b, driver='gelsd'))",
      run: (a, b) => {
        const { solution, rank } = linalg.lstsq(a, b)
        return [solution, rank]
      },
      cases: [[singular, real([3, 2])]],
      ...rounding,
      differentiable: false,
    },
  ]),
  ...forms('linalg.matrixRank', [
    {
      torch: 'torch.linalg.matrix_rank(a)',
      run: (a) => linalg.matrixRank(a),
      cases: [[singular], [real([2, 3, 4])], [values([2, 2], [0, 0, 0, 0])], [real([0, 3])]],
      differentiable: false,
      bad: { NaN: () => linalg.matrixRank(tensor([[NaN]])), 'one dim': () => linalg.matrixRank(ones(2)) },
    },
    {
      form: 'atol, rtol',
      torch: 'torch.linalg.matrix_rank(a, atol=1.0, rtol=0.5)',
      run: (a) => linalg.matrixRank(a, { atol: 1, rtol: 0.5 }),
      cases: [[values([3, 3], [3, 0, 0, 0, 1.2, 0, 0, 0, 2])]],
      differentiable: false,
    },
  ]),
  ...forms('linalg.tensorinv', [
    {
      torch: 'torch.linalg.tensorinv((a + 2 * torch.eye(6, dtype=a.dtype)).reshape(2, 3, 6), ind=2)',
      run: (a) => linalg.tensorinv(a.add(eye(6, { dtype: a.dtype }).mul(2)).reshape(2, 3, 6), 2),
      cases: [[wellConditioned(6, 6)]],
      ...rounding,
      bad: {
        'dims that do not make a square': () => linalg.tensorinv(ones(2, 3)),
        'a fractional ind': () => linalg.tensorinv(ones(2, 3), 0.5),
        'a singular map': () => linalg.tensorinv(zeros(4, 2, 2), 1),
      },
    },
  ]),
  ...forms('linalg.tensorsolve', [
    {
      torch: 'torch.linalg.tensorsolve(a.reshape(2, 3, 6), b)',
      run: (a, b) => linalg.tensorsolve(a.reshape(2, 3, 6), b),
      cases: [[wellConditioned(6, 6), real([2, 3])]],
      ...rounding,
      bad: { 'dims that do not make a square': () => linalg.tensorsolve(ones(2, 3), ones(2)) },
    },
  ]),
]

const invariants: Sample[] = [
  ...forms('linalg.det', [
    {
      torch: 'torch.linalg.det(a)',
      run: (a) => linalg.det(a),
      cases: [...square, [real([0, 0])]],
      ...rounding,
      bad: {
        'a matrix that is not square': () => linalg.det(ones(2, 3)),
        ints: () => linalg.det(ones(2, 2, { dtype: 'int32' })),
      },
    },
    {
      form: 'singular',
      // PyTorch divides by a perturbed pivot here; finite differences hold the gradient below.
      run: (a) => linalg.det(a),
      cases: [[singular], [values([2, 2], [1, 2, 2, 4])], [values([2, 2], [0, 0, 0, 0])]],
      second: false,
    },
    {
      form: 'repeated singular values',
      torch: 'torch.linalg.det(a)',
      run: (a) => linalg.det(a),
      cases: [[values([3, 3], [0, 2, 0, 2, 0, 0, 0, 0, 2])]],
    },
  ]),
  ...forms('det', [{ torch: 'a.det()', run: (a) => a.det(), cases: [[wellConditioned(3, 3)]], ...rounding }]),
  ...forms('linalg.slogdet', [
    {
      torch: 'torch.linalg.slogdet(a)',
      run: (a) => {
        const { sign, logabsdet } = linalg.slogdet(a)
        return [sign, logabsdet]
      },
      cases: [...square, [values([2, 2], [0, 1, 1, 0])], [values([3, 3], [2, 0, 0, 0, 0, -3, 0, 1, 0])]],
      ...rounding,
      bad: { 'a matrix that is not square': () => linalg.slogdet(ones(2, 3)) },
    },
    {
      form: 'singular or empty',
      torch: 'torch.linalg.slogdet(a)',
      run: (a) => Object.values(linalg.slogdet(a)) as Tensor[],
      cases: [[values([2, 2], [1, 2, 2, 4])], [real([0, 0])], [values([2, 2], [0, 0, 0, 0])]],
      differentiable: false,
    },
  ]),
  ...forms('slogdet', [
    {
      torch: 'a.slogdet()',
      run: (a) => Object.values(a.slogdet()) as Tensor[],
      cases: [[wellConditioned(2, 2)]],
      ...rounding,
    },
  ]),
  ...forms('logdet', [
    { torch: 'a.logdet()', run: (a) => a.logdet(), cases: [[wellConditioned(3, 3)]], ...rounding },
    {
      form: 'negative',
      torch: 'a.logdet()',
      run: (a) => a.logdet(),
      cases: [[values([2, 2], [0, 1, 1, 0])]],
      differentiable: false,
    },
  ]),
  ...forms(
    'linalg.matrixPower',
    [0, 1, 2, 5, -1, -3].map((n): Omit<Sample, 'name'> => ({
      form: `${n}`,
      torch: `torch.linalg.matrix_power(a, ${n})${n === 0 ? ' + 0 * a' : ''}`,
      run: (a) => (n === 0 ? linalg.matrixPower(a, n).add(a.mul(0)) : linalg.matrixPower(a, n)),
      cases: [[wellConditioned(2, 2)], [wellConditioned(2, 3, 3)]],
      ...rounding,
    })),
  ),
  ...forms('matrixPower', [
    {
      torch: 'a.matrix_power(3)',
      run: (a) => a.matrixPower(3),
      cases: [[real([2, 2])]],
      ...rounding,
      bad: {
        'a fractional power': () => eye(2).matrixPower(0.5),
        'a singular matrix and a negative power': () => zeros(2, 2).matrixPower(-1),
      },
    },
  ]),
  ...forms('linalg.matrixExp', [
    {
      torch: 'torch.linalg.matrix_exp(a)',
      run: (a) => linalg.matrixExp(a),
      cases: [[real([3, 3])], [real([2, 2, 2])], [real([1, 1])], [values([2, 2], [0, 0, 0, 0])]],
      ...rounding,
      bad: { 'a matrix that is not square': () => linalg.matrixExp(ones(2, 3)) },
    },
  ]),
  ...forms('matrixExp', [{ torch: 'a.matrix_exp()', run: (a) => a.matrixExp(), cases: [[real([2, 2])]], ...rounding }]),
  ...forms('trace', [
    {
      torch: 'torch.trace(a)',
      run: (a) => a.trace(),
      cases: [[real([3, 3])], [real([2, 3])], [real([0, 2])]],
      bad: { 'one dim': () => ones(2).trace() },
    },
    {
      form: 'batch',
      torch: 'a.diagonal(0, -2, -1).sum(-1)',
      run: (a) => a.trace(),
      cases: [[real([2, 3, 3])]],
    },
    {
      form: 'ints',
      torch: 'torch.trace(a)',
      run: (a) => a.trace(),
      cases: [[whole([3, 3], -9, 9)]],
      dtypes: ['int64'],
      differentiable: false,
    },
  ]),
]

const orders = [0, 1, 2, 3, 2.5, 0.5, -1, Infinity, -Infinity]
const python = (value: number | string): string =>
  typeof value === 'string' ? `'${value}'` : Number.isFinite(value) ? String(value) : `${value < 0 ? '-' : ''}math.inf`
/** Elements that differ in size, none near 0. */
const sized = (shape: readonly number[]): Input => distinct(shape)

const norms: Sample[] = [
  ...forms('linalg.vectorNorm', [
    ...orders.map((ord): Omit<Sample, 'name'> => ({
      form: `${ord}`,
      torch: `torch.linalg.vector_norm(a, ${python(ord)}, dim=-1)`,
      run: (a) => linalg.vectorNorm(a, ord, { dim: -1 }),
      // Roots bend sharply near 0, where finite differences fail.
      cases: ord === 0.5 ? [[real([2, 3], 1, 2)]] : [[sized([2, 3])], [sized([4])]],
      ...rounding,
      differentiable: ord !== 0,
    })),
    {
      form: 'dim=[0, 2], keepDim',
      torch: 'torch.linalg.vector_norm(a, 2, (0, 2), True)',
      run: (a) => linalg.vectorNorm(a, 2, { dim: [0, 2], keepDim: true }),
      cases: [[real([2, 3, 2])]],
      ...rounding,
    },
    {
      form: 'at 0',
      torch: 'torch.linalg.vector_norm(a, 2, -1)',
      run: (a) => linalg.vectorNorm(a, 2, { dim: -1 }).mul(1),
      cases: [[values([2, 2], [0, 0, 3, 4])], [values([2, 0], [])]],
      // Finite differences see the kink.
      differentiable: false,
      bad: {
        'the largest of nothing': () => linalg.vectorNorm(ones(2, 0), Infinity, { dim: 1 }),
        'a name': () => linalg.vectorNorm(ones(2), 'fro' as never),
        ints: () => linalg.vectorNorm(ones(2, { dtype: 'int32' })),
        'a dim out of range': () => linalg.vectorNorm(ones(2), 2, { dim: 1 }),
      },
    },
    {
      form: 'dtype',
      torch: 'torch.linalg.vector_norm(a, dtype=torch.float64)',
      run: (a) => linalg.vectorNorm(a, 2, { dtype: 'float64' }),
      cases: [[real([2, 3])]],
      ...rounding,
    },
  ]),
  ...forms('linalg.matrixNorm', [
    ...(['fro', 'nuc', 1, -1, 2, -2, Infinity, -Infinity] as const).map((ord): Omit<Sample, 'name'> => ({
      form: `${ord}`,
      torch: `torch.linalg.matrix_norm(a, ${python(ord)})`,
      run: (a) => linalg.matrixNorm(a, ord),
      cases: [[spread(3, 3)], [spread(2, 2, 4)]],
      ...rounding,
    })),
    {
      form: '2, dim=[2, 0], keepDim',
      torch: 'torch.linalg.matrix_norm(a, 2, (2, 0), True)',
      run: (a) => linalg.matrixNorm(a, 2, { dim: [2, 0], keepDim: true }),
      cases: [[real([2, 2, 3])]],
      ...rounding,
      bad: {
        'another order': () => linalg.matrixNorm(eye(2), 3),
        'one dim': () => linalg.matrixNorm(ones(2)),
        'one dim of two': () => linalg.matrixNorm(eye(2), 'fro', { dim: 0 }),
        'a dim twice': () => linalg.matrixNorm(eye(2), 'fro', { dim: [0, -2] }),
        'the largest of nothing': () => linalg.matrixNorm(ones(0, 2), 2),
        NaN: () => linalg.matrixNorm(tensor([[NaN]]), 'nuc'),
      },
    },
  ]),
  ...forms('linalg.norm', [
    { torch: 'torch.linalg.norm(a)', run: (a) => linalg.norm(a), cases: [[real([2, 3, 2])], [real([4])]], ...rounding },
    {
      form: 'ord=1, matrix',
      torch: 'torch.linalg.norm(a, 1)',
      run: (a) => linalg.norm(a, 1),
      cases: [[sized([2, 3])]],
      bad: { '3 dims and no dim': () => linalg.norm(ones(2, 2, 2), 1) },
    },
    {
      form: 'ord=3, vector',
      torch: 'torch.linalg.norm(a, 3)',
      run: (a) => linalg.norm(a, 3),
      cases: [[sized([5])]],
      ...rounding,
    },
    {
      form: 'ord=1, dim=1',
      torch: 'torch.linalg.norm(a, 1, 1)',
      run: (a) => linalg.norm(a, 1, { dim: 1 }),
      cases: [[sized([2, 3])]],
    },
  ]),
  ...forms('norm', [
    { torch: 'a.norm()', run: (a) => a.norm(), cases: [[real([2, 3])], [real([])]], ...rounding },
    { form: '1, [0, 1]', torch: 'a.norm(1, (0, 1))', run: (a) => a.norm(1, [0, 1]), cases: [[sized([2, 3])]] },
    {
      form: 'fro, 1, keepDim',
      torch: "a.norm('fro', 1, True)",
      run: (a) => a.norm('fro', 1, { keepDim: true }),
      cases: [[sized([2, 3])]],
      ...rounding,
    },
    { form: 'nuc', torch: "a.norm('nuc')", run: (a) => a.norm('nuc'), cases: [[spread(2, 3)]], ...rounding },
  ]),
  ...forms('linalg.cond', [
    ...([2, -2, 'fro', 'nuc', 1, Infinity] as const).map((p): Omit<Sample, 'name'> => ({
      form: `${p}`,
      // PyTorch 1.13 has no gradient of the other orders: it changes the inverse in place.
      torch:
        Math.abs(Number(p)) === 2
          ? `torch.linalg.cond(a, ${p})`
          : `torch.linalg.matrix_norm(a, ${python(p)}) * torch.linalg.matrix_norm(torch.linalg.inv(a), ${python(p)})`,
      run: (a) => linalg.cond(a, p),
      cases: [[spread(3, 3)]],
      ...rounding,
    })),
    {
      form: 'rectangular',
      torch: 'torch.linalg.cond(a)',
      run: (a) => linalg.cond(a),
      cases: [[spread(2, 3, 2)]],
      ...rounding,
      bad: {
        'a singular matrix': () => linalg.cond(zeros(2, 2), 1),
        'a rectangle and another order': () => linalg.cond(ones(2, 3), 1),
      },
    },
  ]),
  ...forms('dist', [
    { torch: 'torch.dist(a, b)', run: (a, b) => a.dist(b), cases: [[real([2, 3]), real([3])]], ...rounding },
    {
      form: 'p=1',
      torch: 'torch.dist(a, b, 1)',
      run: (a, b) => a.dist(b, 1),
      cases: [[sized([4]), real([4], 5, 6)]],
      ...rounding,
    },
  ]),
  ...forms('cdist', [
    ...[1, 2, 3, Infinity].map((p): Omit<Sample, 'name'> => ({
      form: `p=${p}`,
      torch: `torch.cdist(a, b, ${p === Infinity ? 'math.inf' : `${p}.0`}, 'donot_use_mm_for_euclid_dist')`,
      run: (a, b) => cdist(a, b, { p }),
      cases: [
        [real([3, 2]), real([4, 2], 3, 6)],
        [real([2, 2, 3]), real([2, 1, 3], 3, 6)],
      ],
      ...rounding,
    })),
    {
      form: 'equal rows',
      torch: 'torch.cdist(a, a)',
      run: (a) => cdist(a, a),
      cases: [[real([3, 2])]],
      ...rounding,
      differentiable: false,
      bad: { 'rows of two lengths': () => cdist(ones(2, 3), ones(2, 2)), vectors: () => cdist(ones(3), ones(3)) },
    },
  ]),
  ...forms('pairwiseDistance', [
    {
      torch: 'F.pairwise_distance(a, b)',
      run: (a, b) => pairwiseDistance(a, b),
      cases: [
        [real([3, 2]), real([3, 2])],
        [real([4]), real([4])],
      ],
      ...rounding,
    },
    {
      form: 'p=1, keepDim',
      torch: 'F.pairwise_distance(a, b, p=1, keepdim=True)',
      run: (a, b) => pairwiseDistance(a, b, { p: 1, keepDim: true }),
      cases: [[real([3, 2]), real([3, 2], 3, 6)]],
      ...rounding,
    },
  ]),
  ...forms('cosineSimilarity', [
    {
      torch: 'F.cosine_similarity(a, b)',
      run: (a, b) => cosineSimilarity(a, b),
      cases: [
        [real([3, 4]), real([3, 4])],
        [real([2, 3, 2]), real([1, 3, 2])],
      ],
      ...rounding,
    },
    {
      form: 'dim=-1',
      torch: 'F.cosine_similarity(a, b, dim=-1)',
      run: (a, b) => cosineSimilarity(a, b, { dim: -1 }),
      cases: [[real([2, 1, 3]), real([4, 3])]],
      ...rounding,
    },
  ]),
]

const products: Sample[] = [
  ...forms('inner', [
    {
      torch: 'torch.inner(a, b)',
      run: (a, b) => a.inner(b),
      cases: [
        [real([3]), real([3])],
        [real([2, 3]), real([4, 3])],
        [real([2, 2, 3]), real([3])],
        [real([]), real([2])],
      ],
      bad: { 'last dims that differ': () => ones(2).inner(ones(3)) },
    },
  ]),
  ...forms('kron', [
    {
      torch: 'torch.kron(a, b)',
      run: (a, b) => a.kron(b),
      cases: [
        [real([2, 3]), real([2, 2])],
        [real([2]), real([2, 3])],
        [real([2, 1, 2]), real([3])],
        [real([]), real([2])],
        [real([0, 2]), real([2, 2])],
      ],
      bad: { 'a number': () => ones(2).kron(2 as never) },
    },
  ]),
  ...forms('linalg.cross', [
    {
      torch: 'torch.linalg.cross(a, b)',
      run: (a, b) => linalg.cross(a, b),
      cases: [
        [real([3]), real([3])],
        [real([4, 3]), real([1, 3])],
      ],
      bad: {
        'another number of elements': () => linalg.cross(ones(2), ones(2)),
        'a dim out of range': () => linalg.cross(ones(3), ones(3), { dim: 1 }),
      },
    },
    {
      form: 'dim=0',
      torch: 'torch.linalg.cross(a, b, dim=0)',
      run: (a, b) => linalg.cross(a, b, { dim: 0 }),
      cases: [[real([3, 2]), real([3, 2])]],
    },
  ]),
  ...forms('cross', [{ torch: 'a.cross(b, -1)', run: (a, b) => a.cross(b), cases: [[real([2, 3]), real([2, 3])]] }]),
  ...forms('linalg.vecdot', [
    {
      torch: 'torch.linalg.vecdot(a, b)',
      run: (a, b) => linalg.vecdot(a, b),
      cases: [
        [real([2, 3]), real([2, 3])],
        [real([2, 3]), real([3])],
      ],
    },
    {
      form: 'dim=0',
      torch: 'torch.linalg.vecdot(a, b, dim=0)',
      run: (a, b) => linalg.vecdot(a, b, { dim: 0 }),
      cases: [[real([2, 3]), real([2, 3])]],
    },
  ]),
  ...forms('linalg.multiDot', [
    {
      torch: 'torch.linalg.multi_dot([a, b])',
      run: (a, b) => linalg.multiDot([a, b]),
      cases: [
        [real([2, 3]), real([3, 4])],
        [real([3]), real([3])],
      ],
    },
    {
      form: 'four',
      torch: 'torch.linalg.multi_dot([a, b, c, d])',
      run: (...xs) => linalg.multiDot(xs),
      cases: [
        [real([2, 3]), real([3, 1]), real([1, 4]), real([4, 2])],
        [real([3]), real([3, 5]), real([5, 2]), real([2])],
      ],
      ...rounding,
      bad: {
        'one tensor': () => linalg.multiDot([ones(2, 2)]),
        'dims that do not fit': () => linalg.multiDot([ones(2, 2), ones(3, 2)]),
        'a vector in the middle': () => linalg.multiDot([ones(2, 2), ones(2), ones(2, 2)]),
      },
    },
  ]),
  ...forms('linalg.vander', [
    {
      torch: 'torch.linalg.vander(a)',
      run: (a) => linalg.vander(a),
      cases: [[real([3])], [real([2, 3])], [values([3], [0, 1, 2])]],
    },
    {
      form: 'n=2',
      torch: 'torch.linalg.vander(a, N=2)',
      run: (a) => linalg.vander(a, { n: 2 }),
      cases: [[real([4])]],
      bad: { 'one power': () => linalg.vander(ones(2), { n: 1 }), 'a 0-d tensor': () => linalg.vander(tensor(1)) },
    },
  ]),
  ...forms('addmm', [
    {
      torch: 'torch.addmm(a, b, c)',
      run: (a, b, c) => a.addmm(b, c),
      cases: [
        [real([2, 4]), real([2, 3]), real([3, 4])],
        [real([4]), real([2, 3]), real([3, 4])],
        [real([]), real([2, 0]), real([0, 4])],
      ],
      bad: {
        'a batch': () => ones(2, 2).addmm(ones(1, 2, 2), ones(2, 2)),
        'a shape that does not fit': () => ones(3, 2, 2).addmm(eye(2), eye(2)),
      },
    },
    {
      form: 'beta, alpha',
      torch: 'torch.addmm(a, b, c, beta=0.5, alpha=-2)',
      run: (a, b, c) => a.addmm(b, c, { beta: 0.5, alpha: -2 }),
      cases: [[real([2, 4]), real([2, 3]), real([3, 4])]],
    },
    {
      form: 'beta=0 ignores NaN',
      torch: 'torch.addmm(a, b, c, beta=0)',
      run: (a, b, c) => a.addmm(b, c, { beta: 0 }),
      cases: [[values([1], [NaN]), real([2, 3]), real([3, 4])]],
      differentiable: false,
    },
  ]),
  ...forms('addmv', [
    {
      torch: 'torch.addmv(a, b, c)',
      run: (a, b, c) => a.addmv(b, c),
      cases: [[real([2]), real([2, 3]), real([3])]],
      bad: { 'a matrix': () => ones(2).addmv(eye(2), eye(2)) },
    },
  ]),
  ...forms('addr', [
    { torch: 'torch.addr(a, b, c)', run: (a, b, c) => a.addr(b, c), cases: [[real([2, 3]), real([2]), real([3])]] },
  ]),
  ...forms('baddbmm', [
    {
      torch: 'torch.baddbmm(a, b, c, beta=2, alpha=0.5)',
      run: (a, b, c) => a.baddbmm(b, c, { beta: 2, alpha: 0.5 }),
      cases: [[real([2, 2, 4]), real([2, 2, 3]), real([2, 3, 4])]],
      bad: { matrices: () => ones(2, 2).baddbmm(eye(2), eye(2)) },
    },
  ]),
  ...forms('addbmm', [
    {
      torch: 'torch.addbmm(a, b, c)',
      run: (a, b, c) => a.addbmm(b, c),
      cases: [[real([2, 4]), real([3, 2, 3]), real([3, 3, 4])]],
      bad: { 'batches that differ': () => ones(2, 2).addbmm(ones(2, 2, 2), ones(3, 2, 2)) },
    },
  ]),
  ...forms('tensordot', [
    { torch: 'torch.tensordot(a, b)', run: (a, b) => tensordot(a, b), cases: [[real([2, 3, 4]), real([3, 4, 2])]] },
    {
      form: 'dims=0',
      torch: 'torch.tensordot(a, b, 0)',
      run: (a, b) => tensordot(a, b, 0),
      cases: [[real([2]), real([2, 3])]],
    },
    {
      form: 'pairs',
      torch: 'torch.tensordot(a, b, ([1, 0], [0, 2]))',
      run: (a, b) => tensordot(a, b, [[1, 0], [0, 2]]), // prettier-ignore
      cases: [
        [real([2, 3, 4]), real([3, 2, 2])],
        [real([1, 3, 2]), real([3, 2, 4])],
      ],
      bad: {
        'sizes that differ': () => tensordot(ones(2, 3), ones(2, 3), 1),
        'too many dims': () => tensordot(ones(2), ones(2), 2),
        'lists of two lengths': () => tensordot(ones(2), ones(2), [[0], []]),
        'a dim twice': () => tensordot(eye(2), eye(2), [[0, 0], [0, 1]]), // prettier-ignore
      },
    },
  ]),
]

const equations: readonly (readonly [
  equation: string,
  cases: readonly (readonly number[])[],
  more?: Partial<Sample>,
])[] = [
  ['ij,jk->ik', [[2, 3], [3, 4]]], // prettier-ignore
  ['ij,jk->ki', [[2, 3], [3, 4]]], // prettier-ignore
  ['bij,bjk', [[2, 2, 3], [2, 3, 2]]], // prettier-ignore
  ['ij', [[2, 3]]],
  ['ba', [[2, 3]]],
  ['ii', [[3, 3]]],
  ['ii->i', [[3, 3]]],
  ['...ii->...i', [[2, 3, 3]]],
  ['iii->i', [[2, 2, 2]]],
  ['iji,jj->i', [[2, 3, 2], [3, 3]]], // prettier-ignore
  ['ij->', [[2, 3]]],
  ['ij->j', [[2, 3]]],
  ['i,j->ij', [[2], [3]]],
  ['i,i', [[3], [3]]],
  ['i,i->i', [[3], [3]]],
  ['bi,bi->b', [[4, 3], [4, 3]]], // prettier-ignore
  ['bn,anm,bm->ba', [[2, 3], [4, 3, 2], [2, 2]]], // prettier-ignore
  ['ab,bc,cd,de->ae', [[2, 3], [3, 2], [2, 4], [4, 2]]], // prettier-ignore
  ['bhqd,bhkd->bhqk', [[1, 2, 2, 3], [1, 2, 2, 3]]], // prettier-ignore
  ['...ij,...jk->...ik', [[2, 1, 2, 3], [3, 3, 2]]], // prettier-ignore
  ['i...,i...->...', [[3, 2, 1], [3, 4]]], // prettier-ignore
  ['...i->i', [[2, 3, 2]]],
  ['ij,ij->ij', [[2, 3], [1, 3]]], // prettier-ignore
  ['ij,jk->ik', [[2, 1], [3, 2]]], // prettier-ignore
  [' i j , j k -> i k ', [[2, 3], [3, 2]]], // prettier-ignore
  ['Ba,aB', [[2, 3], [3, 2]]], // prettier-ignore
  [',ij->ij', [[], [2, 2]]],
  ['ij,jk->ik', [[2, 0], [0, 3]]], // prettier-ignore
]

const einsums: Sample[] = forms('einsum', [
  ...equations.map(([equation, shapes]): Omit<Sample, 'name'> => ({
    form: `${equation} of ${shapes.map((shape) => `[${shape.join(', ')}]`).join(' ')}`,
    torch: `torch.einsum('${equation}', ${shapes.map((_, i) => 'abcd'[i]).join(', ')})`,
    run: (...xs) => einsum(equation, ...xs),
    cases: [shapes.map((shape) => real(shape))],
  })),
  {
    form: 'ints',
    torch: "torch.einsum('ij,jk->ik', a, b)",
    run: (a, b) => einsum('ij,jk->ik', a, b),
    cases: [[whole([2, 3], -9, 9), whole([3, 2], -9, 9)]],
    dtypes: ['int32', 'int64'],
    differentiable: false,
    bad: {
      'too few operands': () => einsum('ij,jk', eye(2)),
      'a label in no operand': () => einsum('ij->ik', eye(2)),
      'a label twice in the result': () => einsum('ij->ii', eye(2)),
      'a digit': () => einsum('i1', eye(2)),
      'two dots': () => einsum('i..', eye(2)),
      'two ellipses': () => einsum('......', eye(2)),
      'two arrows': () => einsum('i->i->i', ones(2)),
      'an operand of fewer dims': () => einsum('ijk', eye(2)),
      'an operand of fewer dims with an ellipsis': () => einsum('...ijk', eye(2)),
      'sizes that differ': () => einsum('ij,jk', ones(2, 3), ones(2, 3)),
      'hidden sizes that differ': () => einsum('...i,...i', ones(2, 3), ones(4, 3)),
      'a diagonal that is not square': () => einsum('ii', ones(2, 3)),
      'an array': () => einsum('i', [1, 2] as never),
      'no equation': () => einsum(eye(2) as never),
    },
  },
])

/** Linear algebra: decompositions, solvers, invariants, norms, products, einsum. */
export const linalgSamples: readonly Sample[] = [
  ...decompositions,
  ...solvers,
  ...invariants,
  ...norms,
  ...products,
  ...einsums,
]
