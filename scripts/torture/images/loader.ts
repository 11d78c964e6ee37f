// Damaged JPEG and PNG files through the whole loader.

import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp, { type JpegOptions, type PngOptions, type Sharp } from 'sharp'
import { dataloader, type LoaderReport } from '../../../lib/data/index.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import { ImageDataset, type ImageSample } from '../../../lib/vision/datasets/image-dataset.js'
import { pipeline } from '../../../lib/vision/transforms/index.js'
import { mutate } from '../mutate.js'
import { SeededRandom } from '../random.js'
import { mutatePng } from './mutate-png.js'

/** Files of one epoch, and milliseconds that it may take. */
const EPOCH = 256
const MOST_MS = 120_000

const PHOTOS = fileURLToPath(new URL('../../../examples/photos/test/fishes', import.meta.url))
const END_OF_IMAGE = Buffer.from([0xff, 0xd9])

interface Picture {
  readonly bytes: Buffer
  readonly isPng: boolean
}

/** Small pictures of many kinds. */
async function makeCorpus(): Promise<Picture[]> {
  const photos = readdirSync(PHOTOS).map((name) => path.join(PHOTOS, name))
  const made: Promise<Picture>[] = []
  for (const [i, photo] of photos.entries()) {
    const small = () => sharp(photo).resize(24 + 9 * i, 61 - 5 * i, { fit: 'fill' })
    const jpeg = (image: Sharp, options: JpegOptions) =>
      image
        .jpeg(options)
        .toBuffer()
        .then((bytes) => ({ bytes, isPng: false }))
    const png = (image: Sharp, options: PngOptions) =>
      image
        .png(options)
        .toBuffer()
        .then((bytes) => ({ bytes, isPng: true }))
    made.push(
      jpeg(small(), { chromaSubsampling: '4:2:0' }),
      jpeg(small(), { progressive: true }),
      jpeg(small(), { chromaSubsampling: '4:4:4', quality: 98 }),
      jpeg(small().grayscale(), {}),
      jpeg(small().toColourspace('cmyk'), {}),
      png(small(), {}),
      png(small(), { progressive: true }),
      png(small(), { palette: true }),
      png(small().ensureAlpha(), {}),
      png(small().toColourspace('rgb16'), {}),
      png(small().grayscale(), {}),
    )
  }
  return Promise.all(made)
}

function damage(picture: Picture, other: Picture, random: SeededRandom): Buffer {
  const { bytes, isPng } = picture
  if (random.below(16) === 0) return bytes
  if (isPng && random.below(2) === 0) return mutatePng(bytes, random, other.bytes)
  const damaged = mutate(bytes, random, other.bytes)
  // Without its end a JPEG is refused at once.
  return isPng || random.below(4) === 0 ? damaged : Buffer.concat([damaged, END_OF_IMAGE])
}

/** Odd ones and wide ones: where they end and what they are aligned to differs. */
const SIZES = [24, 7, 33, 65, 130, 224] as const

/** What an epoch makes of its pictures. */
const transformOf = (epoch: number) =>
  pipeline()
    .randomResizedCrop(SIZES[epoch % SIZES.length] as number)
    .colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })
    .randomEqualize()
    .randomAdjustSharpness(2)
    .randomHorizontalFlip()
    .toTensor()
    .normalize([0.5, 0.5, 0.5], [0.2, 0.2, 0.2])
    .randomErasing()

interface Epoch {
  /** A hash of all batches and the names of all files that were refused. */
  readonly hash: string
  readonly report: LoaderReport
}

/** One pass over all samples; throws if it takes too long. */
async function runEpoch(dataset: ImageDataset, seed: number, numWorkers: number): Promise<Epoch> {
  const loader = dataloader(dataset, { batchSize: 32, seed, numWorkers, onError: 'skip' })
  const hash = createHash('sha1')
  const timer = setTimeout(() => {
    // Nothing could end the threads.
    console.error(`an epoch of ${dataset.length} damaged files hangs, seed ${seed}`)
    process.exit(1)
  }, MOST_MS)
  for await (const [x, y] of loader) {
    const images = x as Tensor
    const finite = torch.scope(() => images.isfinite().all().item())
    if (!finite) throw new Error('a pixel is no number')
    hash.update(images.toBytes())
    images.dispose()
    y.dispose()
  }
  clearTimeout(timer)
  const report = loader.report as LoaderReport
  // Not the reasons: libvips' words for damage depend on what else is being decoded.
  hash.update(report.errors.map(({ path }) => path).join())
  return { hash: hash.digest('hex'), report }
}

/** What is wrong with an epoch: samples that are neither delivered nor named. */
function faultsOf({ samples, errors }: LoaderReport, dataset: ImageDataset): string[] {
  const faults: string[] = []
  if (samples + errors.length !== dataset.length) {
    faults.push(`${samples} samples and ${errors.length} errors of ${dataset.length} files`)
  }
  for (const { index, path: named, reason } of errors) {
    if (named !== dataset.samples[index]?.[0] || reason === '') {
      faults.push(`file ${index} is refused as '${named}': ${reason}`)
    }
  }
  return faults
}

/** What became of damaged files. */
export interface Torment {
  decoded: number
  refused: number
  /** What should not have happened. */
  readonly faults: string[]
}

/**
 * Feeds `count` damaged files to the loader, with one thread and with several.
 *
 * Faults are files that are neither delivered nor named, batches that depend on the number of threads, and
 * tensors that are left over.
 */
export async function torment(count: number, seed: number): Promise<Torment> {
  const corpus = await makeCorpus()
  const folder = mkdtempSync(path.join(tmpdir(), 'node-libtorch-images-'))
  const live = torch.memory().live
  const total: Torment = { decoded: 0, refused: 0, faults: [] }
  try {
    for (let first = 0; first < count; first += EPOCH) {
      const samples: ImageSample[] = []
      for (let i = first; i < Math.min(first + EPOCH, count); i++) {
        const random = new SeededRandom(seed + i)
        const file = path.join(folder, `${i - first}.jpg`)
        writeFileSync(file, damage(random.pick(corpus), random.pick(corpus), random))
        samples.push([file, i - first])
      }
      const list = { root: folder, classes: ['all'], samples }
      const transform = transformOf(first / EPOCH)
      const dataset = new ImageDataset(list, { transform, maxPixels: 2 ** 20 })
      const one = await runEpoch(dataset, seed + first, 1)
      const three = await runEpoch(dataset, seed + first, 3)
      const found = faultsOf(three.report, dataset)
      if (one.hash !== three.hash) found.push('three threads make other batches than one')
      const left = torch.memory().live - live
      if (left > 0) found.push(`${left} tensors are left over`)
      total.faults.push(...found.map((fault) => `from seed ${seed + first}: ${fault}`))
      total.decoded += three.report.samples
      total.refused += three.report.errors.length
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return total
}
