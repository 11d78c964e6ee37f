// nn.functional: layers as plain functions.

import { generated } from '../torch/index.js'
import type { NNFunctions } from '../torch/ops.generated.js'
import type { Tensor } from '../torch/tensor.js'
import { type CrossEntropyLossOptions, crossEntropyLoss } from './modules/cross-entropy-loss.js'

/** Cross entropy between logits and classes; see `nn.crossEntropyLoss`. PyTorch's `F.cross_entropy`. */
const crossEntropy = (input: Tensor, target: Tensor, options?: CrossEntropyLossOptions): Tensor =>
  crossEntropyLoss(options).forward(input, target)

const written = { crossEntropy }

/** PyTorch's `torch.nn.functional`. */
export type Functional = Omit<NNFunctions, keyof typeof written> & typeof written

export const functional: Functional = { ...generated<NNFunctions>('nn'), ...written }
