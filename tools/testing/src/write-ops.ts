import { writeFileSync } from 'node:fs'
import { opRows, opsFiles, opsJson, opsMarkdown } from './ops-table.ts'

// Writes docs/ops.md and docs/ops.json; a test compares them with the tables.
const rows = opRows()
writeFileSync(opsFiles.json, opsJson(rows))
writeFileSync(opsFiles.markdown, opsMarkdown(rows))
const missing = rows.filter((row) => !row.exists || row.proof === '')
for (const row of missing)
  console.log(`${row.exists ? 'unproven' : 'missing'}: ${row.name} (${row.torch}, tier ${row.tier})`)
console.log(`${rows.length} names, ${missing.length} open`)
