/**
 * What is drawn at random, each from a sequence of its own, so that changing one does not move the others. First weights
 * take the seed itself: they are PyTorch's of `torch.manual_seed(seed)`.
 */
const streams = { weights: 0, split: 1, order: 2, dropout: 3 } as const

/** The seed of one purpose. Only the low 32 bits of it choose a sequence. */
export function seedOf(purpose: keyof typeof streams, seed: number): number {
  return (seed + streams[purpose] * 0x10000000) % 2 ** 53
}
