import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../index.ts'
import { Generator, LinalgError, eye, linalg, randn, tensor, zeros } from '../../index.ts'

const sizes = fc.integer({ min: 0, max: 6 })
const batches = fc.constantFrom([], [1], [3], [2, 2], [0])
const seeds = fc.nat({ max: 1e6 })

/** Standard normal matrices in float64. */
function random(seed: number, ...shape: number[]): Tensor {
  return randn(shape, { dtype: 'float64', generator: new Generator(seed) })
}

/** Far from singular. */
function regular(seed: number, batch: readonly number[], n: number): Tensor {
  return random(seed, ...batch, n, n).add(eye(n, { dtype: 'float64' }).mul(2 * n))
}

function expectNear(got: Tensor, want: Tensor, tolerance = 1e-11): void {
  expect(got.shape).toEqual(want.shape)
  if (got.numel === 0) return
  const scale = Math.max(1, want.abs().amax().itemSync())
  expect(got.sub(want).abs().amax().itemSync() / scale).toBeLessThan(tolerance)
}

function identity(n: number, batch: readonly number[]): Tensor {
  return eye(n, { dtype: 'float64' }).expand([...batch, n, n])
}

function property(run: (seed: number, batch: readonly number[], m: number, n: number) => void): void {
  fc.assert(fc.property(seeds, batches, sizes, sizes, run), { numRuns: 40 })
}

describe('linalg', () => {
  it('solve(a, b) satisfies A X = B, and X A = B with left: false', () => {
    property((seed, batch, n, k) => {
      const [a, b] = [regular(seed, batch, n), random(seed + 1, ...batch, n, k)]
      expectNear(a.matmul(linalg.solve(a, b)), b)
      expectNear(linalg.solve(a, b.mT, { left: false }).matmul(a), b.mT)
    })
  })

  it('inv(a) is a left and a right inverse, and its own inverse', () => {
    property((seed, batch, n) => {
      const a = regular(seed, batch, n)
      const inverse = linalg.inv(a)
      expectNear(a.matmul(inverse), identity(n, batch))
      expectNear(inverse.matmul(a), identity(n, batch))
      expectNear(linalg.inv(inverse), a)
    })
  })

  it('qr(a) gives orthonormal Q, triangular R, and A = Q R', () => {
    property((seed, batch, m, n) => {
      const a = random(seed, ...batch, m, n)
      for (const mode of ['reduced', 'complete'] as const) {
        const { Q, R } = linalg.qr(a, { mode })
        expectNear(Q.matmul(R), a)
        expectNear(Q.mT.matmul(Q), identity(Q.size(-1), batch))
        expectNear(R.tril(-1), R.mul(0))
      }
    })
  })

  it('svd(a) gives orthonormal U and V, descending S >= 0, and A = U S Vh', () => {
    property((seed, batch, m, n) => {
      const a = random(seed, ...batch, m, n)
      const { U, S, Vh } = linalg.svd(a, { fullMatrices: false })
      expectNear(U.mul(S.unsqueeze(-2)).matmul(Vh), a)
      expectNear(U.mT.matmul(U), identity(U.size(-1), batch))
      expectNear(Vh.matmul(Vh.mT), identity(Vh.size(-2), batch))
      expectNear(S, S.abs().sort(-1, { descending: true }).values, 1e-300)
      const full = linalg.svd(a)
      expectNear(full.U.mT.matmul(full.U), identity(m, batch))
      expectNear(full.Vh.matmul(full.Vh.mT), identity(n, batch))
      expectNear(full.S, S)
    })
  })

  it('eigh(a) gives orthonormal V, ascending w, and A V = V w', () => {
    property((seed, batch, n) => {
      const half = random(seed, ...batch, n, n)
      const a = half.add(half.mT)
      const { eigenvalues, eigenvectors } = linalg.eigh(a)
      expectNear(a.matmul(eigenvectors), eigenvectors.mul(eigenvalues.unsqueeze(-2)))
      expectNear(eigenvectors.mT.matmul(eigenvectors), identity(n, batch))
      expectNear(eigenvalues, eigenvalues.sort().values, 1e-300)
    })
  })

  it('eig(a) satisfies A v = w v in complex arithmetic', () => {
    property((seed, batch, n) => {
      const a = random(seed, ...batch, n, n)
      const { eigenvalues: w, eigenvectors: v } = linalg.eig(a)
      const [re, im] = [w.real.unsqueeze(-2), w.imag.unsqueeze(-2)]
      expectNear(a.matmul(v.real), v.real.mul(re).sub(v.imag.mul(im)), 1e-9)
      expectNear(a.matmul(v.imag), v.real.mul(im).add(v.imag.mul(re)), 1e-9)
    })
  })

  it('cholesky(a) gives a lower triangular L with A = L L^T, and solves with it', () => {
    property((seed, batch, n, k) => {
      const half = random(seed, ...batch, n, n)
      const a = half.matmul(half.mT).add(eye(n, { dtype: 'float64' }))
      const l = linalg.cholesky(a)
      expectNear(l.matmul(l.mT), a)
      expectNear(l.triu(1), l.mul(0))
      const b = random(seed + 1, n, k)
      expectNear(a.matmul(linalg.choleskySolve(b, l)), b.expand([...batch, n, k]))
      expectNear(linalg.choleskyInverse(l), linalg.inv(a))
    })
  })

  it('lu(a) gives a permutation, a unit lower and an upper triangle with A = P L U', () => {
    property((seed, batch, m, n) => {
      const a = random(seed, ...batch, m, n)
      const { P, L, U } = linalg.lu(a)
      expectNear(P.matmul(L).matmul(U), a)
      expectNear(P.mT.matmul(P), identity(m, batch), 1e-300)
      expectNear(L.triu(1), L.mul(0))
      expectNear(U.tril(-1), U.mul(0))
    })
  })

  it('det(a b) is det(a) det(b), det(a^-1) is 1 / det(a), and slogdet agrees', () => {
    property((seed, batch, n) => {
      const [a, b] = [regular(seed, batch, n).div(2 * n + 1), regular(seed + 1, batch, n).div(2 * n + 1)]
      expectNear(a.matmul(b).det(), a.det().mul(b.det()))
      expectNear(linalg.inv(a).det().mul(a.det()), a.det().mul(0).add(1), 1e-9)
      const { sign, logabsdet } = a.slogdet()
      expectNear(sign.mul(logabsdet.exp()), a.det())
    })
  })

  it('pinv(a) fulfils the four conditions of Penrose, also for deficient ranks', () => {
    property((seed, batch, m, n) => {
      const full = random(seed, ...batch, m, n)
      const deficient = random(seed, ...batch, m, 1).matmul(random(seed + 1, ...batch, 1, n))
      for (const a of [full, deficient]) {
        const p = linalg.pinv(a)
        expectNear(a.matmul(p).matmul(a), a, 1e-9)
        expectNear(p.matmul(a).matmul(p), p, 1e-9)
        expectNear(a.matmul(p), a.matmul(p).mT, 1e-9)
        expectNear(p.matmul(a), p.matmul(a).mT, 1e-9)
      }
    })
  })

  it('lstsq(a, b) leaves a residual orthogonal to the columns, and equals pinv(a) b', () => {
    property((seed, batch, m, n) => {
      const [a, b] = [random(seed, ...batch, m, n), random(seed + 1, m, 2)]
      const { solution, rank } = linalg.lstsq(a, b)
      expectNear(a.mT.matmul(a.matmul(solution).sub(b)), solution.mul(0), 1e-8)
      expectNear(solution, linalg.pinv(a).matmul(b), 1e-8)
      expect([...rank.dataSync()].every((value) => Number(value) === Math.min(m, n))).toBe(true)
    })
  })

  it('matrixExp(a) of a sum is the product where they commute, and matrixPower follows its exponent', () => {
    property((seed, batch, n) => {
      const a = random(seed, ...batch, n, n).div(4)
      expectNear(a.mul(3).matrixExp(), a.matrixExp().matrixPower(3), 1e-9)
      expectNear(a.matrixExp().matmul(a.neg().matrixExp()), identity(n, batch))
      expectNear(regular(seed, batch, n).matrixPower(-2), linalg.inv(regular(seed, batch, n)).matrixPower(2))
    })
  })

  it('ends with an error on NaN and infinity, without hanging', () => {
    for (const value of [NaN, Infinity]) {
      const a = tensor([[1, value], [2, 3]]) // prettier-ignore
      expect(() => linalg.eigh(a, { upper: true })).toThrow(LinalgError)
      for (const run of [linalg.eig, linalg.svd, linalg.pinv, linalg.matrixRank, linalg.svdvals, linalg.cond]) {
        expect(() => run(a)).toThrow(LinalgError)
      }
      expect(() => linalg.lstsq(a, a)).toThrow(LinalgError)
      expect(linalg.det(a).isfinite().itemSync()).toBe(0)
      expect(linalg.matrixExp(a).isnan().all().itemSync()).toBe(1)
      expect(linalg.qr(a).R.isfinite().all().itemSync()).toBe(0)
    }
  })

  it('names the singular matrix of a batch and its pivot', () => {
    expect(() => linalg.inv(zeros(2, 3, 3))).toThrowErrorMatchingInlineSnapshot(
      `[LinalgError: inv: matrix 0 of the batch is singular: pivot 1 is zero.]`,
    )
  })
})
