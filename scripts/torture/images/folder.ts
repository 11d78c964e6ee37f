// Reads every file of a folder of hostile pictures, in a process of its own; prints a line of JSON for each.
//
//   node --import tsx folder.ts FOLDER FIRST

import { createHash } from 'node:crypto'
import path from 'node:path'
import sharp from 'sharp'
import { dataloader } from '../../../lib/data/index.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import { ImageDataset } from '../../../lib/vision/datasets/image-dataset.js'
import { decodeImage, ImageDecodeError } from '../../../lib/vision/image/index.js'
import { pipeline } from '../../../lib/vision/transforms/index.js'
import { readManifest } from './manifest.js'

/** What became of a file. */
export interface Reading {
  readonly file: string
  /** Why it was refused; absent if it was decoded. */
  readonly reason?: string
  readonly size?: readonly [height: number, width: number]
  /** Whether its pixels are those of the manifest, where this has them. */
  readonly asListed?: boolean
  /** What must not be. */
  readonly fault?: string
}

/** The pixels of a file as the loader makes them, by native code as far as that knows the format. */
async function load(file: string, [height, width]: readonly [number, number]): Promise<Tensor> {
  const transform = pipeline().centerCrop([height, width])
  const samples = [[file, 0]] as const
  const dataset = new ImageDataset(
    { root: path.dirname(file), classes: ['all'], samples },
    { transform },
  )
  for await (const { x } of dataloader(dataset, { batchSize: 1, numWorkers: 2 })) return x as Tensor
  throw new Error('the loader gave no batch')
}

/**
 * Whether red, green and blue as decoded here have the hash of the manifest, together with the alpha that we drop: of
 * grey pictures of few bits Pillow drops it, too.
 */
async function isListed(file: string, image: Tensor, hash: string): Promise<boolean> {
  const rgb = torch.scope(() => image.permute(1, 2, 0).contiguous().toTypedArray() as Uint8Array)
  const hashOf = (rgba: Uint8Array): string => {
    for (let i = 0, j = 0; j < rgba.length; i += 3, j += 4) rgba.set(rgb.subarray(i, i + 3), j)
    return createHash('sha256').update(rgba).digest('hex')
  }
  const opaque = new Uint8Array((rgb.length / 3) * 4).fill(255)
  if (hashOf(opaque) === hash) return true
  const colours = sharp(file, { ignoreIcc: true }).toColourspace('srgb')
  return hashOf(await colours.ensureAlpha().raw().toBuffer()) === hash
}

async function read(folder: string, file: string, hash: string | undefined): Promise<Reading> {
  const whole = path.join(folder, file)
  let image: Tensor
  try {
    image = await decodeImage(whole)
  } catch (error) {
    if (!(error instanceof ImageDecodeError)) return { file, fault: String(error) }
    const named = error.message.includes(whole) && error.reason !== ''
    return { file, reason: error.reason, ...(named ? {} : { fault: `unclear: ${error.message}` }) }
  }
  const [, height = 0, width = 0] = image.shape
  const size = [height, width] as const
  const asListed = hash === undefined ? undefined : await isListed(whole, image, hash)
  const loaded = await load(whole, size)
  const same = torch.scope(() => torch.equal(loaded.squeeze(0), image))
  const fault = same ? {} : { fault: 'the loader and decodeImage give different pixels' }
  loaded.dispose()
  image.dispose()
  return { file, size, ...(asListed === undefined ? {} : { asListed }), ...fault }
}

const [folder = '', first = '0'] = process.argv.slice(2)
for (const { file, hash } of readManifest(folder).slice(Number(first))) {
  const reading = await read(folder, file, hash).catch((error: unknown) => ({
    file,
    fault: String(error),
  }))
  process.stdout.write(`${JSON.stringify(reading)}\n`)
}
process.stdout.write(`${JSON.stringify({ maxRss: process.resourceUsage().maxRSS })}\n`)
