import { checkWorkspace } from './layer-rules.ts'
import { readWorkspace, repositoryRoot } from './workspace.ts'

const workspace = readWorkspace(repositoryRoot)
const violations = checkWorkspace(workspace)
for (const line of violations) console.error(line)
const files = workspace.projects.reduce((sum, project) => sum + project.files.length, workspace.examples.length)
console.log(`layers: ${workspace.projects.length} packages, ${files} files, ${violations.length} violations`)
process.exitCode = violations.length > 0 ? 1 : 0
