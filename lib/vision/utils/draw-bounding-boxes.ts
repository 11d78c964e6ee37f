import { checkBoolean, checkInteger, checkOptions, fail, failRange } from '../../check.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import { type Canvas, checkPicture, drawOn } from './canvas.js'
import { type Colors, parseColors, type Rgb } from './color.js'
import { drawText, textSize } from './font.js'

/** Options of {@link drawBoundingBoxes}. */
export interface DrawBoundingBoxesOptions {
  /** A text for each box; null for none. */
  labels?: readonly (string | null)[]
  /** Of the boxes. Default: a palette that begins with black. */
  colors?: Colors
  /** Whether the boxes are filled, with much of the picture shining through. Default false. */
  fill?: boolean
  /** Pixels of the lines, which lie inside the boxes. Default 1. */
  width?: number
  /** Pixels of a dot of the letters, which are 8 dots high. Default 1. */
  fontScale?: number
  /** Of the texts. Default: those of the boxes, or black where the labels are filled. */
  labelColors?: Colors
  /** Whether the texts stand on a ground of their own. Default false. */
  fillLabels?: boolean
  /** Of the grounds. Default: those of the boxes. */
  labelBackgroundColors?: Colors
}

const OPTIONS = [
  'labels',
  'colors',
  'fill',
  'width',
  'fontScale',
  'labelColors',
  'fillLabels',
  'labelBackgroundColors',
] as const

/** How much a filled box covers, of 255. */
const FILL_ALPHA = 100

type Box = readonly [xmin: number, ymin: number, xmax: number, ymax: number]

/**
 * Draws boxes with their labels on a copy of an image (torchvision `draw_bounding_boxes`, R torchvision
 * `draw_bounding_boxes`). The boxes are those of torchvision to the last pixel; the letters are others:
 * 5 x 7 dots, the same on every machine.
 *
 * @param image - [3, H, W] or [1, H, W]; uint8, or floating-point with values 0 ... 1
 * @param boxes - [N, 4] or an array of boxes: xmin, ymin, xmax, ymax in pixels, both ends included
 * @returns [3, H, W] of the type and on the device of `image`; without boxes `image` itself
 * @example
 * ```ts
 * const seen = drawBoundingBoxes(image, [[20, 30, 90, 110]], { labels: ['owl'], colors: 'yellow' })
 * ```
 * @throws TypeError or RangeError for boxes that are no boxes, and when labels or colours do not
 *   suffice
 */
export function drawBoundingBoxes(
  image: Tensor,
  boxes: Tensor | readonly (readonly number[])[],
  options?: DrawBoundingBoxesOptions,
): Tensor {
  const where = 'utils.drawBoundingBoxes'
  checkPicture(where, image, true)
  const list = boxesOf(where, boxes)
  const checked = checkOptions(where, options, OPTIONS)
  const { fill = false, width = 1, fontScale = 1, fillLabels = false, labels } = checked
  checkBoolean(where, 'fill', fill)
  checkBoolean(where, 'fillLabels', fillLabels)
  checkInteger(where, 'width', width, { min: 1 })
  checkInteger(where, 'fontScale', fontScale, { min: 1 })
  if (labels !== undefined) checkLabels(where, labels, list.length)
  const colors = parseColors(where, 'colors', checked.colors, list.length)
  const ink = checked.labelColors ?? (fillLabels ? 'black' : undefined)
  const labelColors =
    ink === undefined ? colors : parseColors(where, 'labelColors', ink, list.length)
  const ground = checked.labelBackgroundColors
  const grounds =
    ground === undefined ? colors : parseColors(where, 'labelBackgroundColors', ground, list.length)
  if (list.length === 0) return image
  return drawOn(image, (canvas) => {
    list.forEach(([x0, y0, x1, y1], index) => {
      const color = colors[index] as Rgb
      if (fill) canvas.fill(x0, y0, x1, y1, color, FILL_ALPHA)
      canvas.outline(x0, y0, x1, y1, color, width)
      const label = labels?.[index] ?? ''
      if (label === '') return
      const [x, y] = [x0 + width + 1, y0 + width + 1]
      if (fillLabels) drawGround(canvas, x, y, label, fontScale, grounds[index] as Rgb)
      drawText(canvas, x, y, label, labelColors[index] as Rgb, fontScale)
    })
  })
}

function drawGround(
  canvas: Canvas,
  x: number,
  y: number,
  label: string,
  scale: number,
  color: Rgb,
): void {
  const { width, height } = textSize(label, scale)
  canvas.fill(x - 1, y - 1, x + width, y + height, color)
}

function boxesOf(where: string, boxes: Tensor | readonly (readonly number[])[]): Box[] {
  const isTensor = boxes instanceof Tensor
  if (!isTensor && !Array.isArray(boxes)) fail(where, 'boxes', 'a Tensor or an array', boxes)
  if (isTensor && (boxes.dim() !== 2 || boxes.size(1) !== 4)) {
    const got = `[${boxes.shape.join(', ')}]`
    throw new RangeError(`${where}: expected shape [N, 4] for boxes, got ${got}`)
  }
  const rows = (isTensor ? torch.scope(() => boxes.to('float64').toArray()) : boxes) as number[][]
  return rows.map((row, index) => {
    const isBox = Array.isArray(row) && row.length === 4 && row.every(Number.isFinite)
    if (!isBox) fail(where, `box ${index}`, 'xmin, ymin, xmax and ymax', row)
    const [x0, y0, x1, y1] = row as unknown as Box
    if (x0 > x1 || y0 > y1) {
      failRange(where, `box ${index}`, 'xmin <= xmax and ymin <= ymax', `${row}`)
    }
    return row.map(Math.trunc) as unknown as Box
  })
}

function checkLabels(where: string, labels: unknown, count: number): void {
  if (!Array.isArray(labels)) fail(where, 'labels', 'an array of strings', labels)
  for (const label of labels) {
    if (label !== null && typeof label !== 'string') fail(where, 'a label', 'a string', label)
  }
  if (labels.length !== count) {
    failRange(where, 'labels', `${count} of them, one for each box,`, labels.length)
  }
}
