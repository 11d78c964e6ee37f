import { checkInteger, checkNumber, checkOneOf, checkOptions, fail } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { defineTransform, imageSize } from './transform.js'

const MODES = ['constant', 'edge', 'reflect', 'symmetric'] as const

/** Pixels to add: on all sides; left/right and top/bottom; or each side by name. */
export type Padding =
  | number
  | readonly [horizontal: number, vertical: number]
  | readonly [left: number, top: number, right: number, bottom: number]
  | { left?: number; top?: number; right?: number; bottom?: number }

/** Options of {@link pad}. */
export interface PadOptions {
  /** The value of new pixels, or one value per channel; for `'constant'`. Default 0. */
  fill?: number | readonly number[]
  /**
   * `'constant'` (default), `'edge'` (the outermost pixel), `'reflect'` (mirrored without repeating
   * the outermost pixel) or `'symmetric'` (mirrored with it).
   */
  mode?: (typeof MODES)[number]
}

interface Sides {
  left: number
  top: number
  right: number
  bottom: number
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
    const { fill = 0, mode = 'constant' } = checkOptions(where, options, ['fill', 'mode'])
    const fills: readonly number[] = typeof fill === 'number' ? [fill] : fill
    if (!Array.isArray(fills)) fail(where, 'fill', 'a number or an array of numbers', fill)
    for (const value of fills) checkNumber(where, 'fill', value)
    return { ...sides(padding), fill: fills, mode: checkOneOf(where, 'mode', mode, MODES) }
  },
  (image, { fill, mode, ...around }) =>
    mode === 'constant' ? padConstant(image, around, fill) : padMirrored(image, around, mode),
)

function sides(padding: Padding): Sides {
  const where = 'transforms.pad'
  const check = (value: unknown): number => checkInteger(where, 'padding', value, { min: 0 })
  if (typeof padding === 'number') {
    const all = check(padding)
    return { left: all, top: all, right: all, bottom: all }
  }
  if (Array.isArray(padding)) {
    if (padding.length !== 2 && padding.length !== 4) {
      fail(where, 'padding', 'a number, 2 or 4 numbers, or sides by name', padding)
    }
    const [left, top, right = left, bottom = top] = padding.map(check) as [number, number]
    return { left, top, right, bottom }
  }
  const names = ['left', 'top', 'right', 'bottom'] as const
  const given = checkOptions(where, padding as Partial<Sides>, names)
  const [left, top, right, bottom] = names.map((name) => check(given[name] ?? 0))
  return { left, top, right, bottom } as Sides
}

function padConstant(image: Tensor, around: Sides, fill: readonly number[]): Tensor {
  const { left, top, right, bottom } = around
  const [value = 0] = fill
  if (fill.length <= 1) return torch.constantPadNd(image, [left, right, top, bottom], value)
  const { channels, height, width } = imageSize(image)
  if (fill.length !== channels) {
    fail('transforms.pad', 'fill', `1 or ${channels} values, as many as channels,`, fill)
  }
  const shape = [...image.shape.slice(0, -2), height + top + bottom, width + left + right]
  const { dtype, device } = image
  const colours = torch.tensor([...fill], { dtype, device }).reshape([-1, 1, 1])
  const padded = colours.expand(shape).clone()
  padded.narrow(-2, top, height).narrow(-1, left, width).copy_(image)
  return padded
}

function padMirrored(image: Tensor, around: Sides, mode: 'edge' | 'reflect' | 'symmetric'): Tensor {
  const { height, width } = imageSize(image)
  const rows = sources(height, around.top, around.bottom, mode)
  const columns = sources(width, around.left, around.right, mode)
  const index = (values: number[]) => torch.tensor(values, { dtype: 'int64', device: image.device })
  return image.indexSelect(-2, index(rows)).indexSelect(-1, index(columns))
}

/** For each pixel along a padded axis, the pixel of the image that it copies. */
function sources(
  length: number,
  before: number,
  after: number,
  mode: 'edge' | 'reflect' | 'symmetric',
): number[] {
  const most = { edge: Number.POSITIVE_INFINITY, reflect: length - 1, symmetric: length }[mode]
  if (Math.max(before, after) > most) {
    throw new RangeError(
      `transforms.pad: expected at most ${most} pixels of '${mode}' padding for an edge of ${length}, got ${Math.max(before, after)}`,
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
