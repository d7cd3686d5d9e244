import type { Kernel, LinalgPrimitives, View } from '@metagrad/tensor'
import { DeviceError, Layout } from '@metagrad/tensor'
import { LANES } from '../../engine/constants.ts'
import { map } from '../map.ts'
import { matmul } from '../matmul.ts'
import { reduceKernels } from '../reduce.ts'
import { withLayout, withViews } from '../temporary.ts'
import { broadcastStrides } from '../walk.ts'
import { decompose, eigh, svd } from './jacobi.ts'
import { cholesky, det, lu, solve, triangularSolve } from './lu.ts'
import { BARRIER, batchShape, runMatrices, sizesOf, transposed, withCopy } from './matrices.ts'
import { qr } from './qr.ts'

/** The cut below which singular values count as zero, per matrix as [.., 1]; and s itself. */
function withSvd(a: View, rtol: number, atol: number, use: (u: View, s: View, vh: View, cut: View) => void): void {
  const { rows, columns } = sizesOf(a)
  const batch = batchShape(a)
  const inner = Math.min(rows, columns)
  const { dtype } = a
  withViews(
    a,
    [
      [dtype, [...batch, rows, inner]],
      [dtype, [...batch, inner]],
      [dtype, [...batch, inner, columns]],
      [dtype, [...batch, 1]],
    ],
    (u, s, vh, cut) => {
      decompose(u!, s!, vh!, a)
      reduceKernels.amax([cut!], [s!], { dims: [batch.length], keepDim: true })
      map({ op: 'pinv', out: cut!, inputs: [cut!], expression: 'max(atol, rtol * a)', floats: { atol, rtol } })
      use(u!, s!, vh!, cut!)
    },
  )
}

/** [.., n] as [.., 1, n]. */
function asRow(x: View): View {
  const { shape, strides, offset } = x.layout
  return withLayout(
    x,
    new Layout([...shape.slice(0, -1), 1, shape.at(-1)!], [...strides.slice(0, -1), 0, strides.at(-1)!], offset),
  )
}

/** V diag(1 / s) U^T, without the singular values at or below the cut. */
function writeInverse(out: View, u: View, s: View, vh: View, cut: View): void {
  withViews(out, [[u.dtype, u.layout.shape]], (scaled) => {
    const expression = 'select(0.0, a / b, b > c)'
    map({ op: 'pinv', out: scaled!, inputs: [u, asRow(s), asRow(cut)], expression })
    matmul([out], [transposed(vh), transposed(scaled!)], {})
  })
}

const pinv: Kernel<'pinv'> = ([out], [a], { rtol, atol }) => {
  if (out!.layout.numel === 0) return
  withSvd(a!, rtol, atol, (u, s, vh, cut) => writeInverse(out!, u, s, vh, cut))
}

const lstsq: Kernel<'lstsq'> = ([out, rank], [a, b], { rtol }) => {
  const { rows, columns } = sizesOf(a!)
  if (rows === 0 || columns === 0) {
    for (const view of [out!, rank!])
      map({ op: 'lstsq', out: view, inputs: [], expression: view.dtype === 'int32' ? '0' : '0.0' })
    return
  }
  const batch = batchShape(out!)
  const expanded = withLayout(
    a!,
    new Layout([...batch, rows, columns], broadcastStrides(a!.layout, [...batch, rows, columns]), a!.layout.offset),
  )
  withSvd(expanded, rtol, 0, (u, s, vh, cut) =>
    withViews(
      a!,
      [
        [a!.dtype, [...batch, columns, rows]],
        ['int32', s.layout.shape],
      ],
      (inverse, above) => {
        writeInverse(inverse!, u, s, vh, cut)
        matmul([out!], [inverse!, b!], {})
        map({ op: 'lstsq', out: above!, inputs: [s, cut], expression: 'i32(a > b)' })
        reduceKernels.sum([rank!], [above!], { dims: [batch.length], keepDim: false })
      },
    ),
  )
}

/** A product of n x n matrices, the lanes sharing its elements. */
const product = (to: string, left: string, right: string): string => `
    ${BARRIER}
    for (var i = lane; i < n * n; i += ${LANES}) {
      var sum = 0.0;
      for (var k = 0; k < n; k++) { sum += ${left}[base + (i / n) * n + k] * ${right}[base + k * n + i % n]; }
      ${to}[base + i] = sum;
    }
    ${BARRIER}`

/** Scaled below 1/2 by halving, a Taylor series, squared as often as it was halved. */
const matrixExp: Kernel<'matrixExp'> = ([out], [a]) => {
  const { count, rows } = sizesOf(a!)
  withCopy(a!, batchShape(a!), (work) =>
    withViews(a!, [[a!.dtype, a!.layout.shape]], (power) =>
      runMatrices({
        op: 'matrixExp',
        name: 'matrixExp',
        writes: { work, power: power!, x: out! },
        sizes: { n: rows },
        declarations: 'var<workgroup> halvings: i32;',
        by: 'workgroup',
        items: count,
        body: `
  let base = item * n * n;
  if (lane == 0) {
    var largest = 0.0;
    for (var c = 0; c < n; c++) {
      var sum = 0.0;
      for (var r = 0; r < n; r++) { sum += abs(work[base + r * n + c]); }
      largest = max(largest, sum);
    }
    halvings = clamp(i32(ceil(log2(max(2.0 * largest, 1.0)))), 0, 120);
  }
  let times = workgroupUniformLoad(&halvings);
  let scale = exp2(-f32(times));
  for (var i = lane; i < n * n; i += ${LANES}) {
    work[base + i] *= scale;
    x[base + i] = select(0.0, 1.0, i / n == i % n);
  }
  // Horner: X = I + W X / k, for k = 12 .. 1.
  for (var k0 = 12; k0 > 0; k0--) {${product('power', 'work', 'x')}
    for (var i = lane; i < n * n; i += ${LANES}) {
      x[base + i] = power[base + i] / f32(k0) + select(0.0, 1.0, i / n == i % n);
    }
  }
  for (var t = 0; t < times; t++) {${product('power', 'x', 'x')}
    for (var i = lane; i < n * n; i += ${LANES}) { x[base + i] = power[base + i]; }
  }`,
      }),
    ),
  )
}

/** Complex eigenvalues need many dependent, branching steps in double precision: one thread of a GPU, a thousandth of it. */
const eig: Kernel<'eig'> = () => {
  throw new DeviceError(
    'eig: device "webgpu" cannot decompose general matrices. Move the matrix first: fromData(await a.data(), a.shape, a.dtype).',
  )
}

export const linalgKernels: { readonly [P in keyof LinalgPrimitives]: Kernel<P> } = {
  lu,
  cholesky,
  qr,
  eigh,
  svd,
  solve,
  triangularSolve,
  lstsq,
  pinv,
  det,
  eig,
  matrixExp,
}
