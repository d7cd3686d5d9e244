import type { DType, Tensor } from '@metagrad/tensor'
import { StateDictError, arange, fromData, manualSeed, randn, tensor, zeros } from '@metagrad/tensor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Linear, loadSafetensors, saveSafetensors, saveSafetensorsSync } from '../index.ts'

/** A file of a header (text, or an object) and bytes. */
function fileOf(header: unknown, data: readonly number[] = [], length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const file = new Uint8Array(8 + text.length + data.length)
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(text.length), true)
  file.set(text, 8)
  file.set(data, 8 + text.length)
  return file
}

function headerOf(file: Uint8Array): string {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))
  return new TextDecoder().decode(file.subarray(8, 8 + length))
}

const named = (...tensors: readonly (readonly [string, Tensor])[]): Map<string, Tensor> => new Map(tensors)

describe('saveSafetensors', () => {
  test('writes a length, a header padded to 8 bytes, and little-endian data', () => {
    const file = saveSafetensorsSync(named(['a', tensor([1, -2])]), { by: 'us' })
    const header = headerOf(file)
    expect(header).toBe('{"__metadata__":{"by":"us"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'.padEnd(88))
    expect([...file.subarray(8 + header.length)]).toEqual([0, 0, 128, 63, 0, 0, 0, 192])
  })

  test('puts large elements first, so that all tensors are aligned', () => {
    const file = saveSafetensorsSync(
      named(['flags', tensor([true, false, true])], ['x', tensor([1])], ['i', tensor([1n])], ['y', tensor([2])]),
    )
    const names = Object.keys(JSON.parse(headerOf(file)) as object)
    expect(names).toEqual(['i', 'x', 'y', 'flags'])
  })

  test('the asynchronous form writes the same bytes', async () => {
    const tensors = named(['a', randn(3, 4)], ['b', tensor([1, 2], { dtype: 'float16' })])
    expect(await saveSafetensors(tensors)).toEqual(saveSafetensorsSync(tensors))
  })

  test('refuses names and metadata that the format cannot hold', () => {
    expect(() => saveSafetensorsSync(named(['__metadata__', zeros(1)]))).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: saveSafetensors: a tensor cannot be named "__metadata__". Use another name.]`,
    )
    const metadata: Record<string, unknown> = { epoch: 3 }
    expect(() => saveSafetensorsSync(new Map(), metadata as Record<string, string>)).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: saveSafetensors: metadata must be strings: "epoch" is number. Use String.]`,
    )
  })
})

describe('loadSafetensors(saveSafetensors(tensors))', () => {
  const values: { readonly [D in DType]: Tensor } = {
    bool: tensor([[true], [false]]),
    uint8: tensor([0, 255], { dtype: 'uint8' }),
    int32: tensor([-(2 ** 31), 2 ** 31 - 1], { dtype: 'int32' }),
    int64: fromData(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n), [2], 'int64'),
    float16: tensor([0, -0, 1 / 3, -65504, 2 ** -24, 3 * 2 ** -20, 2 ** -14, Infinity, -Infinity, NaN], {
      dtype: 'float16',
    }),
    float32: tensor([-0, 1 / 3, 3.4e38, 1e-45, NaN, -Infinity]),
    float64: tensor([-0, 1 / 3, 1.7e308, 5e-324, NaN, Infinity], { dtype: 'float64' }),
  }

  test.each(Object.entries(values))('keeps %s exactly', (dtype, x) => {
    const y = loadSafetensors(saveSafetensorsSync(named(['x', x]))).tensors.get('x')!
    expect([y.dtype, y.shape]).toEqual([dtype, x.shape])
    expect(y.dataSync()).toEqual(x.dataSync())
  })

  test('keeps scalars, empty tensors, views, names and metadata', () => {
    const view = arange(6).reshape(2, 3).T
    const names = ['', 'a.b', 'ünïcödé "quoted" \\ \n', 'constructor', '0', '\u{1F600}']
    const tensors = named(...names.map((name) => [name, view] as const), ['s', tensor(5)], ['e', zeros(2, 0)])
    const metadata = { note: 'line\nbreak', '': 'empty', constructor: 'x' }
    const loaded = loadSafetensors(saveSafetensorsSync(tensors, metadata))
    expect(loaded.metadata).toEqual(metadata)
    expect([...loaded.tensors.keys()].sort()).toEqual([...tensors.keys()].sort())
    expect(loaded.tensors.get('a.b')!.tolistSync()).toEqual(view.tolistSync())
    expect(loaded.tensors.get('s')!.tolistSync()).toBe(5)
    expect(loaded.tensors.get('e')!.shape).toEqual([2, 0])
  })

  test('keeps nothing: no tensors, no metadata', () => {
    expect(loadSafetensors(saveSafetensorsSync(new Map()))).toEqual({ tensors: new Map(), metadata: {} })
  })

  test('carries a model over', () => {
    manualSeed(0)
    const [a, b] = [new Linear(3, 2), new Linear(3, 2)]
    b.loadStateDict(loadSafetensors(saveSafetensorsSync(a.stateDict())).tensors)
    expect(b.weight.tolistSync()).toEqual(a.weight.tolistSync())
  })

  test('reads bytes that begin anywhere in a buffer', () => {
    const file = saveSafetensorsSync(named(['x', tensor([1, 2], { dtype: 'float64' })]))
    const shifted = new Uint8Array(file.length + 3)
    shifted.set(file, 3)
    expect(loadSafetensors(shifted.subarray(3)).tensors.get('x')!.tolistSync()).toEqual([1, 2])
    expect(loadSafetensors(shifted.slice(3).buffer).tensors.get('x')!.tolistSync()).toEqual([1, 2])
  })
})

test.each([
  ['BF16', [0x80, 0x3f, 0x20, 0xc0], 'float32', [1, -2.5]],
  ['I8', [255, 127], 'int32', [-1, 127]],
  ['I16', [255, 255, 1, 0], 'int32', [-1, 1]],
  ['U16', [255, 255, 1, 0], 'int32', [65535, 1]],
  ['U32', [255, 255, 255, 255, 1, 0, 0, 0], 'int64', [2 ** 32 - 1, 1]],
  ['BOOL', [0, 2], 'bool', [false, true]],
])('loadSafetensors(file) reads %s without loss', (dtype, bytes, ours, expected) => {
  const x = loadSafetensors(fileOf({ x: { dtype, shape: [2], data_offsets: [0, bytes.length] } }, bytes)).tensors.get(
    'x',
  )!
  expect([x.dtype, x.tolistSync()]).toEqual([ours, expected])
})

describe('loadSafetensors(hostile file) is one clear line', () => {
  const f32 = (shape: unknown, data_offsets: unknown): object => ({ dtype: 'F32', shape, data_offsets })
  const failureOf = (file: Uint8Array): unknown => {
    try {
      loadSafetensors(file)
      return undefined
    } catch (error) {
      return error
    }
  }
  const message = (file: Uint8Array): string => {
    const failure = failureOf(file)
    return failure instanceof StateDictError ? failure.message : `not refused as it should be: ${String(failure)}`
  }

  test('in the header as a whole', () => {
    const messages = [
      new Uint8Array(3),
      fileOf('{}', [], 2n ** 63n),
      fileOf('{}', [], 3n),
      fileOf('{"a":'),
      fileOf('[]'),
      fileOf('null'),
      fileOf('"text"'),
      fileOf(''),
      fileOf('['.repeat(200_000)),
      new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe]),
      fileOf('{"a":{},"\\u0061":{}}'),
      fileOf('{"a":{"dtype":"F32","dtype":"F64","shape":[],"data_offsets":[0,4]}}', [0, 0, 0, 0]),
    ].map(message)
    expect(messages).toMatchInlineSnapshot(`
      [
        "loadSafetensors: the file is too short: 3 bytes, a header needs 8 or more.",
        "loadSafetensors: the header is too long: 9223372036854775808 bytes, at most 100000000 are allowed.",
        "loadSafetensors: the header is cut off: 3 bytes, the file has 2 left.",
        "loadSafetensors: the header is not valid JSON.",
        "loadSafetensors: the header is no JSON object.",
        "loadSafetensors: the header is no JSON object.",
        "loadSafetensors: the header is no JSON object.",
        "loadSafetensors: the header is not valid JSON.",
        "loadSafetensors: the header is not valid JSON.",
        "loadSafetensors: the header is not UTF-8.",
        "loadSafetensors: the header names "a" twice.",
        "loadSafetensors: the header names "dtype" twice.",
      ]
    `)
  })

  test('in the entries', () => {
    const four = [0, 0, 0, 0]
    const eight = [...four, ...four]
    const messages = [
      fileOf('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', four),
      fileOf('{"__metadata__":{"__proto__":"x"}}'),
      fileOf({ __metadata__: { a: 1 } }),
      fileOf({ __metadata__: 'text' }),
      fileOf({ a: 3 }),
      fileOf({ a: { dtype: 'F128', shape: [1], data_offsets: [0, 4] } }, four),
      fileOf({ a: { dtype: 'toString', shape: [1], data_offsets: [0, 4] } }, four),
      fileOf({ a: { shape: [1], data_offsets: [0, 4] } }, four),
      fileOf({ a: f32([-1], [0, 4]) }, four),
      fileOf({ a: f32([0.5], [0, 4]) }, four),
      fileOf({ a: f32('1', [0, 4]) }, four),
      fileOf({ a: f32([1], [0]) }, four),
      fileOf({ a: f32([1], [4, 0]) }, four),
      fileOf({ a: f32([1], [0, 2 ** 40]) }, four),
      fileOf({ a: f32([2], [0, 4]) }, four),
      fileOf({ a: f32([2 ** 52, 2 ** 52], [0, 4]) }, four),
      fileOf({ a: f32([1], [0, 4]), b: f32([1], [0, 4]) }, four),
      fileOf({ a: f32([1], [0, 4]), b: f32([1], [2, 6]) }, [...four, 0, 0]),
      fileOf({ a: f32([1], [4, 8]) }, eight),
      fileOf({ a: f32([1], [0, 4]) }, eight),
      fileOf({}, four),
      fileOf({ ['n'.repeat(1000)]: f32([2], [0, 4]) }, four),
    ].map(message)
    expect(messages).toMatchInlineSnapshot(`
      [
        "loadSafetensors: a tensor has the name "__proto__".",
        "loadSafetensors: the metadata has the name "__proto__".",
        "loadSafetensors: the metadata "a" is no string.",
        "loadSafetensors: the metadata is no object.",
        "loadSafetensors: tensor "a" is no object.",
        "loadSafetensors: tensor "a" has the unknown dtype "F128", known are F64, F32, F16, BF16, I64, I32, I16, U16, U32, I8, U8, BOOL.",
        "loadSafetensors: tensor "a" has the unknown dtype "toString", known are F64, F32, F16, BF16, I64, I32, I16, U16, U32, I8, U8, BOOL.",
        "loadSafetensors: tensor "a" has the unknown dtype undefined, known are F64, F32, F16, BF16, I64, I32, I16, U16, U32, I8, U8, BOOL.",
        "loadSafetensors: tensor "a" has a shape that is no list of whole numbers >= 0.",
        "loadSafetensors: tensor "a" has a shape that is no list of whole numbers >= 0.",
        "loadSafetensors: tensor "a" has a shape that is no list of whole numbers >= 0.",
        "loadSafetensors: tensor "a" has data_offsets that are no two whole numbers >= 0.",
        "loadSafetensors: tensor "a" lies outside of the data: bytes 4 to 0 of 4.",
        "loadSafetensors: tensor "a" lies outside of the data: bytes 0 to 1099511627776 of 4.",
        "loadSafetensors: tensor "a" has 4 bytes, its shape needs 8.",
        "loadSafetensors: tensor "a" has 4 bytes, its shape needs 8.112963841460668e+31.",
        "loadSafetensors: tensor "b" overlaps another: it begins at byte 0 of 4 in use.",
        "loadSafetensors: tensor "b" overlaps another: it begins at byte 2 of 4 in use.",
        "loadSafetensors: there is a hole before tensor "a": bytes 0 to 4.",
        "loadSafetensors: bytes 4 to 8 of the data belong to no tensor.",
        "loadSafetensors: bytes 0 to 4 of the data belong to no tensor.",
        "loadSafetensors: tensor "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn..." has 4 bytes, its shape needs 8.",
      ]
    `)
  })

  test('what is no file at all', () => {
    const path: unknown = 'model.safetensors'
    expect(() => loadSafetensors(path as Uint8Array)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: loadSafetensors: needs the bytes of a file, a Uint8Array. Read the file first.]`,
    )
  })

  test('for any damage to a good file: an error of this kind, or tensors', () => {
    const good = saveSafetensorsSync(named(['a.weight', randn(2, 3)], ['b', tensor([1n, 2n])], ['c', tensor([true])]), {
      v: '1',
    })
    const change = fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255) })
    const damage = fc.record({ changes: fc.array(change, { minLength: 1, maxLength: 4 }), cut: fc.nat(good.length) })
    fc.assert(
      fc.property(damage, fc.boolean(), ({ changes, cut }, cuts) => {
        const file = good.slice(0, cuts ? cut : undefined)
        for (const { at, byte } of changes) if (at < file.length) file[at] = byte
        const failure = failureOf(file)
        expect(failure === undefined || failure instanceof StateDictError).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
