import { webgpu } from '@metagrad/webgpu-backend'
import { speedRows } from './speed.ts'
import { suites } from './suites.ts'

// Checks and speed of a GPU without a test runner, for a machine that has nothing but Node and the package `webgpu`.
// SIZES=1024,2048,4096 ELEMENTS=16777216 REPEATS=20 CEILINGS=1024:9.1,2048:12 CHECKS=0 choose what is done.
const { env } = process
const listOf = (text: string): number[] => text.split(',').map(Number)
const gpu = await webgpu()
console.log(JSON.stringify({ adapter: gpu.adapter, dtypes: [...gpu.dtypes] }))

const failures: string[] = []
if (env['CHECKS'] !== '0') {
  let checked = 0
  for (const { name, checks } of suites(gpu)) {
    for (const check of checks) {
      checked++
      await check.run().catch((error: unknown) => failures.push(`${name}: ${check.name}: ${String(error)}`))
    }
    console.log(`${name}: ${checks.length} checks, ${failures.length} failures so far`)
  }
  console.log(JSON.stringify({ checked, failures }))
}

const ceilings = new Map(
  (env['CEILINGS'] ?? '')
    .split(',')
    .filter((pair) => pair.includes(':'))
    .map((pair) => pair.split(':').map(Number) as [number, number]),
)
const sizes = listOf(env['SIZES'] ?? '1024,2048,4096')
const rows = await speedRows(gpu, sizes, Number(env['ELEMENTS'] ?? 2 ** 24), Number(env['REPEATS'] ?? 20), ceilings)
for (const row of rows) console.log(JSON.stringify(row))
gpu.destroy()
process.exitCode = failures.length === 0 ? 0 : 1
