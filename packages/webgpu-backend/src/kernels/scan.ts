import type { Kernel, ScanPrimitives, View } from '@metagrad/tensor'
import { LANES } from '../engine/constants.ts'
import { cellOf, engineOf, storageOf } from '../engine/storage.ts'
import { linesAlong } from './rows.ts'
import type { ValueType } from './values.ts'
import { loadText, storeText, valueType } from './values.ts'
import { groupsFor, walkNames, walkText, walkWords } from './walk.ts'

/** How a line runs on. `a` is what came before, `b` what follows. */
interface Scan {
  readonly type: string
  readonly neutral: string
  readonly enter: string
  readonly join: string
  /** Stored per output. */
  readonly leave: readonly string[]
}

const running = (type: ValueType, neutral: string, join: string): Scan => ({
  type,
  neutral,
  enter: 'value',
  join,
  leave: ['total'],
})

/** Value and position; the last of equals wins, unlike in argmax. */
function extremum(type: ValueType, worse: string): Scan {
  const value = (of: string): string => `bitcast<${type}>(${of}.x)`
  const keeps = worse.replaceAll('A', value('a')).replaceAll('B', value('b'))
  return {
    type: 'vec2i',
    neutral: 'vec2i(0, -1)',
    enter: 'vec2i(bitcast<i32>(value), k)',
    join: `select(b, a, b.y < 0 || (a.y >= 0 && ${keeps}))`,
    leave: [value('total'), 'total.y'],
  }
}

const scans: { readonly [P in keyof ScanPrimitives]: { readonly [T in ValueType]: Scan } } = {
  cumsum: { f32: running('f32', '0.0', 'a + b'), i32: running('i32', '0', 'a + b') },
  cumprod: { f32: running('f32', '1.0', 'a * b'), i32: running('i32', '1', 'a * b') },
  cummax: {
    f32: extremum('f32', '(A > B || (isNaN(A) && !isNaN(B)))'),
    i32: extremum('i32', 'A > B'),
  },
  cummin: {
    f32: extremum('f32', '(A < B || (isNaN(A) && !isNaN(B)))'),
    i32: extremum('i32', 'A < B'),
  },
}

/** From this length on a workgroup shares a line, unless there are lines enough. */
const LONG = 256
const MANY_LINES = 4096

/** A part of a line from the running total on. */
function partText(scan: Scan, value: string, outputs: readonly string[]): string {
  return `
  for (var k = first; k < last; k++) {
    let value = ${value};
    total = join(total, ${scan.enter});
    ${outputs.join('\n    ')}
  }`
}

/** Each lane's own part, then what comes before it by doubling distances, then the part again from there. */
function sharedText(scan: Scan, value: string, outputs: readonly string[]): string {
  return `
  let part = (length + ${LANES - 1}) / ${LANES};
  let first = lane * part;
  let last = min(length, first + part);
  var total = ${scan.neutral};
${partText(scan, value, [])}
  totals[lane] = total;
  for (var distance = 1; distance < ${LANES}; distance *= 2) {
    workgroupBarrier();
    let before = totals[max(lane - distance, 0)];
    workgroupBarrier();
    if (lane >= distance) { totals[lane] = join(before, totals[lane]); }
  }
  workgroupBarrier();
  total = ${scan.neutral};
  if (lane > 0) { total = totals[lane - 1]; }
${partText(scan, value, outputs)}`
}

function scanKernel(op: keyof ScanPrimitives): Kernel<keyof ScanPrimitives> {
  return (outputs, [x], { dim }) => {
    const scan = scans[op][valueType(x!.dtype)]
    const engine = engineOf(x!)
    const { walk, length, steps } = linesAlong([x!, ...outputs], dim)
    const names = outputs.map((_, i) => `out${i}`)
    const shared = length >= LONG && walk.numel < MANY_LINES
    const value = loadText(cellOf(x!.dtype), 'x[xAt + k * xStep]')
    const stores = outputs.map(
      ({ dtype }: View, i) => `out${i}[out${i}At + k * out${i}Step] = ${storeText(dtype, scan.leave[i]!)};`,
    )
    engine.run({
      op,
      key: `${op} ${x!.dtype} ${walk.rank} ${String(shared)}`,
      source: () => ({
        bindings: [
          { name: 'x', cell: cellOf(x!.dtype), writes: false },
          ...outputs.map(({ dtype }, i) => ({ name: names[i]!, cell: cellOf(dtype), writes: true })),
        ],
        words: [
          'rows',
          'length',
          'xStep',
          ...names.map((name) => `${name}Step`),
          ...walkNames(walk.rank, ['x', ...names]),
        ],
        declarations: [
          ...(shared ? [`var<workgroup> totals: array<${scan.type}, ${LANES}>;`] : []),
          `fn join(a: ${scan.type}, b: ${scan.type}) -> ${scan.type} { return ${scan.join}; }`,
        ].join('\n'),
        lanes: LANES,
        body: `
  let row = ${shared ? 'block' : `block * ${LANES} + lane`};
  if (row >= rows) { return; }
${walkText(walk.rank, ['x', ...names], 'row')}
${
  shared
    ? sharedText(scan, value, stores)
    : `  let first = 0;\n  let last = length;\n  var total = ${scan.neutral};${partText(scan, value, stores)}`
}`,
      }),
      buffers: [storageOf(x!).buffer, ...outputs.map((out) => storageOf(out).buffer)],
      words: [walk.numel, length, ...steps, ...walkWords(walk)],
      groups: length === 0 ? 0 : shared ? walk.numel : groupsFor(walk.numel),
    })
  }
}

export const scanKernels: { readonly [P in keyof ScanPrimitives]: Kernel<P> } = {
  cumsum: scanKernel('cumsum'),
  cumprod: scanKernel('cumprod'),
  cummax: scanKernel('cummax'),
  cummin: scanKernel('cummin'),
}
