import { backward, noGrad } from '@metagrad/autograd'
import type { Parameter } from '@metagrad/nn'
import { functional as F } from '@metagrad/nn'
import type { Generator, Tensor } from '@metagrad/tensor'
import { randperm, tensor } from '@metagrad/tensor'
import type { BuiltModel, Stepper } from './build-model.ts'
import { buildModel, buildOptimizer } from './build-model.ts'
import type { Dataset, Scale } from './dataset.ts'
import { fitScale } from './dataset.ts'
import type { Experiment } from './experiment.ts'
import type { NonFinite } from './non-finite.ts'
import { findNonFinite, hasNonFinite } from './non-finite.ts'
import { generatorOf } from './random.ts'

/** How well a model does on some rows. */
export interface Evaluation {
  readonly loss: number
  /** Share of right answers, or R² of a regression. */
  readonly score: number
}

/** What one step did. */
export interface StepResult {
  readonly loss: number
  /** Set when the step was not taken because a number in it was not finite. */
  readonly fault: NonFinite | undefined
  /** Whether it was the last of its epoch. */
  readonly endsEpoch: boolean
}

/** Rows as a model takes them. */
export interface Batch {
  readonly inputs: Tensor
  readonly targets: Tensor
}

/**
 * Trains the network of an experiment, one step at a call. It knows no page: a worker and a test run the same code.
 *
 * @example
 * const trainer = new Trainer(defaultExperiment, generateDataset(defaultData, 1))
 * trainer.step().loss
 */
export class Trainer {
  readonly experiment: Experiment
  readonly dataset: Dataset
  readonly built: BuiltModel
  /** How inputs (x, y) are scaled, by the training rows. */
  readonly scales: readonly [x: Scale, y: Scale]
  /** How the value of a regression is scaled; classes are not. */
  readonly targetScale: Scale
  /** Optimizer steps done. */
  stepCount = 0
  /** Epochs begun. */
  epoch = 1
  readonly #parameters: readonly (readonly [name: string, parameter: Parameter])[]
  readonly #optimizer: Stepper
  readonly #order: Generator
  readonly #splits = new Map<Uint32Array, Batch>()
  #batches: Uint32Array[] = []

  constructor(experiment: Experiment, dataset: Dataset) {
    this.experiment = experiment
    this.dataset = dataset
    this.scales = [fitScale(dataset.x, dataset.train), fitScale(dataset.y, dataset.train)]
    this.targetScale =
      dataset.task === 'regression' ? fitScale(dataset.targets, dataset.train) : { mean: 0, deviation: 1 }
    this.built = buildModel(experiment, this.outputCount)
    this.#parameters = this.built.model.namedParameters()
    this.#optimizer = buildOptimizer(this.built.model, experiment)
    this.#order = generatorOf(experiment.seed, 'order')
    this.#batches = this.#shuffle()
  }

  /** Numbers that the network gives: one per class, or the value. */
  get outputCount(): number {
    return this.dataset.task === 'classification' ? this.dataset.classes.length : 1
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.dataset.train.length / this.experiment.batchSize)
  }

  #shuffle(): Uint32Array[] {
    const { train } = this.dataset
    const order = Uint32Array.from(randperm(train.length, { generator: this.#order }).dataSync(), Number)
    const rows = order.map((position) => train[position]!)
    const { batchSize } = this.experiment
    return Array.from({ length: this.stepsPerEpoch }, (_, i) => rows.slice(i * batchSize, (i + 1) * batchSize))
  }

  /** The rows as tensors, scaled. */
  batchOf(rows: Uint32Array): Batch {
    const { x, y, targets, task } = this.dataset
    const [across, up] = this.scales
    const { mean, deviation } = this.targetScale
    const inputs = new Float32Array(rows.length * 2)
    const isClass = task === 'classification'
    const wanted = isClass ? new Int32Array(rows.length) : new Float32Array(rows.length)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      inputs[2 * i] = (x[row]! - across.mean) / across.deviation
      inputs[2 * i + 1] = (y[row]! - up.mean) / up.deviation
      wanted[i] = isClass ? targets[row]! : (targets[row]! - mean) / deviation
    }
    return {
      inputs: tensor(inputs).reshape(rows.length, 2),
      targets: isClass ? tensor(wanted).to('int64') : tensor(wanted).reshape(rows.length, 1),
    }
  }

  /** All rows of a split, made once: they are evaluated after every epoch. */
  #splitOf(rows: Uint32Array): Batch {
    const batch = this.#splits.get(rows) ?? this.batchOf(rows)
    this.#splits.set(rows, batch)
    return batch
  }

  /** A place of the plane as the network sees it. */
  scaled(x: number, y: number): [number, number] {
    const [across, up] = this.scales
    return [(x - across.mean) / across.deviation, (y - up.mean) / up.deviation]
  }

  /** The rows of the next step; nothing is consumed. */
  nextBatch(): Batch {
    return this.batchOf(this.#batches[0]!)
  }

  /** Mean loss over a batch, the penalty on the weights included if asked for. */
  loss({ inputs, targets }: Batch, penalised: boolean): Tensor {
    const outputs = this.built.model.forward(inputs)
    const fit = this.dataset.task === 'classification' ? F.crossEntropy(outputs, targets) : F.mseLoss(outputs, targets)
    const { penalty, penaltyRate } = this.experiment
    if (!penalised || penalty === 'none' || penaltyRate === 0) return fit
    const sizes = this.built.linears.map(({ weight }) => (penalty === 'l1' ? weight.abs() : weight.square()).sum())
    return sizes.reduce((total, size) => total.add(size.mul(penaltyRate)), fit)
  }

  /**
   * One batch: forward, backward, optimizer. A number that is not finite stops it before the weights are touched
   * (or, if the update itself overflows, right after), and is traced to the first op that made it.
   */
  step(): StepResult {
    const { model } = this.built
    const rows = this.#batches[0]!
    const batch = this.batchOf(rows)
    if (!model.training) model.train()
    this.#optimizer.zeroGrad()
    const random = this.experiment.blocks.some(({ dropout }) => dropout > 0)
    const before = random ? this.built.dropout.getState() : undefined
    const loss = this.loss(batch, true)
    const value = loss.itemSync()
    backward(loss)
    const fault = (): NonFinite | undefined => {
      if (before !== undefined) this.built.dropout.setState(before)
      return findNonFinite(() => this.loss(batch, true), this.built)
    }
    if (!Number.isFinite(value) || this.#parameters.some(([, { grad }]) => grad !== undefined && hasNonFinite(grad))) {
      const found = fault()
      model.zeroGrad()
      return { loss: value, fault: found, endsEpoch: false }
    }
    this.#optimizer.step()
    const overflown = this.#parameters.find(([, parameter]) => hasNonFinite(parameter))
    this.stepCount += 1
    this.#batches.shift()
    const endsEpoch = this.#batches.length === 0
    if (endsEpoch) {
      this.#batches = this.#shuffle()
      this.epoch += 1
    }
    return {
      loss: value,
      endsEpoch,
      fault: overflown && { phase: 'update', op: this.experiment.optimizer, subject: overflown[0] },
    }
  }

  /** Loss and score over rows, without dropout and without the penalty. */
  evaluate(rows: Uint32Array): Evaluation {
    const { model } = this.built
    model.eval()
    return noGrad(() => {
      const { inputs, targets } = this.#splitOf(rows)
      const outputs = model.forward(inputs)
      if (this.dataset.task === 'classification') {
        const right = outputs.argmax(1).eq(targets).to('float32').mean()
        return { loss: F.crossEntropy(outputs, targets).itemSync(), score: right.itemSync() }
      }
      const loss = F.mseLoss(outputs, targets).itemSync()
      const spread = targets.sub(targets.mean()).square().mean().itemSync()
      return { loss, score: 1 - loss / (spread || 1) }
    })
  }

  /** Sets one weight or bias by hand. */
  setParameter(name: string, index: number, value: number): void {
    const parameter = this.built.model.getParameter(name)
    const data = Float32Array.from(parameter.dataSync(), Number)
    data[index] = value
    noGrad(() => parameter.copy_(tensor(data).reshape(parameter.shape)))
  }
}
