/** How a stranger's first lines with a package look, and what they print. */
export interface Smoke {
  /** TypeScript that prints what it saw. It is type-checked against the installed types, then run by plain node. */
  program: string
  /** What it prints. */
  prints: string | RegExp
  /** It runs in browsers too: the program, bundled and shaken, must print the same. */
  neutral: boolean
  /** Other packages that the program names. */
  types?: readonly string[]
}

/** One row per public package. A public package without a row is an error. */
export const smokes: Readonly<Record<string, Smoke>> = {
  '@metagrad/tensor': {
    // Threads are workers, whose code must be found wherever the package or a bundler put it.
    program: `
import { cpu, ones } from '@metagrad/tensor'
const x = ones([300, 300], { device: 'process' in globalThis ? cpu({ threads: 2 }) : cpu })
console.log(x.device.name, x.matmul(x).mean().itemSync())`,
    prints: 'cpu 300',
    neutral: true,
  },
  '@metagrad/autograd': {
    program: `
import { tensor } from '@metagrad/tensor'
import { backward } from '@metagrad/autograd'
const x = tensor([1, 2, 3], { requiresGrad: true })
backward(x.mul(x).sum())
console.log(x.grad?.dataSync().join())`,
    prints: '2,4,6',
    neutral: true,
  },
  '@metagrad/nn': {
    program: "import { Linear } from '@metagrad/nn'\nconsole.log(new Linear(3, 2).weight.shape.join())",
    prints: '2,3',
    neutral: true,
  },
  '@metagrad/optim': {
    program: `
import { tensor } from '@metagrad/tensor'
import { SGD } from '@metagrad/optim'
const w = tensor([1], { requiresGrad: true })
w.grad = tensor([2])
new SGD([w], { lr: 0.25 }).step()
console.log(w.dataSync().join())`,
    prints: '0.5',
    neutral: true,
  },
  '@metagrad/data': {
    program: "import { DataLoader } from '@metagrad/data'\nconsole.log(typeof DataLoader)",
    prints: 'function',
    neutral: true,
  },
  '@metagrad/compile': {
    program: `
import { tensor, type Tensor } from '@metagrad/tensor'
import { compile } from '@metagrad/compile'
const sum = compile((x: Tensor) => x.mul(2).sum())
console.log([1, 2, 3, 4].map((x) => sum(tensor([x])).itemSync()).join())`,
    prints: '2,4,6,8',
    neutral: true,
  },
  '@metagrad/webgpu-backend': {
    // Without a GPU, or without the npm package that brings one to Node, the error says which.
    program: `
import { webgpu } from '@metagrad/webgpu-backend'
console.log(await webgpu().then((device) => device.name, (error: { code: string }) => error.code))`,
    prints: /^(webgpu|[A-Z_]+)$/,
    neutral: true,
  },
  metagrad: {
    program: `
import { Linear, SGD, tensor } from 'metagrad'
const model = new Linear(1, 1)
const optimizer = new SGD(model.parameters(), { lr: 0.1 })
const [x, y] = [tensor([[0], [1], [2]]), tensor([[1], [3], [5]])]
for (let step = 0; step < 500; step++) {
  optimizer.zeroGrad()
  model.forward(x).sub(y).square().mean().backward()
  optimizer.step()
}
console.log(model.weight.itemSync().toFixed(2))`,
    prints: '2.00',
    neutral: true,
  },
  '@metagrad/runlog': {
    program: "import * as runlog from '@metagrad/runlog'\nconsole.log(Object.keys(runlog).length > 0)",
    prints: 'true',
    neutral: true,
  },
  '@metagrad/plot': {
    program: "import * as plot from '@metagrad/plot'\nconsole.log(Object.keys(plot).length > 0)",
    prints: 'true',
    neutral: true,
  },
  '@metagrad/cli': {
    // The installed command says its version, serves the page that it carries to who has the key, and ends when told to.
    program: `
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
const bin = 'node_modules/.bin/metagrad'
console.log(spawnSync(bin, ['--version'], { encoding: 'utf8' }).stdout.trim())
mkdirSync('runs')
const view = spawn(bin, ['view', '--no-open', '--quiet'])
const [line]: string[] = (await once(view.stdout, 'data')).map(String)
const url = line!.trim()
console.log((await fetch(new URL('/', url))).status)
const entered = await fetch(url, { redirect: 'manual' })
const headers = { cookie: entered.headers.get('set-cookie')!.split(';')[0]! }
const page = await (await fetch(new URL('/', url), { headers })).text()
const script = await fetch(new URL(/src="(.+?)"/.exec(page)![1]!, url), { headers })
console.log(script.status, script.headers.get('content-type'))
view.kill('SIGINT')
console.log(await once(view, 'exit').then(([code]) => code))`,
    types: ['@types/node'],
    prints: /^\d+\.\d+\.\d+\n401\n200 text\/javascript; charset=utf-8\n130$/,
    neutral: false,
  },
}
