import { LinalgError, ShapeError } from '../../errors.ts'
import { matrixSize, squareSize } from '../../infer/linalg.ts'
import { formatShape } from '../../layout.ts'
import { checkTensors } from '../../operands.ts'
import type { Tensor } from '../../tensor.ts'

/** Rows and columns. @throws ShapeError for fewer than 2 dims, DTypeError for other dtypes than float32 and float64 */
export function checkMatrix(op: string, x: Tensor): readonly [rows: number, columns: number] {
  checkTensors(op, x)
  return matrixSize(op, x)
}

/** Rows (as many as columns). @throws as `checkMatrix`, and ShapeError where they differ */
export function checkSquare(op: string, x: Tensor): number {
  checkTensors(op, x)
  return squareSize(op, x)
}

/** @throws ShapeError for fewer dims than asked */
export function checkDims(op: string, x: Tensor, least: number): void {
  if (x.ndim < least)
    throw new ShapeError(`${op}: needs at least ${least} ${least === 1 ? 'dim' : 'dims'}, got ${formatShape(x.shape)}.`)
}

/** Runs a composite whose failures should speak of it, not of the primitive underneath. */
export function speakingAs<T>(op: string, primitive: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof LinalgError) || !error.message.startsWith(`${primitive}:`)) throw error
    throw new LinalgError(op + error.message.slice(primitive.length), error.code)
  }
}
