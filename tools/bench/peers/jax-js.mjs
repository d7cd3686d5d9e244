// jax-js on its WebAssembly backend. A call ends when its result is there; whole steps are jitted, single ops are not.
import { createRequire } from 'node:module'
import * as jax from '@jax-js/jax'
import { serve } from './serve.mjs'

await jax.init('wasm')
jax.defaultDevice('wasm')
const { numpy: np, nn, random } = jax

let seed = 0
const normal = (...shape) => random.normal(random.key(seed++), shape)
const uniform = (...shape) => random.uniform(random.key(seed++), shape)
const million = () => normal(1_000_000)
const square = () => normal(1024, 1024)

/** Waits for the arrays of a result and lets go of them. */
async function finish(result) {
  for (const array of jax.tree.leaves(result)) {
    await array.ref.blockUntilReady()
    array.dispose()
  }
}

/** An op on arrays that live on (`ref`: an op consumes what it is given). */
const op =
  (f, ...makers) =>
  () => {
    const inputs = makers.map((make) => make())
    return () => finish(f(...inputs.map((x) => x.ref)))
  }
const product = (n) =>
  op(
    np.matmul,
    () => normal(n, n),
    () => normal(n, n),
  )
const add = (n) =>
  op(
    np.add,
    () => normal(n),
    () => normal(n),
  )

/** mean(max(x, 0) - x y + log(1 + exp(-|x|))) */
function bce(x, y) {
  const linear = nn.relu(x.ref).sub(x.ref.mul(y))
  return np.mean(linear.add(np.log1p(np.exp(np.absolute(x).mul(-1)))))
}

/** A training step as one jitted function of the parameters, which it replaces. */
const trainer = (parameters, step) => {
  const jitted = jax.jit(step)
  let state = parameters
  return async () => {
    state = jitted(state)
    for (const array of jax.tree.leaves(state)) await array.ref.blockUntilReady()
  }
}

function tutorial() {
  const [x, y] = [normal(99, 2), uniform(99, 1)]
  const loss = ([weight, bias]) => bce(np.matmul(x.ref, weight).add(bias), y.ref)
  const gradient = jax.grad(loss)
  return trainer([np.zeros([2, 1]), np.zeros([1])], ([weight, bias]) => {
    const [gw, gb] = gradient([weight.ref, bias.ref])
    return [weight.sub(gw.mul(1e-3)), bias.sub(gb.mul(1e-3))]
  })
}

/** Adam's update of one parameter; its corrections are left out, which is in the peer's favour. */
function adamUpdate([p, m, v], g) {
  const mean = m.mul(0.9).add(g.ref.mul(0.1))
  const squares = v.mul(0.999).add(g.ref.mul(g).mul(0.001))
  return [p.sub(mean.ref.div(np.sqrt(squares.ref).add(1e-8)).mul(1e-3)), mean, squares]
}

function mlp() {
  const sizes = [784, 128, 64, 10]
  const x = normal(64, 784)
  const labels = Int32Array.from({ length: 64 }, (_, i) => i % 10)
  const y = nn.oneHot(np.array(labels), 10)
  const parameters = sizes.slice(1).flatMap((size, i) => [normal(sizes[i], size).mul(0.05), np.zeros([size])])
  const loss = (p) => {
    let h = x.ref
    for (let i = 0; i < p.length; i += 2) {
      const z = np.matmul(h, p[i]).add(p[i + 1])
      h = i + 2 < p.length ? nn.relu(z) : z
    }
    return np.sum(nn.logSoftmax(h, 1).mul(y.ref)).div(-64)
  }
  const gradient = jax.grad(loss)
  const state = parameters.map((p) => [p, np.zerosLike(p.ref), np.zerosLike(p.ref)])
  return trainer(state, (all) => {
    const gradients = gradient(all.map(([p]) => p.ref))
    return all.map((one, i) => adamUpdate(one, gradients[i]))
  })
}

function sgd() {
  const g = million()
  return trainer([million()], ([p]) => [p.sub(g.ref.mul(1e-3))])
}

function adam() {
  const g = million()
  return trainer([million(), np.zeros([1_000_000]), np.zeros([1_000_000])], (one) => adamUpdate(one, g.ref))
}

const convolution = (inputs, outputs, size) => () => {
  const [x, weight] = [normal(32, inputs, size, size), normal(outputs, inputs, 3, 3)]
  const g = normal(32, outputs, size, size)
  const loss = ([a, b]) => np.sum(jax.lax.conv(a, b, [1, 1], 'SAME').mul(g.ref))
  const gradient = jax.jit(jax.grad(loss))
  return () => finish(gradient([x.ref, weight.ref]))
}

const { version } = createRequire(import.meta.url)('./node_modules/@jax-js/jax/package.json')
await serve(version, {
  'tutorial step, eager': tutorial,
  'tutorial step, compiled': tutorial,
  'add N=4, with tape': add(4),
  'add N=1000, with tape': add(1000),
  'matmul 256': product(256),
  'matmul 512': product(512),
  'matmul 1024': product(1024),
  'add 10^6': op(np.add, million, million),
  'sum 10^6': op(np.sum, million),
  'SGD 10^6': sgd,
  'exp 10^6': op(np.exp, million),
  'sigmoid 10^6': op(nn.sigmoid, million),
  'BCE with logits 10^6': op(bce, million, () => uniform(1_000_000)),
  'softmax 1024x1024': op((x) => nn.softmax(x, 1), square),
  'layer norm 1024x1024': op((x) => nn.standardize(x, 1), square),
  'Adam 10^6': adam,
  'conv 1->16 28x28, forward+backward': convolution(1, 16, 28),
  'conv 16->32 14x14, forward+backward': convolution(16, 32, 14),
  'MLP 784-128-64-10 step, Adam': mlp,
  'MLP 784-128-64-10 step, Adam, compiled': mlp,
})
