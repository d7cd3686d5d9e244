import { writeFile } from 'node:fs/promises'
import { bundle } from '../chromium/bundle.ts'

// Writes checks and benchmark as one file that imports only `webgpu`: pnpm pack:webgpu webgpu-bench.mjs
const [path = 'webgpu-bench.mjs'] = process.argv.slice(2)
await writeFile(path, await bundle(new URL('bare.ts', import.meta.url)))
console.log(`${path}: run it with node beside node_modules/webgpu.`)
