import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { caseKey, families, goldenPath, makeInputs, toJson } from '@metagrad/testing'

// Writes the golden files: inputs come from the sample table, results and gradients from PyTorch.
// Usage: pnpm golden [family ...]. Needs Debian's python3-torch; the tests do not.

const python = process.env['PYTHON'] ?? '/usr/bin/python3'
const script = fileURLToPath(new URL('../torch_golden.py', import.meta.url))
const wanted = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'metagrad-golden-'))

try {
  for (const [family, samples] of Object.entries(families)) {
    if (wanted.length > 0 && !wanted.includes(family)) continue
    const cases = samples.flatMap((sample) =>
      sample.torch === undefined
        ? []
        : (sample.dtypes ?? ['float32', 'float64']).flatMap((dtype) =>
            sample.cases.map((_, at) => ({
              key: caseKey(sample, at, dtype),
              torch: sample.torch,
              differentiable: sample.differentiable ?? true,
              inputs: makeInputs(sample, at, dtype).map((x) => ({
                shape: x.shape,
                dtype: x.dtype,
                data: toJson(x.dataSync()),
              })),
            })),
          ),
    )
    const duplicate = cases.find(({ key }, i) => cases.findIndex((other) => other.key === key) !== i)
    if (duplicate !== undefined)
      throw new Error(`two cases are called ${duplicate.key}: give one of the samples another form`)
    const request = join(folder, `${family}.json`)
    writeFileSync(request, JSON.stringify(cases))
    const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
    execFileSync(python, [script, request, fileURLToPath(goldenPath(family))], { env, stdio: 'inherit' })
    console.log(`${family}: ${cases.length} cases`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
