// The ResNet family: native networks, equal to torchvision's in names, initial weights and outputs.

import { checkBoolean, checkInteger, checkOptions, checkString } from '../../check.js'
import { loadTensors } from '../../checkpoint/index.js'
import { resolveWeights } from '../../hub/index.js'
import type { Module, StateDict } from '../../nn/module.js'
import type { ReLU } from '../../nn/modules/activation.js'
import type { Conv2d } from '../../nn/modules/conv.js'
import type { Linear } from '../../nn/modules/linear.js'
import type { MaxPool2d } from '../../nn/modules/max-pooling.js'
import type { BatchNorm2d } from '../../nn/modules/normalization.js'
import type { Sequential } from '../../nn/modules/sequential.js'
import { createModule, NativeModule, registerClass } from '../../nn/native-module.js'
import { findWeights } from './weights.js'

/** Two 3×3 convolutions and the shortcut around them. */
export class BasicBlock extends NativeModule {
  declare conv1: Conv2d
  declare bn1: BatchNorm2d
  declare relu: ReLU
  declare conv2: Conv2d
  declare bn2: BatchNorm2d
  /** Present where the shapes of input and output differ. */
  declare downsample?: Sequential
}
registerClass('BasicBlock', BasicBlock)

/** 1×1, 3×3 and 1×1 convolutions and the shortcut around them. */
export class Bottleneck extends NativeModule {
  declare conv1: Conv2d
  declare bn1: BatchNorm2d
  declare conv2: Conv2d
  declare bn2: BatchNorm2d
  declare conv3: Conv2d
  declare bn3: BatchNorm2d
  declare relu: ReLU
  /** Present where the shapes of input and output differ. */
  declare downsample?: Sequential
}
registerClass('Bottleneck', Bottleneck)

/** Children of a {@link ResNet}: read as what they are, replaced by any module. */
export interface ResNet {
  get conv1(): Conv2d
  set conv1(module: Module)
  get bn1(): BatchNorm2d
  set bn1(module: Module)
  get relu(): ReLU
  set relu(module: Module)
  get maxpool(): MaxPool2d
  set maxpool(module: Module)
  get layer1(): Sequential
  set layer1(module: Module)
  get layer2(): Sequential
  set layer2(module: Module)
  get layer3(): Sequential
  set layer3(module: Module)
  get layer4(): Sequential
  set layer4(module: Module)
  get avgpool(): NativeModule
  set avgpool(module: Module)
  /** The classifier; replace it for other classes: `model.fc = nn.linear(model.fc.inFeatures, 225)`. */
  get fc(): Linear
  set fc(module: Module)
}

/** A residual network: [N, 3, H, W] → [N, numClasses]. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface gives children a wider type to write
export class ResNet extends NativeModule {}
registerClass('ResNet', ResNet)

/** Options of {@link resnet18} and its kin. */
export interface ResNetOptions {
  /**
   * Weights to start from: a name such as `'IMAGENET1K_V1'` or `'DEFAULT'`, or the path of a `.pth` or safetensors
   * file; random ones unless given.
   */
  weights?: string | null
  /** Short for `weights: 'IMAGENET1K_V1'`. */
  pretrained?: boolean
  /** Outputs of the classifier; with published weights of another number, the classifier keeps its random weights. */
  numClasses?: number
  /** Start each block as the identity (its last normalization at zero). */
  zeroInitResidual?: boolean
  /** Whether a download shows its progress. */
  progress?: boolean
}

interface Architecture {
  bottleneck: boolean
  layers: readonly number[]
}

const KEYS = ['weights', 'pretrained', 'numClasses', 'zeroInitResidual', 'progress'] as const
const IMAGENET_CLASSES = 1000

/** True for a name of the registry; anything else is a path. */
const isWeightsName = (weights: string): boolean => /^[A-Z0-9_]+$/.test(weights)

/** Without the classifier, where that is for other classes. */
function withoutClassifier(state: StateDict): StateDict {
  return new Map([...state].filter(([name]) => !name.startsWith('fc.')))
}

async function loadInto(
  model: ResNet,
  name: string,
  weights: string,
  progress: boolean,
): Promise<void> {
  const files = isWeightsName(weights) ? findWeights(name, weights).files : undefined
  const path = files === undefined ? weights : await resolveWeights(files, { progress })
  const state = await loadTensors(path)
  const classes = state.get('fc.weight')?.shape[0]
  if (files !== undefined && classes !== model.fc.weight.shape[0]) {
    model.loadStateDict(withoutClassifier(state), { strict: false })
  } else {
    model.loadStateDict(state)
  }
}

async function resnet(
  name: string,
  { bottleneck, layers }: Architecture,
  options: ResNetOptions | undefined,
): Promise<ResNet> {
  const checked = checkOptions(name, options, KEYS)
  const {
    pretrained = false,
    numClasses = IMAGENET_CLASSES,
    zeroInitResidual = false,
    progress = true,
  } = checked
  checkBoolean(name, 'pretrained', pretrained)
  const weights = checked.weights ?? (pretrained ? 'IMAGENET1K_V1' : null)
  if (weights !== null) checkString(name, 'weights', weights)
  if (weights !== null && isWeightsName(weights)) findWeights(name, weights)
  const model = new ResNet(
    createModule('ResNet', {
      bottleneck,
      layers,
      numClasses: checkInteger(name, 'numClasses', numClasses, { min: 1 }),
      groups: 1,
      widthPerGroup: 64,
      zeroInitResidual: checkBoolean(name, 'zeroInitResidual', zeroInitResidual),
      dilate: [0, 0, 0],
    }),
  )
  if (weights !== null) await loadInto(model, name, weights, progress)
  return model
}

/**
 * ResNet-18 (He et al. 2015): 11.7 million parameters. torchvision's `resnet18`, R's `model_resnet18`.
 *
 * @throws WeightsError if published weights are neither cached nor to be had
 */
export const resnet18 = (options?: ResNetOptions): Promise<ResNet> =>
  resnet('resnet18', { bottleneck: false, layers: [2, 2, 2, 2] }, options)

/** ResNet-34: 21.8 million parameters. See {@link resnet18}. */
export const resnet34 = (options?: ResNetOptions): Promise<ResNet> =>
  resnet('resnet34', { bottleneck: false, layers: [3, 4, 6, 3] }, options)

/** ResNet-50, with the stride on the 3×3 convolutions ("v1.5"): 25.6 million parameters. See {@link resnet18}. */
export const resnet50 = (options?: ResNetOptions): Promise<ResNet> =>
  resnet('resnet50', { bottleneck: true, layers: [3, 4, 6, 3] }, options)
