import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { checkBoolean, checkInteger, checkOptions, fail } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { ImageDecodeError } from './errors.js'
import { loadSharp } from './sharp.js'
import { sniff } from './sniff.js'

/** A picture that is not decoded yet: the path or `file:` URL of a file, or its bytes. */
export type ImageSource = string | URL | Uint8Array | ArrayBuffer

/** Options of {@link decodeImage}. */
export interface DecodeImageOptions {
  /** Whether the orientation in the Exif data is applied. Default false, as in torchvision. */
  exif?: boolean
  /** The most pixels a picture may have: a small file can hold a huge one. Default 268,402,689 (16,383 squared). */
  maxPixels?: number
}

const MAX_PIXELS = 0x3fff ** 2

/**
 * Decodes a picture into a uint8 tensor of shape [3, height, width] with red, green and blue
 * (torchvision `decode_image(..., mode='RGB')`, R torchvision `base_loader`).
 *
 * The format is told from the content, not from the name: JPEG, PNG, WebP, GIF and TIFF (first
 * frame), AVIF. Grey pictures get three equal channels, alpha is dropped, 16 bits become 8, colour
 * profiles are ignored: the same pixels as Pillow's. Only CMYK pictures, which go through a colour
 * profile here, come out in somewhat other colours. Decoding runs off the JS thread.
 *
 * The tensor's memory is interleaved (height, width, channel), as torch's channels-last images.
 *
 * @throws {@link ImageDecodeError} with the file and the reason, when the file cannot be read, is not
 *   a picture of a known format, is damaged or truncated, or has too many pixels
 */
export async function decodeImage(
  source: ImageSource,
  options?: DecodeImageOptions,
): Promise<Tensor> {
  const { exif = false, maxPixels = MAX_PIXELS } = checkOptions('decodeImage', options, [
    'exif',
    'maxPixels',
  ])
  checkBoolean('decodeImage', 'exif', exif)
  checkInteger('decodeImage', 'maxPixels', maxPixels, { min: 1 })
  const { path, bytes } = await read(source)
  const sniffed = sniff(bytes)
  if ('instead' in sniffed) {
    throw new ImageDecodeError(`it is ${sniffed.instead}, not a picture that can be decoded`, path)
  }
  const { data, width, height } = await decode(bytes, { exif, maxPixels }).catch((cause) => {
    throw new ImageDecodeError(explain(cause, maxPixels), path, { cause })
  })
  return torch.scope(() => torch.fromTypedArray(data, [height, width, 3]).permute(2, 0, 1))
}

async function read(source: ImageSource): Promise<{ path: string | undefined; bytes: Uint8Array }> {
  if (source instanceof Uint8Array) return { path: undefined, bytes: source }
  if (source instanceof ArrayBuffer) return { path: undefined, bytes: new Uint8Array(source) }
  if (typeof source !== 'string' && !(source instanceof URL)) {
    fail('decodeImage', 'source', 'a path, a file: URL or bytes', source)
  }
  const path = typeof source === 'string' ? source : fileURLToPath(source)
  try {
    return { path, bytes: await readFile(path) }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'there is no such file' : `it could not be read (${code})`
    throw new ImageDecodeError(reason, path, { cause })
  }
}

async function decode(bytes: Uint8Array, { exif, maxPixels }: Required<DecodeImageOptions>) {
  const sharp = await loadSharp()
  const { data, info } = await sharp(bytes, {
    failOn: 'error',
    limitInputPixels: maxPixels,
    ignoreIcc: true,
    autoOrient: exif,
  })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** The reason in a few words: libvips writes several lines, with its own function names in front. */
function explain(cause: unknown, maxPixels: number): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (/pixel limit/i.test(message)) return `it has more than ${maxPixels} pixels (option maxPixels)`
  if (/premature end|unexpected end/i.test(message)) return 'the file is truncated'
  const detail = message
    .replace(/^Input buffer has corrupt header:|^Unknown error$/, '')
    .trim()
    .split('\n')[0]
  if (detail === undefined || detail === '') return 'the file is damaged'
  return /unsupported|limit/i.test(detail) ? detail : `the file is damaged (${detail})`
}
