import type { ConvParams, Kernel, View } from '@metagrad/tensor'
import { LANES } from '../engine/constants.ts'
import { cellOf, engineOf, storageOf } from '../engine/storage.ts'
import type { Binding } from '../wgsl/module.ts'
import { treeText } from './reduce.ts'
import { loadText, storeText } from './values.ts'
import { groupsFor } from './walk.ts'

/** Parameters by name. */
export type Words = { readonly [name: string]: number }

/** A number per spatial dim, under the names of up to three dims. */
export function perDim(prefix: string, list: readonly number[], missing: number): Words {
  const [z = missing, y = missing, x = missing] = [list.at(-3), list.at(-2), list.at(-1)]
  return { [`${prefix}Z`]: z, [`${prefix}Y`]: y, [`${prefix}X`]: x }
}

/** Where the elements of [N, C, ..] lie; any two first dims. */
function strideWords(name: string, { layout: { strides, offset } }: View): Words {
  const [first, second, ...rest] = strides as [number, number, ...number[]]
  return { [`${name}Offset`]: offset, [`${name}N`]: first, [`${name}C`]: second, ...perDim(name, rest, 0) }
}

/** Sizes of a convolution with this input, weight and output. */
function shapeWords(input: View, weight: View, output: View, params: ConvParams): Words {
  const [batch, channels, ...size] = input.layout.shape as [number, number, ...number[]]
  const [, perGroup, ...kernel] = weight.layout.shape as [number, number, ...number[]]
  const [, outChannels, ...outputs] = output.layout.shape as [number, number, ...number[]]
  return {
    batch,
    channels,
    outChannels,
    perGroup,
    outPerGroup: outChannels / params.groups,
    ...perDim('size', size, 1),
    ...perDim('kernel', kernel, 1),
    ...perDim('outputs', outputs, 1),
    ...perDim('stride', params.stride, 1),
    ...perDim('padding', params.padding, 0),
    ...perDim('dilation', params.dilation, 1),
  }
}

const element = (name: string, first: string, second: string, at: (dim: string) => string): string =>
  `${name}[${name}Offset + ${first} * ${name}N + ${second} * ${name}C + ${at('Z')} * ${name}Z + ${at('Y')} * ${name}Y + ${at('X')} * ${name}X]`

const dims = ['Z', 'Y', 'X'] as const

/** Nested loops over the places of the window; `before` may skip one. */
function eachTap(before: (dim: string) => string, body: string): string {
  return dims.reduceRight(
    (inner, dim) => `
  for (var tap${dim} = 0; tap${dim} < kernel${dim}; tap${dim}++) {
    ${before(dim)}
${inner}
  }`,
    body,
  )
}

/** `i` taken apart into the last three dims and, of what is left, a dim of `count`: [left, count, Z, Y, X]. */
const unravel = (
  names: readonly [string, string],
  count: string,
  size: (dim: string) => string,
  place: string,
): string => `
  var rest = i;
${dims
  .toReversed()
  .map((dim) => `  let ${place}${dim} = rest % ${size(dim)};\n  rest /= ${size(dim)};`)
  .join('\n')}
  let ${names[1]} = rest % ${count};
  let ${names[0]} = rest / ${count};`

interface ConvCall {
  readonly op: string
  readonly out: View
  readonly inputs: readonly (readonly [name: string, view: View])[]
  readonly words: Words
  /** From `i`, the element, to `total`; runs once per thread, or per workgroup where a workgroup shares a sum. */
  readonly body: string
  readonly isShared?: boolean
}

function run({ op, out, inputs, words, body, isShared = false }: ConvCall): void {
  const engine = engineOf(out)
  const { numel, offset } = out.layout
  if (numel === 0) return
  const all: Words = {
    numel,
    outOffset: offset,
    ...words,
    ...(Object.assign({}, ...inputs.map(([name, view]) => strideWords(name, view))) as Words),
  }
  engine.run({
    op,
    key: `${op} ${out.dtype} ${inputs.map(([name]) => name).join(' ')}`,
    source: () => ({
      bindings: [
        { name: 'out', cell: cellOf(out.dtype), writes: true },
        ...inputs.map(([name, { dtype }]): Binding => ({ name, cell: cellOf(dtype), writes: false })),
      ],
      words: Object.keys(all),
      declarations: isShared
        ? `var<workgroup> shared_f32: array<f32, ${LANES}>;\nfn plus(a: f32, b: f32) -> f32 { return a + b; }`
        : '',
      lanes: LANES,
      body: `
  let i = ${isShared ? 'block' : `block * ${LANES} + lane`};
  if (i >= numel) { return; }
${body}
  out[outOffset + i] = ${storeText(out.dtype, 'total')};`,
    }),
    buffers: [out, ...inputs.map(([, view]) => view)].map((view) => storageOf(view).buffer),
    words: Object.values(all),
    groups: isShared ? numel : groupsFor(numel),
  })
}

/** Where a tap of an output reads, left out where that is padding. */
const inputPlace = (
  dim: string,
): string => `let in${dim} = place${dim} * stride${dim} + tap${dim} * dilation${dim} - padding${dim};
    if (in${dim} < 0 || in${dim} >= size${dim}) { continue; }`

const load = (view: View, place: string): string => loadText(cellOf(view.dtype), place)

export const conv: Kernel<'conv'> = ([out], [x, weight, bias], params) => {
  const product = `${load(
    x!,
    element('x', 'n', 'channel', (dim) => `in${dim}`),
  )} * ${load(
    weight!,
    element('w', 'o', 'c', (dim) => `tap${dim}`),
  )}`
  run({
    op: 'conv',
    out: out!,
    inputs: [['x', x!], ['w', weight!], ...(bias === undefined ? [] : [['bias', bias] as const])],
    words: shapeWords(x!, weight!, out!, params),
    body: `${unravel(['n', 'o'], 'outChannels', (dim) => `outputs${dim}`, 'place')}
  var total = ${bias === undefined ? '0.0' : load(bias, 'bias[biasOffset + o * biasN]')};
  for (var c = 0; c < perGroup; c++) {
    let channel = (o / outPerGroup) * perGroup + c;
${eachTap(inputPlace, `    total += ${product};`)}
  }`,
  })
}

/** The output whose tap reads a place of the input, left out where there is none. */
const outputPlace = (dim: string): string => `let from${dim} = place${dim} + padding${dim} - tap${dim} * dilation${dim};
    if (from${dim} < 0 || from${dim} % stride${dim} != 0 || from${dim} / stride${dim} >= outputs${dim}) { continue; }`

export const convTranspose: Kernel<'convTranspose'> = ([out], [g, weight], params) => {
  const product = `${load(
    g!,
    element('g', 'n', 'o', (dim) => `(from${dim} / stride${dim})`),
  )} * ${load(
    weight!,
    element('w', 'o', '(channel % perGroup)', (dim) => `tap${dim}`),
  )}`
  run({
    op: 'convTranspose',
    out: out!,
    inputs: [
      ['g', g!],
      ['w', weight!],
    ],
    words: shapeWords(out!, weight!, g!, params),
    body: `${unravel(['n', 'channel'], 'channels', (dim) => `size${dim}`, 'place')}
  var total = 0.0;
  let first = (channel / perGroup) * outPerGroup;
  for (var o = first; o < first + outPerGroup; o++) {
${eachTap(outputPlace, `    total += ${product};`)}
  }`,
  })
}

/** Each weight's sum runs over the batch and all outputs: a workgroup shares it. */
export const convWeight: Kernel<'convWeight'> = ([out], [x, g], params) => {
  const skips = dims.map(inputPlace).join('\n    ')
  const product = `${load(
    x!,
    element('x', 'n', 'channel', (dim) => `in${dim}`),
  )} * ${load(
    g!,
    element('g', 'n', 'o', (dim) => `place${dim}`),
  )}`
  run({
    op: 'convWeight',
    out: out!,
    inputs: [
      ['x', x!],
      ['g', g!],
    ],
    words: shapeWords(x!, out!, g!, params),
    isShared: true,
    body: `${unravel(['o', 'c'], 'perGroup', (dim) => `kernel${dim}`, 'tap')}
  let channel = (o / outPerGroup) * perGroup + c;
  var total = 0.0;
  for (var k = lane; k < batch * outputsZ * outputsY * outputsX; k += ${LANES}) {
    let placeX = k % outputsX;
    let placeY = k / outputsX % outputsY;
    let placeZ = k / (outputsX * outputsY) % outputsZ;
    let n = k / (outputsX * outputsY * outputsZ);
    ${skips}
    total += ${product};
  }
${treeText('f32', LANES, 'total', 'plus')}`,
  })
}
