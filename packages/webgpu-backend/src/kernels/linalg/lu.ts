import type { Kernel, View } from '@metagrad/tensor'
import { LANES } from '../../engine/constants.ts'
import { copy } from '../elementwise.ts'
import { withViews } from '../temporary.ts'
import { BARRIER, batchShape, runMatrices, sizesOf, withCopy } from './matrices.ts'

/** Gaussian elimination with the largest pivot of each column, in place; rows are the permutation as indices. */
const FACTOR = `
  let base = item * m * n;
  let size = min(m, n);
  for (var r = lane; r < m; r += ${LANES}) { order[item * m + r] = r; }
  for (var j = 0; j < size; j++) {
    ${BARRIER}
    if (lane == 0) {
      var best = j;
      for (var r = j + 1; r < m; r++) { if (abs(lu[base + r * n + j]) > abs(lu[base + best * n + j])) { best = r; } }
      pivots[item * size + j] = best + 1;
      let kept = order[item * m + j];
      order[item * m + j] = order[item * m + best];
      order[item * m + best] = kept;
    }
    ${BARRIER}
    let best = pivots[item * size + j] - 1;
    for (var c = lane; c < n; c += ${LANES}) {
      let kept = lu[base + j * n + c];
      lu[base + j * n + c] = lu[base + best * n + c];
      lu[base + best * n + c] = kept;
    }
    ${BARRIER}
    let pivot = lu[base + j * n + j];
    for (var r = j + 1 + lane; r < m; r += ${LANES}) {
      if (pivot != 0.0) { lu[base + r * n + j] /= pivot; }
    }
    ${BARRIER}
    let wide = n - j - 1;
    for (var i = lane; i < (m - j - 1) * wide; i += ${LANES}) {
      let r = j + 1 + i / wide;
      let c = j + 1 + i % wide;
      lu[base + r * n + c] -= lu[base + r * n + j] * lu[base + j * n + c];
    }
  }`

function factor(op: string, lu: View, pivots: View, order: View): void {
  const { count, rows, columns } = sizesOf(lu)
  runMatrices({
    op,
    name: 'lu',
    writes: { lu, pivots, order },
    sizes: { m: rows, n: columns },
    by: 'workgroup',
    items: count,
    body: FACTOR,
  })
}

export const lu: Kernel<'lu'> = ([out, pivots, order], [a]) => {
  copy([out!], [a!], {})
  factor('lu', out!, pivots!, order!)
}

function withFactors(
  op: string,
  a: View,
  batch: readonly number[],
  use: (lu: View, pivots: View, order: View) => void,
): void {
  const { rows, columns } = sizesOf(a)
  withCopy(a, batch, (matrices) =>
    withViews(
      a,
      [
        ['int32', [...batch, Math.min(rows, columns)]],
        ['int32', [...batch, rows]],
      ],
      (pivots, order) => {
        factor(op, matrices, pivots!, order!)
        use(matrices, pivots!, order!)
      },
    ),
  )
}

export const det: Kernel<'det'> = ([out], [a]) => {
  const { count, rows } = sizesOf(a!)
  withFactors('det', a!, batchShape(a!), (factors, pivots) =>
    runMatrices({
      op: 'det',
      name: 'det',
      writes: { out: out! },
      reads: { factors, pivots },
      sizes: { n: rows },
      by: 'thread',
      items: count,
      body: `
  var product = 1.0;
  for (var j = 0; j < n; j++) {
    product *= factors[(item * n + j) * n + j];
    if (pivots[item * n + j] != j + 1) { product = -product; }
  }
  out[item] = product;`,
    }),
  )
}

/** A thread per column of B: forward through L, backward through U. */
export const solve: Kernel<'solve'> = ([out], [a, b]) => {
  const { count, rows, columns } = sizesOf(out!)
  const batch = batchShape(out!)
  withFactors('solve', a!, batch, (factors, _, order) =>
    withCopy(b!, batch, (right) =>
      runMatrices({
        op: 'solve',
        name: 'solve',
        writes: { x: out! },
        reads: { factors, order, right },
        sizes: { n: rows, columns },
        by: 'thread',
        items: count * columns,
        fault: 'singular',
        body: `
  let matrix = item / columns;
  let column = item % columns;
  let base = matrix * n * n;
  let at = matrix * n * columns + column;
  for (var r = 0; r < n; r++) {
    var value = right[at + order[matrix * n + r] * columns];
    for (var k = 0; k < r; k++) { value -= factors[base + r * n + k] * x[at + k * columns]; }
    x[at + r * columns] = value;
  }
  for (var r = n - 1; r >= 0; r--) {
    let pivot = factors[base + r * n + r];
    if (pivot == 0.0) { note(fault, r + 1, matrix); return; }
    var value = x[at + r * columns];
    for (var k = r + 1; k < n; k++) { value -= factors[base + r * n + k] * x[at + k * columns]; }
    x[at + r * columns] = value / pivot;
  }`,
      }),
    ),
  )
}

/** A thread per column of B, down or up the triangle. */
export const triangularSolve: Kernel<'triangularSolve'> = ([out], [a, b], { upper, unitriangular }) => {
  const { count, rows, columns } = sizesOf(out!)
  const batch = batchShape(out!)
  withCopy(a!, batch, (factors) =>
    withCopy(b!, batch, (right) =>
      runMatrices({
        op: 'triangularSolve',
        name: 'triangularSolve',
        writes: { x: out! },
        reads: { factors, right },
        sizes: { n: rows, columns, upper: Number(upper), unit: Number(unitriangular) },
        by: 'thread',
        items: count * columns,
        body: `
  let matrix = item / columns;
  let base = matrix * n * n;
  let at = matrix * n * columns + item % columns;
  for (var done = 0; done < n; done++) {
    let r = select(done, n - 1 - done, upper == 1);
    var value = right[at + r * columns];
    for (var j = 0; j < done; j++) {
      let k = select(j, n - 1 - j, upper == 1);
      value -= factors[base + r * n + k] * x[at + k * columns];
    }
    x[at + r * columns] = select(value / factors[base + r * n + r], value, unit == 1);
  }`,
      }),
    ),
  )
}

/** Column after column of L; the lanes share its rows. */
export const cholesky: Kernel<'cholesky'> = ([out], [a]) => {
  const { count, rows } = sizesOf(a!)
  copy([out!], [a!], {})
  runMatrices({
    op: 'cholesky',
    name: 'cholesky',
    writes: { x: out! },
    sizes: { n: rows },
    by: 'workgroup',
    items: count,
    fault: 'notPositiveDefinite',
    body: `
  let base = item * n * n;
  for (var j = 0; j < n; j++) {
    ${BARRIER}
    if (lane == 0) {
      var value = x[base + j * n + j];
      for (var k = 0; k < j; k++) { value -= x[base + j * n + k] * x[base + j * n + k]; }
      if (!(value > 0.0)) { note(fault, j + 1, item); }
      x[base + j * n + j] = sqrt(value);
    }
    ${BARRIER}
    for (var r = lane; r < n; r += ${LANES}) {
      if (r < j) { x[base + r * n + j] = 0.0; }
      if (r > j) {
        var value = x[base + r * n + j];
        for (var k = 0; k < j; k++) { value -= x[base + r * n + k] * x[base + j * n + k]; }
        x[base + r * n + j] = value / x[base + j * n + j];
      }
    }
  }`,
  })
}
