import { describe, expect, it } from 'vitest'
import { opRows, opsFiles, opsJson, opsMarkdown, readText } from './ops-table.ts'

const rows = opRows()

describe('the table of names', () => {
  it('has every first-tier name, each with a sample row or a test file', () => {
    expect(rows.filter((row) => row.tier === 1 && (!row.exists || row.proof === '')).map((row) => row.name)).toEqual([])
  })

  it('has golden cases from PyTorch for every name that the sample table proves', () => {
    expect(rows.filter((row) => row.proof === 'samples' && row.goldenCases === 0).map((row) => row.name)).toEqual([])
  })

  it('is what docs/ops.md and docs/ops.json say: run pnpm docs:ops if not', () => {
    expect(readText(opsFiles.json)).toBe(opsJson(rows))
    expect(readText(opsFiles.markdown)).toBe(opsMarkdown(rows))
  })
})
