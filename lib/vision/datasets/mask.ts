import { DatasetError } from '../../data/errors.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { readPicture } from '../image/decode.js'
import { loadSharp } from '../image/sharp.js'

/**
 * Decodes a picture whose grey values are class numbers, not shades: uint8 [height, width].
 *
 * @throws DatasetError with the path when it cannot be decoded or is not grey
 */
export async function decodeMask(path: string): Promise<Tensor> {
  const sharp = await loadSharp()
  const bytes = await readPicture(path)
  const { data, info } = await sharp(bytes, { failOn: 'error', ignoreIcc: true })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: Error) => {
      throw new DatasetError(`'${path}': ${cause.message}`, path, { cause })
    })
  const { width, height, channels } = info
  // A palette of greys comes as three equal channels.
  const values = channels === 1 ? data : firstChannel(data, channels)
  if (values === undefined) {
    throw new DatasetError(`'${path}': expected a grey picture of class numbers, got colours`, path)
  }
  return torch.fromTypedArray(new Uint8Array(values), [height, width])
}

/** The first of three or more channels, if the first three are equal everywhere. */
function firstChannel(data: Buffer, channels: number): Uint8Array | undefined {
  if (channels < 3) return undefined
  const values = new Uint8Array(data.length / channels)
  for (let i = 0, at = 0; i < values.length; i++, at += channels) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return undefined
    values[i] = data[at] as number
  }
  return values
}
