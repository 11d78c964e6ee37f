// The ResNet family: native networks, equal to torchvision's in names, initial weights and outputs.

import { fail } from '../../check.js'
import { count, type Field, flag, type OptionsOf, plain, type Settings } from '../../nn/fields.js'
import { zeros_ } from '../../nn/init/index.js'
import type { Module } from '../../nn/module.js'
import type { ReLU } from '../../nn/modules/activation.js'
import type { Conv2d } from '../../nn/modules/conv.js'
import type { Linear } from '../../nn/modules/linear.js'
import type { MaxPool2d } from '../../nn/modules/max-pooling.js'
import { BatchNorm2d } from '../../nn/modules/normalization.js'
import { adaptiveAvgPool2d } from '../../nn/modules/pooling.js'
import type { Sequential } from '../../nn/modules/sequential.js'
import { createModule, NativeModule, registerClass } from '../../nn/native-module.js'
import { Parameter } from '../../nn/parameter.js'
import type { NormLayer } from '../ops/index.js'
import { type ModelBuilder, modelBuilder } from './builder.js'
import { classes, norm } from './fields.js'

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

type ThreeFlags = readonly [boolean, boolean, boolean]

const threeFlags: Field<ThreeFlags | null, ThreeFlags> = {
  check: (where, name, value) => {
    if (value === null) return [false, false, false]
    const flags = value as ThreeFlags
    const isGood =
      Array.isArray(value) && value.length === 3 && value.every((one) => typeof one === 'boolean')
    return isGood ? flags : fail(where, name, 'three booleans or null', value)
  },
  fallback: () => [false, false, false],
  text: plain,
}

const fields = {
  /** Outputs of the classifier; with published weights of another number, the classifier keeps its random weights. */
  numClasses: classes(),
  /** Start each block as the identity (its last normalization at zero). */
  zeroInitResidual: flag(),
  /** Groups of the 3×3 convolutions; bottlenecks only. */
  groups: count(1),
  /** Channels of a group in the first layer; bottlenecks only. */
  widthPerGroup: count(64),
  /** Whether layers 2, 3 and 4 keep the size and dilate instead; bottlenecks only. */
  replaceStrideWithDilation: threeFlags,
  /** Makes the normalizations; null for batch normalization. */
  normLayer: norm(),
}

/** Options of {@link resnet18} and its kin. */
export type ResNetOptions = OptionsOf<typeof fields>

interface Architecture {
  readonly bottleneck: boolean
  readonly layers: readonly [number, number, number, number]
}

/** Another normalization in place of each; neither draws random numbers, so that the order is of no account. */
function replaceNorms(model: ResNet, normLayer: NormLayer, zeroInitResidual: boolean): void {
  for (const [name, module] of model.namedModules()) {
    if (!(module instanceof BatchNorm2d)) continue
    const dot = name.lastIndexOf('.')
    const parent = model.getSubmodule(name.slice(0, Math.max(dot, 0)))
    const layer = normLayer(module.numFeatures)
    Reflect.set(parent, name.slice(dot + 1), layer)
    const last = parent instanceof Bottleneck ? 'bn3' : parent instanceof BasicBlock ? 'bn2' : ''
    if (!zeroInitResidual || !name.endsWith(`.${last}`)) continue
    const weight: unknown = Reflect.get(layer, 'weight')
    if (weight instanceof Parameter) zeros_(weight)
  }
}

const resnet = (
  name: string,
  { bottleneck, layers }: Architecture,
  fixed: { groups?: number; widthPerGroup?: number } = {},
): ModelBuilder<ResNet, ResNetOptions> =>
  modelBuilder({
    name,
    fields,
    head: 'fc',
    build: ({ normLayer, replaceStrideWithDilation, ...settings }: Settings<typeof fields>) => {
      const dilate = replaceStrideWithDilation.map(Number)
      const options = { ...settings, bottleneck, layers, dilate }
      const model = new ResNet(createModule('ResNet', options))
      // As Python writes its size, so that it is printed so; a native layer does not know.
      model.avgpool = adaptiveAvgPool2d([1, 1])
      if (normLayer !== null) replaceNorms(model, normLayer, settings.zeroInitResidual)
      return model
    },
    fixed,
  })

const LAYERS = {
  resnet18: { bottleneck: false, layers: [2, 2, 2, 2] },
  resnet34: { bottleneck: false, layers: [3, 4, 6, 3] },
  resnet50: { bottleneck: true, layers: [3, 4, 6, 3] },
  resnet101: { bottleneck: true, layers: [3, 4, 23, 3] },
  resnet152: { bottleneck: true, layers: [3, 8, 36, 3] },
} as const

/**
 * ResNet-18 (He et al. 2015): 11.7 million parameters. torchvision's `resnet18`, R's `model_resnet18`.
 *
 * @throws WeightsError if published weights are neither cached nor to be had
 */
export const resnet18 = resnet('resnet18', LAYERS.resnet18)
/** ResNet-34: 21.8 million parameters. See {@link resnet18}. */
export const resnet34 = resnet('resnet34', LAYERS.resnet34)
/** ResNet-50, with the stride on the 3×3 convolutions ("v1.5"): 25.6 million parameters. See {@link resnet18}. */
export const resnet50 = resnet('resnet50', LAYERS.resnet50)
/** ResNet-101: 44.5 million parameters. See {@link resnet50}. */
export const resnet101 = resnet('resnet101', LAYERS.resnet101)
/** ResNet-152: 60.2 million parameters. See {@link resnet50}. */
export const resnet152 = resnet('resnet152', LAYERS.resnet152)

/** ResNeXt-50 (Xie et al. 2016), 32 groups of 4 channels: 25.0 million parameters. torchvision's `resnext50_32x4d`. */
export const resnext50_32x4d = resnet('resnext50_32x4d', LAYERS.resnet50, {
  groups: 32,
  widthPerGroup: 4,
})
/** ResNeXt-101, 32 groups of 8 channels: 88.8 million parameters. torchvision's `resnext101_32x8d`. */
export const resnext101_32x8d = resnet('resnext101_32x8d', LAYERS.resnet101, {
  groups: 32,
  widthPerGroup: 8,
})
/** ResNeXt-101, 64 groups of 4 channels: 83.5 million parameters. torchvision's `resnext101_64x4d`. */
export const resnext101_64x4d = resnet('resnext101_64x4d', LAYERS.resnet101, {
  groups: 64,
  widthPerGroup: 4,
})
/** Wide ResNet-50-2 (Zagoruyko and Komodakis 2016): 68.9 million parameters. torchvision's `wide_resnet50_2`. */
export const wideResnet50_2 = resnet('wide_resnet50_2', LAYERS.resnet50, { widthPerGroup: 128 })
/** Wide ResNet-101-2: 126.9 million parameters. torchvision's `wide_resnet101_2`. */
export const wideResnet101_2 = resnet('wide_resnet101_2', LAYERS.resnet101, { widthPerGroup: 128 })
