import { checkRunDirectory } from './run-directory.ts'

/** Checks what training left behind: `check-run.ts runs/<id>`. Exactly one directory: a start makes one run. */
const directories = process.argv.slice(2)
if (directories.length !== 1) {
  console.error(`check-run: expected one new run directory, got ${directories.length}: ${directories.join(', ')}`)
  process.exit(1)
}
const problems = await checkRunDirectory(directories[0]!)
for (const problem of problems) console.error(`${directories[0]}: ${problem}`)
console.log(`run: ${directories[0]}, ${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0
