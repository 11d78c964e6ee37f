import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkBoolean, checkFunction, checkOptions, fail } from '../../check.js'
import { Dataset } from '../../data/dataset.js'
import { DatasetError } from '../../data/errors.js'
import { type Pair, pair } from '../../data/pair.js'
import { Tensor } from '../../torch/tensor.js'
import { decodeImage } from '../image/decode.js'
import { ImageDecodeError } from '../image/errors.js'
import { isPipeline, ownsResult, type Pipeline, runOwned } from '../transforms/pipeline.js'
import { filesBelow, subfolders } from './scan.js'

const EXTENSIONS = ['.jpg', '.jpeg', '.png', '.ppm', '.bmp', '.pgm', '.tif', '.tiff', '.webp']

/** Options of {@link imageFolder}. */
export interface ImageFolderOptions<X = Tensor, Y = number> {
  /** Applied to each decoded image: a pipeline, or a function, which may be asynchronous. */
  transform?: (image: Tensor) => X | Promise<X>
  /** Applied to each class index. */
  targetTransform?: (target: number) => Y
  /** The endings of the names of pictures, without regard to case. Default those of torchvision. */
  extensions?: readonly string[]
  /** Decides by path which files are pictures, in place of `extensions`. */
  isValidFile?: (path: string) => boolean
  /** Whether a class folder may hold no picture. Default false. */
  allowEmpty?: boolean
  /** Makes an image of a file, in place of `decodeImage`. */
  loader?: (path: string) => Tensor | Promise<Tensor>
}

/** A picture's path and the index of its class. */
export type ImageFolderSample = readonly [path: string, target: number]

/** Pictures in one folder per class; made by {@link imageFolder}. */
export class ImageFolder<X = Tensor, Y = number> extends Dataset<Pair<X, Y>> {
  /** The folder with the class folders. */
  readonly root: string
  /** The names of the classes, in code-point order. */
  override readonly classes: readonly string[]
  /** The index of each class by its name. */
  readonly classToIdx: Readonly<Record<string, number>>
  /** The path and class index of each picture. */
  readonly samples: readonly ImageFolderSample[]
  /** The class index of each picture. */
  readonly targets: readonly number[]
  readonly #options: ImageFolderOptions<X, Y>
  readonly #ownsImages: boolean

  /** Use {@link imageFolder}, which looks through the folder. */
  constructor(
    root: string,
    classes: readonly string[],
    samples: readonly ImageFolderSample[],
    options: ImageFolderOptions<X, Y>,
  ) {
    super()
    this.root = root
    this.classes = classes
    this.classToIdx = Object.fromEntries(classes.map((name, index) => [name, index]))
    this.samples = samples
    this.targets = samples.map(([, target]) => target)
    this.#options = options
    const { loader, transform } = options
    const closed = transform === undefined || (isPipeline(transform) && ownsResult(transform))
    this.#ownsImages = loader === undefined && closed
  }

  override get length(): number {
    return this.samples.length
  }

  /** @throws {@link ImageDecodeError} or {@link DatasetError}, both with the path, when a transform fails */
  override async getItem(index: number): Promise<Pair<X, Y>> {
    const [path, target] = this.samples[index] as ImageFolderSample
    const { loader, transform, targetTransform } = this.#options
    try {
      const image = await (loader ?? decodeImage)(path)
      const x = await this.#transformed(image, transform)
      return pair(x as X, (targetTransform === undefined ? target : targetTransform(target)) as Y)
    } catch (cause) {
      if (cause instanceof ImageDecodeError) throw cause
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new DatasetError(`'${path}': ${reason}`, path, { cause })
    }
  }

  /** Frees an image that was copied into a batch, unless a function of the user's may hold it. */
  override release({ x }: Pair<X, Y>): void {
    if (this.#ownsImages && x instanceof Tensor) x.dispose()
  }

  #transformed(image: Tensor, transform: ImageFolderOptions<X, Y>['transform']) {
    if (transform === undefined) return image
    return this.#ownsImages ? runOwned(transform as unknown as Pipeline, image) : transform(image)
  }
}

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
  if (typeof root !== 'string' && !(root instanceof URL)) {
    fail(where, 'root', 'a path or a file: URL', root)
  }
  const checked = checkImageFolderOptions(where, options)
  const folder = typeof root === 'string' ? root : fileURLToPath(root)
  const classes = await findClasses(where, folder)
  const isPicture = checked.isValidFile ?? hasExtension(checked.extensions ?? EXTENSIONS)
  const samples: ImageFolderSample[] = []
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
  return new ImageFolder(folder, classes, samples, checked)
}

function checkImageFolderOptions<X, Y>(
  where: string,
  options: ImageFolderOptions<X, Y> | undefined,
): ImageFolderOptions<X, Y> {
  const checked = checkOptions(where, options, [
    'transform',
    'targetTransform',
    'extensions',
    'isValidFile',
    'allowEmpty',
    'loader',
  ])
  for (const name of ['transform', 'targetTransform', 'isValidFile', 'loader'] as const) {
    if (checked[name] !== undefined) checkFunction(where, name, checked[name])
  }
  if (checked.allowEmpty !== undefined) checkBoolean(where, 'allowEmpty', checked.allowEmpty)
  const { extensions, isValidFile } = checked
  if (extensions !== undefined) {
    if (!Array.isArray(extensions)) fail(where, 'extensions', 'an array of strings', extensions)
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
