import type { Kernel, View } from '@metagrad/tensor'
import type { PooledBuffer } from '../engine/pool.ts'
import { LANES } from '../engine/constants.ts'
import type { Engine } from '../engine/engine.ts'
import { cellOf, engineOf, storageOf } from '../engine/storage.ts'
import type { Binding } from '../wgsl/module.ts'
import { linesAlong } from './rows.ts'
import { withBuffer } from './temporary.ts'
import { loadText, storeText, valueType } from './values.ts'
import { groupsFor, walkNames, walkText, walkWords } from './walk.ts'

/** Pairs that one workgroup sorts in its own memory. */
const TILE = 4 * LANES

/** Length of a line of pairs: a power of two that holds `length`, at least a tile. */
export function paddedLength(length: number): number {
  return Math.max(TILE, 2 ** Math.ceil(Math.log2(Math.max(1, length))))
}

const pairs: Binding = { name: 'pairs', cell: 'vec2i', writes: true }

/** Ascending by key, then by position: equal keys keep their order. */
const ORDER = 'fn after(a: vec2i, b: vec2i) -> bool { return a.x > b.x || (a.x == b.x && a.y > b.y); }'

/** A step of the bitonic network: pairs `distance` apart, in runs of `run` that rise and fall in turn within a line. */
const exchange = (array: string, first: string): string => `
    let low = 2 * distance * (unit / distance) + unit % distance;
    let high = low + distance;
    let falls = ((${first} + low) & run & mask) != 0;
    let a = ${array}[low];
    let b = ${array}[high];
    if (after(a, b) != falls) { ${array}[low] = b; ${array}[high] = a; }`

/** The steps that fit one workgroup: all runs up to a tile, or the last distances of a longer run. */
const tileBody = (runs: 'all' | 'one'): string => `
  if (block >= tiles) { return; }
  let base = block * ${TILE};
  for (var i = lane; i < ${TILE}; i += ${LANES}) { tile[i] = pairs[base + i]; }
  for (var run = ${runs === 'all' ? '2' : 'given'}; run <= ${runs === 'all' ? String(TILE) : 'given'}; run *= 2) {
    for (var distance = min(run / 2, ${TILE / 2}); distance > 0; distance /= 2) {
      workgroupBarrier();
      for (var unit = lane; unit < ${TILE / 2}; unit += ${LANES}) {${exchange('tile', 'base')}
      }
    }
  }
  workgroupBarrier();
  for (var i = lane; i < ${TILE}; i += ${LANES}) { pairs[base + i] = tile[i]; }`

/** Sorts each line of `length` pairs (a power of two, at least a tile), all lines in one buffer. */
export function sortPairs(engine: Engine, op: string, buffer: PooledBuffer, lines: number, length: number): void {
  const total = lines * length
  const inTiles = (runs: 'all' | 'one', given: number): void =>
    engine.run({
      op,
      key: `sort tiles ${runs}`,
      source: () => ({
        bindings: [pairs],
        words: ['tiles', 'given', 'mask'],
        declarations: `var<workgroup> tile: array<vec2i, ${TILE}>;\n${ORDER}`,
        lanes: LANES,
        body: tileBody(runs),
      }),
      buffers: [buffer],
      words: [total / TILE, given, length - 1],
      groups: total / TILE,
    })
  const across = (run: number, distance: number): void =>
    engine.run({
      op,
      key: 'sort across',
      source: () => ({
        bindings: [pairs],
        words: ['units', 'run', 'distance', 'mask'],
        declarations: ORDER,
        lanes: LANES,
        body: `
    let unit = block * ${LANES} + lane;
    if (unit >= units) { return; }${exchange('pairs', '0')}`,
      }),
      buffers: [buffer],
      words: [total / 2, run, distance, length - 1],
      groups: groupsFor(total / 2),
    })
  inTiles('all', 0)
  for (let run = 2 * TILE; run <= length; run *= 2) {
    for (let distance = run / 2; distance >= TILE; distance /= 2) across(run, distance)
    inTiles('one', run)
  }
}

/** A float as an int of the same order: NaN above all, -0 as 0. */
const KEYS: { readonly [T in 'f32' | 'i32']: string } = {
  f32: `fn keyOf(x: f32) -> i32 {
  if (isNaN(x)) { return 0x7f800001; }
  let bits = bitcast<i32>(select(x, 0.0, x == 0.0));
  return select(bits, bits ^ 0x7fffffff, bits < 0);
}`,
  i32: 'fn keyOf(x: i32) -> i32 { return x; }',
}

function writeKeys(x: View, dim: number, descending: boolean, buffer: PooledBuffer, padded: number): number {
  const { walk, length, steps } = linesAlong([x], dim)
  const total = walk.numel * padded
  engineOf(x).run({
    op: 'sort',
    key: `sort keys ${x.dtype} ${walk.rank} ${String(descending)}`,
    source: () => ({
      bindings: [pairs, { name: 'x', cell: cellOf(x.dtype), writes: false }],
      words: ['total', 'padded', 'length', 'xStep', ...walkNames(walk.rank, ['x'])],
      declarations: KEYS[valueType(x.dtype)],
      lanes: LANES,
      body: `
  let i = block * ${LANES} + lane;
  if (i >= total) { return; }
  let k = i % padded;
  let line = i / padded;
  // What pads a line comes last by its position, whatever the keys.
  pairs[i] = vec2i(0x7fffffff, 0x40000000 + k);
  if (k >= length) { return; }
${walkText(walk.rank, ['x'], 'line')}
  let key = keyOf(${loadText(cellOf(x.dtype), 'x[xAt + k * xStep]')});
  pairs[i] = vec2i(${descending ? '~key' : 'key'}, k);`,
    }),
    buffers: [buffer, storageOf(x).buffer],
    words: [total, padded, length, ...steps, ...walkWords(walk)],
    groups: groupsFor(total),
  })
  return walk.numel
}

function writeSorted(
  [values, indices]: readonly View[],
  x: View,
  dim: number,
  from: PooledBuffer,
  padded: number,
): void {
  const { walk, length, steps } = linesAlong([values!, indices!, x], dim)
  const total = walk.numel * length
  const names = ['values', 'indices', 'x']
  engineOf(x).run({
    op: 'sort',
    key: `sort values ${x.dtype} ${walk.rank}`,
    source: () => ({
      bindings: [
        { name: 'values', cell: cellOf(x.dtype), writes: true },
        { name: 'indices', cell: 'i32', writes: true },
        { name: 'x', cell: cellOf(x.dtype), writes: false },
        { ...pairs, writes: false },
      ],
      words: ['total', 'padded', 'length', ...names.map((name) => `${name}Step`), ...walkNames(walk.rank, names)],
      lanes: LANES,
      body: `
  let i = block * ${LANES} + lane;
  if (i >= total) { return; }
  let k = i % length;
  let line = i / length;
${walkText(walk.rank, names, 'line')}
  let place = pairs[line * padded + k].y;
  values[valuesAt + k * valuesStep] = ${storeText(x.dtype, loadText(cellOf(x.dtype), 'x[xAt + place * xStep]'))};
  indices[indicesAt + k * indicesStep] = place;`,
    }),
    buffers: [values!, indices!, x].map((view) => storageOf(view).buffer).concat(from),
    words: [total, padded, length, ...steps, ...walkWords(walk)],
    groups: groupsFor(total),
  })
}

export const sort: Kernel<'sort'> = (outputs, [x], { dim, descending }) => {
  if (x!.layout.numel === 0) return
  const engine = engineOf(x!)
  const length = x!.layout.shape[dim] ?? 1
  const padded = paddedLength(length)
  withBuffer(engine, (x!.layout.numel / length) * padded * 8, (buffer) => {
    const lines = writeKeys(x!, dim, descending, buffer, padded)
    sortPairs(engine, 'sort', buffer, lines, padded)
    writeSorted(outputs, x!, dim, buffer, padded)
  })
}
