import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { checkBoolean, checkInteger, checkOptions, fail } from '../../check.js'
import { native } from '../../native.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { access } from '../../torch/tensor-access.js'
import { ImageDecodeError } from './errors.js'
import { loadSharp } from './sharp.js'
import { type ImageFormat, sniff } from './sniff.js'

/** A picture that is not decoded yet: the path or `file:` URL of a file, or its bytes. */
export type ImageSource = string | URL | Uint8Array | ArrayBuffer

/** Options of {@link decodeImage}. */
export interface DecodeImageOptions {
  /** Whether the orientation in the Exif data is applied. Default false, as in torchvision. */
  exif?: boolean
  /** The most pixels a picture may have: a small file can hold a huge one. Default 268,402,689 (16,383 squared). */
  maxPixels?: number
  /** The most bytes its file may have. Default 1 GiB. */
  maxBytes?: number
}

const MAX_PIXELS = 0x3fff ** 2
const MAX_BYTES = 2 ** 30

/**
 * Decodes a picture into a uint8 tensor of shape [3, height, width] with red, green and blue
 * (torchvision `decode_image(..., mode='RGB')`, R torchvision `base_loader`).
 *
 * The format is told from the content, not from the name: JPEG, PNG, WebP, GIF and TIFF (first
 * frame), AVIF. Grey pictures get three equal channels, alpha is dropped, 16 bits become 8, colour
 * profiles are ignored: the same pixels as Pillow's. JPEG is decoded by libjpeg-turbo, all else, and
 * JPEG in a build without it, by sharp, which takes CMYK pictures through a colour profile and so to
 * somewhat other colours. Decoding runs off the JS thread.
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
  const where = 'decodeImage'
  const limits = checkDecodeOptions(where, checkOptions(where, options, DECODE_OPTIONS))
  const { path, bytes } = await read(source)
  return decodeBytes(bytes, path, limits)
}

/** As {@link decodeImage}, for the bytes of the file `path`. */
export async function decodeBytes(
  bytes: Uint8Array,
  path: string | undefined,
  options: Required<DecodeImageOptions>,
): Promise<Tensor> {
  checkBytes(bytes, path, options)
  const decoded = await native.decodeJpeg(
    bytes,
    Float64Array.from(decodeNumbers(options, availableParallelism())),
  )
  if (typeof decoded === 'string') throw decodeError(decoded, path)
  if (decoded !== null) {
    const interleaved = access.wrap(decoded)
    const image = interleaved.permute(2, 0, 1)
    interleaved.dispose()
    return image
  }
  const { data, width, height } = await decodePixels(bytes, path, options)
  return torch.scope(() => torch.fromTypedArray(data, [height, width, 3]).permute(2, 0, 1))
}

/** The names of the options that say how a picture is decoded. */
export const DECODE_OPTIONS = ['exif', 'maxPixels', 'maxBytes'] as const

/** The options of {@link decodeImage}, checked and with defaults. */
export function checkDecodeOptions(
  where: string,
  { exif = false, maxPixels = MAX_PIXELS, maxBytes = MAX_BYTES }: DecodeImageOptions,
): Required<DecodeImageOptions> {
  checkBoolean(where, 'exif', exif)
  checkInteger(where, 'maxPixels', maxPixels, { min: 1 })
  checkInteger(where, 'maxBytes', maxBytes, { min: 1 })
  return { exif, maxPixels, maxBytes }
}

/** The options as native code reads them, with what only concerns a loader. */
export function decodeNumbers(
  { exif, maxPixels, maxBytes }: Required<DecodeImageOptions>,
  threads: number,
  { seed = 0, epoch = 0, fast = false } = {},
): number[] {
  return [seed, epoch, maxPixels, maxBytes, threads, Number(exif), Number(fast)]
}

/** How the reasons of native code begin that have to do with a file, not with what it holds. */
const UNREADABLE = /^(there is no such file|it could not be read|it is no file)/

/** The error for a reason that native code gave. */
export function decodeError(reason: string, path: string | undefined): ImageDecodeError {
  return new ImageDecodeError(reason, path, { stage: UNREADABLE.test(reason) ? 'read' : 'decode' })
}

function checkBytes(
  { byteLength }: Uint8Array,
  path: string | undefined,
  { maxBytes }: Required<DecodeImageOptions>,
): void {
  if (byteLength <= maxBytes) return
  throw new ImageDecodeError(`it has more than ${maxBytes} bytes (option maxBytes)`, path)
}

/** Pixels as bytes of red, green and blue, row by row. */
export interface DecodedPixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/**
 * Decodes the bytes of a picture.
 *
 * @param path - the file, for error messages
 */
export async function decodePixels(
  bytes: Uint8Array,
  path: string | undefined,
  options: Required<DecodeImageOptions>,
): Promise<DecodedPixels> {
  checkBytes(bytes, path, options)
  const sniffed = sniff(bytes)
  if ('instead' in sniffed) {
    throw new ImageDecodeError(`it is ${sniffed.instead}, not a picture that can be decoded`, path)
  }
  try {
    return await decode(bytes, sniffed.format, options)
  } catch (cause) {
    throw new ImageDecodeError(explain(cause, options.maxPixels), path, { cause })
  }
}

async function read(source: ImageSource): Promise<{ path: string | undefined; bytes: Uint8Array }> {
  if (source instanceof Uint8Array) return { path: undefined, bytes: source }
  if (source instanceof ArrayBuffer) return { path: undefined, bytes: new Uint8Array(source) }
  if (typeof source !== 'string' && !(source instanceof URL)) {
    fail('decodeImage', 'source', 'a path, a file: URL or bytes', source)
  }
  const path = typeof source === 'string' ? source : fileURLToPath(source)
  return { path, bytes: await readPicture(path) }
}

/** @throws {@link ImageDecodeError} when there is no such file, or it cannot be read */
export async function readPicture(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'there is no such file' : `it could not be read (${code})`
    throw new ImageDecodeError(reason, path, { cause, stage: 'read' })
  }
}

async function decode(
  bytes: Uint8Array,
  format: ImageFormat,
  { exif, maxPixels }: Required<DecodeImageOptions>,
): Promise<DecodedPixels> {
  const sharp = await loadSharp()
  const { data, info } = await sharp(bytes, {
    // Of damaged JPEG data libjpeg only warns, and paints over it; native code refuses the same files.
    failOn: format === 'jpeg' ? 'warning' : 'error',
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
