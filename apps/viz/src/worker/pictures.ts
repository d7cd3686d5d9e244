import type { Tensor } from '@metagrad/tensor'
import type { Extent, LinearValues, Surface, UnitSurfaces } from '../model/frame.ts'
import { gridInputs, linearValuesOf, surfaceOf, unitSurfacesOf } from '../model/frame.ts'
import type { Trainer } from '../model/trainer.ts'

/** What a model answers at one moment. */
export interface Picture {
  readonly surface: Surface
  /** What is drawn of the network; undefined where the last is to stay. */
  readonly network: { readonly units: UnitSurfaces; readonly linears: readonly LinearValues[] } | undefined
}

/** Milliseconds from one picture to the next: 17 a second, and not so few that they no longer look like one movement. */
const beatMs = { least: 58, most: 125 }
/** Between these bounds, the share of the training's time that the dearest pictures may take. */
const mostShare = 0.08
/** Cells to a side, where there is time for many, and of a training that moves on before an eye could tell them apart. */
const cells = { many: 100, few: 50 }
const unitCells = { many: 24, few: 16 }
/** The bounds, in milliseconds a picture, of having few cells and many: cells go before the pictures come less often. */
const costMs = { most: 1, least: 0.25 }
const costsKept = 9

/** Decides when the pictures of a training are due and how fine they are, by what they cost the training. */
export class Pictures {
  readonly #trainer: Trainer
  readonly #extent: Extent
  readonly #now: () => number
  /** Where the pictures ask the model, by cells to a side. */
  readonly #grids = new Map<number, readonly Tensor[]>()
  /** Milliseconds of the last pictures that had the network. */
  #costs: readonly number[] = []
  #cost = 0
  #cells = cells.few
  #hasNetwork = false
  #due = -Infinity

  /** @param now milliseconds, rising */
  constructor(trainer: Trainer, extent: Extent, now: () => number) {
    this.#trainer = trainer
    this.#extent = extent
    this.#now = now
  }

  get areDue(): boolean {
    return this.#now() >= this.#due
  }

  /** As fine as it gets. */
  ofResting(): Picture {
    return this.#picture(cells.many, unitCells.many)
  }

  /** Gives a picture to `send` that leaves the training its time; the network, in which an eye follows less, every second time. */
  sendMoving(send: (picture: Picture) => void): void {
    const begun = this.#now()
    this.#hasNetwork = !this.#hasNetwork
    send(this.#picture(this.#cells, this.#hasNetwork ? unitCells.few : undefined))
    if (this.#hasNetwork) this.#count(this.#now() - begun)
    // By a beat: one that comes late, as the training goes in slices, does not make those after it late.
    const beat = Math.min(beatMs.most, Math.max(beatMs.least, this.#cost / mostShare))
    this.#due = Math.max(this.#due + beat, begun + beat / 2)
  }

  /** Takes the lower quartile of some as what a picture costs: whatever else the machine does makes others late. */
  #count(cost: number): void {
    this.#costs = [...this.#costs.slice(1 - costsKept), cost]
    this.#cost = this.#costs.toSorted((a, b) => a - b)[this.#costs.length >> 2]!
    if (this.#cost > costMs.most) this.#cells = cells.few
    if (this.#cost < costMs.least) this.#cells = cells.many
  }

  #picture(n: number, unitsN: number | undefined): Picture {
    const trainer = this.#trainer
    return {
      surface: surfaceOf(trainer, this.#grid(n), n),
      network:
        unitsN === undefined
          ? undefined
          : {
              units: unitSurfacesOf(trainer, this.#grid(unitsN), unitsN),
              linears: linearValuesOf(trainer),
            },
    }
  }

  #grid(n: number): readonly Tensor[] {
    const known = this.#grids.get(n) ?? gridInputs(this.#trainer, this.#extent, n)
    this.#grids.set(n, known)
    return known
  }
}
