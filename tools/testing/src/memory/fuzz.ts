import { compile } from '@metagrad/compile'
import { SGD } from '@metagrad/optim'
import type { DType, Tensor } from '@metagrad/tensor'
import { cat, dispatchUpdate, fromData, setRecording, where } from '@metagrad/tensor'
import type { Pair, Shadow } from './shadow.ts'
import {
  dataOf,
  difference,
  fresh,
  isContiguous,
  numelOf,
  overlapsItself,
  positionsOf,
  rounding,
  valuesOf,
} from './shadow.ts'

const dtypes: readonly DType[] = ['float16', 'float32', 'float64', 'int32', 'int64', 'uint8', 'bool']

/** Sizes of the flat tensors that compiled functions and optimizer steps work on: one for each place, and one across a page. */
const flatSizes = [1, 7, 16, 100, 700] as const

/** So many tensors stay alive, at random. */
const survivors = 60

/** Numbers from here on could lose bits in an update, where the order of operations would show. */
const largestExact = 4096

type Operator = (a: number | bigint, b: number | bigint) => number | bigint
const plus: Operator = (a, b) => (typeof a === 'bigint' ? a + BigInt(b) : Number(a) + Number(b))

/** A graph that waits for its `backward`. */
interface Pending {
  readonly loss: Tensor
  readonly leaf: Tensor
  readonly gradient: Shadow
}

/** Compiled functions of one tensor: the second writes it. */
interface Windowed {
  readonly double: (x: Tensor) => Tensor
  readonly raise: (x: Tensor) => Tensor
}

/** A compiled training step and the state that it must have. */
interface Training {
  readonly step: (x: Tensor) => Tensor
  readonly weight: Pair
  readonly velocity: number[]
}

/**
 * Random ops on random tensors with random survivors, each live tensor held against a plain JavaScript shadow. Every number that occurs
 * is exact in its dtype or rounded once, so that they must agree bit for bit.
 *
 * @throws Error with the seed and the step, if one tensor does not hold what it must
 */
export function fuzz(seed: number, steps: number): void {
  new Fuzz(seed).run(steps)
}

class Fuzz {
  readonly #seed: number
  #state: number
  readonly #live: Pair[] = []
  /** Parameter, gradient and two moments of an optimizer, kept for long: their bytes are all over the place. */
  readonly #groups: (readonly [Pair, Pair, Pair, Pair])[] = []
  readonly #pending: Pending[] = []
  readonly #trainings = new Map<number, Training>()
  /** By the size of the window and of its storage: what lies elsewhere is another function to `compile`. */
  readonly #windowed = new Map<string, Windowed>()
  readonly #actions: readonly (readonly [name: string, weight: number, run: () => void])[] = [
    ['create', 4, () => this.#keep(this.#create())],
    ['view', 4, () => this.#keep(this.#view(this.#any()))],
    ['combine', 5, () => this.#keep(this.#combine(this.#any()))],
    ['write', 3, () => this.#write(this.#any())],
    ['write through overlapping views', 2, () => this.#writeOverlapping(this.#any())],
    ['update', 2, () => this.#update()],
    ['build a graph', 1, () => this.#build(this.#any())],
    ['backward', 1, () => this.#backward()],
    ['compiled', 2, () => this.#compiled()],
    ['compiled training', 1, () => this.#train()],
  ]

  constructor(seed: number) {
    this.#seed = seed
    this.#state = seed
  }

  run(steps: number): void {
    const wheel = this.#actions.flatMap((action) => Array.from({ length: action[1] }, () => action))
    for (let step = 0; step < steps; step++) {
      const [name, , act] = this.#live.length < 4 ? this.#actions[0]! : this.#pick(wheel)
      try {
        act()
        this.#expect(this.#any())
        if (step % 1000 === 999 || step === steps - 1) this.#expectAll()
      } catch (error) {
        throw new Error(`fuzz: seed ${this.#seed}, step ${step} (${name}): ${String(error)}`, { cause: error })
      }
    }
  }

  /** A whole number below `n`: a multiplicative generator of its own, so that the engine under test has no say in it. */
  #below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * n)
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!
  }

  #any(): Pair {
    return this.#pick(this.#live)
  }

  #expect(pair: Pair): void {
    const found = difference(pair)
    if (found !== undefined) throw new Error(found)
  }

  #expectAll(): void {
    const trained = [...this.#trainings.values()].map(({ weight }) => weight)
    for (const pair of [...this.#live, ...this.#groups.flat(), ...trained]) this.#expect(pair)
  }

  /** Large results die young, so that shapes stay small. */
  #keep(pair: Pair): void {
    if (numelOf(pair.shadow) > 5000) return this.#expect(pair)
    this.#live.push(pair)
    if (this.#live.length > survivors) this.#live.splice(this.#below(this.#live.length), 1)
  }

  #create(): Pair {
    const dtype = this.#pick(dtypes)
    if (this.#below(4) === 0) return this.#flat(this.#pick(flatSizes))
    const shape = Array.from({ length: this.#below(6) }, () => this.#pick([1, 1, 2, 3, 5]))
    // One dim at most is long: the memory would have to grow for its own sake.
    if (shape.length > 0 && this.#below(20) === 0) shape[this.#below(shape.length)] = 40
    return this.#filled(dtype, shape)
  }

  #filled(dtype: DType, shape: readonly number[], from = 0): Pair {
    const limit = dtype === 'bool' ? 2 : 100
    const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => from + this.#below(limit - from))
    const own = dtype === 'int64' ? values.map(BigInt) : values
    return { tensor: fromData(dataOf(own, dtype), shape, dtype), shadow: fresh(own, shape) }
  }

  #flat(size: number, from = 0): Pair {
    return this.#filled('float32', [size], from)
  }

  /** The same elements of tensor and shadow. */
  #view({ tensor, shadow }: Pair): Pair {
    const { shape, strides, offset, data } = shadow
    if (shape.length === 0) return { tensor: tensor.view([1]), shadow: { data, shape: [1], strides: [1], offset } }
    const dim = this.#below(shape.length)
    const [size, stride] = [shape[dim]!, strides[dim]!]
    switch (this.#below(5)) {
      case 0: {
        const other = this.#below(shape.length)
        const swapped = (list: readonly number[]): number[] => list.with(dim, list[other]!).with(other, list[dim]!)
        return {
          tensor: tensor.transpose(dim, other),
          shadow: { data, shape: swapped(shape), strides: swapped(strides), offset },
        }
      }
      case 1: {
        const start = this.#below(size)
        return this.#narrow({ tensor, shadow }, dim, start, 1 + this.#below(size - start))
      }
      case 2:
        return this.#flip({ tensor, shadow }, dim)
      case 3:
        if (shape.length > 4) return this.#flip({ tensor, shadow }, dim)
        return {
          tensor: tensor.unsqueeze(0).expand([2, ...shape]),
          shadow: { data, shape: [2, ...shape], strides: [0, ...strides], offset },
        }
      default: {
        const index = this.#below(size)
        const without = (list: readonly number[]): number[] => list.toSpliced(dim, 1)
        return {
          tensor: tensor.select(dim, index),
          shadow: { data, shape: without(shape), strides: without(strides), offset: offset + index * stride },
        }
      }
    }
  }

  #narrow({ tensor, shadow }: Pair, dim: number, start: number, length: number): Pair {
    const { shape, strides, offset } = shadow
    return {
      tensor: tensor.narrow(dim, start, length),
      shadow: { ...shadow, shape: shape.with(dim, length), offset: offset + start * strides[dim]! },
    }
  }

  #flip({ tensor, shadow }: Pair, dim: number): Pair {
    const { shape, strides, offset } = shadow
    const end = offset + (shape[dim]! - 1) * strides[dim]!
    return {
      tensor: tensor.flip(dim),
      shadow: { ...shadow, strides: strides.with(dim, -strides[dim]!), offset: end },
    }
  }

  #combine(pair: Pair): Pair {
    const { tensor, shadow } = pair
    const values = valuesOf(shadow)
    const mapped = (f: (x: number | bigint) => number | bigint): Shadow =>
      fresh(
        values.map((x) => rounding[tensor.dtype](f(x))),
        shadow.shape,
      )
    switch (this.#below(6)) {
      case 0:
        return { tensor: tensor.clone(), shadow: mapped((x) => x) }
      case 1:
        return tensor.dtype === 'bool'
          ? this.#view(pair)
          : { tensor: tensor.add(tensor), shadow: mapped((x) => plus(x, x)) }
      case 2:
        return { tensor: tensor.reshape(-1).clone(), shadow: fresh(values, [values.length]) }
      case 3: {
        const count = 2 + this.#below(9)
        const parts = Array.from({ length: count }, () => tensor.reshape(-1))
        return {
          tensor: cat(parts),
          shadow: fresh(
            parts.flatMap(() => values),
            [values.length * count],
          ),
        }
      }
      case 4:
        return {
          tensor: where(tensor.gt(50), tensor, tensor.newFull([], 1)),
          shadow: mapped((x) => (x > 50 ? x : 1)),
        }
      default:
        if (tensor.dtype === 'float64') return this.#view(pair)
        return { tensor: tensor.to('float64'), shadow: fresh(values.map(Number), shadow.shape) }
    }
  }

  /** In-place writes, which all views see. */
  #write({ tensor, shadow }: Pair): void {
    if (overlapsItself(shadow)) return
    const value = tensor.dtype === 'bool' ? 1 : this.#below(100)
    const isFill = tensor.dtype === 'bool' || this.#below(2) === 0
    if (isFill) tensor.fill_(value)
    else tensor.add_(value)
    const round = rounding[tensor.dtype]
    for (const at of positionsOf(shadow)) shadow.data[at] = round(isFill ? value : plus(shadow.data[at]!, value))
  }

  /** Reads of one view, writes to another of the same elements: all is read before anything is written. */
  #writeOverlapping(pair: Pair): void {
    const dim = pair.shadow.shape.findLastIndex((size) => size > 1)
    if (dim < 0 || overlapsItself(pair.shadow)) return
    const size = pair.shadow.shape[dim]!
    const isShift = this.#below(2) === 0
    const target = isShift ? this.#narrow(pair, dim, 1, size - 1) : pair
    const from = isShift ? this.#narrow(pair, dim, 0, size - 1) : this.#flip(pair, dim)
    const values = valuesOf(from.shadow)
    const isCopy = pair.tensor.dtype === 'bool' || this.#below(2) === 0
    if (isCopy) target.tensor.copy_(from.tensor)
    else target.tensor.add_(from.tensor)
    const { data } = target.shadow
    const round = rounding[pair.tensor.dtype]
    positionsOf(target.shadow).forEach((at, i) => {
      data[at] = round(isCopy ? values[i]! : plus(data[at]!, values[i]!))
    })
    this.#expect(target)
  }

  /** Optimizer steps on four tensors, some of them windows of larger ones, whose neighbours must stay as they are. */
  #update(): void {
    if (this.#groups.length < 8) this.#groups.push(this.#group())
    else if (this.#below(20) === 0) this.#groups[this.#below(this.#groups.length)] = this.#group()
    const group = this.#pick(this.#groups)
    // One is in memory, though perhaps not for long, when the others come back.
    if (this.#below(2) === 0) {
      this.#expect(this.#pick(group))
      for (let i = this.#below(48); i > 0; i--) this.#flat(numelOf(group[0].shadow))
    }
    const [param, grad, first, second] = group
    if (this.#below(2) === 0) this.#sgd(param, grad, first)
    else this.#adam(param, grad, first, second)
  }

  #group(): readonly [Pair, Pair, Pair, Pair] {
    const size = this.#pick(flatSizes)
    const member = (): Pair => {
      const isWindow = this.#below(2) === 0
      if (!isWindow) return this.#flat(size, 1)
      const whole = this.#flat(size + 6, 1)
      this.#keep(whole)
      return this.#narrow(whole, 0, this.#below(7), size)
    }
    return [member(), member(), member(), member()]
  }

  #sgd(param: Pair, grad: Pair, velocity: Pair): void {
    const [p, g, v] = [param, grad, velocity].map(({ shadow }) => valuesOf(shadow).map(Number)) as [
      number[],
      number[],
      number[],
    ]
    const options = { lr: 1, momentum: 1, dampening: 0, weightDecay: 0, nesterov: false, isFirst: false }
    update('sgdStep', [param, grad, velocity], options)
    const speed = v.map((x, i) => Math.fround(x + g[i]!))
    assign(velocity, speed)
    assign(
      param,
      p.map((x, i) => Math.fround(x - speed[i]!)),
    )
    this.#expect(velocity)
    this.#expect(param)
  }

  /** Without memory of earlier gradients, the step is the gradient's sign. */
  #adam(param: Pair, grad: Pair, first: Pair, second: Pair): void {
    const g = valuesOf(grad.shadow).map(Number)
    const p = valuesOf(param.shadow).map(Number)
    const own = [...g, ...p, ...valuesOf(first.shadow), ...valuesOf(second.shadow)]
    if (
      own.some((x) => !(Math.abs(Number(x)) < largestExact ** 2)) ||
      g.some((x) => x === 0 || Math.abs(x) > largestExact)
    )
      return
    const options = {
      lr: 1,
      beta1: 0,
      beta2: 0,
      eps: 0,
      weightDecay: 0,
      isDecoupled: false,
      correction1: 1,
      correction2: 1,
    }
    update('adamStep', [param, grad, first, second], options)
    assign(first, g)
    assign(
      second,
      g.map((x) => x * x),
    )
    assign(
      param,
      p.map((x, i) => Math.fround(x - Math.sign(g[i]!))),
    )
    for (const pair of [first, second, param]) this.#expect(pair)
  }

  /** The gradient of a sum of products is the other factor. What the graph holds must outlive all that comes before `backward`. */
  #build(pair: Pair): void {
    const { dtype } = pair.tensor
    if ((dtype !== 'float32' && dtype !== 'float64') || this.#pending.length >= 8) return
    const leaf = pair.tensor.detach().clone()
    leaf.requiresGrad = true
    const other = this.#filled(dtype, pair.shadow.shape)
    const gradient = valuesOf(other.shadow).map((x) => Number(x) * 3)
    const loss = leaf.mul(other.tensor).mul(3).sum()
    this.#pending.push({ loss, leaf, gradient: fresh(gradient, pair.shadow.shape) })
  }

  #backward(): void {
    if (this.#pending.length === 0) return
    const [{ loss, leaf, gradient }] = this.#pending.splice(this.#below(this.#pending.length), 1) as [Pending]
    loss.backward()
    this.#keep({ tensor: leaf.grad!, shadow: gradient })
    this.#expect({ tensor: leaf.grad!, shadow: gradient })
  }

  /** Compiled functions on windows of what is alive, one of which writes its argument. */
  #compiled(): void {
    const fits = this.#live.filter(
      ({ tensor, shadow }) =>
        tensor.dtype === 'float32' &&
        isContiguous(shadow) &&
        flatSizes.some((size) => size === shadow.data.length || size + 6 === shadow.data.length),
    )
    if (fits.length === 0) return
    const { tensor, shadow } = this.#pick(fits)
    const numel = numelOf(shadow)
    const size = this.#pick(flatSizes.filter((count) => count <= numel))
    const flat: Pair = {
      tensor: tensor.reshape(-1),
      shadow: { data: shadow.data, shape: [numel], strides: [1], offset: shadow.offset },
    }
    const window = this.#narrow(flat, 0, this.#below(numel - size + 1), size)
    const { double, raise } = this.#functionsFor(size, shadow.data.length)
    if (this.#below(2) === 0) {
      const doubled = valuesOf(window.shadow).map((x) => Math.fround(Number(x) * 2))
      this.#keep({ tensor: double(window.tensor), shadow: fresh(doubled, [size]) })
      return
    }
    const result = raise(window.tensor)
    const raised = valuesOf(window.shadow).map((x) => Math.fround(Number(x) + 3))
    assign(window, raised)
    this.#keep({
      tensor: result,
      shadow: fresh(
        raised.map((x) => Math.fround(x * 2)),
        [size],
      ),
    })
    this.#expect({ tensor, shadow })
  }

  #functionsFor(size: number, length: number): Windowed {
    const key = `${size} of ${length}`
    const known = this.#windowed.get(key)
    if (known !== undefined) return known
    const made: Windowed = { double: compile((x) => x.add(x)), raise: compile((x) => x.add_(3).mul(2)) }
    this.#windowed.set(key, made)
    return made
  }

  /** A compiled step of SGD with momentum; its gradient is its argument. */
  #train(): void {
    const size = this.#pick(flatSizes)
    const training = this.#trainings.get(size) ?? this.#startTraining(size)
    this.#trainings.set(size, training)
    const { step, weight, velocity } = training
    const x = this.#flat(size)
    const result = step(x.tensor)
    const before = valuesOf(weight.shadow).map(Number)
    valuesOf(x.shadow).forEach((g, i) => (velocity[i] = Math.fround(velocity[i]! + Number(g))))
    const after = before.map((w, i) => Math.fround(w - velocity[i]!))
    assign(weight, after)
    this.#keep({
      tensor: result,
      shadow: fresh(
        after.map((w) => Math.fround(w * 2)),
        [size],
      ),
    })
    this.#expect(weight)
  }

  #startTraining(size: number): Training {
    const weight = this.#flat(size)
    weight.tensor.requiresGrad = true
    const optimizer = new SGD([weight.tensor], { lr: 1, momentum: 1 })
    const step = compile((x: Tensor): Tensor => {
      optimizer.zeroGrad()
      weight.tensor.mul(x).sum().backward()
      optimizer.step()
      return weight.tensor.detach().mul(2)
    })
    return { step, weight, velocity: Array.from({ length: size }, () => 0) }
  }
}

/** Runs an update as optimizers do, without history. */
function update(
  ...[primitive, pairs, options]: {
    [P in 'sgdStep' | 'adamStep']: [P, readonly Pair[], Parameters<typeof dispatchUpdate<P>>[2]]
  }['sgdStep' | 'adamStep']
): void {
  const inputs = pairs.map(({ tensor }) => tensor)
  const before = setRecording(false)
  try {
    dispatchUpdate(primitive, inputs, options)
  } finally {
    setRecording(before)
  }
}

function assign({ shadow }: Pair, values: readonly number[]): void {
  positionsOf(shadow).forEach((at, i) => (shadow.data[at] = values[i]!))
}
