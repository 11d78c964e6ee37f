import { checkInteger, checkOneOf, checkOptions, fail, failRange } from '../../check.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import { checkPicture, drawOn } from './canvas.js'
import { type Color, type Colors, parseColor, parseColors, type Rgb } from './color.js'
import { drawText, fitText, textSize } from './font.js'

/** Options of {@link drawLabels}. */
export interface DrawLabelsOptions {
  /** Where the names stand: on the picture, or below it, so that it becomes higher. Default 'bottom'. */
  place?: 'bottom' | 'top' | 'below'
  /** Of the letters: one colour, or one for each picture. Default white. */
  colors?: Colors
  /** Of the ground under the letters. Default black. */
  background?: Color
  /** Pixels of a dot of the letters, which are 8 dots high. Default: more on wide pictures, if all names fit. */
  fontScale?: number
}

/**
 * Writes the name of its class on each picture of a batch, for `makeGrid` or `saveImage`: an addition
 * of this library. A name that is too long is cut.
 *
 * @param images - [N, C, H, W] or an array of pictures [C, H, W] of one size, with 3 channels or 1;
 *   uint8, or floating-point with values 0 ... 1
 * @param labels - a name for each picture
 * @returns [N, 3, H', W] of the type and on the device of `images`
 * @example
 * ```ts
 * const [x, y] = await loader.iter().next()
 * const names = (y.toArray() as number[]).map((index) => ds.classes[index])
 * await saveImage(drawLabels(x.mul(0.5).add(0.5), names), 'batch.png')
 * ```
 * @throws TypeError or RangeError when there are not as many labels as pictures
 */
export function drawLabels(
  images: Tensor | readonly Tensor[],
  labels: readonly string[],
  options?: DrawLabelsOptions,
): Tensor {
  const where = 'utils.drawLabels'
  const isBatch = images instanceof Tensor && images.dim() === 4
  if (!isBatch && !(Array.isArray(images) && images.length > 0)) {
    fail(where, 'images', 'a Tensor [N, C, H, W] or an array of Tensors [C, H, W]', images)
  }
  const { place = 'bottom', ...more } = checkOptions(where, options, [
    'place',
    'colors',
    'background',
    'fontScale',
  ])
  checkOneOf(where, 'place', place, ['bottom', 'top', 'below'])
  const { fontScale } = more
  if (fontScale !== undefined) checkInteger(where, 'fontScale', fontScale, { min: 1 })
  const background = parseColor(where, 'background', more.background ?? 'black')
  return torch.noGrad(() =>
    torch.scope(() => {
      const pictures = isBatch ? images.unbind(0) : (images as readonly Tensor[])
      const colors = parseColors(where, 'colors', more.colors ?? 'white', pictures.length)
      checkNames(where, labels, pictures.length)
      for (const picture of pictures) checkPicture(where, picture, true)
      const scale = fontScale ?? largestScale(labels, (pictures[0] as Tensor).size(2))
      return torch.stack(
        pictures.map((picture, index) => {
          const style = { place, background, color: colors[index] as Rgb, scale }
          return drawLabel(picture, labels[index] as string, style)
        }),
      )
    }),
  )
}

/** The largest scale, within reason, at which all names fit into `width` pixels. */
function largestScale(labels: readonly string[], width: number): number {
  let scale = 1 + Math.floor(width / 150)
  const allFit = () => labels.every((label) => textSize(label, scale).width <= width - 2 * scale)
  while (scale > 1 && !allFit()) scale -= 1
  return scale
}

interface LabelStyle {
  readonly place: 'bottom' | 'top' | 'below'
  readonly color: Rgb
  readonly background: Rgb
  readonly scale: number
}

function drawLabel(
  picture: Tensor,
  label: string,
  { place, color, background, scale }: LabelStyle,
): Tensor {
  const strip = textSize('', scale).height + 2 * scale
  const height = picture.size(1)
  const ground = place === 'below' ? withStrip(picture, strip) : picture
  const top = place === 'top' ? 0 : place === 'below' ? height : Math.max(height - strip, 0)
  return drawOn(ground, (canvas) => {
    const text = fitText(label, canvas.width - 2 * scale, scale)
    const right = place === 'below' ? canvas.width - 1 : textSize(text, scale).width + 2 * scale - 1
    if (text !== '' || place === 'below') canvas.fill(0, top, right, top + strip - 1, background)
    drawText(canvas, scale, top + scale, text, color, scale)
  })
}

/** The picture with empty rows below it. */
function withStrip(picture: Tensor, rows: number): Tensor {
  const [channels, , width] = picture.shape as [number, number, number]
  const { dtype, device } = picture
  return torch.cat([picture, torch.zeros([channels, rows, width], { dtype, device })], 1)
}

function checkNames(where: string, labels: unknown, count: number): void {
  if (!Array.isArray(labels)) fail(where, 'labels', 'an array of strings', labels)
  labels.forEach((label, index) => {
    if (typeof label !== 'string') fail(where, `label ${index}`, 'a string', label)
  })
  if (labels.length !== count) {
    failRange(where, 'labels', `${count} of them, one for each picture,`, labels.length)
  }
}
