import type { GeneratedData, GeneratorName } from './experiment.ts'
import type { Draw } from './random.ts'

/** A point of the plane and what it is worth: the index of its class, or a value. */
export interface Sample {
  readonly x: number
  readonly y: number
  readonly target: number
}

/** How a data set is made. */
export interface GeneratorDefinition {
  readonly task: 'classification' | 'regression'
  /** What it looks like, or its formula. */
  readonly about: string
  /** The classes that it can make. */
  readonly classes: 'any' | 'two' | 'none'
  /** Point `i` of `n`. */
  readonly draw: (i: number, n: number, spec: GeneratedData, draw: Draw) => Sample
}

const classOf = (i: number, { classes }: GeneratedData): number => i % classes

/** A surface over the square: noise goes into the value. */
const surface =
  (f: (x: number, y: number) => number): GeneratorDefinition['draw'] =>
  (_, __, { noise }, { uniform, normal }) => {
    const x = uniform(-2, 2)
    const y = uniform(-2, 2)
    return { x, y, target: f(x, y) + normal(noise) }
  }

/** Cells of a square: noise moves the points after their cell was told. */
const cells =
  (classIn: (x: number, y: number, classes: number) => number): GeneratorDefinition['draw'] =>
  (_, __, { classes, noise }, { uniform, normal }) => {
    const x = uniform(-1, 1)
    const y = uniform(-1, 1)
    return { x: x + normal(noise / 2), y: y + normal(noise / 2), target: classIn(x, y, classes) }
  }

/** The data sets that need no file. */
export const generators: Readonly<Record<GeneratorName, GeneratorDefinition>> = {
  moons: {
    task: 'classification',
    about: 'Two half circles that reach into each other.',
    classes: 'two',
    draw(i, _, { noise }, { uniform, normal }) {
      const angle = uniform(0, Math.PI)
      const upper = i % 2 === 0
      const x = upper ? Math.cos(angle) - 0.5 : 0.5 - Math.cos(angle)
      const y = upper ? Math.sin(angle) - 0.25 : 0.25 - Math.sin(angle)
      return { x: x + normal(noise), y: y + normal(noise), target: i % 2 }
    },
  },
  circles: {
    task: 'classification',
    about: 'Rings about one centre.',
    classes: 'any',
    draw(i, _, spec, { uniform, normal }) {
      const target = classOf(i, spec)
      const radius = (target + 0.5) / spec.classes + normal(spec.noise / spec.classes)
      const angle = uniform(0, 2 * Math.PI)
      return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), target }
    },
  },
  spirals: {
    task: 'classification',
    about: 'Arms wound about one centre.',
    classes: 'any',
    draw(i, _, spec, { uniform, normal }) {
      const target = classOf(i, spec)
      const along = Math.sqrt(uniform(0.005, 1))
      const angle = 1.5 * Math.PI * along * 2 + (2 * Math.PI * target) / spec.classes
      const spread = spec.noise * 0.25
      return {
        x: along * Math.cos(angle) + normal(spread),
        y: along * Math.sin(angle) + normal(spread),
        target,
      }
    },
  },
  blobs: {
    task: 'classification',
    about: 'Clouds around points on a circle.',
    classes: 'any',
    draw(i, _, spec, { normal }) {
      const target = classOf(i, spec)
      const angle = (2 * Math.PI * target) / spec.classes + Math.PI / 4
      const spread = 0.08 + spec.noise
      return { x: 0.8 * Math.cos(angle) + normal(spread), y: 0.8 * Math.sin(angle) + normal(spread), target }
    },
  },
  xor: {
    task: 'classification',
    about: 'Quarters of a square: opposite ones are alike.',
    classes: 'two',
    draw: cells((x, y) => (x > 0 === y > 0 ? 0 : 1)),
  },
  checkerboard: {
    task: 'classification',
    about: 'Sixteen cells, classes along the diagonals.',
    classes: 'any',
    draw: cells((x, y, classes) => (Math.floor((x + 1) * 2) + Math.floor((y + 1) * 2)) % classes),
  },
  sine: {
    task: 'regression',
    about: 'z = sin(2x + y)',
    classes: 'none',
    draw: surface((x, y) => Math.sin(2 * x + y)),
  },
  cubic: {
    task: 'regression',
    about: 'z = (x³ − 3xy²) / 8',
    classes: 'none',
    draw: surface((x, y) => (x ** 3 - 3 * x * y ** 2) / 8),
  },
  V: {
    task: 'regression',
    about: 'z = |x| − 1',
    classes: 'none',
    draw: surface((x) => Math.abs(x) - 1),
  },
}

/** The classes that a spec really makes. */
export function classCount({ generator, classes }: GeneratedData): number {
  const allowed = generators[generator].classes
  return allowed === 'any' ? classes : allowed === 'two' ? 2 : 0
}
