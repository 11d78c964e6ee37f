import { checkBoolean, checkOptions } from '../../check.js'
import { nextRandom, type Random } from '../../data/random.js'
import { type Box, cropBox } from './crop.js'
import {
  checkPadding,
  checkPadOptions,
  type Padding,
  type PadOptions,
  padImage,
  type Sides,
} from './pad.js'
import { type CropSize, checkCropSize } from './size.js'
import { defineTransform, imageSize } from './transform.js'

/** Options of {@link randomCrop}. */
export interface RandomCropOptions extends PadOptions {
  /** Pixels to add first. Default none. */
  padding?: Padding
  /** Whether a smaller image is padded: by what it lacks, on both sides. Default false. */
  padIfNeeded?: boolean
}

/**
 * Cuts a box of a size out of an image at a random place (torchvision `RandomCrop`,
 * R `transform_random_crop`).
 *
 * @throws RangeError for an image that is smaller, without `padIfNeeded`
 */
export const randomCrop = defineTransform(
  'randomCrop',
  (size: CropSize, options?: RandomCropOptions) => {
    const where = 'transforms.randomCrop'
    const {
      padding = 0,
      padIfNeeded = false,
      ...others
    } = checkOptions(where, options, ['padding', 'padIfNeeded', 'fill', 'paddingMode'])
    return {
      size: checkCropSize(where, size),
      padding: checkPadding(where, padding),
      padIfNeeded: checkBoolean(where, 'padIfNeeded', padIfNeeded),
      ...checkPadOptions(where, others),
    }
  },
  (image, { size, padding, padIfNeeded, ...options }) => {
    const where = 'transforms.randomCrop'
    const random = nextRandom()
    const { height, width } = imageSize(image)
    const around = padIfNeeded ? enough(height, width, size, padding) : padding
    const [rows, columns] = [
      height + around.top + around.bottom,
      width + around.left + around.right,
    ]
    if (rows < size[0] || columns < size[1]) {
      throw new RangeError(
        `${where}: expected an image of at least ${size.join(' x ')} with its padding, got ${rows} x ${columns}`,
      )
    }
    const box = randomBox(rows, columns, size, random)
    const padded =
      Math.max(...Object.values(around)) > 0 ? padImage(where, image, around, options) : image
    return cropBox(padded, box)
  },
)

/** The padding, enlarged by what the padded image lacks. */
function enough(
  height: number,
  width: number,
  [rows, columns]: readonly [number, number],
  { left, top, right, bottom }: Sides,
): Sides {
  const down = Math.max(rows - (height + top + bottom), 0)
  const across = Math.max(columns - (width + left + right), 0)
  return { left: left + across, top: top + down, right: right + across, bottom: bottom + down }
}

/** A box at a random place; where it fits but one way nothing is drawn, as in torchvision. */
function randomBox(
  rows: number,
  columns: number,
  [height, width]: readonly [number, number],
  random: Pick<Random, 'integer'>,
): Box {
  const top = rows > height ? random.integer(rows - height + 1) : 0
  return { top, left: columns > width ? random.integer(columns - width + 1) : 0, height, width }
}
