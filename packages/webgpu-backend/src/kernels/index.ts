import type { Kernels } from '@metagrad/tensor'
import { conv, convTranspose, convWeight } from './convolution.ts'
import { binaryKernels, cast, clamp, copy, dropout, gradientKernels, unaryKernels, where } from './elementwise.ts'
import { cat, gather, index, indexAdd, indexPut, indexSelect, pad, scatter } from './indexing.ts'
import { linalgKernels } from './linalg/index.ts'
import { matmul } from './matmul.ts'
import { multinomial } from './multinomial.ts'
import { avgPool, avgPoolTranspose, maxPool } from './pooling.ts'
import { reduceKernels } from './reduce.ts'
import { scanKernels } from './scan.ts'
import { batchNorm, batchNormBackward, layerNorm, layerNormBackward } from './normalization.ts'
import {
  crossEntropy,
  crossEntropyBackward,
  logSoftmax,
  logSoftmaxBackward,
  softmax,
  softmaxBackward,
} from './softmax.ts'
import { sort } from './sort.ts'
import { bernoulli, sourceKernels } from './sources.ts'
import { adamStep, bceWithLogitsBackward, bceWithLogitsSum, linear, sgdStep } from './training.ts'

/** A kernel for each primitive that computes. */
export const kernels: Kernels = {
  ...unaryKernels,
  ...binaryKernels,
  ...reduceKernels,
  ...scanKernels,
  ...sourceKernels,
  ...linalgKernels,
  ...gradientKernels,
  copy,
  cast,
  where,
  clamp,
  matmul,
  conv,
  convTranspose,
  convWeight,
  maxPool,
  avgPool,
  avgPoolTranspose,
  linear,
  dropout,
  bceWithLogitsSum,
  bceWithLogitsBackward,
  sgdStep,
  adamStep,
  softmax,
  logSoftmax,
  softmaxBackward,
  logSoftmaxBackward,
  crossEntropy,
  crossEntropyBackward,
  layerNorm,
  layerNormBackward,
  batchNorm,
  batchNormBackward,
  gather,
  scatter,
  indexSelect,
  indexAdd,
  index,
  indexPut,
  cat,
  pad,
  sort,
  multinomial,
  bernoulli,
}
