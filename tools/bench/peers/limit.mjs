// The tutorial's step by hand: metagrad's own kernels at fixed addresses, in a plain loop. No step of this engine can be quicker.
import { loadKernels } from '../../../packages/tensor/src/cpu/wasm/loader.ts'
import { serve } from './serve.mjs'

const { kernels, memory, build, heapBase } = loadKernels()
let top = Math.ceil(heapBase / 64) * 64

/** The address of room for so many bytes, or of these floats. */
function place(content) {
  const at = top
  const bytes = typeof content === 'number' ? content : content.length * 4
  top = at + Math.ceil((bytes + 64) / 64) * 64
  if (top > memory.buffer.byteLength) memory.grow(Math.ceil((top - memory.buffer.byteLength) / 65_536))
  if (typeof content !== 'number') new Float32Array(memory.buffer, at, content.length).set(content)
  return at
}

function tutorial() {
  const rows = 99
  // A column of ones makes the bias the third weight.
  const x = place(Array.from({ length: 3 * rows }, (_, i) => (i % 3 === 2 ? 1 : Math.random() - 0.5)))
  const y = place(Array.from({ length: rows }, () => Math.round(Math.random())))
  const weights = place([0, 0, 0])
  const [logits, gradients, weightGradients] = [place(4 * rows), place(4 * rows), place(12)]
  const [loss, one, scratch] = [place(4), place([1]), place(kernels.gemmScratchBytes())]
  return () => {
    kernels.gemmF32(logits, x, weights, rows, 1, 3, 1, 3, 1, 1, 1, 0, scratch)
    kernels.bceWithLogitsSumF32(loss, logits, y, rows, 1 / rows)
    kernels.bceWithLogitsBackwardF32(gradients, logits, y, rows, one, 0, 1 / rows)
    kernels.gemmF32(weightGradients, x, gradients, 3, 1, rows, 1, 1, 3, 1, 1, 0, scratch)
    kernels.sgdF32(weights, weightGradients, 0, 3, 1e-3, 0, 0, 0, false, true)
  }
}

await serve(build, { 'tutorial step, eager': tutorial, 'tutorial step, compiled': tutorial })
