import { checkBoolean, checkInteger, checkOneOf, checkOptions } from '../../check.js'
import type { Parameter } from '../../torch/tensor.js'
import { pair, type Size2 } from '../check.js'
import { createModule, NativeModule, registerClass } from '../native-module.js'
import { tuple } from '../print.js'

const PADDING_MODES = ['zeros', 'reflect', 'replicate', 'circular'] as const

/** How a convolution fills its padding. */
export type PaddingMode = (typeof PADDING_MODES)[number]

/** Options of {@link conv2d}. */
export interface Conv2dOptions {
  stride?: Size2
  /** Pixels on each side; `'same'` keeps the size (stride 1 only), `'valid'` is 0. */
  padding?: Size2 | 'same' | 'valid'
  dilation?: Size2
  groups?: number
  bias?: boolean
  paddingMode?: PaddingMode
}

/** Convolution over images. Made by {@link conv2d}. */
export class Conv2d extends NativeModule {
  declare readonly inChannels: number
  declare readonly outChannels: number
  declare readonly kernelSize: readonly number[]
  declare readonly stride: readonly number[]
  declare readonly padding: readonly number[] | 'same' | 'valid'
  declare readonly dilation: readonly number[]
  declare readonly groups: number
  declare readonly paddingMode: PaddingMode
  /** [outChannels, inChannels / groups, height, width] */
  declare weight: Parameter
  /** [outChannels], or null */
  declare bias: Parameter | null

  override extraRepr(): string {
    const { padding, dilation, groups, bias, paddingMode } = this
    const parts = [
      this.inChannels,
      this.outChannels,
      `kernel_size=${tuple(this.kernelSize)}`,
      `stride=${tuple(this.stride)}`,
    ]
    if (typeof padding === 'string') parts.push(`padding='${padding}'`)
    else if (padding.some((size) => size !== 0)) parts.push(`padding=${tuple(padding)}`)
    if (dilation.some((step) => step !== 1)) parts.push(`dilation=${tuple(dilation)}`)
    if (groups !== 1) parts.push(`groups=${groups}`)
    if (bias === null) parts.push('bias=False')
    if (paddingMode !== 'zeros') parts.push(`padding_mode=${paddingMode}`)
    return parts.join(', ')
  }
}
registerClass('Conv2d', Conv2d)

/**
 * A convolution over images: [N, inChannels, H, W] → [N, outChannels, H', W'] with
 * H' = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. PyTorch's `nn.Conv2d`.
 */
export function conv2d(
  inChannels: number,
  outChannels: number,
  kernelSize: Size2,
  options?: Conv2dOptions,
): Conv2d {
  const where = 'conv2d'
  const {
    stride = 1,
    padding = 0,
    dilation = 1,
    groups = 1,
    bias = true,
    paddingMode = 'zeros',
  } = checkOptions(where, options, [
    'stride',
    'padding',
    'dilation',
    'groups',
    'bias',
    'paddingMode',
  ])
  const named = typeof padding === 'string'
  return new Conv2d(
    createModule('Conv2d', {
      inChannels: checkInteger(where, 'inChannels', inChannels, { min: 1 }),
      outChannels: checkInteger(where, 'outChannels', outChannels, { min: 1 }),
      kernelSize: pair(where, 'kernelSize', kernelSize, 1),
      stride: pair(where, 'stride', stride, 1),
      padding: named ? null : pair(where, 'padding', padding, 0),
      namedPadding: named ? checkOneOf(where, 'padding', padding, ['same', 'valid']) : null,
      dilation: pair(where, 'dilation', dilation, 1),
      groups: checkInteger(where, 'groups', groups, { min: 1 }),
      bias: checkBoolean(where, 'bias', bias),
      paddingMode: checkOneOf(where, 'paddingMode', paddingMode, PADDING_MODES),
    }),
  )
}
