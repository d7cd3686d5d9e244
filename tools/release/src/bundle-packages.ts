import { join } from 'node:path'
import { bundlePackage } from './bundle.ts'
import { readManifests, repositoryRoot } from './workspace.ts'

// The JavaScript of every public package; `tsc -b` writes the types.
for (const { folder, manifest } of readManifests(repositoryRoot)) {
  if (!manifest.private) await bundlePackage(join(repositoryRoot, folder), manifest)
}
