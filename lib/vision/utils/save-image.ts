import { extname } from 'node:path'
import { checkInteger, checkOptions, checkString } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { loadSharp } from '../image/sharp.js'
import { type MakeGridOptions, makeGrid } from './make-grid.js'

const FORMATS = { '.png': 'png', '.jpg': 'jpeg', '.jpeg': 'jpeg', '.webp': 'webp' } as const

/** Options of {@link saveImage}: those of {@link makeGrid}, and the quality. */
export interface SaveImageOptions extends MakeGridOptions {
  /** Of JPEG and WebP, 1 ... 100. Default 75, as Pillow's. */
  quality?: number
}

/**
 * Writes a picture, or a grid of several, to a PNG, JPEG or WebP file, by the ending of its name
 * (torchvision `save_image`).
 *
 * @param images - as in {@link makeGrid}: floating-point values 0 ... 1 (others are cut off), or uint8
 * @throws TypeError for another ending, Error when the file cannot be written
 */
export async function saveImage(
  images: Tensor | readonly Tensor[],
  path: string,
  options?: SaveImageOptions,
): Promise<void> {
  const where = 'utils.saveImage'
  const format = formatOf(where, path)
  const { quality = 75, ...gridOptions } = checkOptions(where, options, [
    'quality',
    'nrow',
    'padding',
    'normalize',
    'valueRange',
    'scaleEach',
    'padValue',
  ])
  checkInteger(where, 'quality', quality, { min: 1, max: 100 })
  const { bytes, ...raw } = interleavedBytes(images, gridOptions)
  const sharp = await loadSharp()
  const picture = sharp(bytes, { raw }).toFormat(format, format === 'png' ? {} : { quality })
  await picture.toFile(path)
}

function formatOf(where: string, path: string): (typeof FORMATS)[keyof typeof FORMATS] {
  const ending = extname(checkString(where, 'path', path)).toLowerCase()
  if (Object.hasOwn(FORMATS, ending)) return FORMATS[ending as keyof typeof FORMATS]
  const endings = Object.keys(FORMATS).join(', ')
  throw new TypeError(`${where}: expected a path that ends in ${endings}, got '${path}'`)
}

/** The grid as rows of pixels. */
function interleavedBytes(images: Tensor | readonly Tensor[], options: MakeGridOptions) {
  return torch.scope(() => {
    const grid = makeGrid(images, options)
    const [channels, height, width] = grid.shape as [1 | 3 | 4, number, number]
    const bytes = grid.dtype === 'uint8' ? grid : grid.mul(255).add_(0.5).clamp_(0, 255).to('uint8')
    return { bytes: bytes.permute(1, 2, 0).to('cpu').toBytes(), channels, height, width }
  })
}
