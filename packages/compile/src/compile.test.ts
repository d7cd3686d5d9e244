import { Generator, rand, tensor, type Tensor } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'
import { compile } from './compile.ts'

describe('compile(fn)', () => {
  it('gives what the function gives, for each call', () => {
    const w = tensor([1, 2, 3])
    const double = compile((x: Tensor) => x.mul(w).add(1).sum())
    for (const x of [1, 2, 3, 4, 5]) expect(double(tensor([x, x, x])).itemSync()).toBe(6 * x + 3)
    expect(double.explain().programs.map(({ calls }) => calls)).toEqual([3])
  })

  it('draws the numbers that the function draws', () => {
    const [a, b] = [new Generator(7), new Generator(7)]
    const draw = (generator: Generator) => (): Tensor => rand(5, { generator }).mul(2)
    const [eager, compiled] = [draw(a), compile(draw(b))]
    for (let i = 0; i < 6; i++) expect(compiled().tolistSync()).toEqual(eager().tolistSync())
  })

  it('writes in place where the function does', () => {
    const state = tensor([0, 0])
    const step = compile((x: Tensor) => {
      state.add_(x)
    })
    for (const x of [1, 2, 3, 4]) step(tensor([x, -x]))
    expect(state.tolistSync()).toEqual([10, -10])
    expect(state.storage.version).toBe(4)
  })
})
