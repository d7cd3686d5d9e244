import { Generator, randperm, tensor, type Device, type Tensor } from 'metagrad'
import type { Rows } from '../data/prepare.ts'
import type { TrainConfig } from '../options/train-options.ts'
import { seedOf } from './seeds.ts'

/** Rows as tensors, and their targets as plain numbers to count with. */
export interface Examples {
  /** Shape [count, features]. */
  readonly x: Tensor
  /** As the loss takes it: [count, 1] floats, or [count] class positions. */
  readonly y: Tensor
  readonly targets: ArrayLike<number>
  readonly count: number
}

/** Rows as tensors on a device. `perClass`: the loss takes class positions. */
export function examplesOf(rows: Rows, dtype: TrainConfig['dtype'], perClass: boolean, device: Device): Examples {
  const { features, targets, count } = rows
  const y = perClass
    ? tensor(Int32Array.from(targets), { device })
    : tensor(Float64Array.from(targets), { dtype, device }).reshape(count, 1)
  return { x: tensor(features, { dtype, device }).reshape(count, -1), y, targets, count }
}

/**
 * The batches of one epoch. All rows at once are given as they are, unshuffled and uncopied: their order changes no
 * gradient. Smaller batches are cut from rows in an order that depends on seed and epoch alone, so that a run can be
 * taken up at any epoch; the last one may be smaller.
 */
export function* batchesOf(
  examples: Examples,
  batchSize: number,
  seed: number,
  epoch: number,
): IterableIterator<Examples> {
  const { x, y, targets, count } = examples
  if (batchSize >= count) {
    yield examples
    return
  }
  const order = randperm(count, { generator: new Generator(seedOf('order', seed) + epoch), dtype: 'int32' })
  const places = order.dataSync()
  const rows = order.to(x.device)
  const shuffledX = x.indexSelect(0, rows)
  const shuffledY = y.indexSelect(0, rows)
  for (let start = 0; start < count; start += batchSize) {
    const length = Math.min(batchSize, count - start)
    yield {
      x: shuffledX.narrow(0, start, length),
      y: shuffledY.narrow(0, start, length),
      targets: Float64Array.from({ length }, (_, i) => targets[Number(places[start + i])]!),
      count: length,
    }
  }
}
