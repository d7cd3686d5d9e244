import * as autograd from '@metagrad/autograd'
import * as data from '@metagrad/data'
import * as nn from '@metagrad/nn'
import * as optim from '@metagrad/optim'
import * as tensor from '@metagrad/tensor'
import { expect, test } from 'vitest'
import * as metagrad from './index.ts'

const parts = { tensor, autograd, nn, optim, data }

// `export *` drops a name that two packages have without a word: such a name must be exported by hand.
test('no name belongs to two packages', () => {
  const names = Object.values(parts).flatMap((part) => Object.keys(part))
  expect(names.filter((name, i) => names.indexOf(name) < i)).toEqual([])
})

test.each(Object.entries(parts))('metagrad has everything of %s', (_name, part) => {
  expect({ ...metagrad }).toMatchObject({ ...part })
})

test('metagrad gives tensors their backward()', () => {
  const x = metagrad.tensor([3], { requiresGrad: true })
  x.square().sum().backward()
  expect(x.grad?.tolistSync()).toEqual([6])
})
