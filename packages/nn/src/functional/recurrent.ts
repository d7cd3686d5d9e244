import type { Tensor } from '@metagrad/tensor'
import { linear } from './linear.ts'

/** What one direction of one recurrent layer learns. Gates stand below each other: rows = gates * hidden. */
export interface RecurrentWeights {
  /** [gates * hidden, input] */
  readonly weightIh: Tensor
  /** [gates * hidden, hidden] */
  readonly weightHh: Tensor
  /** [gates * hidden] */
  readonly biasIh?: Tensor | undefined
  readonly biasHh?: Tensor | undefined
}

/** The tensors that a step hands to the next, the hidden one first. */
export type RecurrentState = readonly Tensor[]

/** What makes one kind of recurrent layer: all else is common. */
export interface RecurrentCore {
  /** Blocks of rows in the weights. */
  readonly gates: number
  /** Tensors in the state. */
  readonly states: number
  /** The next state, from the gates' inputs (x weightIh^T + biasIh), their recurrent part (h weightHh^T + biasHh) and the state. */
  readonly next: (x: Tensor, h: Tensor, state: RecurrentState) => Tensor[]
}

/** Gate order and formulas are PyTorch's, so that its weights can be loaded. */
export const cores: Readonly<Record<'tanh' | 'relu' | 'lstm' | 'gru', RecurrentCore>> = {
  tanh: { gates: 1, states: 1, next: (x, h) => [x.add(h).tanh()] },
  relu: { gates: 1, states: 1, next: (x, h) => [x.add(h).relu()] },
  lstm: {
    gates: 4,
    states: 2,
    next(x, h, [, cell]) {
      const [input, forget, candidate, output] = x.add(h).chunk(4, -1)
      const c = forget!.sigmoid().mul(cell!).add(input!.sigmoid().mul(candidate!.tanh()))
      return [output!.sigmoid().mul(c.tanh()), c]
    },
  },
  gru: {
    gates: 3,
    states: 1,
    next(x, h, [hidden]) {
      const [resetX, updateX, candidateX] = x.chunk(3, -1)
      const [resetH, updateH, candidateH] = h.chunk(3, -1)
      const reset = resetX!.add(resetH!).sigmoid()
      const update = updateX!.add(updateH!).sigmoid()
      const candidate = candidateX!.add(reset.mul(candidateH!)).tanh()
      return [candidate.add(update.mul(hidden!.sub(candidate)))]
    },
  },
}

/** One step of a core. */
export function recurrentStep(
  core: RecurrentCore,
  x: Tensor,
  state: RecurrentState,
  weights: RecurrentWeights,
): Tensor[] {
  const gatesX = linear(x, weights.weightIh, weights.biasIh)
  const gatesH = linear(state[0]!, weights.weightHh, weights.biasHh)
  return core.next(gatesX, gatesH, state)
}

/**
 * tanh(x weightIh^T + biasIh + h weightHh^T + biasHh): the next hidden state of a simple recurrent network.
 *
 * Shapes: x [..., input], h [..., hidden] -> [..., hidden].
 * @throws ShapeError if features do not fit the weights
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
 */
export function rnnTanhCell(x: Tensor, h: Tensor, weights: RecurrentWeights): Tensor {
  return recurrentStep(cores.tanh, x, [h], weights)[0]!
}

/** `rnnTanhCell` with relu in the place of tanh. */
export function rnnReluCell(x: Tensor, h: Tensor, weights: RecurrentWeights): Tensor {
  return recurrentStep(cores.relu, x, [h], weights)[0]!
}

/**
 * The next hidden and cell state of a long short-term memory: with gates i, f, g, o in this order,
 * c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c').
 *
 * Shapes: x [..., input], h and c [..., hidden] -> [h', c'] of the same shape.
 * @throws ShapeError if features do not fit the weights
 * @see S. Hochreiter, J. Schmidhuber, "Long Short-Term Memory", 1997; https://pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
 */
export function lstmCell(
  x: Tensor,
  [h, c]: readonly [h: Tensor, c: Tensor],
  weights: RecurrentWeights,
): [h: Tensor, c: Tensor] {
  const [hidden, cell] = recurrentStep(cores.lstm, x, [h, c], weights)
  return [hidden!, cell!]
}

/**
 * The next hidden state of a gated recurrent unit: with gates r, z, n in this order, n = tanh(x_n + sigmoid(r) h_n),
 * h' = (1 - sigmoid(z)) n + sigmoid(z) h.
 *
 * Shapes: x [..., input], h [..., hidden] -> [..., hidden].
 * @throws ShapeError if features do not fit the weights
 * @see K. Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014;
 * https://pytorch.org/docs/stable/generated/torch.nn.GRUCell.html, whose reset gate acts after the product with h
 */
export function gruCell(x: Tensor, h: Tensor, weights: RecurrentWeights): Tensor {
  return recurrentStep(cores.gru, x, [h], weights)[0]!
}
