import type { Table } from '@metagrad/data'
import type { RunEvent } from '@metagrad/runlog'
import { VolumeGuard } from '@metagrad/runlog'
import type { Dataset } from '../model/dataset.ts'
import { generateDataset, tableDataset } from '../model/dataset.ts'
import type { CsvData, Experiment } from '../model/experiment.ts'
import { extentOf } from '../model/frame.ts'
import { explainNonFinite } from '../model/non-finite.ts'
import { Trainer } from '../model/trainer.ts'
import type { Picture } from './pictures.ts'
import { Pictures } from './pictures.ts'
import type { Frame, Reply, Request } from './protocol.ts'
import { setupOf } from './setup.ts'

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
/** Epochs of a curve that are all kept; of many more ever fewer are. No chart of theirs is much wider. */
const curvePoints = 600

/** The trainer behind the page: takes requests, trains in slices, and answers each `frame` with one message. */
export class Session {
  readonly #around: Surroundings
  #trainer: Trainer | undefined
  #pictures: Pictures | undefined
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
    const extent = extentOf(trainer)
    const pictures = new Pictures(trainer, extent, this.#around.now)
    this.#trainer = trainer
    this.#pictures = pictures
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
    this.#around.post({
      kind: 'ready',
      setup: setupOf(trainer, extent),
      frame: this.#frame(trainer, pictures.ofResting()),
    })
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
    const [trainer, pictures] = [this.#trainer, this.#pictures]
    if (trainer === undefined || pictures === undefined) return
    if (!forced && (!this.#isFrameWanted || (!this.#isStale && this.#events.length === 0))) return
    const send = (picture: Picture | undefined): void => {
      this.#isFrameWanted = false
      if (picture !== undefined) this.#isStale = false
      this.#around.post({ kind: 'frame', frame: this.#frame(trainer, picture) })
    }
    if (forced || !this.#playing) send(pictures.ofResting())
    else if (pictures.areDue) pictures.sendMoving(send)
    // At full speed figures come with the pictures; between two of them there is nothing that an eye could follow.
    else if (this.#stepsPerFrame < Infinity) send(undefined)
  }

  #frame(trainer: Trainer, picture: Picture | undefined): Frame {
    const now = this.#around.now()
    if (now - this.#rate.at > 500) {
      const value = ((trainer.stepCount - this.#rate.steps) * 1000) / (now - this.#rate.at)
      this.#rate = { at: now, steps: trainer.stepCount, value }
    }
    return {
      events: this.#takeEvents(),
      step: trainer.stepCount,
      epoch: trainer.epoch,
      rate: this.#playing ? this.#rate.value : 0,
      surface: picture?.surface,
      units: picture?.network?.units,
      linears: picture?.network?.linears,
    }
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

/** The buffers of a reply that are handed over. Of weights there are few: copying them costs less. */
export function transferable(reply: Reply): ArrayBuffer[] {
  if (reply.kind !== 'frame' && reply.kind !== 'ready') return []
  const { surface, units } = reply.frame
  // The arrays of either lie in one.
  return [surface?.levels, units?.layers[0]].flatMap((bytes) =>
    bytes?.buffer instanceof ArrayBuffer ? [bytes.buffer] : [],
  )
}
