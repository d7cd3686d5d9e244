import type { Source } from '../wgsl/module.ts'
import { moduleText, wordBytes } from '../wgsl/module.ts'
import { COMPUTE_STAGE } from './constants.ts'
import type { Failure } from './failure.ts'
import { compileError } from './failure.ts'

/** A kernel ready to be dispatched. */
export interface Program {
  readonly pipeline: GPUComputePipeline
  readonly layout: Layout
  /** Bytes of its parameters. */
  readonly wordBytes: number
  /** Per binding, whether the kernel writes it. */
  readonly writes: readonly boolean[]
}

/** A bind group layout and what caches call it. */
export interface Layout {
  readonly id: number
  readonly bindings: GPUBindGroupLayout
  readonly pipeline: GPUPipelineLayout
}

/** Programs by what identifies them, pipelines by their text, layouts by the kinds of their bindings. */
export class Pipelines {
  readonly #device: GPUDevice
  readonly #failure: Failure
  readonly #programs = new Map<string, Program>()
  readonly #pipelines = new Map<string, GPUComputePipeline>()
  readonly #layouts = new Map<string, Layout>()
  readonly #checks = new Set<Promise<void>>()

  constructor(device: GPUDevice, failure: Failure) {
    this.#device = device
    this.#failure = failure
  }

  /** The program called `key`, built on first use. */
  get(key: string, build: () => Source): Program {
    const known = this.#programs.get(key)
    if (known !== undefined) return known
    const source = build()
    const layout = this.#layoutOf(source)
    const program: Program = {
      pipeline: this.#pipelineOf(key, moduleText(source), layout),
      layout,
      wordBytes: wordBytes(source),
      writes: source.bindings.map(({ writes }) => writes),
    }
    this.#programs.set(key, program)
    return program
  }

  /** Keys of all programs built so far. */
  get keys(): readonly string[] {
    return [...this.#programs.keys()]
  }

  /** Resolves when every kernel built so far has been checked. */
  async settled(): Promise<void> {
    await Promise.all(this.#checks)
  }

  #layoutOf({ bindings }: Source): Layout {
    const kinds = bindings.map(({ writes }) => (writes ? 'w' : 'r')).join('')
    const known = this.#layouts.get(kinds)
    if (known !== undefined) return known
    const group = this.#device.createBindGroupLayout({
      label: kinds,
      entries: [
        { binding: 0, visibility: COMPUTE_STAGE, buffer: { type: 'uniform', hasDynamicOffset: true } },
        ...bindings.map(({ writes }, i): GPUBindGroupLayoutEntry => ({
          binding: i + 1,
          visibility: COMPUTE_STAGE,
          buffer: { type: writes ? 'storage' : 'read-only-storage' },
        })),
      ],
    })
    const pipeline = this.#device.createPipelineLayout({ bindGroupLayouts: [group] })
    const layout = { id: this.#layouts.size, bindings: group, pipeline }
    this.#layouts.set(kinds, layout)
    return layout
  }

  #pipelineOf(label: string, code: string, { pipeline: layout }: Layout): GPUComputePipeline {
    const known = this.#pipelines.get(code)
    if (known !== undefined) return known
    this.#device.pushErrorScope('validation')
    const module = this.#device.createShaderModule({ label, code })
    const pipeline = this.#device.createComputePipeline({ label, layout, compute: { module, entryPoint: 'main' } })
    const check = this.#check(label, code, module, this.#device.popErrorScope())
    this.#checks.add(check)
    void check.finally(() => this.#checks.delete(check))
    this.#pipelines.set(code, pipeline)
    return pipeline
  }

  /** Pipelines report errors later: then the device fails, naming the kernel and its line. */
  async #check(label: string, code: string, module: GPUShaderModule, scope: Promise<GPUError | null>): Promise<void> {
    const error = await scope.catch(() => null)
    if (error === null) return
    const { messages } = await module.getCompilationInfo()
    const message = messages.find(({ type }) => type === 'error')
    const fallback = { lineNum: 0, message: error.message.replaceAll(/\s+/g, ' ') } as GPUCompilationMessage
    this.#failure.set(compileError(label, code, message ?? fallback))
  }
}
