export { families } from './samples/index.ts'
export { caseKey, makeInputs, outputsOf, seedGradient, type Input, type Sample } from './samples/sample.ts'
export {
  goldenPath,
  readGolden,
  toJson,
  type GoldenCase,
  type GoldenFile,
  type GoldenTensor,
  type JsonNumber,
} from './golden.ts'
export { gradcheckTolerance, layoutTolerance, relativeError, tolerances } from './tolerances.ts'
