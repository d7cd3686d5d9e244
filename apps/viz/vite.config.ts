import { defaultClientConditions, defineConfig } from 'vite'
import { kernelFiles } from './kernel-files.ts'
import { leaveOut } from './left-out.ts'

// Built from the packages' TypeScript sources, into files that any static host or `metagrad view` serves.
export default defineConfig({
  base: './',
  resolve: { conditions: ['@metagrad/source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: {
    format: 'es',
    plugins: () => [leaveOut(), kernelFiles()],
    // What the trainer needs at once comes in one file, also where parts that come later share it: its inbox has to be the first
    // module that runs.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'trainer', test: /\/worker\/worker\.ts$/ }] } } },
  },
  build: {
    // Where the command looks for it, and what its package carries.
    outDir: '../cli/dist/app',
    emptyOutDir: true,
    target: 'es2023',
    // Chunks are few and on the same host: code that fetches ahead would be larger than what it saves.
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: false,
  },
})
