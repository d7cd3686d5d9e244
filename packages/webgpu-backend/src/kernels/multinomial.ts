import type { Kernel, View } from '@metagrad/tensor'
import { LANES } from '../engine/constants.ts'
import { engineOf, storageOf } from '../engine/storage.ts'
import { copy } from './elementwise.ts'
import { faultBinding, map } from './map.ts'
import { sort } from './sort.ts'
import { draws, uploaded } from './sources.ts'
import { withLayout, withViews } from './temporary.ts'
import { groupsFor } from './walk.ts'
import { Layout } from '@metagrad/tensor'

const next = new Float32Array(1)
const nextBits = new Int32Array(next.buffer)

/** The least float32 that is not below a double in [0, 1): comparing float32 numbers with it is comparing with the double. */
function roundUp(value: number): number {
  next[0] = value
  if (next[0] < value) nextBits[0]!++
  return next[0]
}

/** Cumulative weights of each row, divided by their total, one thread per row in the order of the CPU; bad rows are noted. */
function cumulate(weights: View, to: View): void {
  const engine = engineOf(weights)
  const length = weights.layout.shape.at(-1)!
  const rows = weights.layout.numel / length
  engine.run({
    op: 'multinomial',
    key: 'multinomial cumulate',
    source: () => ({
      bindings: [
        { name: 'to', cell: 'f32', writes: true },
        { name: 'weights', cell: 'f32', writes: false },
        faultBinding,
      ],
      words: ['rows', 'length', 'fault'],
      lanes: LANES,
      body: `
  let row = block * ${LANES} + lane;
  if (row >= rows) { return; }
  var total = 0.0;
  for (var k = 0; k < length; k++) {
    let weight = weights[row * length + k];
    if (!(weight >= 0.0) || isInfinite(weight)) { note(fault, row, 0); }
    total += weight;
    to[row * length + k] = total;
  }
  if (total == 0.0) { note(fault, row, 0); }
  for (var k = 0; k < length; k++) { to[row * length + k] /= total; }`,
    }),
    buffers: [storageOf(to).buffer, storageOf(weights).buffer, engine.faultBuffer],
    words: [rows, length, engine.faults.numberOf('badWeight', 'multinomial')],
    groups: groupsFor(rows),
  })
}

/** The first category whose cumulative weight reaches each target. */
function search(out: View, cumulative: View, targets: View): void {
  const length = cumulative.layout.shape.at(-1)!
  engineOf(out).run({
    op: 'multinomial',
    key: 'multinomial search',
    source: () => ({
      bindings: [
        { name: 'out', cell: 'i32', writes: true },
        { name: 'cumulative', cell: 'f32', writes: false },
        { name: 'targets', cell: 'f32', writes: false },
      ],
      words: ['numel', 'samples', 'length'],
      lanes: LANES,
      body: `
  let i = block * ${LANES} + lane;
  if (i >= numel) { return; }
  let base = (i / samples) * length;
  var low = 0;
  var high = length;
  while (low < high) {
    let middle = (low + high) / 2;
    if (cumulative[base + middle] < targets[i]) { low = middle + 1; } else { high = middle; }
  }
  out[i] = low;`,
    }),
    buffers: [out, cumulative, targets].map((view) => storageOf(view).buffer),
    words: [out.layout.numel, out.layout.shape.at(-1)!, length],
    groups: groupsFor(out.layout.numel),
  })
}

export const multinomial: Kernel<'multinomial'> = ([out], [p], { samples, replacement, generator }) => {
  const { shape } = p!.layout
  if (out!.layout.numel === 0) return
  withViews(
    p!,
    [
      ['float32', shape],
      ['float32', shape],
    ],
    (weights, cumulative) => {
      copy([weights!], [p!], {})
      cumulate(weights!, cumulative!)
      if (replacement) {
        const targets = Float32Array.from({ length: out!.layout.numel }, () => roundUp(generator.uniform53()))
        search(out!, cumulative!, uploaded(out!, 'float32', [targets.length], targets))
        return
      }
      // The largest weight / e, e exponential, in falling order.
      const noise = uploaded(out!, 'float32', shape, draws('exponential', generator, shape))
      withViews(
        p!,
        [
          ['float32', shape],
          ['int32', shape],
        ],
        (sorted, order) => {
          map({ op: 'multinomial', out: weights!, inputs: [weights!, noise], expression: 'a / b' })
          sort([sorted!, order!], [weights!], { dim: shape.length - 1, descending: true })
          const first = new Layout([...shape.slice(0, -1), samples], order!.layout.strides, 0)
          copy([out!], [withLayout(order!, first)], {})
        },
      )
    },
  )
}
