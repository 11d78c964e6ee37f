import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkOneOf, isPlainObject } from '../../check.js'
import { DatasetError } from '../../data/errors.js'
import type { Tensor } from '../../torch/tensor.js'
import { ImageDataset, type ImageSample } from './image-dataset.js'
import { checkFoldersOptions, type KnownFoldersOptions } from './known-folders.js'
import { addressesOf, folderOf, obtain } from './obtain.js'
import { byCodePoint } from './scan.js'

const SPLITS = ['train', 'test'] as const

/** Options of {@link food101}. */
export interface Food101Options<X = Tensor, Y = number> extends KnownFoldersOptions<X, Y> {
  /** Which pictures. Default 'train'. */
  split?: (typeof SPLITS)[number]
}

/**
 * 101,000 photos of 101 dishes, 750 of each to train and 250 to test (torchvision `Food101`), in
 * `root/food-101`: classes, order and targets as in Python. The download has 5.0 GB.
 *
 * @throws {@link DatasetError} with the path when a file is missing or damaged; DownloadError, ArchiveError
 */
export async function food101<X = Tensor, Y = number>(
  root: string | URL,
  options?: Food101Options<X, Y>,
): Promise<ImageDataset<X, Y>> {
  const where = 'datasets.food101'
  const base = folderOf(where, root)
  const settings = checkFoldersOptions(where, options, ['split'])
  const { split = 'train' } = settings
  checkOneOf(where, 'split', split, SPLITS)
  const name = 'food-101.tar.gz'
  const urls = addressesOf(name, ['http://data.vision.ee.ethz.ch/cvl'], settings)
  const md5 = '85eeb15f3717b99a5da872d97d918f87'
  const resources = [{ name, urls, md5, isArchive: true }]
  const needed = ['food-101/meta', 'food-101/images']
  await obtain(where, { folder: base, needed, resources }, settings)
  return new ImageDataset({ root: base, ...(await read(base, split)) }, settings)
}

async function read(base: string, split: string) {
  const path = join(base, 'food-101', 'meta', `${split}.json`)
  const lists = await readLists(path)
  const classes = Object.keys(lists).sort(byCodePoint)
  const images = join(base, 'food-101', 'images')
  const samples = Object.entries(lists).flatMap(([name, pictures]) => {
    const target = classes.indexOf(name)
    return pictures.map((picture): ImageSample => [join(images, `${picture}.jpg`), target])
  })
  return { classes, samples }
}

/** The pictures of each class, by path without ending. */
async function readLists(path: string): Promise<Record<string, string[]>> {
  const damaged = (cause?: unknown) =>
    new DatasetError(`'${path}' is damaged: expected lists of pictures by class`, path, { cause })
  let lists: unknown
  try {
    lists = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    if (cause instanceof SyntaxError) throw damaged(cause)
    throw new DatasetError(`'${path}' could not be read`, path, { cause })
  }
  const isList = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((picture) => typeof picture === 'string')
  if (!isPlainObject(lists) || !Object.values(lists).every(isList)) throw damaged()
  return lists as Record<string, string[]>
}
