import type { Table } from '@metagrad/data'
import type { Tensor } from '@metagrad/tensor'
import type { RunEvent } from '@metagrad/runlog'
import { VolumeGuard } from '@metagrad/runlog'
import type { Dataset } from '../model/dataset.ts'
import { generateDataset, tableDataset } from '../model/dataset.ts'
import type { CsvData, Experiment } from '../model/experiment.ts'
import type { Extent } from '../model/frame.ts'
import { extentOf, gridInputs, linearValuesOf, surfaceOf, unitSurfacesOf } from '../model/frame.ts'
import { explainNonFinite } from '../model/non-finite.ts'
import { Trainer } from '../model/trainer.ts'
import type { Frame, Points, Reply, Request, Setup } from './protocol.ts'

/** What a session needs of its surroundings: a worker in the page, a test in Node. */
export interface Surroundings {
  readonly post: (reply: Reply) => void
  /** Runs a function soon, after messages that wait. */
  readonly defer: (run: () => void) => void
  /** Milliseconds, rising. */
  readonly now: () => number
}

/** Milliseconds of training between looks at the inbox. */
const sliceMs = 10
/** Milliseconds between pictures: more than 15 a second, and not so few that they no longer look like one movement. */
const pictureMs = { least: 50, most: 125 }
/** Between these bounds the training has so much longer for itself than a whole picture takes; every second one is less. */
const restPerPicture = 20
/** The bounds, in milliseconds a picture, of having few cells and many: cells go before the pictures come less often. */
const pictureCost = { most: 1, least: 0.25 }
const cells = { many: 100, few: 50 }
const mostPoints = 2000
/** Epochs of a curve that are all kept; of many more ever fewer are. No screen is wider. */
const curvePoints = 1000
const unitCells = 24
/** Least milliseconds between pictures of the network: small ones, in which an eye follows less. */
const networkMs = 100

/** The trainer behind the page: takes requests, trains in slices, and answers each `frame` with one message. */
export class Session {
  readonly #around: Surroundings
  #trainer: Trainer | undefined
  #extent: Extent = { x: [0, 1], y: [0, 1] }
  #table: { readonly name: string; readonly table: Table } | undefined
  #events: RunEvent[] = []
  #seq = 0
  #guard = new VolumeGuard(curvePoints)
  #playing = false
  #looping = false
  #stepsPerFrame = Infinity
  #stepsThisFrame = 0
  #isFrameWanted = false
  #isStale = false
  #cells = cells.many
  /** Milliseconds of the last pictures that had everything. */
  #costs: readonly number[] = []
  #pictureCost = 0
  #pictureAt = -Infinity
  #networkAt = -Infinity
  /** Where the pictures ask the model, by cells to a side. */
  #grids = new Map<number, Tensor>()
  #rate = { at: 0, steps: 0, value: 0 }

  constructor(surroundings: Surroundings) {
    this.#around = surroundings
  }

  async handle(request: Request): Promise<void> {
    switch (request.kind) {
      case 'configure':
        return this.#configure(request.experiment)
      case 'play':
        this.#stepsPerFrame = request.stepsPerFrame
        return this.#play()
      case 'pause':
        this.#playing = false
        return this.#answer(true)
      case 'advance':
        return this.#advance(request.unit)
      case 'frame':
        this.#isFrameWanted = true
        this.#stepsThisFrame = 0
        if (this.#playing) this.#loop()
        return this.#answer(false)
      case 'edit':
        this.#trainer?.setParameter(request.parameter, request.index, request.value)
        return this.#answer(true)
      case 'read':
        return this.#read(request.name, request.bytes)
      case 'tape':
        return this.#recordTape()
    }
  }

  async #read(name: string, bytes: Uint8Array): Promise<void> {
    const { readTable } = await import('./read-table.ts')
    const { table, view } = await readTable(name, bytes)
    this.#table = table && { name, table }
    this.#around.post({ kind: 'table', table: view })
  }

  async #datasetOf({ data, seed }: Experiment): Promise<Dataset | string> {
    if (data.source === 'generator') return generateDataset(data, seed)
    if (this.#table?.name !== data.file) return `The file ${data.file} is not here. Open it to go on.`
    if (data.columns.includes('') || data.target === '') return 'Choose two columns to look at and one to predict.'
    return this.#tableDataset(data, this.#table.table, seed)
  }

  async #tableDataset(data: CsvData, table: Table, seed: number): Promise<Dataset | string> {
    const { chooseTarget } = await import('./read-table.ts')
    try {
      const plan = chooseTarget(table, data.target)
      if (plan.classes.length > 10) return `${data.target} has ${plan.classes.length} classes; the page shows up to 10.`
      const dataset = tableDataset(table, { ...data, ...plan }, seed)
      return dataset.x.length < 10 ? `Only ${dataset.x.length} rows are complete; at least 10 are needed.` : dataset
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  async #configure(experiment: Experiment): Promise<void> {
    this.#playing = false
    this.#trainer = undefined
    const dataset = await this.#datasetOf(experiment)
    if (typeof dataset === 'string') {
      this.#around.post({ kind: 'refused', text: dataset })
      return
    }
    const trainer = new Trainer(experiment, dataset)
    this.#trainer = trainer
    this.#extent = extentOf(trainer)
    this.#grids.clear()
    this.#events = []
    this.#seq = 0
    this.#guard = new VolumeGuard(curvePoints)
    this.#emit({
      kind: 'start',
      run: dataset.name,
      attempt: 1,
      format: 1,
      totals: {
        stepsPerEpoch: trainer.stepsPerEpoch,
        rows: { train: dataset.train.length, val: dataset.validation.length },
      },
      task: dataset.task,
      metrics: [
        { name: 'loss', better: 'lower' },
        { name: dataset.task === 'classification' ? 'accuracy' : 'r2', better: 'higher' },
      ],
    })
    this.#evaluate(trainer, 0)
    this.#around.post({ kind: 'ready', setup: setupOf(trainer, this.#extent), frame: this.#frame(true, true) })
  }

  #emit(fields: DistributiveOmit<RunEvent, 'v' | 'seq' | 't'>): void {
    this.#events.push({ v: 1, seq: this.#seq++, t: Date.now(), ...fields })
  }

  #evaluate(trainer: Trainer, epoch: number): void {
    const { dataset, stepCount } = trainer
    const score = dataset.task === 'classification' ? 'accuracy' : 'r2'
    const train = trainer.evaluate(dataset.train)
    const held = trainer.evaluate(dataset.validation)
    const values = {
      'train/loss': train.loss,
      'val/loss': held.loss,
      [`train/${score}`]: train.score,
      [`val/${score}`]: held.score,
    }
    this.#emit({ kind: 'scalar', per: 'epoch', step: stepCount, epoch, values })
  }

  /** One step, written down. False when training cannot go on. */
  #step(trainer: Trainer): boolean {
    const { epoch } = trainer
    const { loss, fault, endsEpoch } = trainer.step()
    const step = trainer.stepCount
    if (fault !== undefined || !Number.isFinite(loss)) {
      const text =
        fault === undefined
          ? 'The loss is not finite, and the step run again was. Reset to begin anew.'
          : explainNonFinite(fault, trainer.experiment.lr)
      this.#emit({ kind: 'alert', step: step + 1, epoch, code: 'NONFINITE', subject: fault?.op, text })
      return false
    }
    // Evaluating every epoch of a long training would cost more than the training.
    if (endsEpoch && this.#guard.keep('epoch')) this.#evaluate(trainer, epoch)
    this.#isStale = true
    return true
  }

  #advance(unit: 'batch' | 'epoch'): void {
    this.#playing = false
    const trainer = this.#trainer
    if (trainer !== undefined) {
      const steps = unit === 'batch' ? 1 : trainer.stepsPerEpoch - (trainer.stepCount % trainer.stepsPerEpoch)
      for (let i = 0; i < steps; i++) if (!this.#step(trainer)) break
    }
    this.#answer(true)
  }

  #play(): void {
    if (this.#trainer === undefined) return
    this.#playing = true
    this.#rate = { at: this.#around.now(), steps: this.#trainer.stepCount, value: 0 }
    this.#loop()
  }

  get #mayStep(): boolean {
    return this.#playing && this.#trainer !== undefined && this.#stepsThisFrame < this.#stepsPerFrame
  }

  #loop(): void {
    if (this.#looping) return
    this.#looping = true
    const turn = (): void => {
      const until = this.#around.now() + sliceMs
      while (this.#mayStep && this.#around.now() < until) {
        this.#stepsThisFrame += 1
        if (!this.#step(this.#trainer!)) this.#playing = false
      }
      this.#answer(false)
      // With a limit per frame, the next `frame` starts the loop again.
      this.#looping = this.#mayStep
      if (this.#looping) this.#around.defer(turn)
    }
    turn()
  }

  /** Sends a frame if the page wants one and there is news, or at once when `forced`. */
  #answer(forced: boolean): void {
    if (this.#trainer === undefined) return
    if (!forced && (!this.#isFrameWanted || (!this.#isStale && this.#events.length === 0))) return
    const now = this.#around.now()
    const isLast = forced || !this.#playing
    const withSurface = isLast || now - this.#pictureAt >= this.#pictureRest
    // At full speed figures come with the pictures; between two of them there is nothing that an eye could follow.
    if (!withSurface && this.#stepsPerFrame === Infinity) return
    const withNetwork = withSurface && (isLast || now - this.#networkAt >= networkMs)
    this.#isFrameWanted = false
    this.#around.post({ kind: 'frame', frame: this.#frame(withSurface, withNetwork) })
    if (!withSurface) return
    this.#isStale = false
    this.#pictureAt = this.#around.now()
    if (!withNetwork) return
    this.#networkAt = now
    if (this.#playing) this.#chooseCells(this.#pictureAt - now)
  }

  get #pictureRest(): number {
    return Math.min(pictureMs.most, Math.max(pictureMs.least, restPerPicture * this.#pictureCost))
  }

  #frame(withSurface: boolean, withNetwork: boolean): Frame {
    const trainer = this.#trainer!
    const events = this.#takeEvents()
    const now = this.#around.now()
    if (now - this.#rate.at > 500) {
      const value = ((trainer.stepCount - this.#rate.steps) * 1000) / (now - this.#rate.at)
      this.#rate = { at: now, steps: trainer.stepCount, value }
    }
    // A picture that stays may be as fine as it gets.
    const surfaceCells = this.#playing ? this.#cells : cells.many
    return {
      events,
      step: trainer.stepCount,
      epoch: trainer.epoch,
      rate: this.#playing ? this.#rate.value : 0,
      surface: withSurface ? surfaceOf(trainer, this.#grid(surfaceCells), surfaceCells) : undefined,
      units: withNetwork ? unitSurfacesOf(trainer, this.#grid(unitCells), unitCells) : undefined,
      linears: withNetwork ? linearValuesOf(trainer) : undefined,
    }
  }

  #grid(n: number): Tensor {
    const known = this.#grids.get(n) ?? gridInputs(this.#trainer!, this.#extent, n)
    this.#grids.set(n, known)
    return known
  }

  /**
   * Fewer cells when pictures take too much of the training's time: by the lower quartile of some whole ones, since whatever
   * else the machine does makes others late.
   */
  #chooseCells(cost: number): void {
    this.#costs = [...this.#costs.slice(-8), cost]
    this.#pictureCost = this.#costs.toSorted((a, b) => a - b)[this.#costs.length >> 2]!
    if (this.#pictureCost > pictureCost.most) this.#cells = cells.few
    if (this.#pictureCost < pictureCost.least) this.#cells = cells.many
  }

  /** What was recorded since the last frame. */
  #takeEvents(): readonly RunEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  async #recordTape(): Promise<void> {
    const trainer = this.#trainer
    if (trainer === undefined) return
    const [{ recordTape }, { layOutTape }] = await Promise.all([
      import('../graph/tape.ts'),
      import('../graph/layout.ts'),
    ])
    const { dropout, model, titles } = trainer.built
    const random = dropout.getState()
    model.train()
    const batch = trainer.nextBatch()
    const roles = new Map([
      [batch.inputs, 'batch'],
      [batch.targets, 'targets'],
    ])
    const tape = recordTape(() => trainer.loss(batch, true), { model, titles, roles })
    dropout.setState(random)
    this.#around.post({ kind: 'tape', tape, layout: layOutTape(tape) })
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

function setupOf(trainer: Trainer, extent: Extent): Setup {
  const { dataset, built } = trainer
  const { name, task, features, target, classes, explanation, dropped } = dataset
  return {
    name,
    task,
    features,
    target,
    classes,
    explanation,
    extent,
    points: pointsOf(dataset),
    widths: [2, ...built.linears.map(({ outFeatures }) => outFeatures)],
    parameterCount: built.model.parameters().reduce((sum, { numel }) => sum + numel, 0),
    stepsPerEpoch: trainer.stepsPerEpoch,
    rows: { train: dataset.train.length, validation: dataset.validation.length, dropped },
  }
}

/** Rows to draw, evenly thinned. */
function pointsOf({ x, y, targets, train, validation }: Dataset): Points {
  const thin = (rows: Uint32Array): Uint32Array => {
    const every = Math.max(1, rows.length / mostPoints)
    return Uint32Array.from({ length: Math.floor(rows.length / every) }, (_, i) => rows[Math.floor(i * every)]!)
  }
  const [shown, held] = [thin(train), thin(validation)]
  const rows = Uint32Array.of(...shown, ...held)
  return {
    x: Float32Array.from(rows, (row) => x[row]!),
    y: Float32Array.from(rows, (row) => y[row]!),
    targets: Float32Array.from(rows, (row) => targets[row]!),
    held: Uint8Array.from(rows, (_, i) => Number(i >= shown.length)),
  }
}

/** The buffers of a reply that can be handed over instead of copied. */
export function transferable(reply: Reply): ArrayBuffer[] {
  if (reply.kind !== 'frame' && reply.kind !== 'ready') return []
  const { surface, units, linears = [] } = reply.frame
  return [
    ...(surface === undefined ? [] : [surface.labels, surface.levels]),
    ...(units?.layers ?? []),
    ...linears.flatMap(({ weight, bias }) => [weight, bias]),
  ].flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []))
}
