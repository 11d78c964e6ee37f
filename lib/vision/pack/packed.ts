import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkInteger, checkOptions, checkString, fail } from '../../check.js'
import { DatasetError } from '../../data/errors.js'
import { type ImageInput, MOST_THREADS, native, type PackHandle } from '../../native.js'
import type { Tensor } from '../../torch/tensor.js'
import {
  checkImageOptions,
  IMAGE_OPTIONS,
  ImageDataset,
  type ImageDatasetOptions,
  type ImageList,
} from '../datasets/image-dataset.js'
import { ImageDecodeError } from '../image/errors.js'
import { inOrder } from './in-order.js'

/** Options of {@link packed}. */
export type PackedOptions<X = Tensor, Y = number> = Omit<ImageDatasetOptions<X, Y>, 'loader'>

/** A picture that cannot be used, and why. */
export interface DamagedPicture {
  readonly path: string
  readonly reason: string
}

/** Options of {@link PackedImages.verify}. */
export interface VerifyPackOptions {
  /** The folder that was packed: each picture is compared with its file, too. */
  against?: string
  /** The number of threads. Default: as many as the machine has cores. */
  numWorkers?: number
}

/** The pictures of a pack; made by {@link packed}. */
export class PackedImages<X = Tensor, Y = number> extends ImageDataset<X, Y> {
  readonly #pack: PackHandle

  /** Use {@link packed}, which opens the file. */
  constructor(pack: PackHandle, list: ImageList, options: PackedOptions<X, Y>) {
    super(list, options)
    this.#pack = pack
  }

  protected override sourceOf(index: number): ImageInput {
    return [this.#pack, index]
  }

  /** The bytes of a picture's file; those of a tiled one are a JPEG file with the same pixels as the packed one. */
  protected override async bytesOf(index: number): Promise<Uint8Array> {
    const bytes = await native.readPacked(this.#pack, index)
    if (typeof bytes !== 'string') return bytes
    throw new ImageDecodeError(bytes, this.samples[index]?.[0], { stage: 'read' })
  }

  /**
   * Reads the whole pack and compares its checksums.
   *
   * @returns the pictures that are not as they were packed; none when all is well
   * @throws Error for `against` in a build without libjpeg-turbo
   */
  async verify(options?: VerifyPackOptions): Promise<DamagedPicture[]> {
    const where = 'PackedImages.verify'
    const { against, numWorkers = availableParallelism() } = checkOptions(where, options, [
      'against',
      'numWorkers',
    ])
    if (against !== undefined) checkString(where, 'against', against)
    checkInteger(where, 'numWorkers', numWorkers, { min: 1, max: MOST_THREADS })
    if (against !== undefined && !native.decodesJpeg()) {
      throw new Error(
        `${where}: to compare a pack with its files needs libjpeg-turbo, whose headers were not found when node-libtorch was built (see npx node-libtorch doctor)`,
      )
    }
    const damaged: DamagedPicture[] = []
    const check = ([path]: readonly [string, number], index: number) => {
      const file = against === undefined ? '' : join(against, path.slice(this.root.length + 1))
      return native.verifyPacked(this.#pack, index, file, numWorkers)
    }
    for await (const [[path], reason] of inOrder(this.samples, check, 2 * numWorkers)) {
      if (reason !== null) damaged.push({ path, reason })
    }
    return damaged
  }
}

/**
 * A data set of the pictures in a pack that {@link pack} or `npx node-libtorch pack` has written: the
 * classes, the order, the samples and the pixels of `imageFolder` of the packed folder. The path of a
 * sample is the one in the folder, below the path of the pack.
 *
 * The file is mapped into memory, not read; it must not be written over while it is in use.
 *
 * @throws {@link DatasetError} with the path, when it cannot be read, is no pack, is truncated or damaged
 */
export async function packed<X = Tensor, Y = number>(
  path: string | URL,
  options?: PackedOptions<X, Y>,
): Promise<PackedImages<X, Y>> {
  const where = 'datasets.packed'
  if (typeof path !== 'string' && !(path instanceof URL)) {
    fail(where, 'path', 'a path or a file: URL', path)
  }
  const allowed = IMAGE_OPTIONS.filter((name) => name !== 'loader')
  const checked = checkOptions(where, options, allowed)
  checkImageOptions(where, checked)
  const root = typeof path === 'string' ? path : fileURLToPath(path)
  const opened = await native.openPack(root)
  if (typeof opened === 'string') throw new DatasetError(`${where}: '${root}': ${opened}`, root)
  const { classes, names, targets } = opened
  const samples = names.map((name, i) => [join(root, name), targets[i] as number] as const)
  return new PackedImages(opened.pack, { root, classes, samples }, checked)
}
