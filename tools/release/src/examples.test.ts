import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readDocuments } from './examples/documents.ts'
import { instrument, type Scope } from './examples/instrument.ts'
import { writeTree } from './temporary-folder.ts'
import { repositoryRoot as root } from './workspace.ts'

/*
 * Runs what the documents show: the ts blocks of Markdown files and the @example blocks of docstrings, against the sources.
 */

/** The entries of the packages. One that is not written yet has no scope. */
const entries: Readonly<Record<string, [source: string, load: () => Promise<object>]>> = {
  '@metagrad/tensor': ['packages/tensor/src/index.ts', () => import('@metagrad/tensor')],
  '@metagrad/autograd': ['packages/autograd/src/index.ts', () => import('@metagrad/autograd')],
  '@metagrad/nn': ['packages/nn/src/index.ts', () => import('@metagrad/nn')],
  '@metagrad/optim': ['packages/optim/src/index.ts', () => import('@metagrad/optim')],
  '@metagrad/data': ['packages/data/src/index.ts', () => import('@metagrad/data')],
  '@metagrad/runlog': ['packages/runlog/src/index.ts', () => import('@metagrad/runlog')],
  '@metagrad/runlog/node': ['packages/runlog/src/node/index.ts', () => import('@metagrad/runlog/node')],
  '@metagrad/plot': ['packages/plot/src/index.ts', () => import('@metagrad/plot')],
  metagrad: ['packages/metagrad/src/index.ts', () => import('metagrad')],
}

const documents = readDocuments(root)
const scopes = new Map<string, Scope>()
for (const specifier of new Set(documents.flatMap((document) => document.specifiers))) {
  const [source, load] = entries[specifier] ?? []
  if (!load) throw new Error(`tools/release/src/examples.test.ts lacks a row for ${specifier}.`)
  if (existsSync(join(root, source!))) scopes.set(specifier, { specifier, names: new Set(Object.keys(await load())) })
}

mkdirSync(join(root, 'tools/release/dist'), { recursive: true })
const folder = mkdtempSync(join(root, 'tools/release/dist/examples-'))
const workingFolder = process.cwd()
beforeAll(() => {
  // Examples may write files; what they read from `examples/` is there.
  mkdirSync(join(folder, 'work'))
  symlinkSync(join(root, 'examples'), join(folder, 'work/examples'), 'junction')
  process.chdir(join(folder, 'work'))
})
afterAll(() => {
  process.chdir(workingFolder)
  rmSync(folder, { recursive: true, force: true })
})

const examples = documents.flatMap(({ examples: found, specifiers }) =>
  found.map((example, index) => ({
    where: `${example.path}:${example.line}`,
    file: `${example.path.replaceAll(/[^a-z0-9]+/gi, '-')}-${index}.ts`,
    example,
    reachable: specifiers.flatMap((specifier) => scopes.get(specifier) ?? []),
  })),
)
const broken = new Map<string, unknown>()
for (const { file, example, reachable } of examples) {
  try {
    writeTree(folder, { [file]: instrument(example, reachable, '../../src/examples/expectation.ts') })
  } catch (error) {
    broken.set(file, error)
  }
}

for (const { where, file } of examples) {
  test(`${where} runs as written`, async () => {
    if (broken.has(file)) throw broken.get(file)
    const log = vi.spyOn(console, 'log').mockReturnValue()
    try {
      await expect(import(join(folder, file))).resolves.toBeDefined()
    } finally {
      log.mockRestore()
    }
  })
}

test('examples have no type errors', () => {
  writeTree(folder, {
    'tsconfig.json': {
      extends: '../../../../tsconfig.base.json',
      compilerOptions: {
        composite: false,
        incremental: false,
        declaration: false,
        declarationMap: false,
        isolatedDeclarations: false,
        rewriteRelativeImportExtensions: false,
        allowImportingTsExtensions: true,
        noEmit: true,
        noUnusedLocals: false,
        noUnusedParameters: false,
        types: ['node'],
      },
      files: [
        '../../src/examples/expectation.ts',
        ...examples.filter(({ file }) => !broken.has(file)).map(({ file }) => file),
      ],
    },
  })
  const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
    cwd: folder,
    encoding: 'utf8',
  })
  const places = new Map(examples.map(({ file, example }) => [file, example]))
  const errors = tsc.stdout.split('\n').flatMap((line) => {
    const [, file = '', row = '', rest = ''] = /^([^()]+)\((\d+),\d+\): (.*)$/.exec(line) ?? []
    const example = places.get(file)
    return example ? [`${example.path}:${example.line + Number(row) - 1}: ${rest}`] : []
  })
  expect(errors).toEqual([])
})
