import type { Kernel } from '@metagrad/tensor'
import { LANES } from '../engine/constants.ts'
import { cellOf, engineOf, storageOf } from '../engine/storage.ts'
import { linesAlong } from './rows.ts'
import { loadText, storeText } from './values.ts'
import { groupsFor, walkNames, walkText, walkWords } from './walk.ts'

/** Up to this length a thread takes a line by itself. */
const SHORT = 32

/** A total over all lanes, known to all of them. */
function allText(total: string, join: string): string {
  return `
  shared_f32[lane] = ${total};
  for (var half = ${LANES / 2}; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) { shared_f32[lane] = ${join}; }
  }
  workgroupBarrier();
  ${total} = shared_f32[0];
  workgroupBarrier();`
}

/** The largest of a line, the sum of exp(x - largest), then the results; `shifted` is x - largest. */
function normalizedExp<P extends 'softmax' | 'logSoftmax'>(op: P, result: string): Kernel<P> {
  return ([out], [x], { dim }) => {
    const engine = engineOf(out!)
    const { walk, length, steps } = linesAlong([out!, x!], dim)
    const lanes = length <= SHORT ? 1 : LANES
    const each = `for (var k = ${lanes === 1 ? '0' : 'lane'}; k < length; k += ${lanes})`
    const value = loadText(cellOf(x!.dtype), 'x[xAt + k * xStep]')
    const together = (total: string, join: string): string => (lanes === 1 ? '' : allText(total, join))
    engine.run({
      op,
      key: `${op} ${x!.dtype} ${walk.rank} ${lanes}`,
      source: () => ({
        bindings: [
          { name: 'out', cell: cellOf(out!.dtype), writes: true },
          { name: 'x', cell: cellOf(x!.dtype), writes: false },
        ],
        words: ['rows', 'length', 'outStep', 'xStep', ...walkNames(walk.rank, ['out', 'x'])],
        declarations: lanes === 1 ? '' : `var<workgroup> shared_f32: array<f32, ${LANES}>;`,
        lanes: LANES,
        body: `
  let row = ${lanes === 1 ? `block * ${LANES} + lane` : 'block'};
  if (row >= rows) { return; }
${walkText(walk.rank, ['out', 'x'], 'row')}
  var largest = -infinity();
  ${each} { largest = larger(largest, ${value}); }
${together('largest', 'larger(shared_f32[lane], shared_f32[lane + half])')}
  var total = 0.0;
  ${each} { total += exponential(${value} - largest); }
${together('total', 'shared_f32[lane] + shared_f32[lane + half]')}
  ${each} {
    let shifted = ${value} - largest;
    out[outAt + k * outStep] = ${storeText(out!.dtype, result)};
  }`,
      }),
      buffers: [storageOf(out!).buffer, storageOf(x!).buffer],
      words: [walk.numel, length, ...steps, ...walkWords(walk)],
      groups: lanes === 1 ? groupsFor(walk.numel) : walk.numel,
    })
  }
}

export const softmax: Kernel<'softmax'> = normalizedExp('softmax', 'exponential(shifted) / total')
export const logSoftmax: Kernel<'logSoftmax'> = normalizedExp('logSoftmax', 'shifted - logarithm(total)')
