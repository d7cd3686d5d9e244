import { expect, test } from 'vitest'
import { expectLogged, expectShown, expectThrown } from './expectation.ts'

class Named {
  toString(): string {
    return 'tensor([[1., 2.],\n        [3., 4.]])'
  }
}

test.each([
  [6, '6'],
  ['float32', 'float32'],
  ['float32', "'float32'"],
  [[2, 3], '[2, 3]'],
  [{ lr: 0.1, betas: [0.9, 0.999] }, '{ lr: 0.1, betas: [0.9, 0.999] }'],
  [new Float32Array([1, 2]), 'Float32Array(2) [1, 2]'],
  [undefined, 'undefined'],
  [new Named(), 'tensor([[1., 2.], [3., 4.]])'],
  [Math.PI, '3.14...'],
])('expectShown(%o, %o) passes', (value, text) => {
  expect(() => expectShown(value, text, 'a.md:1')).not.toThrow()
})

test('expectShown(value, text) throws when the text differs in more than spaces', () => {
  expect(() => expectShown(7, '6', 'a.md:1')).toThrowErrorMatchingInlineSnapshot(`
    [Error: a.md:1: shows 7
    expected 6]
  `)
  expect(() => expectShown(66, '6', 'a.md:1')).toThrow('a.md:1: shows 66')
  expect(() => expectShown([2, 3], '[2, 3, 4]', 'a.md:1')).toThrow('a.md:1: shows [ 2, 3 ]')
  expect(() => expectShown('a b', 'ab', 'a.md:1')).toThrow('a.md:1: shows a b')
  expect(() => expectShown(13.14, '3.14...', 'a.md:1')).toThrow('a.md:1: shows 13.14')
  expect(() => expectShown('1x5', '1.5', 'a.md:1')).toThrow('a.md:1: shows 1x5')
})

test('expectLogged(values, text) compares the line that console.log writes', () => {
  expect(() => expectLogged(['loss', 0.5, [1]], 'loss 0.5 [1]', 'a.md:1')).not.toThrow()
  expect(() => expectLogged(['loss', 0.5], 'loss 0.6', 'a.md:1')).toThrow('a.md:1: shows loss 0.5')
})

test('expectThrown(call, text) wants an error with that message', async () => {
  const call = (): never => {
    throw new RangeError('matmul: inner dims differ: 3 vs 5.')
  }
  await expectThrown(call, 'matmul: inner dims differ: 3 vs 5.', 'a.md:1')
  await expectThrown(call, 'RangeError: matmul: ...', 'a.md:1')
  await expectThrown(() => Promise.reject(new Error('late')), 'late', 'a.md:1')
  await expect(expectThrown(call, 'matmul', 'a.md:1')).rejects.toThrow('expected matmul')
  await expect(expectThrown(() => 1, 'matmul', 'a.md:1')).rejects.toThrow('expected throws matmul')
})
