import { grad } from '@metagrad/autograd'
import type { Tensor } from '@metagrad/tensor'
import { fromData, manualSeed } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import type { LayerRow } from '../rows/layers.ts'
import { layerRows, layersWithoutRow, tensorsOf } from '../rows/layers.ts'
import { seedGradient } from '../samples/sample.ts'
import type { Suite } from './check.ts'
import { assertEqual, suiteOf } from './check.ts'
import { assertSame, onGpu } from './compare.ts'

/** What a layer gives and how its gradients go, with weights, inputs and chances from one seed. */
function results({ make, inputs }: LayerRow, gpu: WebGPUDevice | undefined): Tensor[] {
  manualSeed(5)
  const module = make()
  const given = inputs().map((x) => (x.isFloatingPoint ? x.requiresGrad_() : x))
  if (gpu !== undefined) module.to(gpu)
  const taken = gpu === undefined ? given : given.map((x) => onGpu(x, gpu))
  const outputs = tensorsOf(Reflect.apply(module.forward, module, taken))
  const leaves = [...module.parameters(), ...taken.filter((x) => x.requiresGrad)]
  const gradOutputs = outputs.map((y) =>
    fromData(Float32Array.from(seedGradient(y.numel)), y.shape, 'float32').to(y.device),
  )
  const gradients = leaves.length === 0 ? [] : grad(outputs, leaves, { gradOutputs, allowUnused: true })
  return [...outputs, ...gradients.filter((g) => g !== undefined)].map((x) => x.detach())
}

/** Every layer and loss gives what it gives on the CPU, with its gradients, and reads nothing on the way. */
export function layerSuite(gpu: WebGPUDevice): Suite {
  const checks = Object.entries(layerRows).map(
    ([name, each]) =>
      [
        `${name} gives the CPU's outputs and gradients`,
        async () => {
          const [got, want] = [results(each, gpu), results(each, undefined)]
          assertEqual(got.length, want.length, 'outputs and gradients')
          for (let i = 0; i < want.length; i++) await assertSame(got[i]!, want[i]!, 2e-5)
        },
      ] as const,
  )
  return suiteOf('layers and losses on the GPU', {
    async 'are all that there are'() {
      assertEqual(layersWithoutRow(), [], 'layers without a row')
    },
    ...Object.fromEntries(checks),
  })
}
