import { checkInteger, checkOneOf, checkOptions, fail, isPlainObject } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkFill, checkFillOf, type Fill } from './fill.js'
import { defineTransform, imageSize } from './transform.js'

const MODES = ['constant', 'edge', 'reflect', 'symmetric'] as const

type Mode = (typeof MODES)[number]

/** Pixels to add: on all sides; left/right and top/bottom; or each side, in this order or by name. */
export type Padding =
  | number
  | readonly [all: number]
  | readonly [horizontal: number, vertical: number]
  | readonly [left: number, top: number, right: number, bottom: number]
  | { left?: number; top?: number; right?: number; bottom?: number }

/** Options of all transforms that pad. */
export interface PadOptions {
  /** The value of new pixels; one per channel only for `'constant'`. Default 0, and so is null. */
  fill?: Fill
  /**
   * `'constant'` (default), `'edge'` (the outermost pixel), `'reflect'` (mirrored without repeating
   * the outermost pixel) or `'symmetric'` (mirrored with it).
   */
  paddingMode?: Mode
}

/** Pixels to add on each side. */
export interface Sides {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** What is left of {@link PadOptions} once they are checked. */
export interface PadSettings {
  readonly fill: readonly number[]
  readonly paddingMode: Mode
}

/**
 * Adds pixels around an image (torchvision v2 `Pad`, R `transform_pad`; four numbers are in Python's
 * order left, top, right, bottom).
 *
 * @throws RangeError when a mirror would need more pixels than there are
 */
export const pad = defineTransform(
  'pad',
  (padding: Padding, options?: PadOptions) => {
    const where = 'transforms.pad'
    const given = checkOptions(where, options, ['fill', 'paddingMode'])
    return { ...checkPadding(where, padding), ...checkPadOptions(where, given) }
  },
  (image, { fill, paddingMode, ...around }) =>
    padImage('transforms.pad', image, around, { fill, paddingMode }),
)

/** @throws TypeError when an option is wrong */
export function checkPadOptions(
  where: string,
  { fill = 0, paddingMode = 'constant' }: PadOptions,
): PadSettings {
  const settings = {
    fill: checkFill(where, fill) ?? [0],
    paddingMode: checkOneOf(where, 'paddingMode', paddingMode, MODES),
  }
  if (settings.fill.length > 1 && settings.paddingMode !== 'constant') {
    fail(where, 'fill', `one number with a paddingMode of '${paddingMode}'`, fill)
  }
  return settings
}

/** @throws TypeError or RangeError unless the padding is of integers of at least 0 */
export function checkPadding(where: string, padding: Padding): Sides {
  const check = (value: unknown): number => checkInteger(where, 'padding', value, { min: 0 })
  if (typeof padding === 'number') {
    const all = check(padding)
    return { left: all, top: all, right: all, bottom: all }
  }
  const isList = Array.isArray(padding)
  if (isList ? ![1, 2, 4].includes(padding.length) : !isPlainObject(padding)) {
    fail(where, 'padding', 'a number, 1, 2 or 4 numbers, or sides by name', padding)
  }
  if (isList) {
    const [left, top = left, right = left, bottom = top] = padding.map(check) as [number]
    return { left, top, right, bottom }
  }
  const names = ['left', 'top', 'right', 'bottom'] as const
  const given = checkOptions(where, padding as Partial<Sides>, names)
  const [left, top, right, bottom] = names.map((name) => check(given[name] ?? 0))
  return { left, top, right, bottom } as Sides
}

/** The work of {@link pad}, once its settings are checked. */
export function padImage(
  where: string,
  image: Tensor,
  around: Sides,
  { fill, paddingMode }: PadSettings,
): Tensor {
  return paddingMode === 'constant'
    ? padConstant(where, image, around, fill)
    : padMirrored(where, image, around, paddingMode)
}

function padConstant(
  where: string,
  image: Tensor,
  { left, top, right, bottom }: Sides,
  fill: readonly number[],
): Tensor {
  checkFillOf(where, image, fill)
  const [value = 0] = fill
  if (fill.length === 1) return torch.constantPadNd(image, [left, right, top, bottom], value)
  const { height, width } = imageSize(image)
  const shape = [...image.shape.slice(0, -2), height + top + bottom, width + left + right]
  const { dtype, device } = image
  // By way of floating-point numbers: 0.5 is no uint8.
  const colours = torch.tensor([...fill], { dtype: 'float32', device }).to(dtype)
  const padded = colours.reshape([-1, 1, 1]).expand(shape).clone()
  padded.narrow(-2, top, height).narrow(-1, left, width).copy_(image)
  return padded
}

function padMirrored(
  where: string,
  image: Tensor,
  around: Sides,
  mode: Exclude<Mode, 'constant'>,
): Tensor {
  const { height, width } = imageSize(image)
  const rows = sources(where, height, around.top, around.bottom, mode)
  const columns = sources(where, width, around.left, around.right, mode)
  const index = (values: number[]) => torch.tensor(values, { dtype: 'int64', device: image.device })
  return image.indexSelect(-2, index(rows)).indexSelect(-1, index(columns))
}

/** For each pixel along a padded axis, the pixel of the image that it copies. */
function sources(
  where: string,
  length: number,
  before: number,
  after: number,
  mode: Exclude<Mode, 'constant'>,
): number[] {
  const most = {
    edge: length === 0 ? 0 : Number.POSITIVE_INFINITY,
    reflect: length - 1,
    symmetric: length,
  }[mode]
  const needed = Math.max(before, after)
  if (needed > Math.max(most, 0)) {
    throw new RangeError(
      `${where}: expected at most ${Math.max(most, 0)} pixels of '${mode}' padding for an edge of ${length}, got ${needed}`,
    )
  }
  const repeat = mode === 'symmetric' ? 1 : 0
  return Array.from({ length: before + length + after }, (_, position) => {
    const source = position - before
    if (mode === 'edge') return Math.min(Math.max(source, 0), length - 1)
    if (source < 0) return -source - repeat
    return source < length ? source : 2 * (length - 1) - source + repeat
  })
}
