import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkOneOf } from '../../check.js'
import { DatasetError } from '../../data/errors.js'
import type { Tensor } from '../../torch/tensor.js'
import { FLOWERS } from './flowers102-classes.js'
import { ImageDataset, type ImageSample } from './image-dataset.js'
import { checkFoldersOptions, type KnownFoldersOptions } from './known-folders.js'
import { readMatFile } from './mat-file.js'
import { addressesOf, folderOf, obtain } from './obtain.js'

const SPLITS = { train: 'trnid', val: 'valid', test: 'tstid' } as const
type Split = keyof typeof SPLITS

/** Options of {@link flowers102}. */
export interface Flowers102Options<X = Tensor, Y = number> extends KnownFoldersOptions<X, Y> {
  /** Which pictures. Default 'train'. */
  split?: Split
}

const FOLDER = 'https://www.robots.ox.ac.uk/~vgg/data/flowers/102'
const LABELS = { name: 'imagelabels.mat', md5: 'e0620be6f572b9609742df49c70aed4d' }
const SETS = { name: 'setid.mat', md5: 'a5357ecc9cb78c4bef273ce3793fc85c' }
const IMAGES = { name: '102flowers.tgz', md5: '52808999861908f626f3c1f4e79d11fa' }

/**
 * 8,189 photos of 102 flowers: ten of each to train and ten to validate, 6,149 to test (torchvision
 * `Flowers102`, R torchvision `flowers102_dataset`), in `root/flowers-102`: classes, order and targets as
 * in Python. The download has 345 MB.
 *
 * @throws {@link DatasetError} with the path when a file is missing or damaged; DownloadError, ArchiveError
 */
export async function flowers102<X = Tensor, Y = number>(
  root: string | URL,
  options?: Flowers102Options<X, Y>,
): Promise<ImageDataset<X, Y>> {
  const where = 'datasets.flowers102'
  const base = folderOf(where, root)
  const settings = checkFoldersOptions(where, options, ['split'])
  const { split = 'train' } = settings
  checkOneOf(where, 'split', split, Object.keys(SPLITS) as Split[])
  const folder = join(base, 'flowers-102')
  const resources = [IMAGES, LABELS, SETS].map(({ name, md5 }) => ({
    name,
    md5,
    urls: addressesOf(name, [FOLDER], settings),
    isArchive: name === IMAGES.name,
  }))
  await obtain(where, { folder, needed: ['jpg', LABELS, SETS], resources }, settings)
  const samples = await readFlowers(folder, split)
  return new ImageDataset({ root: base, classes: FLOWERS, samples }, settings)
}

/** The pictures of a split, in its order, with their classes; both files count from 1. */
export async function readFlowers(folder: string, split: Split): Promise<ImageSample[]> {
  const labels = await readArray(join(folder, LABELS.name), 'labels')
  const ids = await readArray(join(folder, SETS.name), SPLITS[split])
  return ids.map((id) => {
    const label = labels[id - 1]
    if (label === undefined || FLOWERS[label - 1] === undefined) {
      const path = join(folder, SETS.name)
      throw new DatasetError(`'${path}' names picture ${id}, which has no label`, path)
    }
    const name = `image_${String(id).padStart(5, '0')}.jpg`
    return [join(folder, 'jpg', name), label - 1]
  })
}

async function readArray(path: string, name: string): Promise<readonly number[]> {
  try {
    const array = readMatFile(await readFile(path)).get(name)
    if (array === undefined) throw new RangeError(`has no array '${name}'`)
    return array.values
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DatasetError(`'${path}' ${reason}`, path, { cause })
  }
}
