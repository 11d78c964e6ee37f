// nn.functional: layers as plain functions.
//
// Functions that Python writes by hand are written in the files beside this one. Those that are an operator of libtorch
// with another name for the module, and nothing else, are taken from the generated tables: `OPERATORS` names them.

import { generated } from '../../torch/index.js'
import type { NNFunctions } from '../../torch/ops.generated.js'
import * as activation from './activation.js'
import * as adaptivePooling from './adaptive-pooling.js'
import * as attention from './attention.js'
import * as binaryLosses from './binary-losses.js'
import * as classificationLosses from './classification-losses.js'
import * as dropout from './dropout.js'
import * as embedding from './embedding.js'
import * as fractionalPooling from './fractional-pooling.js'
import * as interpolate from './interpolate.js'
import * as linearCrossEntropy from './linear-cross-entropy.js'
import * as lpPooling from './lp-pooling.js'
import * as marginLosses from './margin-losses.js'
import * as maxPooling from './max-pooling.js'
import * as normalization from './normalization.js'
import * as products from './products.js'
import * as regressionLosses from './regression-losses.js'
import * as softmax from './softmax.js'
import * as unpooling from './unpooling.js'
import * as vectorNormalization from './vector-normalization.js'
import * as vision from './vision.js'

const OPERATORS = [
  'avgPool1d',
  'avgPool2d',
  'avgPool3d',
  'bilinear',
  'celu_',
  'channelShuffle',
  'conv1d',
  'conv2d',
  'conv3d',
  'convTbc',
  'convTranspose1d',
  'convTranspose2d',
  'convTranspose3d',
  'cosineSimilarity',
  'elu_',
  'gelu',
  'hardshrink',
  'hardtanh_',
  'leakyRelu_',
  'linear',
  'logsigmoid',
  'nativeChannelShuffle',
  'oneHot',
  'pad',
  'pairwiseDistance',
  'pdist',
  'pixelShuffle',
  'pixelUnshuffle',
  'prelu',
  'relu_',
  'rmsNorm',
  'rrelu_',
  'scaledDotProductAttention',
  'selu_',
  'sigmoid',
  'softplus',
  'softshrink',
  'tanh',
  'threshold_',
] as const

type Operators = Pick<NNFunctions, (typeof OPERATORS)[number]>

function operators(): Operators {
  const all = generated<NNFunctions>('nn')
  return Object.fromEntries(OPERATORS.map((name) => [name, all[name]])) as unknown as Operators
}

const written = {
  ...activation,
  ...adaptivePooling,
  ...attention,
  ...binaryLosses,
  ...classificationLosses,
  ...dropout,
  ...embedding,
  ...fractionalPooling,
  ...interpolate,
  ...linearCrossEntropy,
  ...lpPooling,
  ...marginLosses,
  ...maxPooling,
  ...normalization,
  ...products,
  ...regressionLosses,
  ...softmax,
  ...unpooling,
  ...vectorNormalization,
  ...vision,
}

/** PyTorch's `torch.nn.functional`. */
export type Functional = Operators & typeof written

export const functional: Functional = { ...operators(), ...written }
