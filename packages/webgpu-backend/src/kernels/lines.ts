import type { View } from '@metagrad/tensor'
import { LANES } from '../engine/constants.ts'
import type { FaultKind } from '../engine/faults.ts'
import { cellOf, engineOf, storageOf } from '../engine/storage.ts'
import type { Binding } from '../wgsl/module.ts'
import { bitsOf } from '../wgsl/module.ts'
import { faultBinding } from './map.ts'
import { linesAlong } from './rows.ts'
import { loadText, storeText } from './values.ts'
import { broadcastTo, groupsFor, walkNames, walkText, walkWords } from './walk.ts'

type Views = { readonly [name: string]: View }
type Texts = { readonly [name: string]: string }

/** A number for a line, folded from its elements. */
export interface LineFold {
  readonly name: string
  readonly neutral: string
  /** Of an element. */
  readonly value: string
  readonly join: (a: string, b: string) => string
  /** Statements that may use it, before the next fold. */
  readonly after?: string
}

export function sumOf(name: string, value: string, after = ''): LineFold {
  return { name, neutral: '0.0', value, join: (a, b) => `${a} + ${b}`, after }
}

/**
 * Functions of the lines along a dim: folds over a line, one after the other, then a result for each element and for each
 * line. All text is WGSL over the names of the inputs, the scalars, the folds, the position `k` and the `length`.
 */
export interface LineCall {
  readonly op: string
  /** Whose lines are walked; all views broadcast to its shape. */
  readonly shape: View
  readonly dim: number
  /** Read for each element, by name. */
  readonly inputs: Views
  /** Read once per line. */
  readonly perLine?: Views
  readonly floats?: { readonly [name: string]: number }
  readonly ints?: { readonly [name: string]: number }
  /** Statements before the folds that may `note(fault, ..)`. */
  readonly check?: { readonly kind: FaultKind; readonly text: string }
  readonly folds: readonly LineFold[]
  /** Results of each element: where they go, and their texts. */
  readonly outputs: Views
  readonly results: Texts
  /** Results of each line. In their texts `name[at]` reads an input at a position of the line. */
  readonly lineOutputs?: Views
  readonly lineResults?: Texts
}

/** Up to this length a thread takes a line by itself. */
const SHORT = 32

/** A total over all lanes, known to all of them. */
function allText({ name, join }: LineFold): string {
  return `
  shared_f32[lane] = ${name};
  for (var half = ${LANES / 2}; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) { shared_f32[lane] = ${join('shared_f32[lane]', 'shared_f32[lane + half]')}; }
  }
  workgroupBarrier();
  ${name} = shared_f32[0];
  workgroupBarrier();`
}

export function lines(call: LineCall): void {
  const { op, shape, dim, inputs, perLine = {}, outputs, lineOutputs = {}, floats = {}, ints = {}, check, folds } = call
  const { results, lineResults = {} } = call
  const engine = engineOf(shape)
  const views = { ...outputs, ...lineOutputs, ...inputs, ...perLine }
  const names = Object.keys(views)
  const all = Object.values(views)
  const { walk, length, steps } = linesAlong(
    [shape, ...all].map((view) => broadcastTo(view, shape.layout.shape)),
    dim,
  )
  const lanes = length <= SHORT ? 1 : LANES
  const written = new Set(Object.keys({ ...outputs, ...lineOutputs }))
  const at = (name: string, k: string): string => `${name}s[${name}At + ${k} * ${name}Step]`
  const load = (name: string, k: string): string => loadText(cellOf(views[name]!.dtype), at(name, k))
  const store = (name: string, k: string, text: string): string =>
    `${at(name, k)} = ${storeText(views[name]!.dtype, text)};`
  const each = (body: string): string => `
  for (var k = ${lanes === 1 ? '0' : 'lane'}; k < length; k += ${lanes}) {
${Object.keys(inputs)
  .map((name) => `    let ${name} = ${load(name, 'k')};`)
  .join('\n')}
    ${body}
  }`
  const resolved = (text: string): string =>
    text.replace(/(\w+)\[(\w+)\]/g, (_, name: string, k: string) => load(name, k))
  const [form, lineForm] = [Object.values(results), Object.values(lineResults)]
  engine.run({
    op,
    key: `${op} ${String(form)} ${String(lineForm)} ${String(all.map(({ dtype }) => dtype))} ${walk.rank} ${lanes}`,
    source: () => ({
      bindings: [
        ...names.map((name): Binding => ({
          name: `${name}s`,
          cell: cellOf(views[name]!.dtype),
          writes: written.has(name),
        })),
        ...(check === undefined ? [] : [faultBinding]),
      ],
      words: [
        'rows',
        'length',
        'shapeStep',
        ...names.map((name) => `${name}Step`),
        ...walkNames(walk.rank, ['shape', ...names]),
        ...Object.keys(floats).map((name) => `${name}: f32`),
        ...Object.keys(ints),
        ...(check === undefined ? [] : ['fault']),
      ],
      declarations: lanes === 1 ? '' : `var<workgroup> shared_f32: array<f32, ${LANES}>;`,
      lanes: LANES,
      body: [
        `  let row = ${lanes === 1 ? `block * ${LANES} + lane` : 'block'};`,
        '  if (row >= rows) { return; }',
        walkText(walk.rank, ['shape', ...names], 'row'),
        ...Object.keys(perLine).map((name) => `  let ${name} = ${load(name, '0')};`),
        ...(check === undefined ? [] : [check.text]),
        ...folds.flatMap((fold) => [
          `  var ${fold.name} = ${fold.neutral};`,
          each(`${fold.name} = ${fold.join(fold.name, fold.value)};`),
          ...(lanes === 1 ? [] : [allText(fold)]),
          `  ${fold.after ?? ''}`,
        ]),
        ...(form.length === 0
          ? []
          : [
              each(
                Object.entries(results)
                  .map(([name, text]) => store(name, 'k', text))
                  .join('\n    '),
              ),
            ]),
        ...(lineForm.length === 0 || lanes === 1 ? [] : ['  if (lane > 0) { return; }']),
        ...Object.entries(lineResults).map(([name, text]) => `  ${store(name, '0', resolved(text))}`),
      ].join('\n'),
    }),
    buffers: [...all.map((view) => storageOf(view).buffer), ...(check === undefined ? [] : [engine.faultBuffer])],
    words: [
      walk.numel,
      length,
      ...steps,
      ...walkWords(walk),
      ...Object.values(floats).map(bitsOf),
      ...Object.values(ints),
      ...(check === undefined ? [] : [engine.faults.numberOf(check.kind, op)]),
    ],
    groups: lanes === 1 ? groupsFor(walk.numel) : walk.numel,
  })
}
