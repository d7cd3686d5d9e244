export { compile, type Compiled, type CompileOptions, type CompiledControls } from './compile.ts'
export { CompileError } from './errors.ts'
export type { Explanation, ProgramExplanation } from './explain.ts'
