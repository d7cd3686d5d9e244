import type { Kernel, ScatterReduce, Shape, View } from '@metagrad/tensor'
import { Layout } from '@metagrad/tensor'
import { LANES } from '../engine/constants.ts'
import type { PooledBuffer } from '../engine/pool.ts'
import { cellOf, engineOf, storageOf } from '../engine/storage.ts'
import { copy } from './elementwise.ts'
import { faultBinding, map } from './map.ts'
import { paddedLength, sortPairs } from './sort.ts'
import { sourceKernels } from './sources.ts'
import { rowMajor, withBuffer, withLayout, withViews } from './temporary.ts'
import { loadText, storeText, valueType } from './values.ts'
import type { Walk } from './walk.ts'
import { broadcastStrides, foldDims, groupsFor, walkNames, walkText, walkWords } from './walk.ts'

/** A 0-d view as the one element of a dim. */
function withDim(view: View): View {
  return view.layout.ndim > 0 ? view : withLayout(view, new Layout([1], [1], view.layout.offset))
}

/** Only `index` and `indexPut` count negative positions from the end. */
const lowest = (op: string, size: number): number => (op === 'index' || op === 'indexPut' ? -size : 0)

/** WGSL that checks `given` and leaves a position in `place`; `miss` runs for one outside. */
const placeText = (given: string, miss: string): string => `
  let given = ${given};
  if (given < least || given >= most) { note(fault, given, most); ${miss} }
  let place = select(given, given + most, given < 0);`

/**
 * out[i] = x[.., place, ..] with the place taken from `index`: x's own stride along the indexed dim is 0 here, and the place
 * counts `step` elements.
 */
function pick(
  op: string,
  out: View,
  x: View,
  xStrides: readonly number[],
  index: View,
  indexStrides: readonly number[],
  size: number,
  step: number,
): void {
  const engine = engineOf(out)
  const walk = foldDims(
    out.layout.shape,
    [out.layout.strides, xStrides, indexStrides],
    [out.layout.offset, x.layout.offset, index.layout.offset],
  )
  const names = ['out', 'x', 'index']
  const cell = cellOf(x.dtype)
  engine.run({
    op,
    key: `pick ${cell} ${walk.rank}`,
    source: () => ({
      bindings: [
        { name: 'out', cell, writes: true },
        { name: 'x', cell, writes: false },
        { name: 'index', cell: 'i32', writes: false },
        faultBinding,
      ],
      words: ['numel', 'least', 'most', 'step', 'fault', ...walkNames(walk.rank, names)],
      lanes: LANES,
      body: `
  let i = block * ${LANES} + lane;
  if (i >= numel) { return; }
${walkText(walk.rank, names, 'i')}${placeText('index[indexAt]', 'return;')}
  out[outAt] = x[xAt + place * step];`,
    }),
    buffers: [out, x, index].map((view) => storageOf(view).buffer).concat(engine.faultBuffer),
    words: [
      walk.numel,
      lowest(op, size),
      size,
      step,
      engine.faults.numberOf('indexOutOfRange', op),
      ...walkWords(walk),
    ],
    groups: groupsFor(walk.numel),
  })
}

export const gather: Kernel<'gather'> = (outputs, inputs, { dim }) => {
  const [out, x, index] = [...outputs, ...inputs].map(withDim)
  const { strides, shape } = x!.layout
  pick('gather', out!, x!, strides.with(dim, 0), index!, index!.layout.strides, shape[dim]!, strides[dim]!)
}

export const indexSelect: Kernel<'indexSelect'> = (outputs, inputs, { dim }) => {
  const [out, x, index] = [...outputs, ...inputs].map(withDim)
  const { strides, shape } = x!.layout
  const along = shape.map((_, d) => (d === dim ? index!.layout.strides[0]! : 0))
  pick('indexSelect', out!, x!, strides.with(dim, 0), index!, along, shape[dim]!, strides[dim]!)
}

/** Positions of what several indices pick together, in elements of strides `steps`, into `out` (the picked shape). */
function linearPositions(
  op: string,
  out: View,
  indices: readonly View[],
  sizes: Shape,
  steps: readonly number[],
): void {
  indices.forEach((index, dim) => {
    map({
      op,
      out,
      inputs: dim === 0 ? [index] : [index, out],
      expression: dim === 0 ? 'place * step' : 'b + place * step',
      ints: { least: -sizes[dim]!, most: sizes[dim]!, step: steps[dim]! },
      check: { kind: 'indexOutOfRange', text: placeText('a', 'out[outAt] = -1; return;') },
    })
  })
}

const pickTogether: Kernel<'index'> = ([out], [x, ...indices]) => {
  const { shape, strides } = x!.layout
  const taken = indices.length
  const picked = out!.layout.shape.slice(0, out!.layout.ndim - (shape.length - taken))
  const rest = strides.slice(taken)
  withViews(out!, [['int32', picked]], (places) => {
    // Counted row-major through the indexed dims, so that one place is checked against one size.
    const sizes = shape.slice(0, taken)
    const linear = rowMajor(sizes)
    linearPositions('index', places!, indices, sizes, linear)
    const count = sizes.reduce((n, size) => n * size, 1)
    const dense = sizes.every((size, dim) => size === 1 || strides[dim] === linear[dim]! * (strides[taken - 1] ?? 0))
    const step = strides[taken - 1] ?? 0
    const run = (from: View, own: readonly number[], by: number): void =>
      pick(
        'index',
        out!,
        from,
        [...picked.map(() => 0), ...own],
        places!,
        [...places!.layout.strides, ...own.map(() => 0)],
        count,
        by,
      )
    if (dense) return run(x!, rest, step)
    return withViews(out!, [[x!.dtype, shape]], (whole) => {
      copy([whole!], [x!], {})
      run(whole!, whole!.layout.strides.slice(taken), whole!.layout.strides[taken - 1]!)
    })
  })
}

/** How a value meets what is there. */
const combine: { readonly [R in ScatterReduce]: { readonly f32: string; readonly i32: string } } = {
  replace: { f32: 'value', i32: 'value' },
  add: { f32: 'old + value', i32: 'old + value' },
  multiply: { f32: 'old * value', i32: 'old * value' },
  amax: { f32: 'larger(old, value)', i32: 'max(old, value)' },
  amin: { f32: 'smaller(old, value)', i32: 'min(old, value)' },
}

/**
 * Values that go to named places. Each line of keys is sorted with the position of its value; then each element of the
 * result finds its own key and takes its values in their order. So results do not depend on who comes first, as they would
 * with atomics, and are those of the CPU.
 */
interface Combination {
  readonly op: string
  readonly out: View
  readonly x: View
  readonly values: View
  readonly reduce: ScatterReduce
  readonly lines: number
  readonly keysPerLine: number
  /** Per dim of x: what a coordinate adds to an element's line and to its key, and the first coordinate without keys. */
  readonly lineSteps: readonly number[]
  readonly keySteps: readonly number[]
  readonly limits: readonly number[]
  /** Per dim of x: what a coordinate adds to the place of a value. */
  readonly valueSteps: readonly number[]
  /** Where the value of the k-th key of a line lies, beside that. */
  readonly valueWalk: Walk
}

function combineInto(call: Combination, pairs: PooledBuffer, padded: number): void {
  const { op, out, x, values, reduce, lineSteps, keySteps, limits, valueSteps, valueWalk } = call
  const engine = engineOf(out)
  const rank = x.layout.ndim
  const cell = cellOf(x.dtype)
  const type = valueType(x.dtype)
  const dims = Array.from({ length: rank }, (_, dim) => dim)
  const perDim = (name: string): string[] => dims.map((dim) => `${name}${dim}`)
  const sumOf = (name: string): string => dims.map((dim) => `c${dim} * ${name}${dim}`).join(' + ')
  const how = x.dtype === 'bool' && reduce === 'add' ? 'amax' : reduce
  const fields = ['size', 'outStep', 'xStep', 'lineStep', 'keyStep', 'limit', 'valueStep']
  engine.run({
    op,
    key: `combine ${how} ${x.dtype} ${rank} ${valueWalk.rank}`,
    source: () => ({
      bindings: [
        { name: 'out', cell, writes: true },
        { name: 'x', cell, writes: false },
        { name: 'values', cell, writes: false },
        { name: 'pairs', cell: 'vec2i', writes: false },
      ],
      words: [
        'numel', 'outOffset', 'xOffset', 'padded',
        ...fields.flatMap(perDim),
        ...walkNames(valueWalk.rank, ['value'], 'keySize'),
      ], // prettier-ignore
      lanes: LANES,
      body: `
  let i = block * ${LANES} + lane;
  if (i >= numel) { return; }
  var rest = i;
${dims
  .toReversed()
  .map((dim) => `  let c${dim} = rest % size${dim};\n  rest /= size${dim};`)
  .join('\n')}
  var old = ${loadText(cell, `x[xOffset + ${sumOf('xStep')}]`)};
  if (${dims.map((dim) => `c${dim} < limit${dim}`).join(' && ')}) {
    let line = (${sumOf('lineStep')}) * padded;
    let key = ${sumOf('keyStep')};
    var low = 0;
    var high = padded;
    while (low < high) {
      let middle = (low + high) / 2;
      if (pairs[line + middle].x < key) { low = middle + 1; } else { high = middle; }
    }
    let base = ${sumOf('valueStep')};
    for (; low < padded && pairs[line + low].x == key; low++) {
${walkText(valueWalk.rank, ['value'], 'pairs[line + low].y', 'keySize')}
      let value = ${loadText(cell, 'values[base + valueAt]')};
      old = ${combine[how][type]};
    }
  }
  out[outOffset + ${sumOf('outStep')}] = ${storeText(x.dtype, 'old')};`,
    }),
    buffers: [...[out, x, values].map((view) => storageOf(view).buffer), pairs],
    words: [
      x.layout.numel,
      out.layout.offset,
      x.layout.offset,
      padded,
      ...x.layout.shape,
      ...out.layout.strides,
      ...x.layout.strides,
      ...lineSteps,
      ...keySteps,
      ...limits,
      ...valueSteps,
      ...walkWords(valueWalk),
    ],
    groups: groupsFor(x.layout.numel),
  })
}

/** Sorts the keys and combines. `index` holds the keys of line l, position k at l * lineStrides + k * keyStride. */
function combineAt(call: Combination, index: View, indexWalk: Walk, keyStep: number, size: number): void {
  const { op, out, x, lines, keysPerLine } = call
  if (lines * keysPerLine === 0) return copy([out], [x], {})
  const engine = engineOf(out)
  const padded = paddedLength(keysPerLine)
  const total = lines * padded
  return withBuffer(engine, total * 8, (pairs) => {
    engine.run({
      op,
      key: `keys ${indexWalk.rank}`,
      source: () => ({
        bindings: [
          { name: 'pairs', cell: 'vec2i', writes: true },
          { name: 'index', cell: 'i32', writes: false },
          faultBinding,
        ],
        words: [
          'total', 'padded', 'length', 'keyStep', 'least', 'most', 'fault', ...walkNames(indexWalk.rank, ['index']),
        ], // prettier-ignore
        lanes: LANES,
        body: `
  let i = block * ${LANES} + lane;
  if (i >= total) { return; }
  let k = i % padded;
  pairs[i] = vec2i(0x7fffffff, k);
  if (k >= length) { return; }
${walkText(indexWalk.rank, ['index'], 'i / padded')}${placeText('index[indexAt + k * keyStep]', 'return;')}
  pairs[i] = vec2i(place, k);`,
      }),
      buffers: [pairs, storageOf(index).buffer, engine.faultBuffer],
      words: [
        total,
        padded,
        keysPerLine,
        keyStep,
        lowest(op, size),
        size,
        engine.faults.numberOf('indexOutOfRange', op),
        ...walkWords(indexWalk),
      ],
      groups: groupsFor(total),
    })
    sortPairs(engine, op, pairs, lines, padded)
    combineInto(call, pairs, padded)
  })
}

const oneLine = (offset: number): Walk => foldDims([], [[]], [offset])

export const scatter: Kernel<'scatter'> = (outputs, inputs, { dim, reduce }) => {
  const [out, x, index, values] = [...outputs, ...inputs].map(withDim)
  const { shape, strides, offset } = index!.layout
  const lineShape = shape.with(dim, 1)
  const valueStrides = values!.layout.strides
  combineAt(
    {
      op: 'scatter',
      out: out!,
      x: x!,
      values: values!,
      reduce,
      lines: lineShape.reduce((n, size) => n * size, 1),
      keysPerLine: shape[dim]!,
      lineSteps: rowMajor(lineShape).with(dim, 0),
      keySteps: shape.map((_, d) => Number(d === dim)),
      limits: shape.with(dim, x!.layout.shape[dim]!),
      valueSteps: valueStrides.with(dim, 0),
      valueWalk: foldDims([shape[dim]!], [[valueStrides[dim]!]], [values!.layout.offset]),
    },
    index!,
    foldDims(lineShape, [strides], [offset]),
    strides[dim]!,
    x!.layout.shape[dim]!,
  )
}

export const indexAdd: Kernel<'indexAdd'> = (outputs, inputs, { dim }) => {
  const [out, x, index, values] = [...outputs, ...inputs].map(withDim)
  const { shape } = x!.layout
  const valueStrides = values!.layout.strides
  const count = index!.layout.numel
  combineAt(
    {
      op: 'indexAdd',
      out: out!,
      x: x!,
      values: values!,
      reduce: 'add',
      lines: 1,
      keysPerLine: count,
      lineSteps: shape.map(() => 0),
      keySteps: shape.map((_, d) => Number(d === dim)),
      limits: shape,
      valueSteps: valueStrides.with(dim, 0),
      valueWalk: foldDims([count], [[valueStrides[dim]!]], [values!.layout.offset]),
    },
    index!,
    oneLine(index!.layout.offset),
    index!.layout.strides[0]!,
    shape[dim]!,
  )
}

export const indexPut: Kernel<'indexPut'> = ([out], [x, values, ...indices], { accumulate }) => {
  const { shape } = x!.layout
  const taken = indices.length
  const sizes = shape.slice(0, taken)
  const rest = shape.slice(taken)
  let picked: Shape = []
  for (const { layout } of indices) picked = joined(picked, layout.shape)
  const places = picked.reduce((n, size) => n * size, 1)
  const strides = broadcastStrides(values!.layout, [...picked, ...rest])
  const linear = rowMajor(sizes)
  withViews(out!, [['int32', picked]], (at) => {
    linearPositions('indexPut', at!, indices, sizes, linear)
    combineAt(
      {
        op: 'indexPut',
        out: out!,
        x: x!,
        values: values!,
        reduce: accumulate ? 'add' : 'replace',
        lines: 1,
        keysPerLine: places,
        lineSteps: shape.map(() => 0),
        keySteps: [...linear, ...rest.map(() => 0)],
        limits: shape,
        valueSteps: [...sizes.map(() => 0), ...strides.slice(picked.length)],
        valueWalk: foldDims(picked, [strides.slice(0, picked.length)], [values!.layout.offset]),
      },
      at!,
      oneLine(0),
      1,
      sizes.reduce((n, size) => n * size, 1),
    )
  })
}

/** The shape that two broadcast to; that they do was checked. */
function joined(a: Shape, b: Shape): Shape {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a]
  const lead = long.length - short.length
  return long.map((size, dim) => (dim < lead || size !== 1 ? size : short[dim - lead]!))
}

export const cat: Kernel<'cat'> = ([out], inputs, { dim }) => {
  const { strides, offset } = out!.layout
  let start = 0
  for (const x of inputs) {
    copy([withLayout(out!, new Layout(x.layout.shape, strides, offset + start * strides[dim]!))], [x], {})
    start += x.layout.shape[dim]!
  }
}

export const pad: Kernel<'pad'> = ([out], [x], { before, value }) => {
  const { shape, strides, offset } = out!.layout
  sourceKernels.full([out!], [], { shape, dtype: out!.dtype, value })
  const start = before.reduce((at, size, dim) => at + size * strides[dim]!, offset)
  copy([withLayout(out!, new Layout(x!.layout.shape, strides, start))], [x!], {})
}

export { pickTogether as index }
