import type { Shape, Tensor } from '@metagrad/tensor'
import { ArgumentError, ShapeError, empty, formatShape, isTensor, sameShape } from '@metagrad/tensor'
import { checkChoice, checkSizes } from '../check.ts'
import type { RecurrentCore, RecurrentState } from '../functional/recurrent.ts'
import { cores, recurrentStep } from '../functional/recurrent.ts'
import { uniform_ } from '../init.ts'
import { Module } from '../module.ts'
import { Parameter } from '../parameter.ts'
import type { LayerOptions } from './linear.ts'

/** What a simple recurrent network applies to its sums. */
export type RecurrentNonlinearity = 'tanh' | 'relu'

export interface RecurrentCellOptions extends LayerOptions {
  /** Whether offsets are learned too; true by default. */
  readonly bias?: boolean
}

/** Draws parameters uniform in +-1 / sqrt(hiddenSize), in the order of the calls. */
export function recurrentDraws(
  hiddenSize: number,
  { generator, ...options }: LayerOptions,
): (...shape: number[]) => Parameter {
  const bound = 1 / Math.sqrt(hiddenSize)
  return (...shape) => uniform_(new Parameter(empty(shape, options)), -bound, bound, generator && { generator })
}

/**
 * @param count of tensors that make the state
 * @throws ArgumentError for another number of tensors, ShapeError unless they have the shape that the input asks for
 */
export function checkState(op: string, state: RecurrentState, count: number, expected: Shape): void {
  if (!Array.isArray(state) || state.length !== count || !state.every(isTensor)) {
    throw new ArgumentError(`${op}: the state must be ${count === 1 ? 'one tensor h' : 'two tensors [h, c]'}.`)
  }
  for (const [i, x] of state.entries()) {
    if (sameShape(x.shape, expected)) continue
    const name = i === 0 ? 'hidden' : 'cell'
    throw new ShapeError(
      `${op}: the ${name} state must be ${formatShape(expected)} for this input, got ${formatShape(x.shape)}.`,
    )
  }
}

/** What the three cells share: parameters, the initial state, and one step. */
abstract class RecurrentCell extends Module {
  readonly inputSize: number
  readonly hiddenSize: number
  // PyTorch's names, so that state dicts fit.
  readonly weight_ih: Parameter
  readonly weight_hh: Parameter
  readonly bias_ih: Parameter | undefined
  readonly bias_hh: Parameter | undefined
  readonly #core: RecurrentCore

  constructor(
    core: RecurrentCore,
    inputSize: number,
    hiddenSize: number,
    { bias = true, ...options }: RecurrentCellOptions,
  ) {
    super()
    checkSizes(new.target.name, { inputSize, hiddenSize })
    this.#core = core
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    const rows = core.gates * hiddenSize
    const drawn = recurrentDraws(hiddenSize, options)
    this.weight_ih = drawn(rows, inputSize)
    this.weight_hh = drawn(rows, hiddenSize)
    this.bias_ih = bias ? drawn(rows) : undefined
    this.bias_hh = bias ? drawn(rows) : undefined
  }

  protected step(x: Tensor, given: RecurrentState | undefined): Tensor[] {
    const op = this.constructor.name
    const { inputSize, hiddenSize } = this
    if (x.ndim < 1 || x.ndim > 2 || x.shape.at(-1) !== inputSize) {
      throw new ShapeError(
        `${op}: the input must be [batch, ${inputSize}] or [${inputSize}], got ${formatShape(x.shape)}.`,
      )
    }
    const shape = [...x.shape.slice(0, -1), hiddenSize]
    if (given !== undefined) checkState(op, given, this.#core.states, shape)
    const state = given ?? Array.from({ length: this.#core.states }, () => x.newZeros(shape))
    return recurrentStep(this.#core, x, state, {
      weightIh: this.weight_ih,
      weightHh: this.weight_hh,
      biasIh: this.bias_ih,
      biasHh: this.bias_hh,
    })
  }

  override extraRepr(): string {
    return `${super.extraRepr()}, bias=${this.bias_ih !== undefined}`
  }
}

export interface RNNCellOptions extends RecurrentCellOptions {
  /** 'tanh' by default. */
  readonly nonlinearity?: RecurrentNonlinearity
}

/**
 * One step of a simple recurrent network: h' = tanh(x weight_ih^T + bias_ih + h weight_hh^T + bias_hh), or relu of it.
 *
 * Shapes: x [batch, inputSize] or [inputSize], h [batch, hiddenSize] or [hiddenSize] (0 if left out) -> as h.
 * The parameters begin uniform in +-1 / sqrt(hiddenSize); after `manualSeed` they are PyTorch's.
 * @throws ArgumentError for sizes that are no positive whole numbers, ShapeError for inputs that do not fit
 * @example
 * ```ts
 * new RNNCell(3, 4).forward(zeros(2, 3)).shape // -> [2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
 */
export class RNNCell extends RecurrentCell {
  readonly nonlinearity: RecurrentNonlinearity

  constructor(inputSize: number, hiddenSize: number, { nonlinearity = 'tanh', ...options }: RNNCellOptions = {}) {
    checkChoice('RNNCell', 'nonlinearity', nonlinearity, ['tanh', 'relu'])
    super(cores[nonlinearity], inputSize, hiddenSize, options)
    this.nonlinearity = nonlinearity
  }

  forward(x: Tensor, h?: Tensor): Tensor {
    return this.step(x, h && [h])[0]!
  }
}

/**
 * One step of a gated recurrent unit; see `functional.gruCell` for the formula and `RNNCell` for shapes and beginnings.
 *
 * @throws ArgumentError for sizes that are no positive whole numbers, ShapeError for inputs that do not fit
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
 */
export class GRUCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super(cores.gru, inputSize, hiddenSize, options)
  }

  forward(x: Tensor, h?: Tensor): Tensor {
    return this.step(x, h && [h])[0]!
  }
}

/**
 * One step of a long short-term memory; see `functional.lstmCell` for the formula and `RNNCell` for shapes and beginnings.
 *
 * @throws ArgumentError for sizes that are no positive whole numbers, ShapeError for inputs that do not fit
 * @example
 * ```ts
 * const cell = new LSTMCell(3, 4)
 * const first = cell.forward(zeros(2, 3))
 * const [h, c] = cell.forward(zeros(2, 3), first)
 * c.shape // -> [2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
 */
export class LSTMCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super(cores.lstm, inputSize, hiddenSize, options)
  }

  forward(x: Tensor, state?: readonly [h: Tensor, c: Tensor]): [h: Tensor, c: Tensor] {
    const [h, c] = this.step(x, state)
    return [h!, c!]
  }
}
