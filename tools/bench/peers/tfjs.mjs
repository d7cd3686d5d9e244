// TensorFlow.js on its WebAssembly backend, one thread.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { serve } from './serve.mjs'

const require = createRequire(import.meta.url)
const tf = require('@tensorflow/tfjs')
const wasm = require('@tensorflow/tfjs-backend-wasm')
wasm.setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'))
wasm.setThreadsCount(1)
await tf.setBackend('wasm')
await tf.ready()

const million = () => tf.randomNormal([1_000_000])
const square = () => tf.randomNormal([1024, 1024])

/** An op on arrays that live on; its result does not. */
const op =
  (f, ...makers) =>
  () => {
    const inputs = makers.map((make) => make())
    return () => tf.dispose(f(...inputs))
  }
const product = (n) =>
  op(
    (a, b) => tf.matMul(a, b),
    () => tf.randomNormal([n, n]),
    () => tf.randomNormal([n, n]),
  )
const add = (n) =>
  op(
    (a, b) => tf.add(a, b),
    () => tf.randomNormal([n]),
    () => tf.randomNormal([n]),
  )

const bce = (logits, y) => tf.losses.sigmoidCrossEntropy(y, logits)

const trainer = (optimizer, loss) => () => tf.dispose(optimizer.minimize(loss, true))

function tutorial() {
  const [x, y] = [tf.randomNormal([99, 2]), tf.cast(tf.greater(tf.randomUniform([99, 1]), 0.5), 'float32')]
  const [weight, bias] = [tf.variable(tf.zeros([2, 1])), tf.variable(tf.zeros([1]))]
  return trainer(tf.train.sgd(1e-3), () => bce(tf.add(tf.matMul(x, weight), bias), y))
}

function mlp() {
  const sizes = [784, 128, 64, 10]
  const layers = sizes.slice(1).map((size, i) => ({
    weight: tf.variable(tf.randomNormal([sizes[i], size], 0, 0.05)),
    bias: tf.variable(tf.zeros([size])),
  }))
  const x = tf.randomNormal([64, 784])
  const y = tf.cast(tf.oneHot(tf.randomUniform([64], 0, 10, 'int32'), 10), 'float32')
  const forward = () =>
    layers.reduce((h, { weight, bias }, i) => {
      const z = tf.add(tf.matMul(h, weight), bias)
      return i < layers.length - 1 ? tf.relu(z) : z
    }, x)
  return trainer(tf.train.adam(1e-3), () => tf.losses.softmaxCrossEntropy(y, forward()))
}

/** An optimizer's step on 10^6 parameters, the gradient given. */
const update = (optimizer) => () => {
  const p = tf.variable(million())
  const g = million()
  return () => optimizer.applyGradients({ [p.name]: g })
}

function layerNorm(x) {
  const { mean, variance } = tf.moments(x, 1, true)
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)))
}
const tidy =
  (f) =>
  (...inputs) =>
    tf.tidy(() => f(...inputs))

await serve(tf.version.tfjs, {
  'tutorial step, eager': tutorial,
  'tutorial step, compiled': tutorial,
  'add N=4, with tape': add(4),
  'add N=1000, with tape': add(1000),
  'matmul 256': product(256),
  'matmul 512': product(512),
  'matmul 1024': product(1024),
  'add 10^6': op(tf.add, million, million),
  'sum 10^6': op(tf.sum, million),
  'SGD 10^6': update(tf.train.sgd(1e-3)),
  'exp 10^6': op(tf.exp, million),
  'sigmoid 10^6': op(tf.sigmoid, million),
  'BCE with logits 10^6': op(tidy(bce), million, () => tf.randomUniform([1_000_000])),
  'softmax 1024x1024': op((x) => tf.softmax(x, 1), square),
  'layer norm 1024x1024': op(tidy(layerNorm), square),
  'Adam 10^6': update(tf.train.adam(1e-3)),
  // Its WebAssembly backend has no gradient of a convolution.
  'MLP 784-128-64-10 step, Adam': mlp,
  'MLP 784-128-64-10 step, Adam, compiled': mlp,
})
