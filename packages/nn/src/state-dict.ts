import { StateDictError, Tensor, formatShape, sameShape } from '@metagrad/tensor'

/** Tensors by dotted name, in the order of the module's properties. */
export type StateDict = Map<string, Tensor>

export interface LoadOptions {
  /** Whether all names must match; true by default. Shapes must match in any case. */
  readonly strict?: boolean
}

/** What a load that was not strict left out. */
export interface LoadResult {
  /** Names in the module that the state lacks. */
  readonly missing: readonly string[]
  /** Names in the state that the module lacks. */
  readonly unexpected: readonly string[]
}

const shownAtMost = 10

function list(what: string, items: readonly string[]): string[] {
  if (items.length === 0) return []
  const rest = items.length - shownAtMost
  return [`${what} ${items.slice(0, shownAtMost).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`]
}

const quoted = (names: readonly string[]): string[] => names.map((name) => JSON.stringify(name))

/**
 * Copies the values of `state` into the tensors of `own`, or changes nothing.
 *
 * @param name of the module, for messages
 */
export function loadInto(
  name: string,
  own: StateDict,
  state: ReadonlyMap<string, Tensor>,
  { strict = true }: LoadOptions,
): LoadResult {
  if (!(state instanceof Map)) {
    throw new StateDictError(
      'loadStateDict: the state must be a Map of tensors by name. Use new Map(Object.entries(state)) for an object.',
    )
  }
  const missing = [...own.keys()].filter((key) => !state.has(key))
  const unexpected = [...state.keys()].filter((key) => !own.has(key))
  const unfit: string[] = []
  const copies: (() => void)[] = []
  for (const [key, target] of own) {
    const value: unknown = state.get(key)
    if (value === undefined) continue
    if (!(value instanceof Tensor)) unfit.push(`${JSON.stringify(key)} is no tensor`)
    else if (!sameShape(value.shape, target.shape)) {
      unfit.push(`${JSON.stringify(key)} has shape ${formatShape(value.shape)} vs ${formatShape(target.shape)}`)
    } else {
      // Converted before anything is written: a conversion may fail.
      const source = value.detach().to({ dtype: target.dtype, device: target.device })
      copies.push(() => target.copy_(source))
    }
  }
  const names = strict ? [...list('missing', quoted(missing)), ...list('unexpected', quoted(unexpected))] : []
  const problems = [...names, ...list('unfit:', unfit)]
  if (problems.length > 0) {
    const advice = names.length > 0 && unfit.length === 0 ? ' Pass { strict: false } to load what fits.' : ''
    throw new StateDictError(`loadStateDict: the state does not fit ${name}: ${problems.join('; ')}.${advice}`)
  }
  for (const copy of copies) copy()
  return { missing, unexpected }
}
