export * from './errors.ts'
export {
  checkDType,
  dtypes,
  getDefaultDType,
  isFloat,
  promoteTypes,
  resultType,
  setDefaultDType,
  canCast,
  type DataOf,
  type DType,
  type DTypeKind,
  type TypedArray,
} from './dtypes.ts'
export {
  broadcastShapes,
  formatShape,
  normalizeDim,
  normalizeDims,
  sameShape,
  Layout,
  type Box,
  type Shape,
} from './layout.ts'
export { indexDType } from './device.ts'
export type { Device, Kernel, KernelOf, Kernels, Storage, View } from './device.ts'
export type {
  ComputePrimitive,
  BinaryPrimitive,
  ComputePrimitives,
  AveragePoolParams,
  ConvParams,
  PoolParams,
  BinaryPrimitives,
  ClassLossParams,
  DimParams,
  NormalizationPrimitives,
  LayerNormParams,
  BatchNormParams,
  GradientPrimitives,
  LinalgPrimitives,
  NoParams,
  ReducePrimitives,
  ResultGradientPrimitives,
  ScanPrimitives,
  SourcePrimitives,
  UnaryPrimitives,
  UpdatePrimitives,
  Primitive,
  Primitives,
  ScatterReduce,
  ViewPrimitive,
  ViewPrimitives,
  WindowPrimitives,
  Windows,
} from './primitives.ts'
export { inferView } from './infer/views.ts'
export { dispatch, dispatchAll, dispatchGradUpdate, dispatchUpdate, dispatchView, record } from './dispatch.ts'
export {
  isRecording,
  isObserved,
  observe,
  setRecording,
  type Call,
  type Edge,
  type Observer,
  type Source,
  type UnseenGrad,
} from './tape.ts'
export { canReadNow, currentTrace, late, setTrace, type Trace } from './trace.ts'
export type { LoweredProgram, Program, ProgramInputs, ProgramOperand, ProgramSlot, ProgramStep } from './program.ts'
export { cpu, useKernels, type Cpu, type CpuOptions, type KernelChoice } from './cpu/index.ts'
export { useThreads } from './cpu/engine.ts'
export type { Grain } from './cpu/threads/parts.ts'
export { deterministic } from './cpu/deterministic.ts'
export { memory } from './cpu/usage.ts'
export type { MemoryUsage } from './cpu/memory.ts'
export { userLine } from './user-line.ts'
export { elementary } from './elementary.ts'
export { defaultGenerator, Generator, manualSeed } from './random/index.ts'
// `export *`, so that other packages can add methods to the class by module augmentation.
export * from './tensor.ts'
export type { NestedArray } from './nested.ts'
export { isTensor, type Operand } from './operands.ts'
export * from './creation.ts'
export * from './functions.ts'
export * from './method-functions.ts'
export type { CloseOptions, Interpolation, QuantileOptions } from './ops/statistics.ts'
export type { Dims, ReduceOptions, SumOptions, ValuesAndIndices, VarianceOptions } from './ops/reductions.ts'
export { slice, type IndexList, type IndexSpec, type Slice } from './ops/indexing.ts'
export type { ScatterReduction } from './ops/along.ts'
export type { MeshIndexing, PadMode } from './ops/arrange.ts'
export type { UniqueResult } from './ops/search.ts'
export * as linalg from './ops/linalg/index.ts'
export { cdist, cosineSimilarity, pairwiseDistance } from './ops/distances.ts'
export { einsum } from './ops/einsum.ts'
export { tensordot, type ContractedDims } from './ops/tensordot.ts'
