import { grad } from '@metagrad/autograd'
import type { DType, Tensor } from '@metagrad/tensor'
import { MetagradError, fromData, isFloat } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import { families } from '../samples/index.ts'
import type { Sample } from '../samples/sample.ts'
import { caseKey, makeInputs, outputsOf, seedGradient } from '../samples/sample.ts'
import { layoutVariants } from '../strided.ts'
import type { Check, Suite } from './check.ts'
import { assertAtMost, assertEqual } from './check.ts'
import { assertSame, onGpu } from './compare.ts'

/** Largest error against the CPU, which adds in double precision: eight units of float32 and what inputs of 1000 cancel. */
const TOLERANCE = 1e-5

/** What the GPU may refuse, and for how many ops at most. */
const refusals: readonly { readonly what: string; readonly message: RegExp; readonly most: number }[] = [
  { what: 'reads values at once', message: /cannot be read synchronously/, most: 14 },
  { what: 'wants a dtype that WGSL or this adapter lacks', message: /device "webgpu" has no \w+\./, most: 8 },
  { what: 'has no algorithm on the GPU', message: /device "webgpu" cannot decompose/, most: 3 },
  { what: 'its sample makes tensors on the CPU', message: /tensors are on different devices/, most: 3 },
]

/** What the GPU has of a sample's dtypes: all of its inputs must fit, int64 as int32. */
function dtypesOf(sample: Sample, gpu: WebGPUDevice): DType[] {
  const fits = (dtype: DType): boolean => dtype === 'int64' || gpu.dtypes.has(dtype)
  if (sample.cases.flat().some(({ dtype }) => dtype !== undefined && !fits(dtype))) return []
  return (sample.dtypes ?? ['float32']).filter((dtype) => gpu.dtypes.has(dtype))
}

function gradients(sample: Sample, inputs: readonly Tensor[]): readonly (Tensor | undefined)[] {
  const live = outputsOf(sample, inputs).filter((output) => output.requiresGrad)
  const wanted = inputs.filter((x) => x.requiresGrad)
  if (live.length === 0 || wanted.length === 0) return []
  const seeds = live.map((output) =>
    fromData(Float32Array.from(seedGradient(output.numel)), output.shape, 'float32').to(output.device),
  )
  return grad(live, wanted, { gradOutputs: seeds, allowUnused: true })
}

/** Values and gradients of a case are those of the CPU. */
async function compareCase(sample: Sample, at: number, dtype: DType, gpu: WebGPUDevice): Promise<void> {
  const tolerance = Math.max(TOLERANCE, sample.tolerance?.float32 ?? 0)
  const differentiable = isFloat(dtype) && sample.differentiable !== false
  const inputs = makeInputs(sample, at, dtype, differentiable)
  const moved = inputs.map((x) => onGpu(x, gpu))
  const [want, got] = [outputsOf(sample, inputs), outputsOf(sample, moved)]
  assertEqual(got.length, want.length, 'outputs')
  for (let i = 0; i < want.length; i++) await assertSame(got[i]!.detach(), want[i]!.detach(), tolerance)
  if (!differentiable) return
  const [left, right] = [gradients(sample, moved), gradients(sample, inputs)]
  for (let i = 0; i < right.length; i++) {
    assertEqual(left[i] === undefined, right[i] === undefined, `gradient ${i} is missing`)
    if (right[i] !== undefined) await assertSame(left[i]!, right[i]!, tolerance)
  }
}

/** Inputs that lie otherwise in memory give the same. */
async function compareLayouts(sample: Sample, at: number, dtype: DType, gpu: WebGPUDevice): Promise<void> {
  const plain = makeInputs(sample, at, dtype).map((x) => onGpu(x, gpu))
  const want = outputsOf(sample, plain)
  for (const variant of Object.values(layoutVariants)) {
    const got = outputsOf(sample, plain.map(variant))
    for (let i = 0; i < want.length; i++) await assertSame(got[i]!, want[i]!, TOLERANCE)
  }
}

/** Every sample of every op in every dtype that the GPU has, against the CPU; a suite per family, and one on what it refuses. */
export function conformance(gpu: WebGPUDevice): Suite[] {
  const refused = refusals.map(() => new Set<string>())
  const check = (name: string, op: string, run: () => Promise<void>): Check => ({
    name,
    async run() {
      try {
        await run()
      } catch (error) {
        const kind = refusals.findIndex(({ message }) => error instanceof MetagradError && message.test(error.message))
        if (kind < 0) throw error
        refused[kind]!.add(op)
      }
    },
  })
  const suites = Object.entries(families).flatMap(([family, samples]): Suite[] => {
    const rows = samples
      .map((sample) => ({ sample, dtypes: dtypesOf(sample, gpu) }))
      .filter(({ dtypes }) => dtypes.length > 0)
    const values = rows.flatMap(({ sample, dtypes }) =>
      dtypes.flatMap((dtype) =>
        sample.cases.map((_, at) =>
          check(caseKey(sample, at, dtype), sample.name, () => compareCase(sample, at, dtype, gpu)),
        ),
      ),
    )
    const layouts = rows.map(({ sample, dtypes: [dtype] }) => {
      // The last case has the most dims.
      const at = sample.cases.length - 1
      return check(caseKey(sample, at, dtype!), sample.name, () => compareLayouts(sample, at, dtype!, gpu))
    })
    return [
      { name: `${family}: the GPU computes what the CPU computes`, checks: values },
      { name: `${family}: strided inputs give what contiguous ones give`, checks: layouts },
    ]
  })
  // Nobody shall take what was refused for tested.
  const said = refusals.map(({ what, most }, kind): Check => ({
    name: `${what}: at most ${most} ops`,
    async run() {
      const ops = [...refused[kind]!].toSorted()
      if (ops.length > 0) console.log(`${gpu.adapter}: ${what}: ${ops.join(', ')}`)
      assertAtMost(ops.length, most, ops.join(', '))
    },
  }))
  return [...suites.filter(({ checks }) => checks.length > 0), { name: 'what the GPU refuses', checks: said }]
}
