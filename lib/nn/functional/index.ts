// nn.functional: layers as plain functions.
//
// Functions that Python writes by hand are written in the files beside this one. Those that are an operator of libtorch,
// and nothing else, come from the generated table, which leaves out whatever is written here.

import { generated } from '../../torch/functions/generated.js'
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
export type Functional = NNFunctions & typeof written

export const functional: Functional = { ...generated<NNFunctions>('nn'), ...written }
