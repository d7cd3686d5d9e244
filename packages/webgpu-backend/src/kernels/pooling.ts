import type { AveragePoolParams, Kernel, PoolParams, View, Windows } from '@metagrad/tensor'
import { LANES } from '../engine/constants.ts'
import { cellOf, engineOf, storageOf } from '../engine/storage.ts'
import type { Binding } from '../wgsl/module.ts'
import { bitsOf } from '../wgsl/module.ts'
import type { Words } from './convolution.ts'
import { perDim } from './convolution.ts'
import { loadText, storeText } from './values.ts'
import { foldDims, groupsFor, walkNames, walkText, walkWords } from './walk.ts'

const dims = ['Z', 'Y', 'X'] as const

/** The windows along each pooled dim, whose input sizes are the last of `input`. */
function windowWords(windows: readonly Windows[], input: View): Words {
  const list = (pick: (entry: Windows) => number): number[] => windows.map(pick)
  return {
    ...perDim('size', input.layout.shape.slice(-windows.length), 1),
    ...perDim(
      'outputs',
      list(({ outputs }) => outputs),
      1,
    ),
    ...perDim(
      'step',
      list(({ step }) => step),
      1,
    ),
    ...perDim(
      'per',
      list(({ per }) => per),
      1,
    ),
    ...perDim(
      'reach',
      list(({ reach }) => reach),
      1,
    ),
    ...perDim(
      'padding',
      list(({ padding }) => padding),
      0,
    ),
    ...perDim(
      'dilation',
      list(({ dilation }) => dilation),
      1,
    ),
  }
}

interface PoolCall {
  readonly op: string
  /** What is written; all contiguous and of one shape. */
  readonly outputs: readonly (readonly [name: string, view: View])[]
  readonly x: View
  readonly words: Words
  readonly pooled: number
  /** From `place` of the pooled dims and `xAt`, the first element of the plane, to the values written. */
  readonly body: string
  readonly variant?: string
}

function run({ op, outputs, x, words, pooled, body, variant = '' }: PoolCall): void {
  const [, out] = outputs[0]!
  if (out.layout.numel === 0) return
  const engine = engineOf(out)
  const { shape, strides, offset } = x.layout
  const planes = foldDims(shape.slice(0, -pooled), [strides.slice(0, -pooled)], [offset])
  const all: Words = {
    numel: out.layout.numel,
    ...Object.fromEntries(outputs.map(([name, { layout }]) => [`${name}Offset`, layout.offset])),
    ...words,
    ...perDim('x', strides.slice(-pooled), 0),
    ...perDim('places', out.layout.shape.slice(-pooled), 1),
  }
  engine.run({
    op,
    key: `${op} ${x.dtype} ${planes.rank} ${variant}`,
    source: () => ({
      bindings: [
        ...outputs.map(([name, { dtype }]): Binding => ({ name, cell: cellOf(dtype), writes: true })),
        { name: 'x', cell: cellOf(x.dtype), writes: false },
      ],
      words: [...Object.keys(all), ...walkNames(planes.rank, ['x'], 'planeSize')],
      lanes: LANES,
      body: `
  let i = block * ${LANES} + lane;
  if (i >= numel) { return; }
  var plane = i;
${dims
  .toReversed()
  .map((dim) => `  let place${dim} = plane % places${dim};\n  plane /= places${dim};`)
  .join('\n')}
${walkText(planes.rank, ['x'], 'plane', 'planeSize')}
${body}`,
    }),
    buffers: [...outputs.map(([, view]) => view), x].map((view) => storageOf(view).buffer),
    words: [...Object.values(all), ...walkWords(planes)],
    groups: groupsFor(out.layout.numel),
  })
}

/** Where the window of output `at` lies along a dim: the first element inside, and the end. */
const windowText = (dim: string, at: string): string => `
    let start${dim} = ${at} * step${dim} / per${dim} - padding${dim};
    let end${dim} = (${at} * step${dim} + reach${dim}) / per${dim} - padding${dim};
    let first${dim} = start${dim} + select(0, (dilation${dim} - 1 - start${dim}) / dilation${dim} * dilation${dim}, start${dim} < 0);
    let last${dim} = min(end${dim}, size${dim});`

/** Loops over the elements of the window, row-major. */
const eachElement = (body: string): string =>
  dims.reduceRight(
    (inner, dim) => `
  for (var at${dim} = first${dim}; at${dim} < last${dim}; at${dim} += dilation${dim}) {${inner}
  }`,
    body,
  )

const element = (x: View): string => loadText(cellOf(x.dtype), 'x[xAt + atZ * xZ + atY * xY + atX * xX]')

export const maxPool: Kernel<'maxPool'> = ([out, positions], [x], { windows }: PoolParams) => {
  run({
    op: 'maxPool',
    outputs: [
      ['out', out!],
      ['positions', positions!],
    ],
    x: x!,
    pooled: windows.length,
    words: windowWords(windows, x!),
    body: `${dims.map((dim) => windowText(dim, `place${dim}`)).join('')}
  var best = -infinity();
  var position = -1;
${eachElement(`
    let value = ${element(x!)};
    if (value > best || isNaN(value) || position < 0) {
      best = value;
      position = (atZ * sizeY + atY) * sizeX + atX;
    }`)}
  out[outOffset + i] = ${storeText(out!.dtype, 'best')};
  positions[positionsOffset + i] = max(0, position);`,
  })
}

/** What a window's sum is divided by. */
const countText = ({ divisor, countIncludePad }: AveragePoolParams): string => {
  if (divisor !== 0) return 'divisor'
  const along = (dim: string): string =>
    countIncludePad ? `(min(end${dim}, size${dim} + padding${dim}) - start${dim})` : `max(0, last${dim} - first${dim})`
  return `f32(${dims.map(along).join(' * ')})`
}

const variantOf = ({ divisor, countIncludePad }: AveragePoolParams): string => `${countIncludePad} ${divisor !== 0}`

export const avgPool: Kernel<'avgPool'> = ([out], [x], params) => {
  const { windows } = params
  run({
    op: 'avgPool',
    outputs: [['out', out!]],
    x: x!,
    pooled: windows.length,
    words: { ...windowWords(windows, x!), 'divisor: f32': bitsOf(params.divisor) },
    variant: variantOf(params),
    body: `${dims.map((dim) => windowText(dim, `place${dim}`)).join('')}
  var total = 0.0;
${eachElement(`
    total += ${element(x!)};`)}
  out[outOffset + i] = ${storeText(out!.dtype, `total / ${countText(params)}`)};`,
  })
}

/** The outputs whose windows hold a place: the first whose end lies behind it, up to the last that begins before or at it. */
const outputsText = (dim: string): string => `
  let behind${dim} = (place${dim} + padding${dim} + 1) * per${dim};
  let from${dim} = max(0, (behind${dim} - reach${dim} + step${dim} - 1) / step${dim});
  let to${dim} = min(outputs${dim}, (behind${dim} + step${dim} - 1) / step${dim});`

export const avgPoolTranspose: Kernel<'avgPoolTranspose'> = ([out], [g], params) => {
  const { windows } = params
  const share = `${element(g!)} / ${countText(params)}`
  const loops = dims.reduceRight(
    (inner, dim) => `
  for (var at${dim} = from${dim}; at${dim} < to${dim}; at${dim}++) {${windowText(dim, `at${dim}`)}${inner}
  }`,
    `
    total += ${share};`,
  )
  run({
    op: 'avgPoolTranspose',
    outputs: [['out', out!]],
    x: g!,
    pooled: windows.length,
    words: { ...windowWords(windows, out!), 'divisor: f32': bitsOf(params.divisor) },
    variant: variantOf(params),
    body: `${dims.map(outputsText).join('')}
  var total = 0.0;
${loops}
  out[outOffset + i] = ${storeText(out!.dtype, 'total')};`,
  })
}
