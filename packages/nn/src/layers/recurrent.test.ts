import { readFileSync } from 'node:fs'
import { gradcheck } from '@metagrad/autograd'
import { Generator, Tensor, arange, manualSeed, randn, tensor, zeros } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import * as nn from '../index.ts'

interface Stored {
  readonly shape: number[]
  readonly data: number[]
}

interface Case {
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
  readonly parameters: Readonly<Record<string, Stored>>
  readonly input: Stored
  readonly states: Stored[]
  readonly lengths?: number[]
  readonly enforceSorted?: boolean
  readonly outputs: Stored[]
  readonly grads: Readonly<Record<string, Stored>>
  readonly inputGrad: Stored
  readonly stateGrads: Stored[]
}

interface Seeded {
  readonly seed: number
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
  readonly shape?: number[]
  readonly tensors: Readonly<Record<string, Stored>>
  readonly outputs: Stored[]
}

const file = new URL('../../golden/recurrent.json', import.meta.url)
const golden = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: Case[]; readonly seeds: Seeded[] }
const titled = golden.cases.map((stored, i) => ({ ...stored, title: `${stored.name} #${i}` }))

type Result = Tensor | nn.PackedSequence

/** One form for all six: results of cells and layers, output first, states behind. */
interface Recurrent extends nn.Module {
  forward(x: Result, state?: unknown): Result | readonly (Result | readonly Tensor[])[]
}

const { GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell } = nn
const classes: Readonly<Record<string, new (input: number, hidden: number, options: object) => nn.Module>> = {
  GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell,
} // prettier-ignore

function make(name: string, options: object): Recurrent {
  return new classes[name]!(3, 4, options) as Recurrent
}

function decode({ shape, data }: Stored): Tensor {
  return tensor(data, { dtype: 'float64' }).reshape(shape).detach().requiresGrad_()
}

/** Runs a case from scratch, for any input and state. */
function run(layer: Recurrent, { name, options, lengths, enforceSorted }: Case, x: Tensor, states: Tensor[]): Tensor[] {
  const batchFirst = options['batchFirst'] === true
  const state = states.length === 0 ? undefined : name.startsWith('LSTM') ? states : states[0]
  const input =
    lengths === undefined ? x : nn.packPaddedSequence(x, lengths, { batchFirst, enforceSorted: enforceSorted! })
  const results = [layer.forward(input, state)].flat(2) as Result[]
  return results.map((result) => (result instanceof Tensor ? result : nn.padPackedSequence(result, { batchFirst })[0]))
}

const numbers = (x: Tensor): number[] => Array.from(x.dataSync(), Number)

function expectClose(actual: Tensor, expected: Stored, within = 1e-10): void {
  expect(actual.shape).toEqual(expected.shape)
  const differences = numbers(actual).map((value, i) => Math.abs(value - expected.data[i]!))
  expect(Math.max(...differences)).toBeLessThanOrEqual(within)
}

function loaded({ name, options, parameters }: Case): Recurrent {
  const layer = make(name, { ...options, dtype: 'float64' })
  layer.loadStateDict(new Map(Object.entries(parameters).map(([key, stored]) => [key, decode(stored)])))
  return layer
}

describe('recurrent layers agree with PyTorch', () => {
  test.each(titled)('$title $options in values and gradients', (stored) => {
    const layer = loaded(stored)
    const [x, states] = [decode(stored.input), stored.states.map(decode)]
    const outputs = run(layer, stored, x, states)
    expect(outputs.length).toBe(stored.outputs.length)
    for (const [i, output] of outputs.entries()) expectClose(output, stored.outputs[i]!)
    outputs
      .map((output) => output.mul(arange(output.numel, { dtype: 'float64' }).add(1).cos().reshape(output.shape)).sum())
      .reduce((a, b) => a.add(b))
      .backward()
    expect(layer.namedParameters().map(([key]) => key)).toEqual(Object.keys(stored.grads))
    for (const [key, parameter] of layer.namedParameters()) expectClose(parameter.grad!, stored.grads[key]!)
    expectClose(x.grad!, stored.inputGrad)
    for (const [i, state] of states.entries()) expectClose(state.grad!, stored.stateGrads[i]!)
  })

  test.each(golden.seeds)('$name $options begins with its numbers after manualSeed($seed)', (stored) => {
    manualSeed(stored.seed)
    const layer = make(stored.name, stored.options)
    expect(layer.namedParameters().map(([key]) => key)).toEqual(Object.keys(stored.tensors))
    for (const [key, parameter] of layer.namedParameters()) expectClose(parameter, stored.tensors[key]!, 0)
    if (stored.shape === undefined) return
    const numel = stored.shape.reduce((product, size) => product * size, 1)
    const x = arange(numel, { dtype: 'float64' }).sin().float().reshape(stored.shape)
    const [output] = layer.forward(x) as [Tensor]
    expectClose(output, stored.outputs[0]!, 1e-6)
  })
})

describe('recurrent layers pass gradcheck', () => {
  const options = { dtype: 'float64', generator: new Generator(3) } as const
  const random = (...shape: number[]): Tensor => randn(shape, options).detach().requiresGrad_()
  const packed = (x: Tensor): nn.PackedSequence => nn.packPaddedSequence(x, [1, 3], { enforceSorted: false })

  test.each<[string, (x: Tensor, h: Tensor) => Tensor[], Tensor, Tensor]>([
    ['RNN', (x, h) => new nn.RNN(2, 2, fresh()).forward(x, h), random(3, 2, 2), random(1, 2, 2)],
    [
      'GRU of packed',
      (x, h) => packedRun(new nn.GRU(2, 2, fresh()).forward(packed(x), h)),
      random(3, 2, 2),
      random(1, 2, 2),
    ],
    [
      'LSTM both ways',
      (x, h) => new nn.LSTM(2, 2, { ...fresh(), bidirectional: true }).forward(x, [h, h.mul(2)]).flat(),
      random(3, 2, 2),
      random(2, 2, 2),
    ],
    ['LSTMCell', (x, h) => new nn.LSTMCell(2, 2, fresh()).forward(x, [h, h.mul(2)]), random(2, 2), random(2, 2)],
    ['GRUCell', (x, h) => [new nn.GRUCell(2, 2, fresh()).forward(x, h)], random(2, 2), random(2, 2)],
  ])('%s', (_, f, x, h) => {
    expect(gradcheck(f, [x, h]).error).toBeLessThan(1e-7)
  })

  /** The same weights at each call. */
  function fresh(): { readonly dtype: 'float64'; readonly generator: Generator } {
    return { dtype: 'float64', generator: new Generator(1) }
  }

  function packedRun([output, h]: [nn.PackedSequence, Tensor]): Tensor[] {
    return [nn.padPackedSequence(output)[0], h]
  }
})

describe('recurrent layers', () => {
  test('a packed sequence gives what each sequence gives alone', () => {
    const gru = new nn.GRU(3, 4, { bidirectional: true, numLayers: 2 })
    const sequences = [2, 4, 1].map((length) => randn(length, 3))
    const [output, h] = gru.forward(nn.packSequence(sequences, { enforceSorted: false }))
    for (const [i, alone] of nn.unpackSequence(output).entries()) {
      const [expected, last] = gru.forward(sequences[i]!)
      expect(alone.allclose(expected, { atol: 1e-6 })).toBe(true)
      expect(h.select(1, i).allclose(last, { atol: 1e-6 })).toBe(true)
    }
  })

  test('dropout between layers is for training only', () => {
    const rnn = new nn.RNN(3, 4, { numLayers: 2, dropout: 0.5, generator: new Generator(1) })
    const x = randn([5, 2, 3], { generator: new Generator(2) })
    expect(rnn.forward(x)[0].equal(rnn.forward(x)[0])).toBe(false)
    rnn.eval()
    expect(rnn.forward(x)[0].equal(rnn.forward(x)[0])).toBe(true)
  })

  test('states end a history by detach, for backpropagation through a part of the time', () => {
    const rnn = new nn.RNN(3, 4)
    const x = randn(6, 2, 3).requiresGrad_()
    const [, h] = rnn.forward(x.narrow(0, 0, 3))
    rnn
      .forward(x.narrow(0, 3, 3), h.detach())[0]
      .sum()
      .backward()
    const [early, late] = x.grad!.abs().sum([1, 2]).split(3)
    expect(early!.tolistSync()).toEqual([0, 0, 0])
    expect(late!.gt(0).all().itemSync()).toBe(1)
  })

  test('hooks see padded and packed sequences alike', () => {
    const gru = new nn.GRU(3, 4)
    const seen: Result[] = []
    gru.registerForwardHook((_, [x], [output, h]): [Result, Tensor] => {
      seen.push(x)
      return [output, h.mul(0)]
    })
    const packed = nn.packSequence([zeros(2, 3)])
    expect(gru.forward(packed)[1].eq(0).all().itemSync()).toBe(1)
    gru.forward(zeros(2, 3))
    expect(seen.map((x) => x instanceof nn.PackedSequence)).toEqual([true, false])
  })

  test('toString() shows the settings', () => {
    expect(new nn.GRU(3, 4, { numLayers: 2 }).toString()).toMatchInlineSnapshot(
      `"GRU(inputSize=3, hiddenSize=4, numLayers=2, bias=true, batchFirst=false, dropout=0, bidirectional=false)"`,
    )
    expect(new nn.RNNCell(3, 4, { bias: false }).toString()).toMatchInlineSnapshot(
      `"RNNCell(inputSize=3, hiddenSize=4, nonlinearity=tanh, bias=false)"`,
    )
  })

  test('weights can be learned, moved and loaded like others', () => {
    const lstm = new nn.LSTM(3, 4)
    expect(lstm.weight_ih_l0!.shape).toEqual([16, 3])
    expect(lstm.double().forward(zeros([2, 1, 3], { dtype: 'float64' }))[0].dtype).toBe('float64')
    expect(() => lstm.loadStateDict(new nn.GRU(3, 4).stateDict())).toThrow(/weight_ih_l0/)
  })
})

describe('recurrent layers name what is wrong', () => {
  const gru = new nn.GRU(3, 4)
  test.each<[string, () => unknown]>([
    ['hiddenSize', () => new nn.GRU(3, 0)],
    ['numLayers', () => new nn.LSTM(3, 4, { numLayers: 1.5 })],
    ['dropout', () => new nn.RNN(3, 4, { dropout: 2 })],
    ['nonlinearity', () => new nn.RNN(3, 4, { nonlinearity: 'sine' as 'tanh' })],
    ['nonlinearity of a cell', () => new nn.RNNCell(3, 4, { nonlinearity: 'sine' as 'tanh' })],
    ['features', () => gru.forward(zeros(5, 2, 4))],
    ['dims', () => new nn.GRU(3, 4, { batchFirst: true }).forward(zeros(3))],
    ['no steps', () => gru.forward(zeros(0, 2, 3))],
    ['h0', () => gru.forward(zeros(5, 2, 3), zeros(1, 3, 4))],
    ['h0 without batch', () => gru.forward(zeros(5, 3), zeros(1, 1, 4))],
    ['c0', () => new nn.LSTM(3, 4).forward(zeros(5, 2, 3), [zeros(1, 2, 4), zeros(1, 2, 5)])],
    ['a pair for one', () => gru.forward(zeros(5, 2, 3), [zeros(1, 2, 4)] as never)],
    ['one for a pair', () => new nn.LSTMCell(3, 4).forward(zeros(3), zeros(4) as never)],
    ['packed features', () => gru.forward(nn.packSequence([zeros(2, 4)]))],
    ['cell input', () => new nn.GRUCell(3, 4).forward(zeros(2, 4))],
    ['cell state', () => new nn.LSTMCell(3, 4).forward(zeros(2, 3), [zeros(2, 4), zeros(4)])],
  ])('%s', (_, wrong) => {
    expect(wrong).toThrowErrorMatchingSnapshot()
  })
})
