import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readDocuments, readEntries } from './examples/documents.ts'
import { instrument, type Scope } from './examples/instrument.ts'
import { writeTree } from './temporary-folder.ts'
import { repositoryRoot as root } from './workspace.ts'

/*
 * Runs what the documents show: the ts blocks of Markdown files and the @example blocks of docstrings, against the sources.
 */

const documents = readDocuments(root)
const load = async (specifier: string, source: string): Promise<Scope> => {
  const exported: unknown = await import(join(root, source))
  return { specifier, names: new Set(Object.keys(exported as object)) }
}
const scopes = new Map<string, Scope>()
for (const { specifier, source } of readEntries(root)) scopes.set(specifier, await load(specifier, source))
for (const { path } of documents.flatMap((document) => document.examples)) {
  // What a docstring stands beside is in its reach too, though the package may keep it to itself.
  if (path.endsWith('.ts')) scopes.set(path, await load(`../../../../${path}`, path))
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
    reachable: [example.path, ...specifiers].flatMap((specifier) => scopes.get(specifier) ?? []),
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
