// The work by hand: metagrad's own kernels at fixed addresses, in a plain loop. Nothing of this engine can be quicker.
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
  const examples = 99
  // A column of ones makes the bias the third weight.
  const x = place(Array.from({ length: 3 * examples }, (_, i) => (i % 3 === 2 ? 1 : Math.random() - 0.5)))
  const y = place(Array.from({ length: examples }, () => Math.round(Math.random())))
  const weights = place([0, 0, 0])
  const [logits, gradients, weightGradients] = [place(4 * examples), place(4 * examples), place(12)]
  const [loss, one, scratch] = [place(4), place([1]), place(kernels.gemmScratchBytes())]
  return () => {
    kernels.gemmF32(logits, x, weights, examples, 1, 3, 1, 3, 1, 1, 1, 0, scratch)
    kernels.bceWithLogitsSumF32(loss, logits, y, examples, 1 / examples)
    kernels.bceWithLogitsBackwardF32(gradients, logits, y, examples, one, 0, 1 / examples)
    kernels.gemmF32(weightGradients, x, gradients, 3, 1, examples, 1, 1, 3, 1, 1, 0, scratch)
    kernels.sgdF32(weights, weightGradients, 0, 3, 1e-3, 0, 0, 0, false, true)
  }
}

/** Layers of 784, 128, 64 and 10, of which the next one's gradient of its input is taken, and Adam's step over each parameter. */
function mlp() {
  const [batch, sizes] = [64, [784, 128, 64, 10]]
  const scratch = place(kernels.gemmScratchBytes())
  const [losses, sums, loss, one] = [place(4 * batch), place(4 * batch), place(4), place([1])]
  const [targets, gradLogits] = [place(8 * batch), place(4 * batch * sizes[3])]
  const layers = sizes.slice(1).map((outputs, i) => {
    const count = outputs * sizes[i]
    const [x, w, b, y] = [random(batch * sizes[i]), random(count), random(outputs), place(4 * batch * outputs)]
    const [gradX, gradW, gradB] = [place(4 * batch * sizes[i]), place(4 * count), place(4 * outputs)]
    const moments = [count, outputs].map((n) => [place(4 * n), place(4 * n)])
    return { inputs: sizes[i], outputs, x, w, b, y, gradX, gradW, gradB, moments }
  })
  const words = place(64)
  const repeat = (to, from, rows, columns) => {
    new Int32Array(memory.buffer, words, 7).set([2, rows, 0, columns, 1])
    kernels.copy32Nd(to, from, words)
  }
  const adam = (p, g, [first, second], n) =>
    kernels.adamF32(p, g, first, second, n, 1e-3, 0.9, 0.999, 1e-8, 0, false, 0.1, 0.001)
  return () => {
    layers.forEach(({ inputs: k, outputs: n, x, w, b, y }, i) => {
      repeat(y, b, batch, n)
      kernels.gemmF32(y, x, w, batch, n, k, n, k, 1, 1, k, 1, scratch)
      if (i + 1 < layers.length) kernels.reluF32(layers[i + 1].x, y, batch * n)
    })
    const last = layers[layers.length - 1]
    let g = gradLogits
    kernels.crossEntropyF32(losses, sums, last.y, targets, batch, last.outputs, 3, -100)
    kernels.sumF32(loss, losses, 1, batch, 1, 1 / batch)
    kernels.crossEntropyBackwardF32(g, last.y, sums, targets, batch, last.outputs, 3, -100, one, 0, 1 / batch)
    for (const { inputs: k, outputs: n, x, w, b, gradX, gradW, gradB, moments } of layers.toReversed()) {
      kernels.gemmF32(gradW, g, x, n, k, batch, k, 1, n, k, 1, 0, scratch)
      kernels.sumF32(gradB, g, 1, batch, n, 1)
      if (k !== sizes[0]) {
        kernels.gemmF32(gradX, g, w, batch, k, n, k, n, 1, k, 1, 0, scratch)
        kernels.reluBackwardF32(gradX, gradX, x, batch * k)
        g = gradX
      }
      adam(w, gradW, moments[0], n * k)
      adam(b, gradB, moments[1], n)
    }
  }
}

/** Room for so many random numbers. */
const random = (count) => place(Float32Array.from({ length: count }, Math.random))

const million = 1_000_000
const [rows, columns] = [1024, 1024]

const add = (n) => () => {
  const [to, a, b] = [place(4 * n), random(n), random(n)]
  return () => kernels.addF32(to, a, b, n, 1, 1)
}

const product = (n) => () => {
  const [to, a, b, scratch] = [place(4 * n * n), random(n * n), random(n * n), place(kernels.gemmScratchBytes())]
  return () => kernels.gemmF32(to, a, b, n, n, n, n, n, 1, n, 1, 0, scratch)
}

const map = (name) => () => {
  const [to, a] = [place(4 * million), random(million)]
  return () => kernels[name](to, a, million)
}

await serve(build, {
  'tutorial step, eager': tutorial,
  'tutorial step, compiled': tutorial,
  'add N=4, with tape': add(4),
  'add N=1000, with tape': add(1000),
  'matmul 256': product(256),
  'matmul 512': product(512),
  'matmul 1024': product(1024),
  'add 10^6': add(million),
  'sum 10^6': () => {
    const [to, a] = [place(4), random(million)]
    return () => kernels.sumF32(to, a, 1, million, 1, 1)
  },
  'SGD 10^6': () => {
    const [p, g] = [random(million), random(million)]
    return () => kernels.sgdF32(p, g, 0, million, 1e-3, 0, 0, 0, false, true)
  },
  'exp 10^6': map('expF32'),
  'sigmoid 10^6': map('sigmoidF32'),
  'BCE with logits 10^6': () => {
    const [to, x, y] = [place(4), random(million), random(million)]
    return () => kernels.bceWithLogitsSumF32(to, x, y, million, 1 / million)
  },
  'softmax 1024x1024': () => {
    const [to, a] = [place(4 * rows * columns), random(rows * columns)]
    return () => kernels.softmaxF32(to, a, rows, columns)
  },
  'layer norm 1024x1024': () => {
    const [to, a, means, rstds] = [place(4 * rows * columns), random(rows * columns), place(4 * rows), place(4 * rows)]
    return () => kernels.layerNormF32(to, means, rstds, a, 0, 0, rows, columns, 1e-5)
  },
  'Adam 10^6': () => {
    const [p, g, first, second] = [random(million), random(million), random(million), random(million)]
    return () => kernels.adamF32(p, g, first, second, million, 1e-3, 0.9, 0.999, 1e-8, 0, false, 0.1, 0.001)
  },
  'MLP 784-128-64-10 step, Adam': mlp,
  'MLP 784-128-64-10 step, Adam, compiled': mlp,
})
