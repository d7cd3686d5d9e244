import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { bundlePackage } from './bundle.ts'
import { withTemporaryFolder, writeTree } from './temporary-folder.ts'
import type { Manifest } from './workspace.ts'

const manifest: Manifest = {
  name: '@metagrad/one',
  exports: {
    '.': { '@metagrad/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './node': { '@metagrad/source': './src/node.ts', types: './dist/node.d.ts', default: './dist/node.js' },
    './package.json': './package.json',
  },
}

const sources = {
  'src/index.ts': `
    import { sep } from 'node:path'
    import { Shape } from './shape.ts'
    export const separator: string = sep
    export const shapeOf = (): Shape => new Shape()
    export const late = async (): Promise<string> => (await import('./late.ts')).late`,
  'src/node.ts': "export { Shape } from './shape.ts'",
  'src/shape.ts': '/** Has a size. */\nexport class Shape {\n  readonly size: number = 2\n}',
  'src/late.ts': "export const late = '\u221e'",
  'dist/old.js': 'gone',
  'dist/index.d.ts': 'export {}',
  'dist/app/page.js': 'stays',
}

interface One {
  separator: string
  shapeOf(): object
  late(): Promise<string>
}

test('bundlePackage(folder, manifest) writes a file for each entry, and what entries share or load late once', async () => {
  await withTemporaryFolder(async (folder) => {
    writeTree(folder, sources)
    await bundlePackage(folder, manifest)
    const files = readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' }).toSorted()
    const scripts = ['index.js', 'late.js', 'node.js', 'shape.js']
    expect(files.filter((file) => !file.endsWith('.map'))).toEqual([
      'app',
      join('app', 'page.js'),
      'index.d.ts',
      ...scripts,
    ])

    const load = async <T>(file: string): Promise<T> =>
      import(pathToFileURL(join(folder, 'dist', file)).href) as Promise<T>
    const one = await load<One>('index.js')
    const { Shape } = await load<{ Shape: new () => object }>('node.js')
    expect(one.shapeOf()).toBeInstanceOf(Shape)
    expect(one.shapeOf()).toEqual({ size: 2 })
    expect(await one.late()).toBe('\u221e')
  })
})

test('bundlePackage(folder, manifest) leaves other packages out, keeps names, and maps to the sources', async () => {
  await withTemporaryFolder(async (folder) => {
    writeTree(folder, sources)
    await bundlePackage(folder, manifest)
    const read = (file: string): string => readFileSync(join(folder, 'dist', file), 'utf8')
    expect(read('index.js')).toContain('from "node:path"')
    expect(read('shape.js')).toMatch(/\bShape = class\b|class Shape\b/)
    expect(read('shape.js')).not.toContain('Has a size')
    expect(read('late.js')).toMatch(/^[\0-\x7f]*$/)
    expect((JSON.parse(read('shape.js.map')) as { sources: string[] }).sources).toEqual(['../src/shape.ts'])
  })
})

test('bundlePackage(folder, manifest) refuses two classes of one name: one of them would print another', async () => {
  const clash = {
    'src/index.ts': "export { make } from './make.ts'\nexport class Shape {}",
    'src/make.ts': 'class Shape {}\nexport const make = (): object => new Shape()',
    'src/node.ts': '',
    'dist/index.d.ts': '',
  }
  await withTemporaryFolder(async (folder) => {
    writeTree(folder, clash)
    await expect(bundlePackage(folder, manifest)).rejects.toThrow(
      'bundle: @metagrad/one has two classes called Shape. Rename one.',
    )
  })
})

test('bundlePackage(folder, manifest) fails on a file that is not there', async () => {
  await withTemporaryFolder(async (folder) => {
    writeTree(folder, { ...sources, 'src/node.ts': "export * from './absent.ts'" })
    await expect(bundlePackage(folder, manifest)).rejects.toThrow('absent.ts')
  })
})
