import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkWorkspace } from './layer-rules.ts'
import { withTemporaryFolder, writeTree } from './temporary-folder.ts'
import { readWorkspace } from './workspace.ts'

const manifest = (name: string, more: object = {}): object => ({
  name,
  version: '1.0.0',
  description: 'text',
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  files: ['dist', '!dist/**/*.tsbuildinfo', 'src', '!src/**/*.test.ts'],
  engines: { node: '>=20' },
  exports: {
    '.': { '@metagrad/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  publishConfig: { access: 'public' },
  ...more,
})
const dependsOn = (...names: string[]): object => ({
  dependencies: Object.fromEntries(names.map((name) => [name, 'workspace:^'])),
})
const references = (...paths: string[]): object => ({ references: paths.map((path) => ({ path })) })

/** A workspace in which every rule holds. */
const healthy = {
  'package.json': { name: 'root', devDependencies: { vitest: '4' } },
  'tsconfig.json': references('packages/tensor', 'packages/nn', 'packages/optim', 'packages/metagrad'),
  'packages/tensor/package.json': manifest('@metagrad/tensor'),
  'packages/tensor/tsconfig.json': {},
  'packages/tensor/src/index.ts': "export { cpu } from './cpu/index.ts'\nexport * from './shape.ts'\n",
  'packages/tensor/src/shape.ts': "import type { cpu } from './index.ts'\nexport const shape = 1\n",
  'packages/tensor/src/shape.test.ts': "import { test } from 'vitest'\nimport './shape.ts'\n",
  'packages/tensor/src/cpu/assembly/add.ts': '@inline\nfunction add(a: i32): i32 { return a }\n',
  'packages/tensor/src/cpu/index.ts': "import '../shape.ts'\nexport const cpu = 1\n",
  'packages/nn/package.json': manifest('@metagrad/nn', dependsOn('@metagrad/tensor')),
  'packages/nn/tsconfig.json': references('../tensor'),
  'packages/nn/src/index.ts': "import { cpu } from '@metagrad/tensor'\nexport const nn = cpu\n",
  'packages/optim/package.json': manifest('@metagrad/optim', dependsOn('@metagrad/tensor')),
  'packages/optim/tsconfig.json': references('../tensor'),
  'packages/optim/src/index.ts': "export type { cpu } from '@metagrad/tensor'\n",
  'packages/metagrad/package.json': manifest('metagrad', dependsOn('@metagrad/nn')),
  'packages/metagrad/tsconfig.json': references('../nn'),
  'packages/metagrad/src/index.ts': "export * from '@metagrad/nn'\n",
  'examples/small.ts': "import { nn } from 'metagrad'\nnn\n",
}

/** The violations of the healthy workspace after some files changed; `undefined` removes one. */
async function violations(changes: Readonly<Record<string, unknown>>): Promise<string[]> {
  return withTemporaryFolder((root) => {
    writeTree(root, { ...healthy, ...changes })
    for (const [path, content] of Object.entries(changes)) if (content === undefined) rmSync(join(root, path))
    return checkWorkspace(readWorkspace(root))
  })
}

test('checkWorkspace(workspace) finds nothing in a healthy workspace', async () => {
  expect(await violations({})).toEqual([])
})

test('checkWorkspace(workspace) refuses siblings', async () => {
  expect(
    await violations({
      'packages/nn/package.json': manifest('@metagrad/nn', dependsOn('@metagrad/tensor', '@metagrad/optim')),
      'packages/nn/tsconfig.json': references('../tensor', '../optim'),
      'packages/nn/src/index.ts': "import '@metagrad/tensor'\nimport type { cpu } from '@metagrad/optim'\n",
    }),
  ).toMatchInlineSnapshot(`
    [
      "layer: packages/nn/src/index.ts:2: @metagrad/nn must not import @metagrad/optim. It may import @metagrad/tensor, @metagrad/autograd.",
    ]
  `)
})

test('checkWorkspace(workspace) refuses imports that go up, also those of types and tests', async () => {
  expect(
    await violations({
      'packages/tensor/src/shape.test.ts': "import type { nn } from '@metagrad/nn'\n",
    }),
  ).toMatchInlineSnapshot(`
    [
      "layer: packages/tensor/src/shape.test.ts:1: @metagrad/tensor must not import @metagrad/nn. It may import no package of this workspace.",
      "cycle: packages import each other: @metagrad/nn -> @metagrad/tensor -> @metagrad/nn.",
      "missing: packages/tensor/src/shape.test.ts:1: @metagrad/nn is not in the devDependencies of packages/tensor/package.json. Add it.",
    ]
  `)
})

test('checkWorkspace(workspace) lets only apps, tools and examples import the umbrella', async () => {
  expect(
    await violations({
      'examples/small.ts': "import '@metagrad/nn'\n",
      'packages/optim/src/index.ts': "import 'metagrad'\n",
    }),
  ).toMatchInlineSnapshot(`
    [
      "layer: packages/optim/src/index.ts:1: @metagrad/optim must not import metagrad. It may import @metagrad/tensor, @metagrad/autograd.",
      "layer: examples/small.ts:1: examples must not import @metagrad/nn. It may import metagrad, @metagrad/webgpu-backend, @metagrad/runlog, @metagrad/plot.",
      "missing: packages/optim/src/index.ts:1: metagrad is not in the dependencies of packages/optim/package.json. Add it.",
      "unused: packages/optim/package.json: @metagrad/tensor is in dependencies, but no file imports it. Remove it.",
      "reference: packages/optim/tsconfig.json: lacks a reference to packages/metagrad, which its files import.",
    ]
  `)
})

test('checkWorkspace(workspace) asks for a row for a new package', async () => {
  expect(
    await violations({
      'packages/vision/package.json': manifest('@metagrad/vision'),
      'packages/vision/src/index.ts': 'export const vision = 1\n',
    }),
  ).toMatchInlineSnapshot(`
    [
      "layer: packages/vision: @metagrad/vision has no row in tools/release/src/layers.ts. Add one.",
    ]
  `)
})

test('checkWorkspace(workspace) keeps the CPU internals behind their door', async () => {
  expect(await violations({ 'packages/tensor/src/shape.ts': "import { cpu } from './cpu/index.ts'\n" }))
    .toMatchInlineSnapshot(`
      [
        "internals: packages/tensor/src/shape.ts:1: ./cpu/index.ts is internal to packages/tensor/src/cpu. Only packages/tensor/src/index.ts, packages/tensor/src/creation.ts, packages/tensor/src/elementary.ts, packages/tensor/src/functions.ts, packages/tensor/tools/arena.ts, packages/tensor/tools/bench.ts, packages/tensor/tools/expect.ts may import it.",
        "cycle: files import each other: packages/tensor/src/cpu/index.ts -> packages/tensor/src/shape.ts -> packages/tensor/src/cpu/index.ts.",
      ]
    `)
})

test('checkWorkspace(workspace) refuses paths into other packages, missing files and missing endings', async () => {
  expect(
    await violations({
      'packages/nn/src/index.ts':
        "import '@metagrad/tensor'\nimport '@metagrad/tensor/src/shape.ts'\nimport '../../tensor/src/shape.ts'\nimport './a'\nimport './b.ts'\n",
    }),
  ).toMatchInlineSnapshot(`
    [
      "relative: packages/nn/src/index.ts:3: ../../tensor/src/shape.ts leaves the package. Import the other package by its name.",
      "relative: packages/nn/src/index.ts:4: ./a has no file ending. Write the .ts.",
      "relative: packages/nn/src/index.ts:5: ./b.ts does not exist.",
      "subpath: packages/nn/src/index.ts:2: @metagrad/tensor/src/shape.ts is not exported. @metagrad/tensor exports ., ./package.json.",
    ]
  `)
})

test('checkWorkspace(workspace) keeps code out of the umbrella', async () => {
  expect(
    await violations({ 'packages/metagrad/src/index.ts': "export * from '@metagrad/nn'\nexport const more = 1\n" }),
  ).toMatchInlineSnapshot(`
    [
      "umbrella: packages/metagrad/src/index.ts: the umbrella only re-exports. Move the code to a package.",
    ]
  `)
})

test('checkWorkspace(workspace) keeps node: out of entries that run in browsers, but allows it dynamically', async () => {
  expect(
    await violations({
      'packages/nn/src/index.ts': "import '@metagrad/tensor'\nexport * from './save.ts'\n",
      'packages/nn/src/save.ts': "import 'node:fs'\nexport const path = await import('node:path')\n",
    }),
  ).toMatchInlineSnapshot(`
    [
      "neutral: packages/nn/src/save.ts:1: entry "." of @metagrad/nn runs in browsers, got node:fs. Import it dynamically, or from an entry "./node".",
    ]
  `)
})

test('checkWorkspace(workspace) finds value cycles of files', async () => {
  expect(
    await violations({
      'packages/nn/src/index.ts': "import '@metagrad/tensor'\nimport './a.ts'\n",
      'packages/nn/src/a.ts': "import './b.ts'\n",
      'packages/nn/src/b.ts': "import { type A } from './a.ts'\n",
    }),
  ).toMatchInlineSnapshot(`
    [
      "cycle: files import each other: packages/nn/src/a.ts -> packages/nn/src/b.ts -> packages/nn/src/a.ts.",
    ]
  `)
})

test('checkWorkspace(workspace) finds type cycles of packages', async () => {
  const lines = await violations({
    'packages/tensor/package.json': manifest('@metagrad/tensor', dependsOn('@metagrad/nn')),
    'packages/tensor/tsconfig.json': references('../nn'),
    'packages/tensor/src/shape.ts': "import type { nn } from '@metagrad/nn'\n",
  })
  expect(lines.filter((line) => line.startsWith('cycle'))).toMatchInlineSnapshot(`
    [
      "cycle: packages import each other: @metagrad/nn -> @metagrad/tensor -> @metagrad/nn.",
    ]
  `)
})

test('checkWorkspace(workspace) compares declared dependencies with imported ones', async () => {
  expect(
    await violations({
      'packages/nn/package.json': manifest('@metagrad/nn', {
        dependencies: { '@metagrad/tensor': '^1.0.0', zod: '4' },
        devDependencies: { '@types/d3': '3', three: '1' },
      }),
      'packages/nn/src/index.ts': "import '@metagrad/tensor'\nimport 'vitest'\nimport 'd3'\n",
      'packages/nn/tsconfig.json': references('../optim'),
      'tsconfig.json': references('packages/tensor', 'packages/optim', 'packages/metagrad'),
    }),
  ).toMatchInlineSnapshot(`
    [
      "missing: packages/nn/src/index.ts:2: vitest is not in the dependencies of packages/nn/package.json. Add it.",
      "missing: packages/nn/src/index.ts:3: d3 is not in the dependencies of packages/nn/package.json. Add it.",
      "unused: packages/nn/package.json: zod is in dependencies, but no file imports it. Remove it.",
      "unused: packages/nn/package.json: three is in devDependencies, but no file imports it. Remove it.",
      "link: packages/nn/package.json: @metagrad/tensor must be "workspace:^", got "^1.0.0".",
      "reference: packages/nn/tsconfig.json: lacks a reference to packages/tensor, which its files import.",
      "reference: packages/nn/tsconfig.json: references packages/optim, which package.json does not name.",
      "reference: tsconfig.json: lacks a reference to packages/nn.",
    ]
  `)
})

test('checkWorkspace(workspace) checks what a published package.json says', async () => {
  expect(
    await violations({
      'packages/nn/package.json': {
        name: '@metagrad/nn',
        version: '1.1.0',
        main: './dist/index.js',
        files: ['dist'],
        exports: {
          '.': { types: './dist/index.d.ts', default: './dist/index.js' },
          './extra': { '@metagrad/source': './src/extra.ts', types: './dist/extra.d.ts', default: './dist/extra.js' },
        },
        ...dependsOn('@metagrad/tensor'),
      },
    }),
  ).toMatchInlineSnapshot(`
    [
      "manifest: packages/nn/package.json: "type" must be "module".",
      "manifest: packages/nn/package.json: "description" is missing.",
      "manifest: packages/nn/package.json: "license" must be "MIT".",
      "manifest: packages/nn/package.json: "engines.node" is missing.",
      "manifest: packages/nn/package.json: "sideEffects" is missing: say false, or list the files that have some.",
      "manifest: packages/nn/package.json: "publishConfig.access" must be "public".",
      "manifest: packages/nn/package.json: "main", "module" and "types" repeat "exports". Remove them.",
      "manifest: packages/nn/package.json: "files" lacks "src".",
      "manifest: packages/nn/package.json: "files" lacks "!src/**/*.test.ts".",
      "manifest: packages/nn/package.json: "files" lacks "!dist/**/*.tsbuildinfo".",
      "manifest: packages/nn/package.json: "exports" of "." must be {"@metagrad/source":"./src/<file>.ts","types":"./dist/<file>.d.ts","default":"./dist/<file>.js"}.",
      "manifest: packages/nn/package.json: "exports" of "./extra" names ./src/extra.ts, which does not exist.",
      "manifest: packages/nn/package.json: "version" must be 1.0.0 as in every public package, got 1.1.0.",
    ]
  `)
})
