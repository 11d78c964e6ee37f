import { join } from 'node:path'
import { checkOneOf } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import { readImagesAndLabels } from './idx-files.js'
import { checkArraysOptions, type KnownArraysOptions } from './known-arrays.js'
import { addressesOf, fetchResources, folderOf, isThere } from './obtain.js'
import { TensorImages } from './tensor-images.js'

/** The ways in which EMNIST is divided into classes. */
export type EmnistSplit = keyof typeof CLASSES

/** Options of {@link emnist}. */
export interface EmnistOptions<X = Tensor, Y = number> extends KnownArraysOptions<X, Y> {}

const DIGITS = '0123456789'
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LOWER = UPPER.toLowerCase()
/** Letters whose small form looks like the large one share its class where classes are merged. */
const MERGED = [...DIGITS, ...UPPER, ...'abdefghnqrt']
const CLASSES = {
  byclass: [...DIGITS, ...UPPER, ...LOWER],
  bymerge: MERGED,
  balanced: MERGED,
  // Labels begin at 1.
  letters: ['N/A', ...LOWER],
  digits: [...DIGITS],
  mnist: [...DIGITS],
} as const

const ARCHIVE = 'gzip.zip'
const MD5 = '58c8d27c78d21e728a6bc7b3cc06412e'
const MIRRORS = ['https://biometrics.nist.gov/cs_links/EMNIST']

/**
 * Handwritten digits and letters in the form of MNIST (torchvision `EMNIST`, R torchvision
 * `emnist_dataset`): uint8 [1, 28, 28], in `root/EMNIST/raw`.
 *
 * As in torchvision the images lie on their side, mirrored: `image.transpose(1, 2)` sets them upright.
 * The labels of 'letters' are 1 ... 26; class 0 is 'N/A'.
 *
 * @param split - 'byclass' (62 classes), 'bymerge' (47), 'balanced' (47, equally often), 'letters' (26),
 *   'digits' or 'mnist' (10)
 * @throws {@link DatasetError} with the path when a file is missing or damaged; DownloadError
 */
export async function emnist<X = Tensor, Y = number>(
  root: string | URL,
  split: EmnistSplit,
  options?: EmnistOptions<X, Y>,
): Promise<TensorImages<X, Y>> {
  const where = 'datasets.emnist'
  checkOneOf(where, 'split', split, Object.keys(CLASSES) as EmnistSplit[])
  const checked = checkArraysOptions(where, options)
  const raw = join(folderOf(where, root), 'EMNIST', 'raw')
  const prefix = `emnist-${split}-${checked.train ? 'train' : 'test'}`
  const images = `${prefix}-images-idx3-ubyte`
  const labels = `${prefix}-labels-idx1-ubyte`
  // The archive holds a folder of packed files; torchvision unpacks them beside it.
  const unpacked = await isThere(join(raw, images))
  if (checked.download === true && !unpacked) {
    const urls = addressesOf(ARCHIVE, MIRRORS, checked)
    await fetchResources(raw, [{ name: ARCHIVE, urls, md5: MD5, isArchive: true }], checked)
  }
  const folder = unpacked ? raw : join(raw, 'gzip')
  const classes = CLASSES[split]
  const arrays = await readImagesAndLabels(
    where,
    join(folder, images),
    join(folder, labels),
    classes,
  )
  return new TensorImages(arrays, checked)
}
