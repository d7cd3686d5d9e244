import { checkLinks, checkMissing, checkReferences, checkUnused } from './rules/dependencies.ts'
import type { Rule } from './rules/edges.ts'
import { checkCycles, checkNeutral } from './rules/graph.ts'
import { checkInternals, checkLayers, checkRelativeImports, checkSubpaths, checkUmbrella } from './rules/layering.ts'
import { checkManifests } from './rules/manifests.ts'
import type { Workspace } from './workspace.ts'

/** Every rule of the workspace, by the name that its lines start with. */
export const rules: Readonly<Record<string, Rule>> = {
  layer: checkLayers,
  internals: checkInternals,
  relative: checkRelativeImports,
  subpath: checkSubpaths,
  umbrella: checkUmbrella,
  neutral: checkNeutral,
  cycle: checkCycles,
  missing: checkMissing,
  unused: checkUnused,
  link: checkLinks,
  reference: checkReferences,
  manifest: checkManifests,
}

/** Runs every rule; lines come as `rule: path:line: what is wrong. what to do.` */
export function checkWorkspace(workspace: Workspace): string[] {
  return Object.entries(rules).flatMap(([name, rule]) => rule(workspace).map((line) => `${name}: ${line}`))
}
