import type { DType, View } from '@metagrad/tensor'
import { LANES } from '../engine/constants.ts'
import type { FaultKind } from '../engine/faults.ts'
import { cellOf, engineOf, storageOf } from '../engine/storage.ts'
import type { Binding, Source } from '../wgsl/module.ts'
import { bitsOf } from '../wgsl/module.ts'
import { loadText, storeText } from './values.ts'
import { groupsFor, sharesBuffer, walkNames, walkText, walkViews, walkWords } from './walk.ts'

/** One value computed per element of `out` from the elements of the inputs, broadcast. */
export interface MapCall {
  readonly op: string
  readonly out: View
  readonly inputs: readonly View[]
  /** Over the values `a`, `b`, `c`, .. of the inputs, the scalars, and the row-major position `i`. */
  readonly expression: string
  /** Float and int parameters that the expression names; floats keep infinities and NaN. */
  readonly floats?: { readonly [name: string]: number }
  readonly ints?: { readonly [name: string]: number }
  /** Statements before the expression that may `note(fault, ..)`. */
  readonly check?: { readonly kind: FaultKind; readonly text: string }
}

const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

export function map(call: MapCall): void {
  const { op, out, inputs, expression, floats = {}, ints = {}, check } = call
  const engine = engineOf(out)
  const walk = walkViews(out.layout.shape, [out, ...inputs])
  // Where an input lies in the buffer that is written (in-place methods), it is read through the same binding.
  const shared = inputs.map((x) => sharesBuffer(x, out))
  const own = inputs.filter((_, i) => !shared[i])
  const fault = check === undefined ? [] : [engine.faults.numberOf(check.kind, op)]
  const dtypes = inputs.map(({ dtype }) => dtype)
  engine.run({
    op,
    key: `${expression}|${out.dtype}|${String(dtypes)}|${walk.rank}|${String(shared)}|${check?.kind ?? ''}`,
    source: () => mapSource(call, dtypes, shared, walk.rank),
    buffers: [
      storageOf(out).buffer,
      ...own.map((x) => storageOf(x).buffer),
      ...(check === undefined ? [] : [engine.faultBuffer]),
    ],
    words: [walk.numel, ...walkWords(walk), ...Object.values(floats).map(bitsOf), ...Object.values(ints), ...fault],
    groups: groupsFor(walk.numel),
  })
}

/** The binding through which kernels note faults. */
export const faultBinding: Binding = { name: 'faults', cell: 'atomic<i32>', writes: true }

function mapSource(
  { out, expression, floats = {}, ints = {}, check }: MapCall,
  dtypes: readonly DType[],
  shared: readonly boolean[],
  rank: number,
): Source {
  const names = letters.slice(0, dtypes.length).map((letter) => `in${letter.toUpperCase()}`)
  const loads = names.map((name, i) => {
    const array = shared[i] ? 'out' : name
    return `  let ${letters[i]!} = ${loadText(cellOf(dtypes[i]!), `${array}[${name}At]`)};`
  })
  return {
    bindings: [
      { name: 'out', cell: cellOf(out.dtype), writes: true },
      ...names
        .map((name, i): Binding => ({ name, cell: cellOf(dtypes[i]!), writes: false }))
        .filter((_, i) => !shared[i]),
      ...(check === undefined ? [] : [faultBinding]),
    ],
    words: [
      'numel',
      ...walkNames(rank, ['out', ...names]),
      ...Object.keys(floats).map((name) => `${name}: f32`),
      ...Object.keys(ints),
      ...(check === undefined ? [] : ['fault']),
    ],
    lanes: LANES,
    body: [
      `  let i = block * ${LANES} + lane;`,
      '  if (i >= numel) { return; }',
      walkText(rank, ['out', ...names], 'i'),
      ...loads,
      ...(check === undefined ? [] : [check.text]),
      `  out[outAt] = ${storeText(out.dtype, expression)};`,
    ].join('\n'),
  }
}
