import type { LinalgPrimitives, Tensor } from '@metagrad/tensor'
import { GradError, cat, dispatch, dispatchAll, isRecording } from '@metagrad/tensor'
import type { JointGradient, Rules, Saved } from '../saved.ts'

// Derivations: M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
// differentiation", 2008; M. Seeger et al., "Auto-differentiating linear algebra", 2017 (arXiv:1710.08717).

type Gradients = readonly (Tensor | undefined)[]

/** Row numbers as a column and column numbers as a row, for masks of matrices like x. */
function positions(x: Tensor): [rows: Tensor, columns: Tensor] {
  const count = (length: number): Tensor =>
    dispatch('arange', [], { length, start: 0, step: 1, dtype: 'int32' }, x.device)
  return [count(x.size(-2)).unsqueeze(1), count(x.size(-1))]
}

/** x with 1 on the diagonal. */
function unitDiagonal(x: Tensor): Tensor {
  const [rows, columns] = positions(x)
  return x.maskedFill(rows.eq(columns), 1)
}

/** x with 0 on the diagonal. */
function offDiagonal(x: Tensor): Tensor {
  const [rows, columns] = positions(x)
  return x.where(rows.ne(columns), 0)
}

function product(...matrices: readonly Tensor[]): Tensor {
  return matrices.reduce((left, right) => left.matmul(right))
}

function sum(...terms: Gradients): Tensor | undefined {
  return terms.reduce((total, term) => (total !== undefined && term !== undefined ? total.add(term) : (total ?? term)))
}

function skew(x: Tensor): Tensor {
  return x.sub(x.mT)
}

/** X with A X = B for triangular A. */
function solveTriangular(a: Tensor, b: Tensor, isUpper: boolean, unitriangular = false): Tensor {
  return dispatch('triangularSolve', [a, b], { upper: isUpper, unitriangular })
}

/** X with X A = B for triangular A. */
function solveTriangularRight(a: Tensor, b: Tensor, isUpper: boolean, unitriangular = false): Tensor {
  return solveTriangular(a.mT, b.mT, !isUpper, unitriangular).mT
}

/** A X = B gives dB = A^-T dX and dA = -dB X^T. Giles 2008, section 2.2.3. */
const solve: JointGradient<'solve'> = ([g], saved) => {
  const right = dispatch('solve', [saved.x.mT, g!], {})
  return [saved.needs(0) ? right.matmul(saved.out.mT).neg() : undefined, right]
}

const triangularSolve: JointGradient<'triangularSolve'> = ([g], saved) => {
  const { upper: isUpper, unitriangular } = saved.params
  const right = solveTriangular(saved.x.mT, g!, !isUpper, unitriangular)
  if (!saved.needs(0)) return [undefined, right]
  const full = right.matmul(saved.out.mT).neg()
  return [isUpper ? full.triu(unitriangular ? 1 : 0) : full.tril(unitriangular ? -1 : 0), right]
}

/** A = L L^T: the symmetric part of L^-T phi(L^T dL) L^-1, phi taking the lower triangle and half of the diagonal. I. Murray 2016, arXiv:1602.07527. */
function cholesky(g: Tensor, { out }: Saved<'cholesky'>): Tensor {
  const inner = out.mT.matmul(g).tril()
  const symmetric = inner.add(inner.tril(-1).mT).mul(0.5)
  return solveTriangularRight(out, solveTriangular(out.mT, symmetric, true), false)
}

/** A = Q R with square R: (dQ + Q copyltu(M)) R^-T, M = R dR^T - dQ^T Q. Seeger et al. 2017, section 4.3. */
function qrTall(gq: Tensor | undefined, gr: Tensor | undefined, q: Tensor, r: Tensor): Tensor {
  const m = sum(gr === undefined ? undefined : r.matmul(gr.mT), gq?.mT.matmul(q).neg())!
  const inner = q.matmul(m.tril().add(m.tril(-1).mT))
  return solveTriangularRight(r.mT, sum(gq, inner)!, false)
}

/** Wide matrices are [X, Y] = Q [U, V] with X = Q U as above and V = Q^T Y. */
const qr: JointGradient<'qr'> = ([gq, gr], saved) => {
  const [q, r] = [saved.out, saved.output(1)]
  const [rows, columns] = [q.size(-2), r.size(-1)]
  if (q.size(-1) > columns) {
    throw new GradError(
      `backward: qr has no gradient with mode 'complete' for more rows than columns: [${saved.shape.join(', ')}]. Use mode 'reduced'.`,
      'NO_GRADIENT',
    )
  }
  if (rows >= columns) return [qrTall(gq, gr, q, r)]
  const rest = columns - rows
  const gu = gr?.narrow(-1, 0, rows)
  const gv = gr?.narrow(-1, rows, rest)
  const u = r.narrow(-1, 0, rows)
  const y = saved.x.narrow(-1, rows, rest)
  const left = qrTall(sum(gq, gv === undefined ? undefined : y.matmul(gv.mT)), gu, q, u)
  return [cat([left, gv === undefined ? left.newFull(y.shape, 0) : q.matmul(gv)], -1)]
}

/** Differences of all pairs, columns minus rows; 1 on the diagonal, so that one may divide by them. */
function gaps(x: Tensor): Tensor {
  return unitDiagonal(x.unsqueeze(-2).sub(x.unsqueeze(-1)))
}

/** A = V diag(w) V^T: V (diag(dw) + V^T dV / (w_j - w_i)) V^T. Giles 2008, section 3.1. */
const eigh: JointGradient<'eigh'> = ([gw, gv], saved) => {
  const [w, v] = [saved.out, saved.output(1)]
  const fromVectors = gv === undefined ? undefined : offDiagonal(v.mT.matmul(gv).div(gaps(w)))
  const inner = sum(gw === undefined ? undefined : gw.diagEmbed(), fromVectors)!
  return [product(v, inner, v.mT)]
}

/** A = U diag(S) Vh. Giles 2008, section 3.2, with the vectors' part of J. Townsend, "Differentiating the singular value decomposition", 2016. */
const svd: JointGradient<'svd'> = ([gu, gs, gvh], saved) => {
  const [u, s, vh] = [saved.out, saved.output(1), saved.output(2)]
  const [rows, columns] = [saved.shape.at(-2)!, saved.shape.at(-1)!]
  const size = s.size(-1)
  if (saved.params.fullMatrices && rows !== columns) {
    if (gu !== undefined || gvh !== undefined) {
      throw new GradError(
        `backward: svd has no gradient through U and Vh with fullMatrices for [${saved.shape.join(', ')}], as they are not unique. Pass { fullMatrices: false }.`,
        'NO_GRADIENT',
      )
    }
    const thin = (x: Tensor, dim: number): Tensor => x.narrow(dim, 0, size)
    return [product(thin(u, -1), gs!.diagEmbed(), thin(vh, -2))]
  }
  const [sRow, sColumn] = [s.unsqueeze(-2), s.unsqueeze(-1)]
  const diagonal = gs === undefined ? undefined : gs.diagEmbed()
  if (gu === undefined && gvh === undefined) return [product(u, diagonal!, vh)]
  const squares = gaps(s.square())
  const fromU = gu === undefined ? undefined : skew(u.mT.matmul(gu)).div(squares).mul(sRow)
  const fromV = gvh === undefined ? undefined : sColumn.mul(skew(vh.matmul(gvh.mT)).div(squares))
  const inner = sum(fromU, fromV, diagonal)!
  // What lies outside the span of the k columns of U (rows of Vh) has nowhere to turn but into it.
  if (rows > size && gu !== undefined) {
    const turned = gu.div(sRow)
    return [sum(u.matmul(inner), turned, product(u, u.mT, turned).neg())!.matmul(vh)]
  }
  if (columns > size && gvh !== undefined) {
    const turned = gvh.div(sColumn)
    return [u.matmul(sum(inner.matmul(vh), turned, product(turned, vh.mT, vh).neg())!)]
  }
  return [product(u, inner, vh)]
}

/**
 * A = P L U: with F = L^-1 P^T dA U^-1, dL = L tril(F, -1) and dU = triu(F) U, whence the square case
 * P L^-T (tril(L^T gL, -1) + triu(gU U^T)) U^-T; columns right of the square, or rows below it, follow from it.
 * S. Axen's and PyTorch's derivation: pytorch.org, `torch.linalg.lu`.
 */
const lu: JointGradient<'lu'> = ([g], saved) => {
  const [packed, order] = [saved.out, saved.output(2)]
  const [rows, columns] = [packed.size(-2), packed.size(-1)]
  const size = Math.min(rows, columns)
  const top = packed.narrow(-2, 0, size).narrow(-1, 0, size)
  const [l, u] = [unitDiagonal(top.tril(-1)), top.triu()]
  const square = g!.narrow(-2, 0, size).narrow(-1, 0, size)
  const [gl, gu] = [square.tril(-1), square.triu()]
  let [fromL, fromU] = [l.mT.matmul(gl), gu.matmul(u.mT)]
  let beside: Tensor | undefined
  let below: Tensor | undefined
  if (columns > size) {
    const gu2 = g!.narrow(-1, size, columns - size)
    fromL = fromL.sub(gu2.matmul(packed.narrow(-1, size, columns - size).mT))
    beside = solveTriangular(l.mT, gu2, true, true)
  }
  if (rows > size) {
    const gl2 = g!.narrow(-2, size, rows - size)
    fromU = fromU.sub(packed.narrow(-2, size, rows - size).mT.matmul(gl2))
    below = solveTriangularRight(u.mT, gl2, false)
  }
  const inner = solveTriangular(l.mT, fromL.tril(-1).add(fromU.triu()), true, true)
  const corner = solveTriangularRight(u.mT, inner, false)
  const permuted =
    beside !== undefined ? cat([corner, beside], -1) : below !== undefined ? cat([corner, below], -2) : corner
  const index = order.unsqueeze(-1).expand(permuted.shape)
  return [permuted.newFull(permuted.shape, 0).scatterAdd(-2, index, permuted)]
}

/** The gradient of A from that of its pseudo-inverse P. Golub and Pereyra 1973, "The differentiation of pseudo-inverses", (4.12). */
function pinvGradient(a: Tensor, p: Tensor, g: Tensor): Tensor {
  const gt = g.mT
  if (a.size(-2) <= a.size(-1)) {
    const k = gt.matmul(p)
    const kp = k.matmul(p.mT)
    return sum(p.matmul(k).mT.neg(), kp, product(a, p, kp).neg(), product(p.mT, p, gt.sub(k.matmul(a))))!
  }
  const k = p.matmul(gt)
  const pk = p.mT.matmul(k)
  return sum(k.matmul(p).mT.neg(), product(gt.sub(a.matmul(k)), p, p.mT), pk, product(pk, p, a).neg())!
}

/** X = P B with the pseudo-inverse P of A. */
const lstsq: JointGradient<'lstsq'> = ([g], saved) => {
  const [a, { rtol }] = [saved.x, saved.params]
  const inverse = dispatch('pinv', [a], { rtol, atol: 0 })
  return [
    saved.needs(0) ? pinvGradient(a, inverse, g!.matmul(saved.y.mT)) : undefined,
    saved.needs(1) ? inverse.mT.matmul(g!) : undefined,
  ]
}

/**
 * d det(A) = the cofactors of A. By the SVD, which holds for singular matrices too: det(U) det(V) U diag(products of the
 * other singular values) Vh. For second derivatives det(A) A^-T, which holds for repeated singular values too.
 */
function det(g: Tensor, { x, out }: Saved<'det'>): Tensor {
  const scale = g.unsqueeze(-1).unsqueeze(-1)
  const size = x.size(-1)
  if (isRecording()) {
    const identity = unitDiagonal(x.newFull([size, size], 0))
    return scale.mul(out.unsqueeze(-1).unsqueeze(-1)).mul(dispatch('solve', [x.mT, identity], {}))
  }
  const [u, s, vh] = dispatchAll('svd', [x], { fullMatrices: false })
  const others = unitDiagonal(s!.unsqueeze(-2).expand(x.shape)).prod(-1)
  const sign = dispatch('det', [u!], {})
    .mul(dispatch('det', [vh!], {}))
    .round()
  return scale.mul(sign.unsqueeze(-1).unsqueeze(-1)).mul(product(u!.mul(others.unsqueeze(-2)), vh!))
}

/** The upper right block of exp([[A^T, G], [0, A^T]]). N. Higham, Functions of Matrices, 2008, theorem 3.6. */
function matrixExp(g: Tensor, { x }: Saved<'matrixExp'>): Tensor {
  const size = x.size(-1)
  const transposed = x.mT
  const blocks = cat([cat([transposed, g], -1), cat([g.newFull(g.shape, 0), transposed], -1)], -2)
  return dispatch('matrixExp', [blocks], {}).narrow(-2, 0, size).narrow(-1, size, size)
}

export const linalgRules: Rules<keyof LinalgPrimitives> = {
  lu,
  cholesky: [cholesky],
  qr,
  eigh,
  svd,
  solve,
  triangularSolve,
  lstsq,
  pinv: [(g, { x, out }) => pinvGradient(x, out, g)],
  det: [det],
  // Complex eigenvectors would need complex tensors.
  eig: undefined,
  matrixExp: [matrixExp],
}
