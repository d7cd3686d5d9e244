import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readManifests, repositoryRoot } from './workspace.ts'

/** Removes what `tsc -b` wrote: it never deletes the output of a source file that is gone. */
for (const { folder } of readManifests(repositoryRoot)) {
  rmSync(join(repositoryRoot, folder, 'dist'), { recursive: true, force: true })
  rmSync(join(repositoryRoot, folder, 'tsconfig.tsbuildinfo'), { force: true })
}
