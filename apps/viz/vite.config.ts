import { defaultClientConditions, defineConfig } from 'vite'

// Built from the packages' TypeScript sources, into files that any static host or `metagrad view` serves.
export default defineConfig({
  base: './',
  resolve: { conditions: ['@metagrad/source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
