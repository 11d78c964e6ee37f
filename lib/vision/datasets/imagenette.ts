import { join } from 'node:path'
import { checkOneOf } from '../../check.js'
import { DatasetError } from '../../data/errors.js'
import type { Tensor } from '../../torch/tensor.js'
import { imageFolder } from './folder.js'
import { ImageDataset, type ImageDatasetOptions, type ImageList } from './image-dataset.js'
import { checkFoldersOptions, type KnownFoldersOptions } from './known-folders.js'
import { addressesOf, folderOf, obtain } from './obtain.js'

const SPLITS = ['train', 'val'] as const
const SIZES = ['full', '320px', '160px'] as const

/** Options of {@link imagenette}. */
export interface ImagenetteOptions<X = Tensor, Y = number> extends KnownFoldersOptions<X, Y> {
  /** Which pictures. Default 'train'. */
  split?: (typeof SPLITS)[number]
  /** Pictures as they were, or with the shorter side made 320 or 160 pixels long. Default 'full'. */
  size?: (typeof SIZES)[number]
}

const FOLDER = 'https://s3.amazonaws.com/fast-ai-imageclas'

/** The archive of each size; its name is that of the folder in it. */
const ARCHIVES = {
  full: { name: 'imagenette2', md5: 'fe2fc210e6bb7c5664d602c3cd71e612' },
  '320px': { name: 'imagenette2-320', md5: '3df6f0d01a2c9592104656642f5e78a3' },
  '160px': { name: 'imagenette2-160', md5: 'e793b78cc4c9e9a4ccc0c1155377a412' },
} as const

/** The names of each class by its WordNet id, which is the name of its folder. */
const NAMES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  n01440764: ['tench', 'Tinca tinca'],
  n02102040: ['English springer', 'English springer spaniel'],
  n02979186: ['cassette player'],
  n03000684: ['chain saw', 'chainsaw'],
  n03028079: ['church', 'church building'],
  n03394916: ['French horn', 'horn'],
  n03417042: ['garbage truck', 'dustcart'],
  n03425413: ['gas pump', 'gasoline pump', 'petrol pump', 'island dispenser'],
  n03445777: ['golf ball'],
  n03888257: ['parachute', 'chute'],
}

/** Made by {@link imagenette}. */
export class Imagenette<X = Tensor, Y = number> extends ImageDataset<X, Y> {
  /** All names of each class, of which `classes` has the first: torchvision's `classes`. */
  readonly classNames: readonly (readonly string[])[]
  /** The WordNet id of each class. */
  readonly wnids: readonly string[]
  /** The index of each class by its WordNet id. */
  readonly wnidToIdx: Readonly<Record<string, number>>

  /** Use {@link imagenette}, which finds the pictures. */
  constructor(
    list: ImageList,
    wnids: readonly string[],
    names: readonly (readonly string[])[],
    options: ImageDatasetOptions<X, Y>,
  ) {
    super(list, options)
    this.wnids = wnids
    this.classNames = names
    this.wnidToIdx = Object.fromEntries(wnids.map((wnid, index) => [wnid, index]))
  }
}

/**
 * 13,394 photos of ten easily told classes of ImageNet (torchvision `Imagenette`), in
 * `root/imagenette2`, `-320` or `-160`: classes, order and targets as in Python. `classes` has the first
 * name of each class, `classNames` all of them, `classToIdx` knows all of them. The downloads have 1.6 GB,
 * 342 MB and 99 MB.
 *
 * @throws {@link DatasetError} with the path when a folder is missing, empty or unknown; DownloadError,
 *   ArchiveError
 */
export async function imagenette<X = Tensor, Y = number>(
  root: string | URL,
  options?: ImagenetteOptions<X, Y>,
): Promise<Imagenette<X, Y>> {
  const where = 'datasets.imagenette'
  const base = folderOf(where, root)
  const settings = checkFoldersOptions(where, options, ['split', 'size'])
  const { split = 'train', size = 'full' } = settings
  checkOneOf(where, 'split', split, SPLITS)
  checkOneOf(where, 'size', size, SIZES)
  const { name: folder, md5 } = ARCHIVES[size]
  const name = `${folder}.tgz`
  const resources = [{ name, urls: addressesOf(name, [FOLDER], settings), md5, isArchive: true }]
  await obtain(where, { folder: base, needed: [folder], resources }, settings)
  const pictures = await imageFolder(join(base, folder, split), { extensions: ['.jpeg'] })
  const names = pictures.classes.map((wnid) => namesOf(where, wnid, join(pictures.root, wnid)))
  const list = {
    root: base,
    classes: names.map(([first]) => first),
    samples: pictures.samples,
    classToIdx: Object.fromEntries(names.flatMap((all, index) => all.map((name) => [name, index]))),
  }
  return new Imagenette(list, pictures.classes, names, settings)
}

function namesOf(where: string, wnid: string, path: string): readonly [string, ...string[]] {
  const names = Object.hasOwn(NAMES, wnid) ? NAMES[wnid] : undefined
  if (names === undefined) throw new DatasetError(`${where}: '${path}' is no class of it`, path)
  return names
}
