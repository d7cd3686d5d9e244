import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { IndexSpec, NestedArray, Shape, Slice, Tensor } from './index.ts'
import { arange, ones, zeros } from './index.ts'

// Indexing and views against oracles that are slow and obvious: nested arrays, walked one element at a time.

const numelOf = (shape: Shape): number => shape.reduce((n, size) => n * size, 1)
const numbered = (shape: Shape): Tensor => arange(numelOf(shape)).reshape(shape)
const flat = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
const filledShapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })

/** What one place of an index means: positions kept as a dim, one position, a new dim, or positions picked together. */
type Place =
  | { readonly kind: 'slice'; readonly spec: Slice; readonly positions: readonly number[] }
  | { readonly kind: 'position'; readonly spec: number }
  | { readonly kind: 'new' }
  | { readonly kind: 'pick'; readonly spec: readonly number[] }

/** Python's slice, one step at a time. */
function walk({ start, end, step }: Slice, size: number): number[] {
  const stride = step ?? 1
  const fromEnd = (at: number) => (at < 0 ? at + size : at)
  const positions: number[] = []
  const first = start === null || start === undefined ? (stride > 0 ? 0 : size - 1) : fromEnd(start)
  const last = end === null || end === undefined ? (stride > 0 ? size : -1) : Math.max(fromEnd(end), -1)
  // Starts outside are cut to the nearest place from which the step leads inside.
  let at = stride > 0 ? Math.max(first, 0) : Math.min(first, size - 1)
  for (; stride > 0 ? at < last : at > last; at += stride) if (at >= 0 && at < size) positions.push(at)
  return positions
}

const bound = fc.option(fc.integer({ min: -6, max: 6 }))
const step = fc.option(fc.integer({ min: -3, max: 3 }).filter((value) => value !== 0))

function sliceOf(size: number): fc.Arbitrary<Place> {
  return fc
    .record({ start: bound, end: bound, step })
    .map((spec) => ({ kind: 'slice' as const, spec, positions: walk(spec, size) }))
}

function placeOf(size: number, picks: number): fc.Arbitrary<Place> {
  if (size === 0) return sliceOf(0)
  const position = fc.integer({ min: -size, max: size - 1 })
  return fc.oneof(
    { weight: 3, arbitrary: sliceOf(size) },
    { weight: 2, arbitrary: position.map((spec) => ({ kind: 'position' as const, spec })) },
    ...(picks > 0
      ? [
          {
            weight: 2,
            arbitrary: fc
              .array(position, { minLength: picks, maxLength: picks })
              .map((spec) => ({ kind: 'pick' as const, spec })),
          },
        ]
      : []),
  )
}

interface Case {
  readonly shape: Shape
  readonly places: readonly Place[]
}

/** A shape and a place for some of its leading dims, new dims strewn in. */
function casesWith(picks: number): fc.Arbitrary<Case> {
  return shapes.chain((shape) =>
    fc.nat({ max: shape.length }).chain((used) =>
      fc
        .tuple(
          fc.tuple(...shape.slice(0, used).map((size) => placeOf(size, picks))),
          fc.array(fc.nat({ max: used }), { maxLength: 2 }),
        )
        .map(([own, news]) => ({
          shape,
          places: news.reduce<Place[]>((places, at) => places.toSpliced(at, 0, { kind: 'new' }), [...own]),
        })),
    ),
  )
}

function specsOf({ places }: Case): IndexSpec[] {
  return places.map((place) => (place.kind === 'new' ? null : place.spec))
}

/** Shape of the result, and for each of its elements, in order, the row-major position in the tensor. */
function oracle({ shape, places }: Case): { readonly shape: number[]; readonly from: number[] } {
  const used = places.filter(({ kind }) => kind !== 'new').length
  const rest = shape.slice(used).map((size): Place => ({
    kind: 'slice',
    spec: {},
    positions: Array.from({ length: size }, (_, i) => i),
  }))
  const all = [...places, ...rest]
  // The dims of the result: numbers name a place, 'pick' all picking places at once. Single positions leave no dim behind.
  const kept = all.map((place, i) => ({ place, i })).filter(({ place }) => place.kind !== 'position')
  const picking = kept.map(({ place }) => place.kind === 'pick')
  const count = picking.filter(Boolean).length
  const together = count > 0 && picking.lastIndexOf(true) - picking.indexOf(true) === count - 1
  const dims: (number | 'pick')[] = []
  if (count > 0 && !together) dims.push('pick')
  kept.forEach(({ place, i }, at) => {
    if (place.kind !== 'pick') dims.push(i)
    else if (together && at === picking.indexOf(true)) dims.push('pick')
  })
  const picks = all.find((place) => place.kind === 'pick')
  const sizes = dims.map((dim) => {
    if (dim === 'pick') return picks!.spec.length
    const place = all[dim]!
    return place.kind === 'slice' ? place.positions.length : 1
  })
  const from: number[] = []
  const visit = (coordinates: readonly number[]): void => {
    if (coordinates.length < sizes.length) {
      for (let i = 0; i < sizes[coordinates.length]!; i++) visit([...coordinates, i])
      return
    }
    let position = 0
    let dim = 0
    all.forEach((place, i) => {
      if (place.kind === 'new') return
      const size = shape[dim++]!
      const at =
        place.kind === 'position'
          ? place.spec
          : place.kind === 'pick'
            ? place.spec[coordinates[dims.indexOf('pick')]!]!
            : place.positions[coordinates[dims.indexOf(i)]!]!
      position = position * size + (at < 0 ? at + size : at)
    })
    from.push(position)
  }
  visit([])
  return { shape: sizes, from }
}

describe('x.index(...specs)', () => {
  test('slices, positions and new dims give what Python gives', () => {
    fc.assert(
      fc.property(casesWith(0), (given) => {
        const want = oracle(given)
        const got = numbered(given.shape).index(...specsOf(given))
        expect(got.shape).toEqual(want.shape)
        expect(flat(got)).toEqual(want.from)
      }),
      { numRuns: 400 },
    )
  })

  test('picks give what NumPy and PyTorch give, wherever they stand', () => {
    fc.assert(
      fc.property(casesWith(3), (given) => {
        const want = oracle(given)
        const got = numbered(given.shape).index(...specsOf(given))
        expect(got.shape).toEqual(want.shape)
        expect(flat(got)).toEqual(want.from)
      }),
      { numRuns: 600 },
    )
  })

  test('of a view gives what it gives of a copy', () => {
    fc.assert(
      fc.property(casesWith(2), (given) => {
        const view = numbered(given.shape.toReversed()).T
        const specs = specsOf(given)
        expect(view.index(...specs).tolistSync()).toEqual(
          view
            .clone()
            .index(...specs)
            .tolistSync(),
        )
      }),
      { numRuns: 200 },
    )
  })

  test('texts of slices mean what their numbers mean', () => {
    fc.assert(
      fc.property(bound, bound, step, (start, end, by) => {
        const text = `${start ?? ''}:${end ?? ''}${by === null ? '' : `:${by}`}`
        expect(arange(5).index(text).tolistSync()).toEqual(walk({ start, end, step: by }, 5))
      }),
    )
  })

  test('of a mask gives the elements where it is true, in order', () => {
    fc.assert(
      fc.property(filledShapes, fc.infiniteStream(fc.boolean()), (shape, stream) => {
        const flags = [...stream.take(numelOf(shape))]
        const mask = zeros(shape, { dtype: 'bool' })
        flags.forEach((flag, i) => mask.view(-1).set(i, flag))
        const want = flags.flatMap((flag, i) => (flag ? [i] : []))
        expect(flat(numbered(shape).index(mask))).toEqual(want)
        expect(flat(numbered(shape).maskedSelect(mask))).toEqual(want)
      }),
      { numRuns: 100 },
    )
  })
})

describe('x.set(index, value)', () => {
  test('writes where x.index(...) reads, and nowhere else', () => {
    fc.assert(
      fc.property(casesWith(3), (given) => {
        const { from, shape } = oracle(given)
        const x = numbered(given.shape)
        const values = arange(from.length).reshape(shape).add(1000)
        x.set(specsOf(given), values)
        const want = Array.from({ length: numelOf(given.shape) }, (_, i) => i)
        from.forEach((position, i) => (want[position] = 1000 + i))
        expect(flat(x)).toEqual(want)
      }),
      { numRuns: 400 },
    )
  })

  test('adds up what lands on one place with indexPut_ and accumulate', () => {
    fc.assert(
      fc.property(casesWith(4), (given) => {
        const { from } = oracle(given)
        const x = zeros(given.shape)
        const want = flat(x)
        x.indexPut_(specsOf(given), 1, { accumulate: true })
        for (const position of from) want[position]! += 1
        expect(flat(x)).toEqual(want)
      }),
      { numRuns: 200 },
    )
  })
})

/** One view of a tensor, or undefined where it does not apply. */
type Step = (x: Tensor) => Tensor | undefined

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.nat().map(
    (seed): Step =>
      (x) =>
        x.permute(x.shape.map((_, dim) => (dim + seed) % x.ndim)),
  ),
  fc.nat().map(
    (seed): Step =>
      (x) =>
        x.ndim === 0 ? undefined : x.flip(seed % x.ndim),
  ),
  fc.tuple(fc.nat(), fc.nat()).map(([dim, at]): Step => (x) => {
    const size = x.shape[dim % Math.max(1, x.ndim)]
    return size === undefined || size === 0 ? undefined : x.select(dim % x.ndim, at % size)
  }),
  fc.tuple(fc.nat(), bound, bound, step).map(([dim, start, end, by]): Step => (x) => {
    if (x.ndim === 0) return undefined
    return x.index(...Array.from({ length: dim % x.ndim }, () => ':'), { start, end, step: by })
  }),
  fc.nat().map(
    (dim): Step =>
      (x) =>
        x.unsqueeze(dim % (x.ndim + 1)),
  ),
  fc.constant<Step>((x) => x.squeeze()),
  fc.constant<Step>((x) => (x.isContiguous ? x.view(-1) : undefined)),
  fc.integer({ min: -2, max: 2 }).map(
    (offset): Step =>
      (x) =>
        x.ndim < 2 ? undefined : x.diagonal(offset),
  ),
  fc.integer({ min: 1, max: 3 }).map(
    (size): Step =>
      (x) =>
        x.ndim === 0 || x.shape[0]! < size ? undefined : x.unfold(0, size, size),
  ),
)

const chains = fc.array(steps, { maxLength: 6 })
const apply = (x: Tensor, chain: readonly Step[]): Tensor => chain.reduce((view, next) => next(view) ?? view, x)

describe('writes through any chain of views', () => {
  test('fill_, add_, copy_ and set reach the base where the view reads it', () => {
    fc.assert(
      fc.property(filledShapes, chains, fc.integer({ min: 0, max: 3 }), (shape, chain, kind) => {
        // The elements of a view of numbered elements are the places that it sees.
        const seen = flat(apply(numbered(shape), chain))
        const base = numbered(shape)
        const view = apply(base, chain)
        const values = arange(view.numel).reshape(view.shape).add(100)
        const want = flat(base)
        seen.forEach((position, i) => (want[position] = [100 + i, position + 5, -1, 100 + i][kind]!))
        if (kind === 0) view.copy_(values)
        else if (kind === 1) view.add_(5)
        else if (kind === 2) view.fill_(-1)
        else view.set('...', values)
        expect(flat(base)).toEqual(want)
      }),
      { numRuns: 500 },
    )
  })

  test('a write to the base is seen by the view', () => {
    fc.assert(
      fc.property(filledShapes, chains, (shape, chain) => {
        const base = numbered(shape)
        const view = apply(base, chain)
        const before = flat(view)
        base.mul_(2)
        expect(flat(view)).toEqual(before.map((value) => 2 * value))
      }),
      { numRuns: 200 },
    )
  })
})

describe('round trips', () => {
  const nested = (x: Tensor): NestedArray => x.tolistSync()

  test('a permutation and its inverse', () => {
    fc.assert(
      fc.property(
        shapes.chain((shape) =>
          fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })),
        ),
        ([shape, dims]) => {
          const x = numbered(shape)
          const there = x.permute(dims)
          expect(there.shape).toEqual(dims.map((dim) => shape[dim]))
          expect(nested(there.permute(dims.map((_, dim) => dims.indexOf(dim))))).toEqual(nested(x))
        },
      ),
    )
  })

  test('reshape of any view keeps the row-major order', () => {
    fc.assert(
      fc.property(filledShapes, chains, (shape, chain) => {
        const view = apply(numbered(shape), chain)
        expect(flat(view.reshape(-1))).toEqual(flat(view))
        expect(nested(view.reshape(-1).reshape(view.shape))).toEqual(nested(view))
        expect(flat(view.unsqueeze(0).flatten())).toEqual(flat(view))
      }),
      { numRuns: 300 },
    )
  })

  test('expand, then sumTo, counts the copies', () => {
    fc.assert(
      fc.property(filledShapes, fc.infiniteStream(fc.boolean()), fc.nat({ max: 3 }), (shape, stream, lead) => {
        const shrunk = shape.map((size) => (stream.next().value === true ? 1 : size))
        const wide = [...Array.from({ length: lead }, () => 2), ...shape]
        const copies = numelOf(wide) / numelOf(shrunk)
        expect(nested(ones(shrunk).expand(wide).sumTo(shrunk))).toEqual(nested(ones(shrunk).mul(copies)))
      }),
    )
  })

  test('split, chunk and unbind put together again', () => {
    fc.assert(
      fc.property(filledShapes, fc.nat(), fc.integer({ min: 1, max: 4 }), (shape, seed, size) => {
        const x = numbered(shape)
        const dim = seed % shape.length
        const joined = (parts: readonly Tensor[]) => parts.flatMap((part) => flat(part.movedim(dim, 0)))
        expect(joined(x.split(size, dim))).toEqual(flat(x.movedim(dim, 0)))
        expect(joined(x.chunk(size, dim))).toEqual(flat(x.movedim(dim, 0)))
        expect(x.unbind(dim).flatMap(flat)).toEqual(flat(x.movedim(dim, 0)))
      }),
      { numRuns: 100 },
    )
  })
})
