import { DTypeError, ShapeError } from '../errors.ts'
import { broadcastShapes, formatShape, sameShape } from '../layout.ts'
import type { Operand } from '../operands.ts'
import { checkTensors, isTensor, stored } from '../operands.ts'
import type { Tensor } from '../tensor.ts'
import { canReadNow } from '../trace.ts'
import type { Door } from './along.ts'
import { fresh } from './along.ts'
import { read } from './indexing.ts'

function checkMask(op: string, mask: Tensor): void {
  if (!isTensor(mask) || mask.dtype !== 'bool') {
    const got = isTensor(mask) ? mask.dtype : typeof mask
    throw new DTypeError(`${op}: the mask must be a bool tensor, got ${got}. Use mask.ne(0).`)
  }
}

/** The mask as it covers `x`. In place it must broadcast to x; else both broadcast. */
function covering(op: string, door: Door, x: Tensor, mask: Tensor): { wide: Tensor; cover: Tensor } {
  checkMask(op, mask)
  const shape = broadcastShapes(op, x.shape, mask.shape)
  if (door !== fresh && !sameShape(shape, x.shape))
    throw new ShapeError(`${op}_: the mask does not fit: ${formatShape(mask.shape)} vs ${formatShape(x.shape)}.`)
  return { wide: x.expand(shape), cover: mask.expand(shape) }
}

/** The elements where `mask` is true, in row-major order. */
export function maskedSelect(x: Tensor, mask: Tensor): Tensor {
  const { wide, cover } = covering('maskedSelect', fresh, x, mask)
  return wide.ndim === 0 ? read(wide.reshape([1]), [cover.reshape([1])]) : read(wide, [cover])
}

/** `maskedSelect` on devices that answer later. */
export async function maskedSelectAsync(x: Tensor, mask: Tensor): Promise<Tensor> {
  const { wide, cover } = covering('maskedSelectAsync', fresh, x, mask)
  const [line, places] = wide.ndim === 0 ? [wide.reshape([1]), cover.reshape([1])] : [wide, cover]
  return read(line, await places.nonzeroAsync({ asTuple: true }))
}

/** `value` where `mask` is true. */
export function maskedFill(door: Door, x: Tensor, mask: Tensor, value: Operand): Tensor {
  const { wide, cover } = covering('maskedFill', door, x, mask)
  const filled = stored('maskedFill', x, value)
  if (!sameShape(broadcastShapes('maskedFill', filled.shape, wide.shape), wide.shape))
    throw new ShapeError(`maskedFill: the value does not fit: ${formatShape(filled.shape)} vs ${formatShape(x.shape)}.`)
  return door(x, 'where', [cover, filled, wide], {})
}

/** The elements of `source`, in order, where `mask` is true. */
export function maskedScatter(door: Door, x: Tensor, mask: Tensor, source: Tensor): Tensor {
  const { wide, cover } = covering('maskedScatter', door, x, mask)
  checkTensors('maskedScatter', source)
  const values = stored('maskedScatter', x, source).reshape([-1])
  if (wide.numel === 0) return door(x, 'copy', [wide], {})
  const rank = cover.reshape([-1]).cumsum(0).reshape(cover.shape)
  const count = canReadNow(x.device) ? rank.amax().itemSync() : 0
  if (count > values.numel) {
    throw new ShapeError(
      `maskedScatter: the source is too small: ${values.numel} elements for ${count} places where the mask is true.`,
    )
  }
  if (values.numel === 0) return door(x, 'copy', [wide], {})
  const place = rank.sub(1).clamp(0, values.numel - 1)
  return door(x, 'where', [cover, values.take(place), wide], {})
}
