import { checkBoolean, checkOptions, fail } from '../../check.js'
import { pair, type Size2 } from '../check.js'
import { createModule, NativeModule, registerClass } from '../native-module.js'
import { bool, tuple } from '../print.js'

/** Options of {@link maxPool2d}. */
export interface MaxPool2dOptions {
  /** The window's own size unless given. */
  stride?: Size2
  padding?: Size2
  dilation?: Size2
  /** Round the output size up, not down. */
  ceilMode?: boolean
}

/** The maximum of each window. Made by {@link maxPool2d}. */
export class MaxPool2d extends NativeModule {
  declare readonly kernelSize: readonly number[]
  declare readonly stride: readonly number[]
  declare readonly padding: readonly number[]
  declare readonly dilation: readonly number[]
  declare readonly ceilMode: boolean

  override extraRepr(): string {
    const size = (sizes: readonly number[]): string =>
      sizes[0] === sizes[1] ? String(sizes[0]) : tuple(sizes)
    return (
      `kernel_size=${size(this.kernelSize)}, stride=${size(this.stride)}, ` +
      `padding=${size(this.padding)}, dilation=${size(this.dilation)}, ` +
      `ceil_mode=${bool(this.ceilMode)}`
    )
  }
}
registerClass('MaxPool2d', MaxPool2d)

/** The maximum of each window of an image, [N, C, H, W] → [N, C, H', W']. PyTorch's `nn.MaxPool2d`. */
export function maxPool2d(kernelSize: Size2, options?: MaxPool2dOptions): MaxPool2d {
  const where = 'maxPool2d'
  const keys = ['stride', 'padding', 'dilation', 'ceilMode'] as const
  const {
    stride = kernelSize,
    padding = 0,
    dilation = 1,
    ceilMode = false,
  } = checkOptions(where, options, keys)
  return new MaxPool2d(
    createModule('MaxPool2d', {
      kernelSize: pair(where, 'kernelSize', kernelSize, 1),
      stride: pair(where, 'stride', stride, 1),
      padding: pair(where, 'padding', padding, 0),
      dilation: pair(where, 'dilation', dilation, 1),
      ceilMode: checkBoolean(where, 'ceilMode', ceilMode),
    }),
  )
}

/** Averages to a given size. Made by {@link adaptiveAvgPool2d}. */
export class AdaptiveAvgPool2d extends NativeModule {
  declare readonly outputSize: readonly (number | null)[]

  override extraRepr(): string {
    return `output_size=${tuple(this.outputSize)}`
  }
}
registerClass('AdaptiveAvgPool2d', AdaptiveAvgPool2d)

/**
 * Averages an image to `outputSize`, whatever its own size: [N, C, H, W] → [N, C, outH, outW]; null keeps a
 * dimension. PyTorch's `nn.AdaptiveAvgPool2d`.
 */
export function adaptiveAvgPool2d(
  outputSize: number | readonly [height: number | null, width: number | null],
): AdaptiveAvgPool2d {
  const where = 'adaptiveAvgPool2d'
  const sizes = Array.isArray(outputSize) ? outputSize : [outputSize, outputSize]
  if (sizes.length !== 2) fail(where, 'outputSize', 'an integer or two', outputSize)
  const checked = sizes.map((size) =>
    size === null ? null : pair(where, 'outputSize', size, 0)[0],
  )
  return new AdaptiveAvgPool2d(createModule('AdaptiveAvgPool2d', { outputSize: checked }))
}
