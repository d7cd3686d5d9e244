import type { Kernel, ReducePrimitives, Shape, View } from '@metagrad/tensor'
import { LANES } from '../engine/constants.ts'
import { cellOf, engineOf, storageOf } from '../engine/storage.ts'
import type { PooledBuffer } from '../engine/pool.ts'
import type { ValueType } from './values.ts'
import { map } from './map.ts'
import { loadText, storeText, valueType } from './values.ts'
import { withBuffer } from './temporary.ts'
import type { Walk } from './walk.ts'
import { foldDims, groupsFor, walkNames, walkText, walkWords } from './walk.ts'

/** How elements fold into one value; all text is WGSL. */
export interface Fold {
  /** Type of the running total. */
  readonly type: string
  readonly neutral: string
  /** An element `value` at position `k` among those reduced, as a total. */
  readonly enter: string
  /** Totals `a` and `b` as one. Commutative and associative, up to rounding. */
  readonly join: string
  /** What is stored of the total `a`. */
  readonly leave: string
}

const plain = (type: ValueType, neutral: string, join: string): Fold => ({
  type,
  neutral,
  enter: 'value',
  join,
  leave: 'a',
})

/** A value's bits beside its position: the better value wins, among equals (and NaNs) the first. */
function place(type: ValueType, neutral: string, beats: string): Fold {
  const value = (of: string): string => `bitcast<${type}>(${of}.x)`
  const wins = (a: string, b: string): string => beats.replaceAll('A', value(a)).replaceAll('B', value(b))
  return {
    type: 'vec2i',
    neutral: `vec2i(bitcast<i32>(${neutral}), 0x7fffffff)`,
    enter: 'vec2i(bitcast<i32>(value), k)',
    join: `select(b, a, ${wins('a', 'b')} || (!(${wins('b', 'a')}) && a.y < b.y))`,
    leave: 'a.y',
  }
}

const LEAST = 'i32(-2147483647 - 1)'
const MOST = '2147483647'
const above = '(A > B || (isNaN(A) && !isNaN(B)))'
const below = '(A < B || (isNaN(A) && !isNaN(B)))'

type Folded = Exclude<keyof ReducePrimitives, 'mean'>

const folds: { readonly [P in Folded]: { readonly [T in ValueType]: Fold } } = {
  sum: { f32: plain('f32', '0.0', 'a + b'), i32: plain('i32', '0', 'a + b') },
  prod: { f32: plain('f32', '1.0', 'a * b'), i32: plain('i32', '1', 'a * b') },
  amax: { f32: plain('f32', '-infinity()', 'larger(a, b)'), i32: plain('i32', LEAST, 'max(a, b)') },
  amin: { f32: plain('f32', 'infinity()', 'smaller(a, b)'), i32: plain('i32', MOST, 'min(a, b)') },
  argmax: { f32: place('f32', '-infinity()', above), i32: place('i32', LEAST, '(A > B)') },
  argmin: { f32: place('f32', 'infinity()', below), i32: place('i32', MOST, '(A < B)') },
}

/** Up to this many elements a single thread folds; a workgroup would mostly wait. */
const ONE_THREAD = 32
/** With at least so many rows, threads have enough to do one by one. */
const MANY_ROWS = 8192
/** Elements that a thread folds at most before the work is cut into chunks. */
const CHUNK = 64 * LANES

/** Reads element `value` of row `row`, position `k`. */
interface Reader {
  readonly cell: string
  readonly words: readonly string[]
  /** Once per row. */
  readonly start: string
  /** Once per element. */
  readonly element: string
}

/** Text of a kernel in which a thread (lanes 1) or a workgroup folds a row, or one of `chunks` parts of it. */
function foldBody(fold: Fold, lanes: number, reader: Reader, store: string): string {
  const { type, neutral, enter } = fold
  const step = lanes === 1 ? 'chunks' : `chunks * ${lanes}`
  return `
  let item = ${lanes === 1 ? `block * ${LANES} + lane` : 'block'};
  if (item >= rows * chunks) { return; }
  let row = item / chunks;
  let chunk = item % chunks;
${reader.start}
  var total = ${neutral};
  for (var k = ${lanes === 1 ? 'chunk' : `chunk * ${lanes} + lane`}; k < length; k += ${step}) {
${reader.element}
    total = join(total, ${enter});
  }
${lanes === 1 ? '' : treeText(type, lanes)}
  let a = total;
  ${store}`.trimEnd()
}

/** All lanes' totals as one, in the first lane; the others leave. */
export function treeText(type: string, lanes: number, total = 'total', join = 'join'): string {
  return `
  shared_${type}[lane] = ${total};
  for (var half = ${lanes / 2}; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) { shared_${type}[lane] = ${join}(shared_${type}[lane], shared_${type}[lane + half]); }
  }
  if (lane > 0) { return; }
  ${total} = shared_${type}[0];`
}

function declarations({ type, join }: Fold, lanes: number): string {
  const shared = lanes === 1 ? '' : `var<workgroup> shared_${type}: array<${type}, ${lanes}>;\n`
  return `${shared}fn join(a: ${type}, b: ${type}) -> ${type} { return ${join}; }`
}

/** The kept dims of x as a walk over rows, the reduced ones as a walk within a row. */
function split({ layout }: View, dims: readonly number[]): { rows: Walk; within: Walk } {
  const kept = layout.shape.map((_, dim) => dim).filter((dim) => !dims.includes(dim))
  const pick = (chosen: readonly number[], offset: number): Walk => {
    const shape: Shape = chosen.map((dim) => layout.shape[dim]!)
    return foldDims(shape, [chosen.map((dim) => layout.strides[dim]!)], [offset])
  }
  return { rows: pick(kept, layout.offset), within: pick(dims, 0) }
}

function reduceKernel(op: Folded): Kernel<Folded> {
  return ([out], [x], { dims }) => {
    const fold = folds[op][valueType(x!.dtype)]
    const engine = engineOf(out!)
    const { rows, within } = split(x!, dims)
    const { length, chunks, lanes } = plan(rows.numel, within.numel)
    const cell = cellOf(x!.dtype)
    const reader: Reader = {
      cell,
      words: [...walkNames(rows.rank, ['row'], 'rowSize'), ...walkNames(within.rank, ['x'])],
      start: walkText(rows.rank, ['row'], 'row', 'rowSize'),
      element: `${walkText(within.rank, ['x'], 'k')}\n  let value = ${loadText(cell, 'x[rowAt + xAt]')};`,
    }
    const words = [...walkWords(rows), ...walkWords(within)]
    const last = `out[outOffset + row] = ${storeText(out!.dtype, fold.leave)};`
    const run = (
      name: string,
      from: { reader: Reader; words: readonly number[]; buffer: PooledBuffer; length: number },
      to: { cell: string; store: string; buffer: PooledBuffer; chunks: number },
      width: number,
    ): void =>
      engine.run({
        op,
        key: `${op} ${name} ${x!.dtype} ${out!.dtype} ${rows.rank} ${within.rank} ${width}`,
        source: () => ({
          bindings: [
            { name: 'out', cell: to.cell, writes: true },
            { name: 'x', cell: from.reader.cell, writes: false },
          ],
          words: ['rows', 'length', 'chunks', 'outOffset', ...from.reader.words],
          declarations: declarations(fold, width),
          lanes: LANES,
          body: foldBody(fold, width, from.reader, to.store),
        }),
        buffers: [to.buffer, from.buffer],
        words: [rows.numel, from.length, to.chunks, out!.layout.offset, ...from.words],
        groups: width === 1 ? groupsFor(rows.numel * to.chunks) : rows.numel * to.chunks,
      })
    const source = { reader, words, buffer: storageOf(x!).buffer, length }
    const target = { cell: cellOf(out!.dtype), store: last, buffer: storageOf(out!).buffer, chunks: 1 }
    if (chunks === 1) {
      run('all', source, target, lanes)
      return
    }
    withBuffer(engine, rows.numel * chunks * (fold.type === 'vec2i' ? 8 : 4), (buffer) => {
      run('parts', source, { cell: fold.type, store: 'out[item] = a;', buffer, chunks }, lanes)
      const parts: Reader = { cell: fold.type, words: [], start: '', element: '    let value = x[row * length + k];' }
      const whole = { ...fold, enter: 'value' }
      engine.run({
        op,
        key: `${op} join ${x!.dtype} ${out!.dtype}`,
        source: () => ({
          bindings: [
            { name: 'out', cell: target.cell, writes: true },
            { name: 'x', cell: fold.type, writes: false },
          ],
          words: ['rows', 'length', 'chunks', 'outOffset'],
          declarations: declarations(fold, LANES),
          lanes: LANES,
          body: foldBody(whole, LANES, parts, last),
        }),
        buffers: [target.buffer, buffer],
        words: [rows.numel, chunks, 1, out!.layout.offset],
        groups: rows.numel,
      })
    })
  }
}

/** Who folds: a thread or a workgroup per row, and in how many chunks where rows are few and long. */
function plan(rows: number, length: number): { length: number; chunks: number; lanes: number } {
  if (length <= ONE_THREAD || (rows >= MANY_ROWS && length <= CHUNK)) return { length, chunks: 1, lanes: 1 }
  const chunks = rows >= MANY_ROWS ? 1 : Math.min(1024, Math.max(1, Math.floor(length / CHUNK)))
  return { length, chunks, lanes: LANES }
}

const sum = reduceKernel('sum')

const mean: Kernel<'mean'> = ([out], [x], params) => {
  sum([out!], [x!], params)
  const count = x!.layout.numel / out!.layout.numel
  map({ op: 'mean', out: out!, inputs: [out!], expression: 'a / count', floats: { count } })
}

export const reduceKernels: { readonly [P in keyof ReducePrimitives]: Kernel<P> } = {
  sum,
  mean,
  prod: reduceKernel('prod'),
  amax: reduceKernel('amax'),
  amin: reduceKernel('amin'),
  argmax: reduceKernel('argmax'),
  argmin: reduceKernel('argmin'),
}
