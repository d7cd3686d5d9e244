import type { Device, Storage, View } from './device.ts'
import type { DType } from './dtypes.ts'
import { canCast, isFloat } from './dtypes.ts'
import { DTypeError, DeviceError, GradError, ShapeError } from './errors.ts'
import { updated } from './infer/fused.ts'
import { infer } from './infer/index.ts'
import type { Inferred, Output } from './infer/outputs.ts'
import { firstOf, isSingle } from './infer/outputs.ts'
import { inferView } from './infer/views.ts'
import type { Layout } from './layout.ts'
import { formatShape, sameShape } from './layout.ts'
import type {
  ComputePrimitive,
  ComputePrimitives,
  Primitive,
  Primitives,
  UpdatePrimitive,
  ViewPrimitive,
  ViewPrimitives,
} from './primitives.ts'
import { noParams } from './primitives.ts'
import type { Edge, Source } from './tape.ts'
import { isObserved, isRecording, nextSourceId, notifyObservers } from './tape.ts'
import type { Tensor } from './tensor.ts'
import { allocate, compute } from './trace.ts'

type TensorConstructor = new (storage: Storage, layout: Layout, dtype: DType) => Tensor

let construct: TensorConstructor

/** Called once by tensor.ts: the class needs the door for its methods, the door needs the class for its results. */
export function connectTensor(constructor: TensorConstructor): void {
  construct = constructor
}

/** Wraps what a device holds as a tensor without history. */
export function wrap(storage: Storage, layout: Layout, dtype: DType): Tensor {
  return new construct(storage, layout, dtype)
}

/** The one device of all inputs. @throws DeviceError */
function commonDevice(primitive: Primitive, inputs: readonly Tensor[]): Device {
  const { device } = inputs[0]!.storage
  for (let i = 1; i < inputs.length; i++) {
    const other = inputs[i]!.storage.device
    if (other !== device) {
      throw new DeviceError(
        `${primitive}: tensors are on different devices: "${device.name}" and "${other.name}". Use x.to(device).`,
      )
    }
  }
  return device
}

/**
 * The one door: infers the outputs, runs the kernel on the inputs' device, wraps and records.
 *
 * @param device where to run a primitive without inputs
 */
export function dispatchAll<P extends ComputePrimitive>(
  primitive: P,
  inputs: readonly Tensor[],
  params: ComputePrimitives[P],
  device: Device = commonDevice(primitive, inputs),
): readonly Tensor[] {
  const outputs = outputsOn(device, primitive, inputs, infer[primitive](inputs, params))
  compute(device, primitive, outputs, inputs, params)
  record(primitive, inputs, params, outputs)
  return outputs
}

function outputsOn(device: Device, primitive: Primitive, inputs: readonly Tensor[], inferred: Inferred): Tensor[] {
  // What an input's dtype is, its device has.
  const known = inputs.length === 0 ? undefined : inputs[0]!.dtype
  if (isSingle(inferred)) return [outputOn(device, primitive, inferred, known)]
  return inferred.map((output) => outputOn(device, primitive, output, known))
}

function outputOn(device: Device, primitive: Primitive, { dtype, layout }: Output, known: DType | undefined): Tensor {
  if (dtype !== known && !device.dtypes.has(dtype)) {
    throw new DTypeError(
      `${primitive}: device "${device.name}" has no ${dtype}. It has ${[...device.dtypes].join(', ')}.`,
    )
  }
  return new construct(allocate(device, dtype, layout.numel), layout, dtype)
}

/** `dispatchAll` for the primitives with one output. */
export function dispatch<P extends ComputePrimitive>(
  primitive: P,
  inputs: readonly Tensor[],
  params: ComputePrimitives[P],
  device?: Device,
): Tensor {
  return dispatchAll(primitive, inputs, params, device)[0]!
}

/** A view: another layout on the same storage, recorded like any op. */
export function dispatchView<P extends ViewPrimitive>(primitive: P, x: Tensor, params: ViewPrimitives[P]): Tensor {
  const view = new construct(x.storage, inferView[primitive](x.layout, params), x.dtype)
  record(primitive, [x], params, [view])
  view.viewOf = { base: x, primitive, params }
  view.seenRewrites = x.storage.rewrites
  return view
}

/** Writes the tape if recording is on and an input requires grad; float outputs then require grad too. */
export function record(
  primitive: Primitive,
  inputs: readonly Tensor[],
  params: Primitives[Primitive],
  outputs: readonly Tensor[],
): void {
  if (isRecording() && anyRequiresGrad(inputs)) {
    const source = sourceOf(primitive, inputs, params)
    for (let slot = 0; slot < outputs.length; slot++) {
      const output = outputs[slot]!
      if (isFloat(output.dtype)) output.comesFrom(source, slot)
    }
    close(source, outputs)
  }
  if (isObserved()) notifyObservers({ primitive, inputs, params, outputs })
}

function anyRequiresGrad(tensors: readonly Tensor[]): boolean {
  for (let i = 0; i < tensors.length; i++) if (tensors[i]!.requiresGrad) return true
  return false
}

function sourceOf(primitive: Primitive, inputs: readonly Tensor[], params: Primitives[Primitive]): Source {
  return {
    id: nextSourceId(),
    primitive,
    inputs,
    params,
    edges: inputs.map(edgeOf),
    versions: versionsOf(inputs),
    outputs: noTensors,
    outputVersions: noVersions,
  }
}

const edgeOf = ({ edge }: Tensor): Edge => edge
const noTensors: readonly Tensor[] = []
const noVersions: readonly number[] = []
/** Most storages are never written twice: their records share these. */
const firstVersions: readonly (readonly number[])[] = [[], [0], [0, 0], [0, 0, 0], [0, 0, 0, 0]]

function versionsOf(tensors: readonly Tensor[]): readonly number[] {
  let written = 0
  for (let i = 0; i < tensors.length; i++) written += tensors[i]!.storage.version
  const shared = firstVersions[tensors.length]
  return written === 0 && shared !== undefined ? shared : tensors.map(({ storage }) => storage.version)
}

function close(source: Source, outputs: readonly Tensor[]): void {
  source.outputs = outputs
  source.outputVersions = versionsOf(outputs)
}

/**
 * The door of in-place methods: computes `primitive` and writes the result into `target`, which usually is one of the inputs.
 * Views of the same storage see the write; the tape continues from it, as PyTorch's does.
 *
 * @throws ShapeError if the result has another shape, DTypeError if its dtype does not fit, GradError on leaves that require grad
 */
export function dispatchInto<P extends ComputePrimitive>(
  target: Tensor,
  primitive: P,
  inputs: readonly Tensor[],
  params: ComputePrimitives[P],
): Tensor {
  const device = inputs.length === 0 ? target.storage.device : commonDevice(primitive, [target, ...inputs])
  const output = firstOf(infer[primitive](inputs, params))
  const tracked = isRecording() && (target.requiresGrad || anyRequiresGrad(inputs))
  checkTarget(primitive, target, output.layout, output.dtype, tracked)
  const source = tracked
    ? sourceOf(
        primitive,
        inputs.map((x) => (x === target ? target.snapshot() : x)),
        params,
      )
    : undefined
  computeInto(device, primitive, inputs, params, target, output.dtype)
  target.storage.version++
  if (source !== undefined) rewrite(target, source)
  if (isObserved()) notifyObservers({ primitive, inputs, params, outputs: [target] })
  return target
}

/**
 * The door of updates: a kernel that changes tensors in place, without history. The first input and those after the second are
 * written; the second is the gradient.
 *
 * @throws GradError while ops are recorded
 */
export function dispatchUpdate<P extends UpdatePrimitive>(
  primitive: P,
  inputs: readonly Tensor[],
  params: ComputePrimitives[P],
): void {
  if (isRecording()) throw new GradError(`${primitive}: updates have no gradient. Use noGrad.`)
  const device = commonDevice(primitive, inputs)
  const targets = updated(primitive, inputs)
  compute(device, primitive, targets, inputs, params)
  for (let i = 0; i < targets.length; i++) targets[i]!.storage.version++
  if (isObserved()) notifyObservers({ primitive, inputs, params, outputs: targets })
}

/**
 * `dispatchUpdate` of a parameter by the gradient that it holds, which nobody gets to see by that. The inputs are the parameter,
 * its gradient and `memory`.
 *
 * @throws GradError while ops are recorded, and without a gradient
 */
export function dispatchGradUpdate<P extends UpdatePrimitive>(
  primitive: P,
  param: Tensor,
  memory: readonly Tensor[],
  params: ComputePrimitives[P],
): void {
  // Observers see what they are told of.
  const held = isObserved() ? param.grad : param.heldGrad
  if (held === undefined) throw new GradError(`${primitive}: the parameter has no gradient. Call backward before.`)
  const inputs = [param, 'isSeen' in held ? held.tensor : held]
  for (let i = 0; i < memory.length; i++) inputs.push(memory[i]!)
  dispatchUpdate(primitive, inputs, params)
}

function checkTarget(primitive: Primitive, target: Tensor, layout: Layout, dtype: DType, tracked: boolean): void {
  if (!sameShape(layout.shape, target.shape)) {
    throw new ShapeError(
      `${primitive}_: the result does not fit in place: ${formatShape(layout.shape)} vs ${formatShape(target.shape)}.`,
    )
  }
  if (!canCast(dtype, target.dtype)) {
    throw new DTypeError(
      `${primitive}_: a ${dtype} result cannot be stored in place in a ${target.dtype} tensor. Use ${otherwise(target, primitive)}.`,
    )
  }
  if (target.layout.overlapsItself) {
    throw new ShapeError(
      `${primitive}_: several elements of ${formatShape(target.shape)} share one place in memory (expand). Use x.clone() first.`,
    )
  }
  if (!tracked) return
  if (!isFloat(target.dtype)) return
  for (let base: Tensor | undefined = target; base !== undefined; base = base.viewOf?.base) {
    if (base.requiresGrad && base.source === undefined) {
      const what = base === target ? 'a leaf' : 'a view of a leaf'
      throw new GradError(
        `${primitive}_: ${what} that requires grad cannot be changed in place. Use noGrad, or ${otherwise(target, primitive)}.`,
      )
    }
  }
}

/** What to call instead of an in-place method: its functional form, or for writes without one a copy. */
function otherwise(target: Tensor, primitive: Primitive): string {
  return primitive in target ? primitive : 'x.clone()'
}

/** Runs a kernel so that it writes into `target`, through a temporary where it cannot write there directly. */
function computeInto<P extends ComputePrimitive>(
  device: Device,
  primitive: P,
  inputs: readonly Tensor[],
  params: ComputePrimitives[P],
  target: Tensor,
  dtype: DType,
): void {
  const shares = (x: View) => x.storage === target.storage
  const aligned = (x: View) => x.layout === target.layout || sameLayout(x.layout, target.layout)
  const direct = dtype === target.dtype && writesInOrder.has(primitive) && inputs.every((x) => !shares(x) || aligned(x))
  if (direct) {
    compute(device, primitive, [target], inputs, params)
    return
  }
  const { layout } = firstOf(infer[primitive](inputs, params))
  const temporary: View = { storage: allocate(device, dtype, layout.numel), layout, dtype }
  compute(device, primitive, [temporary], inputs, params)
  if (dtype === target.dtype) compute(device, 'copy', [target], [temporary], noParams)
  else compute(device, 'cast', [target], [temporary], { dtype: target.dtype })
}

/** Primitives whose kernels read element i before they write element i, and nothing of it later. */
const writesInOrder: ReadonlySet<Primitive> = new Set<Primitive>([
  'add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'copy', 'full', 'neg', 'abs', 'sign', 'square', 'sqrt', 'rsqrt', 'exp',
  'log', 'sin', 'cos', 'tanh', 'sigmoid', 'relu', 'reciprocal', 'clamp', 'floor', 'ceil', 'round', 'trunc', 'where',
  'uniform', 'normal', 'exponential', 'randint', 'bernoulliScalar',
]) // prettier-ignore

function sameLayout(a: Layout, b: Layout): boolean {
  return a.offset === b.offset && sameShape(a.shape, b.shape) && sameShape(a.strides, b.strides)
}

/** After an in-place write: the target continues from `source`, and each tensor that it is a view of continues from there. */
function rewrite(target: Tensor, source: Source): void {
  const pasts: Tensor[] = []
  for (let view = target.viewOf; view !== undefined; view = view.base.viewOf) pasts.push(view.base.snapshot())
  target.storage.rewrites++
  continueFrom(target, source)
  let child = target
  for (const past of pasts) {
    const { base, primitive, params } = child.viewOf!
    continueFrom(base, sourceOf('viewScatter', [past, child], { primitive, params }))
    child = base
  }
}

function continueFrom(tensor: Tensor, source: Source): void {
  tensor.comesFrom(source, 0)
  tensor.seenRewrites = tensor.storage.rewrites
  close(source, [tensor])
}

/** A view whose base was written in place since: its history is taken from the base anew. */
export function refreshView(view: Tensor): void {
  const { base, primitive, params } = view.viewOf!
  view.seenRewrites = view.storage.rewrites
  if (!base.requiresGrad) return
  const source = sourceOf(primitive, [base], params)
  view.comesFrom(source, 0)
  close(source, [view])
}
