import type { Tensor } from '@metagrad/tensor'
import { rand } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'

/** One line of the table in `docs/performance.md`. */
export interface SpeedRow {
  readonly workload: string
  readonly value: number
  readonly unit: 'TFLOP/s' | 'GB/s'
  /** Of the ceiling that was given, or of a copy. */
  readonly fraction?: number
}

/** Median seconds of a call among `repeats` in a row, over five rounds. */
async function secondsOf(gpu: WebGPUDevice, repeats: number, call: () => Tensor): Promise<number> {
  const rounds: number[] = []
  for (let round = 0; round < 6; round++) {
    await gpu.synchronize()
    const start = performance.now()
    for (let i = 0; i < repeats; i++) call()
    await gpu.synchronize()
    rounds.push((performance.now() - start) / 1000 / repeats)
  }
  // The first round compiles.
  return rounds.slice(1).toSorted((a, b) => a - b)[2]!
}

/**
 * Matrix products and element-wise work of a GPU.
 *
 * @param sizes of square matrices
 * @param elements of the element-wise tensors
 * @param ceilings TFLOP/s of the best kernel known on this machine, by size
 */
export async function speedRows(
  gpu: WebGPUDevice,
  sizes: readonly number[],
  elements: number,
  repeats: number,
  ceilings: ReadonlyMap<number, number>,
): Promise<SpeedRow[]> {
  const rows: SpeedRow[] = []
  for (const size of sizes) {
    const [a, b] = [rand([size, size], { device: gpu }), rand([size, size], { device: gpu })]
    const value = (2 * size ** 3) / (await secondsOf(gpu, repeats, () => a.matmul(b))) / 1e12
    const ceiling = ceilings.get(size)
    const fraction = ceiling === undefined ? {} : { fraction: value / ceiling }
    rows.push({ workload: `matmul ${size}`, value, unit: 'TFLOP/s', ...fraction })
  }
  const [x, y] = [rand([elements], { device: gpu }), rand([elements], { device: gpu })]
  const copy = (8 * elements) / (await secondsOf(gpu, repeats, () => x.clone())) / 1e9
  rows.push({ workload: `copy ${elements}`, value: copy, unit: 'GB/s' })
  const works: readonly (readonly [string, number, () => Tensor])[] = [
    ['add', 12, () => x.add(y)],
    ['relu', 8, () => x.relu()],
    ['exp', 8, () => x.exp()],
    ['sum', 4, () => x.sum()],
  ]
  for (const [name, bytes, call] of works) {
    const value = (bytes * elements) / (await secondsOf(gpu, repeats, call)) / 1e9
    rows.push({ workload: `${name} ${elements}`, value, unit: 'GB/s', fraction: value / copy })
  }
  return rows
}
