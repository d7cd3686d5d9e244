import { webgpu } from '@metagrad/webgpu-backend'
import type { Check } from './check.ts'
import { suites } from './suites.ts'

/** What the browser's page offers to the test that opened it. */
export interface GpuPage {
  readonly adapter: string
  /** How many checks each suite has. */
  readonly suites: readonly { readonly name: string; readonly checks: number }[]
  /** Runs some checks of a suite; what failed, in words. */
  run(suite: number, from: number, to: number): Promise<string[]>
}

async function failureOf({ name, run }: Check): Promise<string[]> {
  try {
    await run()
    return []
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : String(error)}`]
  }
}

/** Opens the GPU of the browser. */
export async function openPage(): Promise<GpuPage> {
  const gpu = await webgpu()
  const all = suites(gpu)
  return {
    adapter: gpu.adapter,
    suites: all.map(({ name, checks }) => ({ name, checks: checks.length })),
    async run(suite, from, to) {
      const failures: string[] = []
      for (const check of all[suite]!.checks.slice(from, to)) failures.push(...(await failureOf(check)))
      return failures
    },
  }
}
