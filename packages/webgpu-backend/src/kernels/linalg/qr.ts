import type { Kernel } from '@metagrad/tensor'
import { LANES } from '../../engine/constants.ts'
import { withViews } from '../temporary.ts'
import { BARRIER, batchShape, runMatrices, sizesOf, withCopy } from './matrices.ts'

/**
 * Householder reflections. Reflector j lies in column j of `v` (its own rows, scaled so that H = I - v v^T); R grows in `work`.
 * Then Q = H_0 H_1 .. applied to the identity, last reflector first; the lanes share the columns.
 */
const BODY = `
  let base = item * m * n;
  let size = min(m, n);
  let vBase = item * m * size;
  for (var j = 0; j < size; j++) {
    ${BARRIER}
    if (lane == 0) {
      var square = 0.0;
      for (var r = j + 1; r < m; r++) { let value = work[base + r * n + j]; square += value * value; }
      let first = work[base + j * n + j];
      let norm = sqrt(first * first + square);
      // No rows below: nothing to reflect.
      let flat = square == 0.0;
      let head = select(first + norm, first - norm, first < 0.0);
      let size2 = sqrt((head * head + square) / 2.0);
      for (var r = 0; r < m; r++) {
        let value = select(select(work[base + r * n + j], head, r == j), 0.0, r < j);
        v[vBase + r * size + j] = select(value / size2, 0.0, flat);
      }
    }
    ${BARRIER}
    for (var c = j + lane; c < n; c += ${LANES}) {
      var along = 0.0;
      for (var r = j; r < m; r++) { along += v[vBase + r * size + j] * work[base + r * n + c]; }
      for (var r = j; r < m; r++) { work[base + r * n + c] -= v[vBase + r * size + j] * along; }
    }
  }
  ${BARRIER}
  for (var i = lane; i < inner * n; i += ${LANES}) {
    let r = i / n;
    let c = i % n;
    rOut[item * inner * n + i] = select(work[base + r * n + c], 0.0, c < r);
  }
  let qBase = item * m * inner;
  for (var c = lane; c < inner; c += ${LANES}) {
    for (var r = 0; r < m; r++) { q[qBase + r * inner + c] = select(0.0, 1.0, r == c); }
    for (var j = size - 1; j >= 0; j--) {
      var along = 0.0;
      for (var r = j; r < m; r++) { along += v[vBase + r * size + j] * q[qBase + r * inner + c]; }
      for (var r = j; r < m; r++) { q[qBase + r * inner + c] -= v[vBase + r * size + j] * along; }
    }
  }`

export const qr: Kernel<'qr'> = ([q, r], [a], { mode }) => {
  const { count, rows, columns } = sizesOf(a!)
  const size = Math.min(rows, columns)
  const batch = batchShape(a!)
  withCopy(a!, batch, (work) =>
    withViews(a!, [[a!.dtype, [...batch, rows, size]]], (v) =>
      runMatrices({
        op: 'qr',
        name: 'qr',
        writes: { work, v: v!, q: q!, rOut: r! },
        sizes: { m: rows, n: columns, inner: mode === 'complete' ? rows : size },
        by: 'workgroup',
        items: count,
        body: BODY,
      }),
    ),
  )
}
