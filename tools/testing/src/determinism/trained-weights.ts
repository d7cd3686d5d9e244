import { noGrad } from '@metagrad/autograd'
import { Dropout, GELU, LayerNorm, Linear, ReLU, Sequential, functional as F } from '@metagrad/nn'
import { Adam, ExponentialLR } from '@metagrad/optim'
import { cat, deterministic, manualSeed, randint, randn } from '@metagrad/tensor'

/** Trains a small network with Adam and dropout, deterministically; gives the SHA-256 of its weights. */
export async function trainedWeights(): Promise<string> {
  deterministic(true)
  manualSeed(7)
  const model = new Sequential(
    new Linear(20, 33),
    new ReLU(),
    new Dropout(0.2),
    new LayerNorm(33),
    new Linear(33, 17),
    new GELU(),
    new Linear(17, 5),
  )
  const optimizer = new Adam(model.parameters(), { lr: 1e-2 })
  const scheduler = new ExponentialLR(optimizer, { gamma: 0.97 })
  const [x, y] = [randn(67, 20), randint(5, [67])]
  for (let step = 0; step < 60; step++) {
    optimizer.zeroGrad()
    F.crossEntropy(model.forward(x), y).backward()
    optimizer.step()
    if (step % 5 === 4) scheduler.step()
  }
  const weights = noGrad(() => cat([...model.parameters()].map((parameter) => parameter.reshape(-1))))
  const bytes = Uint8Array.from(new Uint8Array((weights.dataSync() as Float32Array).buffer))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
