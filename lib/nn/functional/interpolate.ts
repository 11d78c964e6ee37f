// Resizing of spatial dimensions.

import { checkBoolean, checkInteger, checkNumber, show } from '../../check.js'
import { NotImplementedError } from '../../errors.js'
import type { Tensor } from '../../torch/tensor.js'
import { warnOnce } from '../../warn.js'
import { checkTensor, operator, type Rest, read, shapeText } from './call.js'

/** How {@link interpolate} fills in: by dimensions, 1 for linear, 2 for bilinear, bicubic and lanczos, 3 for trilinear. */
export type InterpolationMode =
  | 'nearest'
  | 'nearest-exact'
  | 'linear'
  | 'bilinear'
  | 'bicubic'
  | 'trilinear'
  | 'area'
  | 'lanczos'

/** One size for every spatial dimension, or one for each. */
export type SpatialSize = number | readonly number[]

/** Where to, for {@link interpolate}: one of the two is needed. */
export interface ScaleOptions {
  /** Output size. */
  size?: SpatialSize | null
  /** Output size as a multiple of the input's. */
  scaleFactor?: SpatialSize | null
}

/** Options of {@link interpolate}. */
export interface InterpolateOptions extends ScaleOptions {
  /** `'nearest'` by default. */
  mode?: InterpolationMode
  /** Corner pixels keep their values; their centres are the corners. Only for the modes with linear or cubic. */
  alignCorners?: boolean | null
  /** Compute with the scale that the rounded output size gives, not with `scaleFactor` itself. */
  recomputeScaleFactor?: boolean | null
  /** Low-pass first when shrinking: bilinear, bicubic and lanczos on 4-dimensional input. */
  antialias?: boolean
}

type Positions = [
  size?: SpatialSize | null,
  scaleFactor?: SpatialSize | null,
  mode?: InterpolationMode,
  alignCorners?: boolean | null,
  recomputeScaleFactor?: boolean | null,
  antialias?: boolean,
]

type Sizes = readonly number[] | null
type Plain = (input: Tensor, size: Sizes, scales: Sizes) => Tensor
type Aligned = (input: Tensor, size: Sizes, alignCorners: boolean, scales: Sizes) => Tensor

const plain = (candidates: string): Plain => operator<Plain>('interpolate', candidates)
const aligned = (candidates: string): Aligned => operator<Aligned>('interpolate', candidates)

/** An adaptive pool, which takes no scales. */
function area(candidates: string): Plain {
  const pool = operator<(input: Tensor, size: readonly number[]) => Tensor>(
    'interpolate',
    candidates,
  )
  return (input, size) => pool(input, size as readonly number[])
}

/** Operators without `alignCorners`, by mode and number of dimensions of the input. */
const PLAIN: Readonly<Record<string, Plain>> = {
  'nearest 3': plain('upsample_nearest1d.vec'),
  'nearest 4': plain('upsample_nearest2d.vec'),
  'nearest 5': plain('upsample_nearest3d.vec'),
  'nearest-exact 3': plain('_upsample_nearest_exact1d.vec'),
  'nearest-exact 4': plain('_upsample_nearest_exact2d.vec'),
  'nearest-exact 5': plain('_upsample_nearest_exact3d.vec'),
  'area 3': area('adaptive_avg_pool1d'),
  'area 4': area('adaptive_avg_pool2d'),
  'area 5': area('adaptive_avg_pool3d'),
}

/** Operators with `alignCorners`. */
const ALIGNED: Readonly<Record<string, Aligned>> = {
  'linear 3': aligned('upsample_linear1d.vec'),
  'bilinear 4': aligned('upsample_bilinear2d.vec'),
  'bicubic 4': aligned('upsample_bicubic2d.vec'),
  'trilinear 5': aligned('upsample_trilinear3d.vec'),
}

/** Operators with `alignCorners` that low-pass first. */
const ANTIALIASED: Readonly<Record<string, Aligned>> = {
  'bilinear 4': aligned('_upsample_bilinear2d_aa.vec'),
  'bicubic 4': aligned('_upsample_bicubic2d_aa.vec'),
  'lanczos 4': aligned('_upsample_lanczos2d_aa.vec'),
}

/** One value for each spatial dimension, checked one by one. */
function perDimension(
  where: string,
  param: string,
  value: SpatialSize,
  shape: readonly number[],
  check: (where: string, param: string, value: unknown) => number,
): number[] {
  const dims = shape.length - 2
  if (!Array.isArray(value)) {
    return new Array<number>(Math.max(dims, 0)).fill(check(where, param, value))
  }
  if (value.length !== dims) {
    throw new RangeError(
      `${where}: expected ${dims} values for ${param}, one for each spatial dimension of the shape ` +
        `${shapeText(shape)}, got ${value.length}`,
    )
  }
  return value.map((one) => check(where, param, one))
}

/** Size and scales to hand to the operator, one of them null. */
function target(
  where: string,
  shape: readonly number[],
  size: SpatialSize | null,
  scaleFactor: SpatialSize | null,
  recompute: boolean,
): { size: Sizes; scales: Sizes } {
  if ((size === null) === (scaleFactor === null)) {
    const got = size === null ? 'neither' : 'both'
    throw new RangeError(`${where}: expected one of size and scaleFactor, got ${got}`)
  }
  if (size !== null) {
    return { size: perDimension(where, 'size', size, shape, checkInteger), scales: null }
  }
  const scales = perDimension(where, 'scaleFactor', scaleFactor as SpatialSize, shape, checkNumber)
  if (!recompute) return { size: null, scales }
  return { size: scales.map((s, d) => Math.trunc((shape[d + 2] as number) * s)), scales: null }
}

/** Why there is no operator for a mode and a number of dimensions. */
function refuse(where: string, mode: unknown, dims: number): never {
  const needs = { linear: 3, bilinear: 4, trilinear: 5, bicubic: 4, lanczos: 4 }
  const needed = Object.entries(needs).find(([name]) => name === mode)?.[1]
  throw new NotImplementedError(
    needed === undefined
      ? `${where}: expected 3, 4 or 5 dimensions for input and a mode such as 'nearest', got ` +
          `${dims} dimensions and mode ${show(mode)}`
      : `${where}: expected ${needed} dimensions for input with mode '${mode}', got ${dims}`,
  )
}

function run(where: string, input: Tensor, rest: readonly unknown[]): Tensor {
  const names = ['size', 'scaleFactor', 'mode', 'alignCorners', 'recomputeScaleFactor', 'antialias']
  const [
    size = null,
    scaleFactor = null,
    mode = 'nearest',
    alignCorners = null,
    recomputeScaleFactor = null,
    antialias = false,
  ] = read<Required<Positions>>(where, names, rest)
  const { shape } = checkTensor(where, 'input', input)
  if (alignCorners !== null) checkBoolean(where, 'alignCorners', alignCorners)
  const key = typeof mode === 'string' ? `${mode} ${shape.length}` : ''
  const withoutCorners = mode === 'nearest' || mode === 'area' || mode === 'nearest-exact'
  if (withoutCorners && alignCorners !== null) {
    throw new RangeError(`${where}: alignCorners has no meaning with mode '${mode}'`)
  }
  const recompute = recomputeScaleFactor ?? false
  if (checkBoolean(where, 'recomputeScaleFactor', recompute) && size !== null) {
    throw new RangeError(`${where}: recomputeScaleFactor has no meaning with a size`)
  }
  const to = target(where, shape, size, scaleFactor, recompute || mode === 'area')
  if (checkBoolean(where, 'antialias', antialias)) {
    const smooth = ANTIALIASED[key]
    if (smooth === undefined) {
      throw new RangeError(
        `${where}: antialias needs mode 'bilinear', 'bicubic' or 'lanczos' and 4 dimensions, got ` +
          `mode ${show(mode)} and ${shape.length} dimensions`,
      )
    }
    if (mode === 'lanczos' && alignCorners === true) {
      throw new RangeError(`${where}: mode 'lanczos' does not support alignCorners`)
    }
    return smooth(input, to.size, alignCorners ?? false, to.scales)
  }
  if (mode === 'lanczos' && shape.length === 4) {
    throw new RangeError(`${where}: mode 'lanczos' needs antialias: true`)
  }
  const simple = PLAIN[key]
  if (simple !== undefined) return simple(input, to.size, to.scales)
  const smooth = ALIGNED[key] ?? refuse(where, mode, shape.length)
  return smooth(input, to.size, alignCorners ?? false, to.scales)
}

/**
 * Resizes the spatial dimensions of [N, C, L], [N, C, H, W] or [N, C, D, H, W].
 * `torch.nn.functional.interpolate(input, size=None, scale_factor=None, mode='nearest', align_corners=None,
 * recompute_scale_factor=None, antialias=False)`
 *
 * @throws RangeError for options that contradict each other
 * @throws NotImplementedError for a mode that needs another number of dimensions
 */
export function interpolate(input: Tensor, ...rest: Rest<InterpolateOptions, Positions>): Tensor {
  return run('interpolate', input, rest)
}

/** What {@link upsample} and its kin say. */
const deprecated = (where: string): void => warnOnce(`${where} is deprecated; use interpolate`)

/**
 * `torch.nn.functional.upsample(input, size=None, scale_factor=None, mode='nearest', align_corners=None)`
 *
 * @deprecated use {@link interpolate}
 */
export function upsample(
  input: Tensor,
  ...rest: Rest<
    Omit<InterpolateOptions, 'recomputeScaleFactor' | 'antialias'>,
    [
      size?: SpatialSize | null,
      scaleFactor?: SpatialSize | null,
      mode?: InterpolationMode,
      alignCorners?: boolean | null,
    ]
  >
): Tensor {
  deprecated('upsample')
  return run('upsample', input, rest)
}

type ScalePositions = [size?: SpatialSize | null, scaleFactor?: SpatialSize | null]

function scaleOnly(
  where: string,
  input: Tensor,
  rest: readonly unknown[],
  options: InterpolateOptions,
): Tensor {
  deprecated(where)
  const [size = null, scaleFactor = null] = read<Required<ScalePositions>>(
    where,
    ['size', 'scaleFactor'],
    rest,
  )
  return run(where, input, [{ size, scaleFactor, ...options }])
}

/**
 * `torch.nn.functional.upsample_nearest(input, size=None, scale_factor=None)`
 *
 * @deprecated use {@link interpolate}
 */
export function upsampleNearest(
  input: Tensor,
  ...rest: Rest<ScaleOptions, ScalePositions>
): Tensor {
  return scaleOnly('upsampleNearest', input, rest, { mode: 'nearest' })
}

/**
 * `torch.nn.functional.upsample_bilinear(input, size=None, scale_factor=None)`
 *
 * @deprecated use {@link interpolate} with mode `'bilinear'` and `alignCorners: true`
 */
export function upsampleBilinear(
  input: Tensor,
  ...rest: Rest<ScaleOptions, ScalePositions>
): Tensor {
  return scaleOnly('upsampleBilinear', input, rest, { mode: 'bilinear', alignCorners: true })
}
