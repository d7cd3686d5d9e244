import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { writeTree } from '../temporary-folder.ts'
import { run } from './commands.ts'
import type { Smoke } from './smoke.ts'

/** What became of each step; a step that another one prevented, or that does not apply, is absent. */
export interface Verdict {
  name: string
  steps: Record<string, string>
  problems: string[]
}

/** What a stranger does with one package alone in an empty folder: install, type-check, run, bundle. */
export async function tryPackage(
  name: string,
  smoke: Smoke,
  folder: string,
  registry: string,
  root: string,
): Promise<Verdict> {
  const verdict: Verdict = { name, steps: {}, problems: [] }
  for (const [step, attempt] of Object.entries(steps)) {
    const started = performance.now()
    const problem = await attempt({ name, smoke, folder, registry, root, verdict })
    if (problem === 'absent') continue
    verdict.steps[step] ??= problem === undefined ? `${Math.round(performance.now() - started)} ms` : 'FAILED'
    if (problem === undefined) continue
    verdict.problems.push(`${step}: ${problem}`)
    break
  }
  return verdict
}

interface Attempt {
  name: string
  smoke: Smoke
  folder: string
  registry: string
  root: string
  verdict: Verdict
}

/** Each step gives back what is wrong, or nothing, or `absent` when it does not apply. */
const steps: Readonly<Record<string, (attempt: Attempt) => Promise<string | undefined>>> = {
  install: installAlone,
  types: checkTypes,
  run: runPlain,
  bundle: runBundled,
}

async function installAlone({ name, folder, registry, smoke }: Attempt): Promise<string | undefined> {
  writeTree(folder, { 'package.json': { name: 'stranger', private: true, type: 'module' } })
  const flags = [
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--fetch-retries=0',
    '--fetch-timeout=20000',
    '--loglevel=error',
    '--install-strategy=hoisted',
    `--registry=${registry}/`,
    `--cache=${join(folder, '../cache')}`,
    `--userconfig=${join(folder, 'no-user.npmrc')}`,
    `--globalconfig=${join(folder, 'no-global.npmrc')}`,
  ]
  const installed = await run('npm', ['install', ...flags, name, ...(smoke.types ?? [])], folder)
  return installed.ok ? undefined : installed.log
}

/** As a browser project has it: the types of the DOM, none of Node unless the row asks for them, and every `.d.ts` checked. */
async function checkTypes({ smoke, folder, root }: Attempt): Promise<string | undefined> {
  writeTree(folder, {
    'smoke.ts': `${smoke.program.trim()}\n`,
    'tsconfig.json': {
      compilerOptions: {
        module: 'nodenext',
        target: 'es2023',
        lib: ['es2023', 'dom'],
        types: (smoke.types ?? []).map((type) => type.replace('@types/', '')),
        strict: true,
        exactOptionalPropertyTypes: true,
        verbatimModuleSyntax: true,
      },
      files: ['smoke.ts'],
    },
  })
  const checked = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], folder)
  return checked.ok ? undefined : checked.log
}

async function runPlain({ smoke, folder }: Attempt): Promise<string | undefined> {
  return comparePrint(smoke, await run(process.execPath, ['smoke.js'], folder))
}

/** Bundled for a browser with tree shaking on: a wrong `sideEffects` or a hidden `node:` import shows here. */
async function runBundled({ smoke, folder, verdict }: Attempt): Promise<string | undefined> {
  if (!smoke.neutral) return 'absent'
  const result = await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: { input: join(folder, 'smoke.js') },
    },
  })
  const code = [result]
    .flat()
    .flatMap((output) => ('output' in output ? output.output : []))
    .find((file) => file.type === 'chunk')!.code
  if (code.includes('__vite-browser-external')) return 'the bundle needs a module of Node'
  writeFileSync(join(folder, 'bundle.js'), code)
  const problem = comparePrint(smoke, await run(process.execPath, ['bundle.js'], folder))
  if (problem === undefined) verdict.steps['bundle'] = `${(gzipSync(code).length / 1000).toFixed(1)} kB gz`
  return problem
}

function comparePrint(
  smoke: Smoke,
  { ok, output, log }: { ok: boolean; output: string; log: string },
): string | undefined {
  if (!ok) return log
  const printed = output.trim()
  const matches = typeof smoke.prints === 'string' ? printed === smoke.prints : smoke.prints.test(printed)
  return matches ? undefined : `printed ${JSON.stringify(printed)}, expected ${String(smoke.prints)}`
}
