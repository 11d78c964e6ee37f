import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { checkBoolean, checkFunction, checkOptions, checkString, fail } from '../../check.js'
import { DatasetError } from '../../data/errors.js'
import type { Tensor } from '../../torch/tensor.js'
import {
  checkImageOptions,
  IMAGE_OPTIONS,
  ImageDataset,
  type ImageDatasetOptions,
  type ImageSample,
} from './image-dataset.js'
import { folderOf } from './obtain.js'
import { filesBelow, subfolders } from './scan.js'

const EXTENSIONS = ['.jpg', '.jpeg', '.png', '.ppm', '.bmp', '.pgm', '.tif', '.tiff', '.webp']

/** Options of {@link imageFolder}. */
export interface ImageFolderOptions<X = Tensor, Y = number> extends ImageDatasetOptions<X, Y> {
  /** The endings of the names of pictures, without regard to case. Default those of torchvision. */
  extensions?: readonly string[]
  /** Decides by path which files are pictures, in place of `extensions`. */
  isValidFile?: (path: string) => boolean
  /** Whether a class folder may hold no picture. Default false. */
  allowEmpty?: boolean
}

/** The names of the options of {@link imageFolder}. */
export const FOLDER_OPTIONS = [...IMAGE_OPTIONS, 'extensions', 'isValidFile', 'allowEmpty'] as const

/** Pictures in one folder per class; made by {@link imageFolder}. */
export class ImageFolder<X = Tensor, Y = number> extends ImageDataset<X, Y> {}

/**
 * A data set of the pictures in `root/<class>/**` (torchvision `ImageFolder`, R torchvision
 * `image_folder_dataset`).
 *
 * Classes are numbered in code-point order of their names. A sample is (image, class index), for
 * `.x` and `.y` or `[x, y]`; without a transform the image is uint8 [3, height, width].
 *
 * @throws {@link DatasetError} with the path, when the folder is missing, has no class folders, or a
 *   class folder holds no picture
 */
export async function imageFolder<X = Tensor, Y = number>(
  root: string | URL,
  options?: ImageFolderOptions<X, Y>,
): Promise<ImageFolder<X, Y>> {
  const where = 'datasets.imageFolder'
  const folder = folderOf(where, root)
  const checked = checkImageFolderOptions(where, options)
  const classes = await findClasses(where, folder)
  const isPicture = checked.isValidFile ?? hasExtension(checked.extensions ?? EXTENSIONS)
  const samples: ImageSample[] = []
  const empty: string[] = []
  for (const [target, name] of classes.entries()) {
    const pictures = (await filesBelow(join(folder, name))).filter(isPicture)
    if (pictures.length === 0) empty.push(name)
    for (const path of pictures) samples.push([path, target])
  }
  if (empty.length > 0 && checked.allowEmpty !== true) {
    throw new DatasetError(
      `${where}: no picture in ${list(empty)} below '${folder}'${expected(checked)}; set allowEmpty to keep empty classes`,
      folder,
    )
  }
  return new ImageFolder({ root: folder, classes, samples }, checked)
}

function checkImageFolderOptions<X, Y>(
  where: string,
  options: ImageFolderOptions<X, Y> | undefined,
): ImageFolderOptions<X, Y> {
  const checked = checkOptions(where, options, FOLDER_OPTIONS)
  checkImageOptions(where, checked)
  if (checked.isValidFile !== undefined) checkFunction(where, 'isValidFile', checked.isValidFile)
  if (checked.allowEmpty !== undefined) checkBoolean(where, 'allowEmpty', checked.allowEmpty)
  const { extensions, isValidFile } = checked
  if (extensions !== undefined) {
    if (!Array.isArray(extensions)) fail(where, 'extensions', 'an array of strings', extensions)
    for (const ending of extensions) checkString(where, 'an extension', ending)
    if (isValidFile !== undefined) {
      throw new TypeError(`${where}: extensions and isValidFile exclude each other`)
    }
  }
  return checked
}

async function findClasses(where: string, folder: string): Promise<string[]> {
  let isFolder: boolean
  try {
    isFolder = (await stat(folder)).isDirectory()
  } catch (cause) {
    throw new DatasetError(`${where}: there is no folder '${folder}'`, folder, { cause })
  }
  if (!isFolder) throw new DatasetError(`${where}: '${folder}' is not a folder`, folder)
  const classes = await subfolders(folder)
  if (classes.length === 0) {
    throw new DatasetError(
      `${where}: no class folders in '${folder}': expected one folder per class`,
      folder,
    )
  }
  return classes
}

function hasExtension(extensions: readonly string[]): (path: string) => boolean {
  const endings = extensions.map((ending) => ending.toLowerCase())
  return (path) => {
    const name = path.toLowerCase()
    return endings.some((ending) => name.endsWith(ending))
  }
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `'${name}'`)
  const more = names.length > 5 ? ` and ${names.length - 5} more` : ''
  return `${names.length === 1 ? 'class' : 'classes'} ${shown.join(', ')}${more}`
}

function expected<X, Y>({
  extensions = EXTENSIONS,
  isValidFile,
}: ImageFolderOptions<X, Y>): string {
  return isValidFile === undefined ? ` (looked for ${extensions.join(' ')})` : ''
}
