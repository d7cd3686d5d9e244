import { defaultClientConditions, defineConfig } from 'vite'

// Built from the packages' TypeScript sources, into files that any static host or `metagrad view` serves.
export default defineConfig({
  base: './',
  resolve: { conditions: ['@metagrad/source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // Layers are shown by the names of their classes.
  worker: { format: 'es', rolldownOptions: { output: { keepNames: true } } },
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
