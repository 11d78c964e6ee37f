// ShuffleNetV2: "Practical Guidelines for Efficient CNN Architecture Design" (Ma et al. 2018).

import type { OptionsOf } from '../../nn/fields.js'
import * as nn from '../../nn/index.js'
import type { TensorModule } from '../../nn/module.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { type ModelBuilder, modelBuilder } from './builder.js'
import { checked, classes, list } from './fields.js'

const own = {
  /** Outputs of the classifier. */
  numClasses: classes(),
}
const fields = {
  /** Blocks of the three stages. */
  stagesRepeats: list<number>(),
  /** Channels after the first convolution, the three stages, and the last convolution. */
  stagesOutChannels: list<number>(),
  ...own,
}

/** Options of {@link shufflenetV2X1_0} and its kin. */
export type ShuffleNetV2Options = OptionsOf<typeof own>

/** A convolution 1×1 with normalization and activation. */
const pointwise = (channels: number, outChannels: number): TensorModule[] => [
  nn.conv2d(channels, outChannels, 1, { bias: false }),
  nn.batchNorm2d(outChannels),
  nn.relu({ inplace: true }),
]

/** A convolution 3×3 of each channel by itself, with normalization. */
const depthwise = (channels: number, stride: number): TensorModule[] => [
  nn.conv2d(channels, channels, 3, { stride, padding: 1, bias: false, groups: channels }),
  nn.batchNorm2d(channels),
]

/** Takes the channels from the two halves in turn. */
function shuffle(x: Tensor): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number]
  return x
    .view([batch, 2, channels / 2, height, width])
    .transpose(1, 2)
    .contiguous()
    .view([batch, channels, height, width])
}

/** Filters one half of the channels; or, where it halves height and width, all of them in two ways. */
class InvertedResidual extends nn.Module {
  declare branch1: nn.Sequential
  declare branch2: nn.Sequential
  readonly stride: number

  constructor(channels: number, outChannels: number, stride: number) {
    super()
    const half = outChannels / 2
    this.stride = stride
    this.branch1 =
      stride === 1
        ? nn.sequential()
        : nn.sequential(...depthwise(channels, stride), ...pointwise(channels, half))
    this.branch2 = nn.sequential(
      ...pointwise(stride === 1 ? half : channels, half),
      ...depthwise(half, stride),
      ...pointwise(half, half),
    )
  }

  override forward(x: Tensor): Tensor {
    if (this.stride !== 1) return shuffle(torch.cat([this.branch1(x), this.branch2(x)], 1))
    const [kept, filtered] = x.chunk(2, 1) as [Tensor, Tensor]
    return shuffle(torch.cat([kept, this.branch2(filtered)], 1))
  }
}

/** Blocks that filter half of the channels and shuffle them: [N, 3, H, W] → [N, numClasses]. */
export class ShuffleNetV2 extends nn.Module {
  declare conv1: nn.Sequential
  declare maxpool: nn.MaxPool2d
  declare stage2: nn.Sequential
  declare stage3: nn.Sequential
  declare stage4: nn.Sequential
  declare conv5: nn.Sequential
  declare fc: nn.Linear

  constructor(options: OptionsOf<typeof fields>) {
    super()
    const { stagesRepeats, stagesOutChannels, numClasses } = checked(
      'ShuffleNetV2',
      fields,
      options,
    )
    if (stagesRepeats.length !== 3 || stagesOutChannels.length !== 5) {
      throw new RangeError(
        `ShuffleNetV2: expected 3 numbers for stagesRepeats and 5 for stagesOutChannels, got ${stagesRepeats.length} and ${stagesOutChannels.length}`,
      )
    }
    let [channels, ...widths] = stagesOutChannels as [number, ...number[]]
    const last = widths.pop() as number
    this.conv1 = nn.sequential(
      nn.conv2d(3, channels, 3, { stride: 2, padding: 1, bias: false }),
      nn.batchNorm2d(channels),
      nn.relu({ inplace: true }),
    )
    this.maxpool = nn.maxPool2d(3, 2, 1)
    const stage = (index: number): nn.Sequential => {
      const width = widths[index] as number
      const blocks = Array.from({ length: stagesRepeats[index] as number }, (_, i) =>
        i === 0 ? new InvertedResidual(channels, width, 2) : new InvertedResidual(width, width, 1),
      )
      channels = width
      return nn.sequential(...blocks)
    }
    this.stage2 = stage(0)
    this.stage3 = stage(1)
    this.stage4 = stage(2)
    this.conv5 = nn.sequential(...pointwise(channels, last))
    this.fc = nn.linear(last, numClasses)
  }

  override forward(input: Tensor): Tensor {
    const x = this.stage4(this.stage3(this.stage2(this.maxpool(this.conv1(input)))))
    return this.fc(this.conv5(x).mean([2, 3]))
  }
}

const shufflenet = (
  size: string,
  stagesOutChannels: readonly number[],
): ModelBuilder<ShuffleNetV2, ShuffleNetV2Options> =>
  modelBuilder({
    name: `shufflenet_v2_${size}`,
    fields: own,
    head: 'fc',
    build: (settings) =>
      new ShuffleNetV2({ ...settings, stagesRepeats: [4, 8, 4], stagesOutChannels }),
  })

/** ShuffleNetV2 with half the channels: 1.4 million parameters. torchvision's `shufflenet_v2_x0_5`. */
export const shufflenetV2X0_5 = shufflenet('x0_5', [24, 48, 96, 192, 1024])
/** ShuffleNetV2: 2.3 million parameters. torchvision's `shufflenet_v2_x1_0`. */
export const shufflenetV2X1_0 = shufflenet('x1_0', [24, 116, 232, 464, 1024])
/** ShuffleNetV2 with 1.5 times the channels: 3.5 million parameters. torchvision's `shufflenet_v2_x1_5`. */
export const shufflenetV2X1_5 = shufflenet('x1_5', [24, 176, 352, 704, 1024])
/** ShuffleNetV2 with twice the channels: 7.4 million parameters. torchvision's `shufflenet_v2_x2_0`. */
export const shufflenetV2X2_0 = shufflenet('x2_0', [24, 244, 488, 976, 2048])
