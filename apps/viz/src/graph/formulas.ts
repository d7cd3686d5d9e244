import type { Primitive } from '@metagrad/tensor'

/** How an op is written: its result, and what each input's gradient is. `g` is the gradient that comes in. */
export interface Formula {
  readonly result: string
  /** Per input; the last one also holds for all that follow. */
  readonly gradients: readonly string[]
}

const row = (result: string, ...gradients: readonly string[]): Formula => ({ result, gradients })

// Only what models on this page can record; `formulaOf` words the rest.
const formulas: Partial<Readonly<Record<Primitive, Formula>>> = {
  view: row('x, in another shape', 'g, in the shape of x'),
  permute: row('x, dims in another order', 'g, dims back in order'),
  expand: row('x, repeated', 'sum of g over the repeats'),
  slice: row('a part of x', 'g, in a tensor of zeros'),
  neg: row('−x', '−g'),
  abs: row('|x|', 'g · sign x'),
  square: row('x²', 'g · 2x'),
  reciprocal: row('1 / x', '−g / x²'),
  sqrt: row('√x', 'g / (2√x)'),
  rsqrt: row('1 / √x', '−g / (2 x√x)'),
  exp: row('eˣ', 'g · eˣ'),
  expm1: row('eˣ − 1', 'g · eˣ'),
  log: row('ln x', 'g / x'),
  log1p: row('ln(1 + x)', 'g / (1 + x)'),
  tanh: row('tanh x', 'g · (1 − tanh² x)'),
  sigmoid: row('σ(x) = 1 / (1 + e⁻ˣ)', 'g · σ(x)(1 − σ(x))'),
  relu: row('max(x, 0)', 'g where x > 0, else 0'),
  erfc: row('1 − erf x', '−g · 2/√π · e^(−x²)'),
  bceWithLogits: row('max(x, 0) − x·y + ln(1 + e^(−|x|))', 'g · (σ(x) − y)', '−g · x'),
  erf: row('erf x', 'g · 2/√π · e^(−x²)'),
  add: row('x + y', 'g', 'g'),
  sub: row('x − y', 'g', '−g'),
  mul: row('x · y', 'g · y', 'g · x'),
  div: row('x / y', 'g / y', '−g · x / y²'),
  pow: row('xʸ', 'g · y xʸ⁻¹', 'g · xʸ ln x'),
  maximum: row('max(x, y)', 'g where x is larger', 'g where y is larger'),
  minimum: row('min(x, y)', 'g where x is smaller', 'g where y is smaller'),
  sum: row('Σ x over dims', 'g, repeated over the dims'),
  mean: row('Σ x / n over dims', 'g / n, repeated over the dims'),
  where: row('y where x, else z', 'none: x is a condition', 'g where x', 'g where not x'),
  dropout: row('scale · x where y, else 0', 'scale · g where y, else 0', 'none: y is a mask'),
  clamp: row('x, kept within min and max', 'g where x lies within'),
  matmul: row('X Y', 'g Yᵀ', 'Xᵀ g'),
  linear: row('X Wᵀ + b', 'g W', 'gᵀ X', 'Σ g over the rows'),
  bceWithLogitsSum: row('scale · Σ max(x, 0) − x·y + ln(1 + e^(−|x|))', 'scale · g · (σ(x) − y)', '−scale · g · x'),
  softmax: row('eˣ / Σ eˣ', 's · (g − Σ g·s), s the result'),
  logSoftmax: row('x − ln Σ eˣ', 'g − softmax(x) · Σ g'),
  crossEntropy: row('ln Σ eˣ − x[y], reduced', 'g · (softmax(x) − one-hot(y))', 'none: classes'),
  layerNorm: row(
    'y · (x − mean) / deviation + z',
    '(g·y less its mean and its share along the result) / deviation',
    'Σ g · (x − mean) / deviation',
    'Σ g',
  ),
  gelu: row('x · Φ(x)', 'g · (Φ(x) + x φ(x))'),
  silu: row('x · σ(x)', 'g · σ(x)(1 + x(1 − σ(x)))'),
  gather: row('the elements of x that the index names', 'g, added where the index points', 'none: an index'),
  copy: row('a copy of x', 'g'),
  cast: row('x, in another dtype', 'g, in the dtype of x'),
}

/** How a primitive is written; by its name alone where there is no row. */
export function formulaOf(primitive: string): Formula {
  const known: Formula | undefined = Object.entries(formulas).find(([name]) => name === primitive)?.[1]
  return known ?? row(`${primitive}(x, …)`, 'by the rule of this op')
}
