import { checkBoolean, checkInteger, checkNumber, checkOptions, fail } from '../../check.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'

/** Options of {@link makeGrid}. */
export interface MakeGridOptions {
  /** Pictures in a row. Default 8. */
  nrow?: number
  /** Pixels between pictures. Default 2. */
  padding?: number
  /** Whether values are stretched to 0 ... 1. Default false. */
  normalize?: boolean
  /** The values that become 0 and 1. Default: the least and the largest there are. */
  valueRange?: readonly [min: number, max: number]
  /** Whether each picture is stretched by itself. Default false. */
  scaleEach?: boolean
  /** The value between pictures. Default 0. */
  padValue?: number
}

/**
 * Puts pictures of one size into one large picture, row by row (torchvision `make_grid`, R
 * `vision_make_grid`; unlike R's it leaves its input alone).
 *
 * @param images - [N, C, H, W], one picture [C, H, W] or [H, W], or an array of pictures [C, H, W]
 * @returns the grid [C, H', W'], with 3 channels for pictures with 1; a single picture has no border
 */
export function makeGrid(images: Tensor | readonly Tensor[], options?: MakeGridOptions): Tensor {
  const where = 'utils.makeGrid'
  const checked = checkGridOptions(where, options)
  return torch.noGrad(() =>
    torch.scope(() => {
      const batch = toBatch(where, images)
      return layOut(checked.normalize ? stretch(batch, checked) : batch, checked)
    }),
  )
}

type Checked = Required<Omit<MakeGridOptions, 'valueRange'>> & Pick<MakeGridOptions, 'valueRange'>

function checkGridOptions(where: string, options: MakeGridOptions | undefined): Checked {
  const given = checkOptions(where, options, [
    'nrow',
    'padding',
    'normalize',
    'valueRange',
    'scaleEach',
    'padValue',
  ])
  const { nrow = 8, padding = 2, normalize = false, scaleEach = false, padValue = 0 } = given
  const { valueRange } = given
  checkInteger(where, 'nrow', nrow, { min: 1 })
  checkInteger(where, 'padding', padding, { min: 0 })
  checkBoolean(where, 'normalize', normalize)
  checkBoolean(where, 'scaleEach', scaleEach)
  checkNumber(where, 'padValue', padValue)
  if (valueRange !== undefined) {
    if (!Array.isArray(valueRange) || valueRange.length !== 2) {
      fail(where, 'valueRange', '[min, max]', valueRange)
    }
    for (const value of valueRange) checkNumber(where, 'valueRange', value)
  }
  return { nrow, padding, normalize, scaleEach, padValue, valueRange }
}

/** The pictures as [N, C, H, W] with at least 3 channels. */
function toBatch(where: string, images: Tensor | readonly Tensor[]): Tensor {
  const single = images instanceof Tensor
  if (!single && !(Array.isArray(images) && images.length > 0)) {
    fail(where, 'images', 'a Tensor or an array of Tensors', images)
  }
  let batch = single ? images : torch.stack([...(images as readonly Tensor[])])
  if (batch.dim() === 2) batch = batch.unsqueeze(0)
  if (batch.dim() === 3) batch = batch.unsqueeze(0)
  if (batch.dim() !== 4 || batch.size(0) === 0) {
    fail(where, 'images', 'shape [N, C, H, W] with at least one picture', batch.shape)
  }
  return batch.size(1) === 1 ? torch.cat([batch, batch, batch], 1) : batch
}

function stretch(batch: Tensor, { valueRange, scaleEach }: Checked): Tensor {
  const stretched = batch.clone()
  const pictures = scaleEach ? stretched.unbind(0) : [stretched]
  for (const picture of pictures) {
    const [low, high] = valueRange ?? [Number(picture.min().item()), Number(picture.max().item())]
    // A picture of one colour has no range to divide by.
    picture
      .clamp_(low, high)
      .sub_(low)
      .div_(Math.max(high - low, 1e-5))
  }
  return stretched
}

function layOut(batch: Tensor, { nrow, padding, padValue }: Checked): Tensor {
  const [count, channels, height, width] = batch.shape as [number, number, number, number]
  if (count === 1) return batch.squeeze(0)
  const columns = Math.min(nrow, count)
  const rows = Math.ceil(count / columns)
  const { dtype, device } = batch
  const grid = torch.full(
    [channels, rows * (height + padding) + padding, columns * (width + padding) + padding],
    padValue,
    { dtype, device },
  )
  for (let index = 0; index < count; index++) {
    const top = Math.floor(index / columns) * (height + padding) + padding
    const left = (index % columns) * (width + padding) + padding
    grid.narrow(1, top, height).narrow(2, left, width).copy_(batch.select(0, index))
  }
  return grid
}
