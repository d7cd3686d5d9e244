import { useKernels } from '@metagrad/tensor'
import { expect, it } from 'vitest'
import { kernelChoices } from '../kernel-choices.ts'
import { trainedWeights } from './trained-weights.ts'

it('deterministic(true) gives the same weights whatever was used before', async () => {
  const hashes = new Set<string>()
  for (const choice of kernelChoices()) {
    useKernels(choice)
    hashes.add(await trainedWeights())
  }
  expect(hashes.size).toBe(1)
})

it('training gives the same bits wherever its tensors happen to lie', async () => {
  const first = await trainedWeights()
  for (let run = 0; run < 3; run++) expect(await trainedWeights()).toBe(first)
})
