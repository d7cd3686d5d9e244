import type { Generator, Tensor } from '@metagrad/tensor'
import { ShapeError, cat, formatShape, stack } from '@metagrad/tensor'
import { checkChoice, checkProbability, checkSizes } from '../check.ts'
import { dropout } from '../functional/dropout.ts'
import type { RecurrentCore, RecurrentState, RecurrentWeights } from '../functional/recurrent.ts'
import { cores } from '../functional/recurrent.ts'
import { Module } from '../module.ts'
import type { Parameter } from '../parameter.ts'
import { PackedSequence, rowsOf } from '../utils/packed-sequence.ts'
import type { LayerOptions } from './linear.ts'
import type { Steps } from './recurrence.ts'
import { recur } from './recurrence.ts'
import type { RecurrentNonlinearity } from './recurrent-cell.ts'
import { checkState, recurrentDraws } from './recurrent-cell.ts'

export interface RecurrentOptions extends LayerOptions {
  /** Layers above each other: each reads the outputs of the one below. 1 by default. */
  readonly numLayers?: number
  /** Whether offsets are learned too; true by default. */
  readonly bias?: boolean
  /** Whether inputs and outputs are [batch, time, features] instead of [time, batch, features]. States stay as they are. */
  readonly batchFirst?: boolean
  /** Probability of dropout between the layers, in training; 0 by default. */
  readonly dropout?: number
  /** Whether a second network reads each sequence from its end; outputs are then joined, forward half first. */
  readonly bidirectional?: boolean
  /** Draws the initial weights and the dropout. */
  readonly generator?: Generator
}

/** What RNN, LSTM and GRU share: parameters, layers, directions, packing. */
abstract class Recurrent extends Module {
  readonly inputSize: number
  readonly hiddenSize: number
  readonly numLayers: number
  readonly bias: boolean
  readonly batchFirst: boolean
  readonly dropout: number
  readonly bidirectional: boolean;
  /** Per layer k and direction weight_ih_lk, weight_hh_lk (and with `_reverse`), named as in PyTorch so that state dicts fit. */
  [weight: `weight_${'ih' | 'hh'}_l${string}`]: Parameter
  [bias: `bias_${'ih' | 'hh'}_l${string}`]: Parameter
  readonly #core: RecurrentCore
  readonly #random: { readonly generator?: Generator }

  constructor(
    core: RecurrentCore,
    inputSize: number,
    hiddenSize: number,
    {
      numLayers = 1,
      bias = true,
      batchFirst = false,
      dropout: probability = 0,
      bidirectional = false,
      ...options
    }: RecurrentOptions,
  ) {
    super()
    const op = new.target.name
    checkSizes(op, { inputSize, hiddenSize, numLayers })
    checkProbability(`${op}.dropout`, probability)
    this.#core = core
    this.#random = options.generator === undefined ? {} : { generator: options.generator }
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    this.numLayers = numLayers
    this.bias = bias
    this.batchFirst = batchFirst
    this.dropout = probability
    this.bidirectional = bidirectional
    const rows = core.gates * hiddenSize
    const drawn = recurrentDraws(hiddenSize, options)
    for (const suffix of this.#suffixes.flat()) {
      const features = suffix.startsWith('0') ? inputSize : hiddenSize * (bidirectional ? 2 : 1)
      this[`weight_ih_l${suffix}`] = drawn(rows, features)
      this[`weight_hh_l${suffix}`] = drawn(rows, hiddenSize)
      if (!bias) continue
      this[`bias_ih_l${suffix}`] = drawn(rows)
      this[`bias_hh_l${suffix}`] = drawn(rows)
    }
  }

  /** Ends of the parameters' names, per layer and direction. */
  get #suffixes(): string[][] {
    return Array.from({ length: this.numLayers }, (_, layer) =>
      this.bidirectional ? [`${layer}`, `${layer}_reverse`] : [`${layer}`],
    )
  }

  #weights(suffix: string): RecurrentWeights {
    return {
      weightIh: this[`weight_ih_l${suffix}`]!,
      weightHh: this[`weight_hh_l${suffix}`]!,
      biasIh: this[`bias_ih_l${suffix}`],
      biasHh: this[`bias_hh_l${suffix}`],
    }
  }

  /** The outputs of the last layer, and the last states of all, [numLayers * directions, batch, hiddenSize] each. */
  protected run(
    input: Tensor | PackedSequence,
    given: RecurrentState | undefined,
  ): [output: Tensor | PackedSequence, last: Tensor[]] {
    if (input instanceof PackedSequence) return this.#runPacked(input, given)
    const time = this.batchFirst ? 1 : 0
    this.#checkInput(input, [this.batchFirst ? '[batch, time' : '[time, batch', '[time'])
    if (input.ndim === 3) return this.#runPadded(input, time, given)
    if (given !== undefined) checkState(this.constructor.name, given, this.#core.states, this.#stateShape())
    const batched = given?.map((x) => x.unsqueeze(1))
    const [output, last] = this.#runPadded(input.unsqueeze(1 - time), time, batched)
    return [output.squeeze(1 - time), last.map((x) => x.squeeze(1))]
  }

  #runPadded(input: Tensor, time: number, given: RecurrentState | undefined): [output: Tensor, last: Tensor[]] {
    if (input.size(time) === 0) {
      throw new ShapeError(
        `${this.constructor.name}: the sequences must have a step or more, got ${formatShape(input.shape)}.`,
      )
    }
    const initial = this.#initial(input, input.size(1 - time), given)
    const { outputs, last } = this.#runLayers(input.unbind(time), initial)
    return [stack(outputs, time), last]
  }

  #runPacked(packed: PackedSequence, given: RecurrentState | undefined): [output: PackedSequence, last: Tensor[]] {
    const { data, batchSizes, sortedIndices, unsortedIndices } = packed
    this.#checkInput(data, ['[all steps'])
    const ordered = (state: RecurrentState, order: readonly number[] | undefined): RecurrentState =>
      order === undefined ? state : state.map((x) => rowsOf(x, order, 1))
    const initial = ordered(this.#initial(data, batchSizes[0]!, given), sortedIndices)
    const { outputs, last } = this.#runLayers(data.split(batchSizes), initial)
    return [packed.withData(cat(outputs)), [...ordered(last, unsortedIndices)]]
  }

  #runLayers(inputs: Steps, initial: RecurrentState): { readonly outputs: Steps; readonly last: Tensor[] } {
    const lasts: RecurrentState[] = []
    let steps = inputs
    for (const [layer, suffixes] of this.#suffixes.entries()) {
      if (layer > 0) steps = steps.map((x) => dropout(x, this.dropout, { training: this.training, ...this.#random }))
      const runs = suffixes.map((suffix, direction) => {
        const state = initial.map((x) => x.select(0, layer * suffixes.length + direction))
        return recur(this.#core, steps, state, this.#weights(suffix), direction === 1)
      })
      lasts.push(...runs.map(({ last }) => last))
      const [forward, backward] = runs
      steps = forward!.outputs.map((x, t) => (backward === undefined ? x : cat([x, backward.outputs[t]!], -1)))
    }
    return { outputs: steps, last: initial.map((_, i) => stack(lasts.map((last) => last[i]!))) }
  }

  #stateShape(...batch: number[]): number[] {
    return [this.#suffixes.flat().length, ...batch, this.hiddenSize]
  }

  #initial(input: Tensor, batch: number, given: RecurrentState | undefined): RecurrentState {
    const shape = this.#stateShape(batch)
    if (given === undefined) return Array.from({ length: this.#core.states }, () => input.newZeros(shape))
    checkState(this.constructor.name, given, this.#core.states, shape)
    return given
  }

  /** @param forms beginnings of the shapes that are taken, longest first */
  #checkInput(input: Tensor, forms: readonly string[]): void {
    const longest = forms[0]!.split(',').length + 1
    const fits = input.ndim <= longest && input.ndim > longest - forms.length && input.shape.at(-1) === this.inputSize
    if (fits) return
    const shapes = forms.map((form) => `${form}, ${this.inputSize}]`).join(' or ')
    throw new ShapeError(`${this.constructor.name}: the input must be ${shapes}, got ${formatShape(input.shape)}.`)
  }
}

/** What RNN and GRU share: a state of one tensor. */
abstract class HiddenRecurrent extends Recurrent {
  /** @returns the hidden states of the last layer for all steps, and those of all layers after the last step */
  forward(x: Tensor, h0?: Tensor): [output: Tensor, h: Tensor]
  forward(x: PackedSequence, h0?: Tensor): [output: PackedSequence, h: Tensor]
  // The last form is the one that the types of hooks see.
  forward(x: Tensor | PackedSequence, h0?: Tensor): [output: Tensor | PackedSequence, h: Tensor]
  forward(x: Tensor | PackedSequence, h0?: Tensor): [output: Tensor | PackedSequence, h: Tensor] {
    const [output, [h]] = this.run(x, h0 && [h0])
    return [output, h!]
  }
}

export interface RNNOptions extends RecurrentOptions {
  /** 'tanh' by default. */
  readonly nonlinearity?: RecurrentNonlinearity
}

/**
 * A simple recurrent network: per step h = tanh(x weight_ih^T + bias_ih + h weight_hh^T + bias_hh), or relu of it.
 *
 * Shapes: x [time, batch, inputSize] ([batch, time, inputSize] with `batchFirst`), [time, inputSize], or a `PackedSequence`;
 * h0 [numLayers * directions, batch, hiddenSize], 0 if left out -> output as x with features directions * hiddenSize, and h as h0.
 * The parameters begin uniform in +-1 / sqrt(hiddenSize); after `manualSeed` they are PyTorch's.
 * @throws ArgumentError for settings out of range, ShapeError for inputs that do not fit
 * @example
 * ```ts
 * const [output, h] = new RNN(3, 4, { numLayers: 2 }).forward(zeros(5, 2, 3))
 * output.shape // -> [5, 2, 4]
 * h.shape // -> [2, 2, 4]
 * ```
 * @see J. Elman, "Finding Structure in Time", 1990; https://pytorch.org/docs/stable/generated/torch.nn.RNN.html
 */
export class RNN extends HiddenRecurrent {
  readonly nonlinearity: RecurrentNonlinearity

  constructor(inputSize: number, hiddenSize: number, { nonlinearity = 'tanh', ...options }: RNNOptions = {}) {
    checkChoice('RNN', 'nonlinearity', nonlinearity, ['tanh', 'relu'])
    super(cores[nonlinearity], inputSize, hiddenSize, options)
    this.nonlinearity = nonlinearity
  }
}

/**
 * A gated recurrent unit; see `functional.gruCell` for the formula and `RNN` for shapes and beginnings.
 *
 * @throws ArgumentError for settings out of range, ShapeError for inputs that do not fit
 * @example
 * ```ts
 * const [output, h] = new GRU(3, 4, { bidirectional: true, batchFirst: true }).forward(zeros(2, 5, 3))
 * output.shape // -> [2, 5, 8]
 * h.shape // -> [2, 2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRU.html
 */
export class GRU extends HiddenRecurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(cores.gru, inputSize, hiddenSize, options)
  }
}

/**
 * A long short-term memory; see `functional.lstmCell` for the formula and `RNN` for shapes and beginnings. Its state is a pair.
 *
 * @throws ArgumentError for settings out of range, ShapeError for inputs that do not fit
 * @example
 * ```ts
 * const [output, [h, c]] = new LSTM(3, 4).forward(zeros(5, 2, 3))
 * output.shape // -> [5, 2, 4]
 * c.shape // -> [1, 2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 */
export class LSTM extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(cores.lstm, inputSize, hiddenSize, options)
  }

  /** @returns the hidden states of the last layer for all steps, and hidden and cell states of all layers after the last step */
  forward(x: Tensor, state?: readonly [h0: Tensor, c0: Tensor]): [output: Tensor, state: [h: Tensor, c: Tensor]]
  forward(
    x: PackedSequence,
    state?: readonly [h0: Tensor, c0: Tensor],
  ): [output: PackedSequence, state: [h: Tensor, c: Tensor]]
  forward(
    x: Tensor | PackedSequence,
    state?: readonly [h0: Tensor, c0: Tensor],
  ): [output: Tensor | PackedSequence, state: [h: Tensor, c: Tensor]]
  forward(
    x: Tensor | PackedSequence,
    state?: readonly [h0: Tensor, c0: Tensor],
  ): [output: Tensor | PackedSequence, state: [h: Tensor, c: Tensor]] {
    const [output, [h, c]] = this.run(x, state)
    return [output, [h!, c!]]
  }
}
