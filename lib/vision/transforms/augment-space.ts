// The operations that automatic augmentation chooses from, and how strong each is at each magnitude.

import { checkOptions } from '../../check.js'
import type { Random } from '../../data/random.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { affine } from './affine.js'
import { autocontrast } from './autocontrast.js'
import { adjustBrightness, adjustContrast, adjustSaturation } from './color.js'
import { equalize } from './equalize.js'
import {
  checkDeform,
  type DeformOptions,
  type DeformSettings,
  type GridInterpolation,
} from './grid.js'
import { invert } from './invert.js'
import { posterize } from './posterize.js'
import { rotate } from './rotate.js'
import { adjustSharpness } from './sharpness.js'
import { solarize } from './solarize.js'
import { maxValue } from './to-dtype.js'
import { type ImageSize, imageSize } from './transform.js'

/** Checks the options that all augmentations share, and that there are no others than `more` besides. */
export function checkAugmentOptions<T extends DeformOptions>(
  where: string,
  options: T | undefined,
  more: readonly (keyof T & string)[],
  interpolation: GridInterpolation = 'nearest',
): { readonly given: T; readonly settings: DeformSettings } {
  const given = checkOptions(where, options, [...more, 'interpolation', 'fill'])
  return { given, settings: checkDeform(where, given, { interpolation, fill: null }) }
}

type Apply = (image: Tensor, magnitude: number, settings: DeformSettings) => Tensor

const degrees = (radians: number): number => radians * (180 / Math.PI)

/** A shear whose magnitude is its tangent, about the upper left corner. */
const shear =
  (axes: (angle: number) => [x: number, y: number]): Apply =>
  (image, magnitude, settings) =>
    affine(image, 0, [0, 0], 1, axes(degrees(Math.atan(magnitude))), {
      ...settings,
      center: [0, 0],
    })

const shift =
  (axes: (pixels: number) => [x: number, y: number]): Apply =>
  (image, magnitude, settings) =>
    affine(image, 0, axes(Math.trunc(magnitude)), 1, [0, 0], settings)

const blended =
  (adjust: (image: Tensor, factor: number) => Tensor): Apply =>
  (image, magnitude) =>
    adjust(image, 1 + magnitude)

const OPERATIONS = {
  identity: (image) => image,
  shearX: shear((angle) => [angle, 0]),
  shearY: shear((angle) => [0, angle]),
  translateX: shift((pixels) => [pixels, 0]),
  translateY: shift((pixels) => [0, pixels]),
  rotate: (image, magnitude, settings) => rotate(image, magnitude, settings),
  brightness: blended(adjustBrightness),
  color: blended(adjustSaturation),
  contrast: blended(adjustContrast),
  sharpness: blended(adjustSharpness),
  posterize: (image, magnitude) => posterize(image, magnitude),
  solarize: (image, magnitude) => solarize(image, maxValue(image.dtype) * magnitude),
  autocontrast: (image) => autocontrast(image),
  equalize: (image) => equalize(image),
  invert: (image) => invert(image),
} as const satisfies Record<string, Apply>

/** An operation of automatic augmentation. */
export type AugmentOperation = keyof typeof OPERATIONS

/** The magnitudes of an operation in a number of steps, and whether the sign is drawn as well. */
export interface Magnitudes {
  readonly signed: boolean
  readonly at: (index: number, steps: number, size: ImageSize) => number
}

/** The operations of an augmentation, in torchvision's order, with their magnitudes; null for those without. */
export type AugmentSpace = readonly (readonly [AugmentOperation, Magnitudes | null])[]

// Magnitudes are float32, and computed by torch, as in torchvision.
const evenly = (from: number, to: number, index: number, steps: number): number =>
  torch.scope(() =>
    torch.linspace(from, to, steps, { dtype: 'float32' }).select(0, index).item(),
  ) as number

/** Evenly spaced magnitudes of either sign, from 0 up to `most`. */
export const signed = (most: number | ((size: ImageSize) => number)): Magnitudes => ({
  signed: true,
  at: (index, steps, size) => evenly(0, typeof most === 'number' ? most : most(size), index, steps),
})

/** From all values of the image down to none. */
export const solarizing: Magnitudes = {
  signed: false,
  at: (index, steps) => evenly(1, 0, index, steps),
}

/** Numbers of bits: `most` at first, `range` fewer in the end. */
export const posterizing = (most: number, range: number): Magnitudes => ({
  signed: false,
  at: (index, steps) =>
    torch.scope(() => {
      const fewer = torch.tensor([index], { dtype: 'float32' }).div_((steps - 1) / range)
      return torch.rsub(fewer, most).round_().item()
    }) as number,
})

/** Applies an operation; `index` of `steps` says how strongly. Draws its sign. */
export function augment(
  image: Tensor,
  [operation, magnitudes]: AugmentSpace[number],
  index: (() => number) | number,
  steps: number,
  settings: DeformSettings,
  random: Random,
): Tensor {
  return OPERATIONS[operation](image, magnitude(image, magnitudes, index, steps, random), settings)
}

function magnitude(
  image: Tensor,
  magnitudes: Magnitudes | null,
  index: (() => number) | number,
  steps: number,
  random: Random,
): number {
  if (magnitudes === null) return 0
  const at = typeof index === 'number' ? index : index()
  const size = magnitudes.at(at, steps, imageSize(image))
  return magnitudes.signed && random.uniform(0, 1) <= 0.5 ? -size : size
}

/** One operation of a space, all as likely. */
export const drawOperation = (space: AugmentSpace, random: Random): AugmentSpace[number] =>
  space[random.integer(space.length)] as AugmentSpace[number]

/** The operations that AutoAugment and RandAugment share, from `shearX` to `equalize`. */
export const SPACE: AugmentSpace = [
  ['shearX', signed(0.3)],
  ['shearY', signed(0.3)],
  ['translateX', signed(({ width }) => (150 / 331) * width)],
  ['translateY', signed(({ height }) => (150 / 331) * height)],
  ['rotate', signed(30)],
  ['brightness', signed(0.9)],
  ['color', signed(0.9)],
  ['contrast', signed(0.9)],
  ['sharpness', signed(0.9)],
  ['posterize', posterizing(8, 4)],
  ['solarize', solarizing],
  ['autocontrast', null],
  ['equalize', null],
]
