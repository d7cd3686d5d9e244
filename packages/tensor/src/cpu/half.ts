import type { KernelOf, View } from '../device.ts'
import { contiguousLayout } from '../layout.ts'
import { decodeHalf, encodeHalf } from './float16.ts'
import { forEachRun } from './reference/loops.ts'
import { CpuStorage, arrayOf, hold } from './storage.ts'

const isHalf = ({ dtype }: View): boolean => dtype === 'float16'

function stage({ storage, layout }: View): View {
  return {
    storage: new CpuStorage(storage.device, 'float32', layout.numel),
    layout: contiguousLayout(layout.shape),
    dtype: 'float32',
  }
}

/** A float16 view as contiguous float32. */
export function widenHalf(view: View): View {
  const wide = stage(view)
  hold([view, wide])
  const [from, to] = [arrayOf(view), arrayOf(wide)]
  let at = 0
  forEachRun(view.layout.shape, [view], (offsets, steps, length) => {
    for (let k = 0, i = offsets[0]!; k < length; k++, i += steps[0]!) to[at++] = decodeHalf(Number(from[i]))
  })
  return wide
}

function narrowHalf(out: View, wide: View): void {
  hold([wide, out])
  const [from, to] = [arrayOf(wide), arrayOf(out)]
  let at = 0
  forEachRun(out.layout.shape, [out], (offsets, steps, length) => {
    for (let k = 0, i = offsets[0]!; k < length; k++, i += steps[0]!) to[i] = encodeHalf(Number(from[at++]))
  })
}

/** A plain loop: this stands in front of every kernel. */
function anyHalf(views: readonly View[]): boolean {
  for (let i = 0; i < views.length; i++) if (views[i]!.dtype === 'float16') return true
  return false
}

/** Float16 is for storage: kernels see float32, and results are rounded once. */
export function throughFloat32<Params>(kernel: KernelOf<Params>): KernelOf<Params> {
  return (outputs, inputs, params) => {
    if (!anyHalf(inputs) && !anyHalf(outputs)) {
      kernel(outputs, inputs, params)
      return
    }
    const wide = outputs.map((out) => (isHalf(out) ? stage(out) : out))
    const wideInputs = inputs.map((x) => (isHalf(x) ? widenHalf(x) : x))
    kernel(wide, wideInputs, params)
    outputs.forEach((out, i) => {
      if (isHalf(out)) narrowHalf(out, wide[i]!)
    })
  }
}
