import { afterEach, describe, expect, it } from 'vitest'
import { DeviceError } from '../../errors.ts'
import { sharedCopy } from './shared-memory.ts'
import type { AnyKernel } from './crew.ts'
import { Crew } from './crew.ts'
import { workersOf } from './node.ts'
import type { Code } from '../wasm/bytecode.ts'
import { get, list, noResult, op, sized, text, typeOf } from '../wasm/bytecode.ts'
import { compile } from '../wasm/instantiate.ts'
import { loadKernels } from '../wasm/loader.ts'
import { valueType } from '../wasm/signatures.ts'

const moduleOf = (...sections: readonly (readonly [id: number, items: readonly Code[]])[]): Uint8Array =>
  Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flatMap(([id, items]) => [id, ...sized(list(items))]))

const ofNumber = typeOf({ params: [valueType.i32], results: [valueType.i32] })
const [unreachable, branch] = [0x00, 0x0c]

/** By name, the code of functions of one number. */
const functions = {
  twice: [...get(0), ...get(0), op.i32Add],
  fails: [unreachable],
  forever: [op.loop, noResult, branch, 0, op.end, unreachable],
}
const names = Object.keys(functions)
const module = moduleOf(
  [1, [ofNumber]],
  [3, names.map(() => [0])],
  [7, names.map((name, i) => [...text(name), 0, i])],
  [10, Object.values(functions).map((code) => sized([0, ...code, op.end]))],
)
const empty = moduleOf()
/** It imports a function that there is not. */
const needing = moduleOf([1, [ofNumber]], [2, [[...text('env'), ...text('missing'), 0, 0]]])

let crew: Crew | undefined
afterEach(() => crew?.end())

function start(threads: number, naps?: number, bytes = module): Crew {
  const memory = sharedCopy(loadKernels().memory)
  return (crew = new Crew(threads, { memory, modules: [compile(bytes)], elementary: compile(empty), names }, naps))
}

/** The caller's own kernel: slow enough that a worker takes the next part. */
const slow: AnyKernel = (x) => {
  const end = performance.now() + 200
  while (performance.now() < end) continue
  return 2 * x!
}

function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}

describe('a crew', () => {
  it.each([2, 3, 5])('of %i computes each part once', (threads) => {
    start(threads)
    for (let round = 0; round < 300; round++) {
      const parts = Array.from({ length: 1 + (round % threads) }, () => [round])
      let own = 0
      const results = crew!.run(0, (x) => (own++, 2 * x!), parts)
      expect(results).toBe(true)
      expect(own).toBeLessThanOrEqual(parts.length)
    }
  })

  it('tells when parts gave different results', () => {
    start(2)
    expect(crew!.run(0, slow, [[1], [2]])).toBe(false)
    expect(crew!.run(0, slow, [[2], [2]])).toBe(true)
  })

  it('has its workers do what the caller does not come to', () => {
    start(3)
    let own = 0
    crew!.run(0, (x) => (own++, slow(x!)), [[1], [1], [1]])
    expect(own).toBeLessThan(2)
  })

  it('wakes workers that went to sleep', async () => {
    start(2)
    for (let round = 0; round < 3; round++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      let own = 0
      crew!.run(0, (x) => (own++, slow(x!)), [[1], [1]])
      expect(own).toBeLessThan(2)
    }
  })

  it('ends with a DeviceError when a worker fails', () => {
    start(2)
    const error = thrownBy(() => crew!.run(1, slow, [[1], [1]]))
    expect(error).toBeInstanceOf(DeviceError)
    expect(String(error)).toContain('a thread did not do its part of fails')
    expect(crew!.isGone).toBe(true)
  })

  it('ends with a DeviceError when the caller fails, once the others are done', () => {
    start(2)
    const failing: AnyKernel = (x) => {
      slow(x!)
      throw new Error('out of bounds')
    }
    // The worker may be so quick that nothing is left for the caller.
    let error: unknown
    while (error === undefined) error = thrownBy(() => crew!.run(0, failing, [[1], [1]]))
    expect(error).toBeInstanceOf(DeviceError)
  })

  it('ends with a DeviceError when a worker is stuck', () => {
    start(2, 20)
    const error = thrownBy(() => crew!.run(2, slow, [[1], [1]]))
    expect(error).toBeInstanceOf(DeviceError)
    expect(crew!.isGone).toBe(true)
  })

  it('does all by itself when its workers are gone', () => {
    start(3)
    crew!.end()
    let own = 0
    crew!.run(0, (x) => (own++, 2 * x!), [[3], [3], [3]])
    expect(own).toBe(3)
  })

  it('says so when its workers do not start', () => {
    const error = thrownBy(() => start(3, undefined, needing))
    expect(String(error)).toContain('the workers did not start')
  })
})

describe('workersOf(host)', () => {
  it('says what is missing in a browser', () => {
    expect(() => workersOf({})).toThrow(/^cpu: threads need the worker_threads of Node/)
    expect(() => workersOf({})).toThrow(DeviceError)
  })

  it('and in a Node without process.getBuiltinModule', () => {
    expect(() => workersOf({ process: {} })).toThrow(DeviceError)
  })
})
