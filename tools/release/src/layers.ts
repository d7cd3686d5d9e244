/** What a package may import of this workspace, and where it must run. */
export interface Layer {
  folder: string
  imports: readonly string[]
  /** It runs in browsers too: no `node:` module is reachable from its entries, except from one named `./node`. */
  neutral: boolean
}

const core = ['@metagrad/tensor', '@metagrad/autograd']
const siblings = ['@metagrad/nn', '@metagrad/optim', '@metagrad/data', '@metagrad/compile']
const umbrella = ['metagrad', '@metagrad/webgpu-backend', '@metagrad/runlog', '@metagrad/plot']
const libraries = [...core, ...siblings, ...umbrella]
const tool = (name: string): Layer => ({
  folder: `tools/${name}`,
  imports: [...libraries, '@metagrad/testing'],
  neutral: false,
})

/**
 * Who may import whom. Imports go down only; siblings never import each other; a backend knows tensors alone; runlog and
 * plot know no tensor; only apps, tools and examples import the umbrella. A package that is not here is an error.
 */
export const layers: Readonly<Record<string, Layer>> = {
  '@metagrad/tensor': { folder: 'packages/tensor', imports: [], neutral: true },
  '@metagrad/webgpu-backend': { folder: 'packages/webgpu-backend', imports: ['@metagrad/tensor'], neutral: true },
  '@metagrad/autograd': { folder: 'packages/autograd', imports: ['@metagrad/tensor'], neutral: true },
  '@metagrad/nn': { folder: 'packages/nn', imports: core, neutral: true },
  '@metagrad/optim': { folder: 'packages/optim', imports: core, neutral: true },
  '@metagrad/data': { folder: 'packages/data', imports: core, neutral: true },
  '@metagrad/compile': { folder: 'packages/compile', imports: core, neutral: true },
  metagrad: { folder: 'packages/metagrad', imports: [...core, ...siblings], neutral: true },
  '@metagrad/runlog': { folder: 'packages/runlog', imports: [], neutral: true },
  '@metagrad/plot': { folder: 'packages/plot', imports: [], neutral: true },
  '@metagrad/cli': { folder: 'apps/cli', imports: libraries, neutral: false },
  '@metagrad/viz': { folder: 'apps/viz', imports: libraries, neutral: false },
  '@metagrad/testing': tool('testing'),
  '@metagrad/golden': tool('golden'),
  '@metagrad/bench': tool('bench'),
  '@metagrad/release': tool('release'),
  '@metagrad/example-data': tool('data'),
}

/** What the programs in `examples/` may import: what a user would. */
export const exampleImports: readonly string[] = umbrella

/** The package that only re-exports. */
export const umbrellaName = 'metagrad'

/** Folders whose files are reached from outside only by the files of `doors`. */
export const internals: readonly { folder: string; doors: readonly string[] }[] = [
  {
    folder: 'packages/tensor/src/cpu',
    doors: [
      'packages/tensor/src/index.ts',
      'packages/tensor/src/creation.ts',
      'packages/tensor/src/elementary.ts',
      'packages/tensor/src/functions.ts',
      // Build, test and time the compiled kernels.
      'packages/tensor/tools/arena.ts',
      'packages/tensor/tools/bench.ts',
      'packages/tensor/tools/expect.ts',
    ],
  },
]
