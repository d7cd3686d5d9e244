import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { admissionsCsv } from './admissions.ts'

writeFileSync(fileURLToPath(new URL('../../../examples/data/admissions.csv', import.meta.url)), admissionsCsv())
