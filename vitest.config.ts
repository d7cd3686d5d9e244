import { defineConfig } from 'vitest/config'

// Tests run from TypeScript source. Both conditions are needed, or a stale `dist` is tested silently;
// tools/testing/src/source-condition.test.ts guards it.
const conditions = ['@metagrad/source', 'node', 'import', 'module', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/{src,tools}/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'tools/*/src/**/*.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
    // A hook may build the page and start a browser, beside everything else.
    hookTimeout: 60_000,
    // What a test waits for comes late on a busy machine; one second is the default.
    expect: { poll: { timeout: 20_000 } },
  },
})
