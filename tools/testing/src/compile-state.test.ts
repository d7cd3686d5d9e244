import { compile } from '@metagrad/compile'
import { functional as F } from '@metagrad/nn'
import type { Tensor } from '@metagrad/tensor'
import { tensor } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'

describe('a compiled step after an error', () => {
  it('names a class that does not exist, and goes on with the next call', () => {
    const x = tensor([[1, 2, 3]])
    const loss = (target: Tensor): Tensor => F.crossEntropy(x, target).mul(2)
    const compiled = compile(loss)
    const target = (at: number): Tensor => tensor([at], { dtype: 'int64' })
    for (let i = 0; i < 6; i++) expect(compiled(target(i % 3)).itemSync()).toBe(loss(target(i % 3)).itemSync())
    expect(() => compiled(target(3))).toThrow(/crossEntropy: .*3/)
    expect(compiled(target(1)).itemSync()).toBe(loss(target(1)).itemSync())
  })
})
