import { expect, it } from 'vitest'
import { profile, sharesOf } from './profile.ts'

it('sharesOf(profile) adds up the time of each function, the longest first', () => {
  const frame = (functionName: string, url: string) => ({ functionName, url })
  const nodes = [
    { id: 0, callFrame: frame('dispatch', '') },
    { id: 1, callFrame: frame('dispatch', 'file:///a/packages/tensor/dist/index.js') },
    { id: 2, callFrame: frame('gemmF32', 'wasm://wasm/0003f372') },
    { id: 3, callFrame: frame('(garbage collector)', '') },
    { id: 4, callFrame: frame('dispatch', 'file:///a/packages/tensor/dist/index.js') },
  ]
  const shares = sharesOf({ nodes, samples: [0, 0, 1, 2, 3, 4, 2], timeDeltas: [500, 7, 10, 30, 20, 10, 30] })
  expect(shares).toEqual([
    { name: 'kernel gemmF32', share: 0.6 },
    { name: 'dispatch (tensor)', share: 0.2 },
    { name: '(garbage collector)', share: 0.2 },
  ])
})

it('profile(call, calls) finds the function in which the time goes', async () => {
  // What calls itself is not taken apart by the compiler into its caller.
  function spin(n: number): number {
    return n < 2 ? n : spin(n - 1) + spin(n - 2)
  }
  const [first] = await profile(() => spin(22), 2000)
  expect(first!.name).toMatch(/^spin /)
})
