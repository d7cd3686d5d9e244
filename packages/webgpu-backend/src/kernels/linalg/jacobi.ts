import type { Kernel, View } from '@metagrad/tensor'
import { LANES } from '../../engine/constants.ts'
import { copy } from '../elementwise.ts'
import { withViews } from '../temporary.ts'
import { BARRIER, batchShape, runMatrices, sizesOf, transposed, withCopy } from './matrices.ts'

const SWEEPS = 20

/** Workgroup memory of both: whether a sweep changed anything, and partial sums. */
const DECLARATIONS = `
var<workgroup> moved: u32;
var<workgroup> sums: array<vec3f, ${LANES}>;`

/** Cosine and sine of the rotation that makes [[x, z], [z, y]] diagonal. */
const ROTATION = `
fn rotation(x: f32, y: f32, z: f32) -> vec2f {
  let ratio = (y - x) / (2.0 * z);
  let size = abs(ratio) + select(sqrt(1.0 + ratio * ratio), abs(ratio), abs(ratio) > 1e18);
  let t = select(1.0, -1.0, ratio < 0.0) / size;
  let c = 1.0 / sqrt(1.0 + t * t);
  return vec2f(c, t * c);
}`

/** Sweeps over all pairs p < q until none is rotated; what does not settle is noted. */
const sweeps = (pair: string): string => `
  for (var sweep = 0; sweep < ${SWEEPS}; sweep++) {
    workgroupBarrier();
    if (lane == 0) { moved = 0u; }
    for (var p = 0; p < n - 1; p++) {
      for (var q = p + 1; q < n; q++) {
        ${BARRIER}
        workgroupBarrier();
${pair}
      }
    }
    if (workgroupUniformLoad(&moved) == 0u) { break; }
    if (sweep == ${SWEEPS - 1} && lane == 0) { note(fault, 0, item); }
  }
  ${BARRIER}`

/** Rank of value j among the n of a matrix: ascending or descending, equal ones in their order. */
const rank = (value: string, order: '<' | '>'): string => `
    var place = 0;
    for (var k = 0; k < n; k++) {
      if (${value.replaceAll('J', 'k')} ${order} ${value.replaceAll('J', 'j')} || (${value.replaceAll('J', 'k')} == ${value.replaceAll('J', 'j')} && k < j)) { place++; }
    }`

/** Two-sided Jacobi rotations of a symmetric matrix (its lower triangle counts, as in PyTorch). */
export const eigh: Kernel<'eigh'> = ([values, vectors], [a]) => {
  const { count, rows } = sizesOf(a!)
  const batch = batchShape(a!)
  const square = [...batch, rows, rows]
  withCopy(a!, batch, (work) =>
    withViews(a!, [[a!.dtype, square]], (v) =>
      runMatrices({
        op: 'eigh',
        name: 'eigh',
        writes: { work, v: v!, values: values!, vectors: vectors! },
        sizes: { n: rows },
        declarations: DECLARATIONS + ROTATION,
        by: 'workgroup',
        items: count,
        fault: 'notConverged',
        body: `
  let base = item * n * n;
  for (var i = lane; i < n * n; i += ${LANES}) {
    let r = i / n;
    let c = i % n;
    v[base + i] = select(0.0, 1.0, r == c);
    if (c > r) { work[base + i] = work[base + c * n + r]; }
  }
${sweeps(`
        let x = work[base + p * n + p];
        let y = work[base + q * n + q];
        let z = work[base + p * n + q];
        ${BARRIER}
        workgroupBarrier();
        let small = abs(z) <= 6e-8 * sqrt(abs(x)) * sqrt(abs(y)) || abs(z) < 1e-30;
        let cs = rotation(x, y, select(z, 1.0, small));
        if (!small) {
          if (lane == 0) { moved = 1u; }
          for (var k = lane; k < n; k += ${LANES}) {
            let kp = work[base + k * n + p];
            let kq = work[base + k * n + q];
            work[base + k * n + p] = cs.x * kp - cs.y * kq;
            work[base + k * n + q] = cs.y * kp + cs.x * kq;
            let vp = v[base + k * n + p];
            let vq = v[base + k * n + q];
            v[base + k * n + p] = cs.x * vp - cs.y * vq;
            v[base + k * n + q] = cs.y * vp + cs.x * vq;
          }
        }
        ${BARRIER}
        workgroupBarrier();
        if (!small) {
          for (var k = lane; k < n; k += ${LANES}) {
            let pk = work[base + p * n + k];
            let qk = work[base + q * n + k];
            work[base + p * n + k] = cs.x * pk - cs.y * qk;
            work[base + q * n + k] = cs.y * pk + cs.x * qk;
          }
        }`)}
  for (var j = lane; j < n; j += ${LANES}) {
${rank('work[base + J * n + J]', '<')}
    values[item * n + place] = work[base + j * n + j];
    for (var k = 0; k < n; k++) { vectors[base + k * n + place] = v[base + k * n + j]; }
  }`,
      }),
    ),
  )
}

/**
 * One-sided Jacobi (Hestenes): columns of A are rotated until they are orthogonal; their lengths are the singular values.
 * Needs rows >= columns.
 */
function svdTall(u: View, s: View, vh: View, a: View): void {
  const { count, rows, columns } = sizesOf(a)
  const batch = batchShape(a)
  const wide = sizesOf(u).columns
  withCopy(a, batch, (work) =>
    withViews(a, [[a.dtype, [...batch, columns, columns]]], (v) => {
      runMatrices({
        op: 'svd',
        name: 'svd',
        writes: { work, v: v!, s },
        sizes: { m: rows, n: columns },
        declarations: DECLARATIONS + ROTATION,
        by: 'workgroup',
        items: count,
        fault: 'notConverged',
        body: `
  let base = item * m * n;
  let vBase = item * n * n;
  for (var i = lane; i < n * n; i += ${LANES}) { v[vBase + i] = select(0.0, 1.0, i / n == i % n); }
${sweeps(`
        var part = vec3f();
        for (var k = lane; k < m; k += ${LANES}) {
          let kp = work[base + k * n + p];
          let kq = work[base + k * n + q];
          part += vec3f(kp * kp, kq * kq, kp * kq);
        }
        sums[lane] = part;
        for (var half = ${LANES / 2}; half > 0; half /= 2) {
          workgroupBarrier();
          if (lane < half) { sums[lane] += sums[lane + half]; }
        }
        workgroupBarrier();
        let total = sums[0];
        let small = abs(total.z) <= 2e-7 * sqrt(total.x) * sqrt(total.y) || abs(total.z) < 1e-30;
        let cs = rotation(total.x, total.y, select(total.z, 1.0, small));
        if (!small) {
          if (lane == 0) { moved = 1u; }
          for (var k = lane; k < m; k += ${LANES}) {
            let kp = work[base + k * n + p];
            let kq = work[base + k * n + q];
            work[base + k * n + p] = cs.x * kp - cs.y * kq;
            work[base + k * n + q] = cs.y * kp + cs.x * kq;
          }
          for (var k = lane; k < n; k += ${LANES}) {
            let vp = v[vBase + k * n + p];
            let vq = v[vBase + k * n + q];
            v[vBase + k * n + p] = cs.x * vp - cs.y * vq;
            v[vBase + k * n + q] = cs.y * vp + cs.x * vq;
          }
        }`)}
  for (var j = lane; j < n; j += ${LANES}) {
    var square = 0.0;
    for (var k = 0; k < m; k++) { let value = work[base + k * n + j]; square += value * value; }
    s[item * n + j] = sqrt(square);
  }`,
      })
      withViews(a, [[s.dtype, s.layout.shape]], (lengths) => {
        copy([lengths!], [s], {})
        sortColumns({ u, s, vh, work, v: v!, lengths: lengths! }, count, rows, columns, wide)
      })
    }),
  )
}

interface Columns {
  readonly u: View
  readonly s: View
  readonly vh: View
  readonly work: View
  readonly v: View
  readonly lengths: View
}

/** Singular values in falling order, the columns of U and rows of Vh with them; what A leaves open of U is filled orthogonally. */
function sortColumns({ u, s, vh, work, v, lengths }: Columns, count: number, m: number, n: number, wide: number): void {
  runMatrices({
    op: 'svd',
    name: 'svd order',
    writes: { u, s, vh },
    reads: { work, v, lengths },
    sizes: { m, n, wide },
    by: 'workgroup',
    items: count,
    body: `
  let uBase = item * m * wide;
  var largest = 0.0;
  for (var k = 0; k < n; k++) { largest = max(largest, lengths[item * n + k]); }
  for (var i = lane; i < m * wide; i += ${LANES}) { u[uBase + i] = 0.0; }
  ${BARRIER}
  for (var j = lane; j < n; j += ${LANES}) {
${rank('lengths[item * n + J]', '>')}
    let length = lengths[item * n + j];
    s[item * n + place] = length;
    for (var k = 0; k < n; k++) { vh[item * n * n + place * n + k] = v[item * n * n + k * n + j]; }
    if (length > 1e-7 * largest) {
      for (var k = 0; k < m; k++) { u[uBase + k * wide + place] = work[item * m * n + k * n + j] / length; }
    }
  }
  ${BARRIER}
  if (lane > 0) { return; }
  // The unit vector that the columns so far cover least, less what they cover of it (twice, against rounding).
  for (var c = 0; c < wide; c++) {
    if (c < n) { if (s[item * n + c] > 1e-7 * largest) { continue; } }
    var best = 0;
    var least = 2.0;
    for (var r = 0; r < m; r++) {
      var covered = 0.0;
      for (var k = 0; k < wide; k++) { let value = u[uBase + r * wide + k]; covered += value * value; }
      if (covered < least) { least = covered; best = r; }
    }
    u[uBase + best * wide + c] = 1.0;
    for (var again = 0; again < 2; again++) {
      for (var k = 0; k < wide; k++) {
        if (k == c) { continue; }
        var along = 0.0;
        for (var r = 0; r < m; r++) { along += u[uBase + r * wide + k] * u[uBase + r * wide + c]; }
        for (var r = 0; r < m; r++) { u[uBase + r * wide + c] -= along * u[uBase + r * wide + k]; }
      }
      var square = 0.0;
      for (var r = 0; r < m; r++) { let value = u[uBase + r * wide + c]; square += value * value; }
      let scale = 1.0 / sqrt(square);
      for (var r = 0; r < m; r++) { u[uBase + r * wide + c] *= scale; }
    }
  }`,
  })
}

/** U, S and Vh into fresh views; wide matrices by their transpose. */
export function decompose(u: View, s: View, vh: View, a: View): void {
  const { rows, columns } = sizesOf(a)
  if (rows >= columns) {
    svdTall(u, s, vh, a)
    return
  }
  // A^T = U' S V'^T gives U = V' and Vh = U'^T.
  const [left, right] = [transposed(vh).layout.shape, transposed(u).layout.shape]
  withViews(
    a,
    [
      [a.dtype, left],
      [a.dtype, right],
    ],
    (uT, vhT) => {
      svdTall(uT!, s, vhT!, transposed(a))
      copy([u], [transposed(vhT!)], {})
      copy([vh], [transposed(uT!)], {})
    },
  )
}

export const svd: Kernel<'svd'> = ([u, s, vh], [a]) => decompose(u!, s!, vh!, a!)
