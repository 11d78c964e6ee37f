// The files of the MNIST family: arrays in the IDX format, as they are or packed with gzip.

import { join } from 'node:path'
import { DatasetError } from '../../data/errors.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import type { DType } from '../../torch/types.js'
import { readIdx, readUnpacked } from './idx.js'
import { checkTargets } from './known-arrays.js'
import { addressesOf, type DownloadableOptions, fetchResources, isThere } from './obtain.js'
import type { ImageArrays } from './tensor-images.js'

/** A file by its name unpacked, and the md5 of what is downloaded: the same with the ending `.gz`. */
export type PackedFile = readonly [name: string, md5: string]

/** Downloads into `folder` those files that are there neither unpacked nor, whole, packed. */
export async function fetchPacked(
  folder: string,
  files: readonly PackedFile[],
  mirrors: readonly string[],
  options: DownloadableOptions,
): Promise<void> {
  for (const [name, md5] of files) {
    if (await isThere(join(folder, name))) continue
    const packed = `${name}.gz`
    const urls = addressesOf(packed, mirrors, options)
    await fetchResources(folder, [{ name: packed, urls, md5, isArchive: false }], options)
  }
}

/** The array in a file, which must be of this type and number of dimensions. */
export async function readArray(
  where: string,
  path: string,
  dtype: DType,
  dimensions: number,
): Promise<Tensor> {
  const bytes = await readUnpacked(path)
  if (bytes === undefined) {
    throw new DatasetError(`${where}: there is no '${path}'; set download to fetch it`, path)
  }
  const array = readIdx(bytes, path)
  if (array.dtype !== dtype || array.dim() !== dimensions) {
    const got = `${array.dtype} numbers in ${array.dim()}`
    throw new DatasetError(
      `'${path}': expected ${dtype} numbers in ${dimensions} dimensions, got ${got}`,
      path,
    )
  }
  return array
}

/** The images in one file, uint8 [N, 1, H, W], with the class indices in another. */
export async function readImagesAndLabels(
  where: string,
  images: string,
  labels: string,
  classes: readonly string[],
): Promise<ImageArrays> {
  const pixels = await readArray(where, images, 'uint8', 3)
  const targets = Array.from((await readArray(where, labels, 'uint8', 1)).toBytes())
  checkCounts(images, pixels.size(0), labels, targets.length)
  checkTargets(labels, targets, classes)
  return { images: torch.scope(() => pixels.unsqueeze(1)), targets, classes }
}

/** Refuses files with different numbers of images and labels. */
export function checkCounts(
  images: string,
  imageCount: number,
  labels: string,
  labelCount: number,
): void {
  if (imageCount === labelCount) return
  throw new DatasetError(
    `'${labels}' has ${labelCount} labels, but '${images}' has ${imageCount} images`,
    labels,
  )
}
