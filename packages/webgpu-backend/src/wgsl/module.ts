import { usedFunctions } from './functions.ts'

/** A storage buffer of a kernel: `cell` is what its array holds. */
export interface Binding {
  readonly name: string
  readonly cell: string
  readonly writes: boolean
}

/** A kernel before it is text: everything but the boilerplate. */
export interface Source {
  readonly bindings: readonly Binding[]
  /** Names of the parameters, a 32-bit word each, in the order in which the host sends them; `name: f32` for floats. */
  readonly words: readonly string[]
  /** Declarations at module scope: workgroup memory, functions of this kernel alone. */
  readonly declarations?: string
  /** Threads of a workgroup. */
  readonly lanes: number
  /** Statements of `main`; `block` counts workgroups through the folded grid, `lane` the threads of one. */
  readonly body: string
}

/** Word 0 holds the bits of infinity: as a constant, WGSL would refuse it or fold it away. */
export const INFINITY_BITS = 0x7f80_0000

const component = (at: number): string => `words[${at >> 2}].${'xyzw'[at & 3]}`

function declareWord(word: string, at: number): string {
  const [name, type = 'i32'] = word.split(': ')
  return `  let ${name} = ${type === 'f32' ? `bitcast<f32>(${component(at)})` : component(at)};`
}

/** Bytes of the parameters of a kernel, in whole vectors. */
export function wordBytes(source: Source): number {
  return 16 * Math.ceil((source.words.length + 1) / 4)
}

/** The WGSL module of a kernel: parameters, buffers, the library functions it calls, and `main`. */
export function moduleText(source: Source): string {
  const { bindings, words, declarations = '', lanes, body } = source
  const half = bindings.some(({ cell }) => cell.includes('f16'))
  return [
    ...(half ? ['enable f16;'] : []),
    `@group(0) @binding(0) var<uniform> words: array<vec4i, ${wordBytes(source) / 16}>;`,
    ...bindings.map(
      ({ name, cell, writes }, i) =>
        `@group(0) @binding(${i + 1}) var<storage, ${writes ? 'read_write' : 'read'}> ${name}: array<${cell}>;`,
    ),
    usedFunctions(`${declarations}\n${body}`),
    declarations,
    `@compute @workgroup_size(${lanes})`,
    'fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {',
    '  let block = i32(group.x + group.y * groups.x);',
    '  let lane = i32(thread);',
    ...words.map((word, i) => declareWord(word, i + 1)),
    body,
    '}',
  ].join('\n')
}

const float = new Float32Array(1)
const word = new Int32Array(float.buffer)

/** The word that carries a float parameter. */
export function bitsOf(value: number): number {
  float[0] = value
  return word[0]!
}
