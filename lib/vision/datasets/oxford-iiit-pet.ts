import { join } from 'node:path'
import { checkFunction, checkOneOf, fail } from '../../check.js'
import { DatasetError } from '../../data/errors.js'
import { type Pair, pair } from '../../data/pair.js'
import { Tensor } from '../../torch/tensor.js'
import { ImageDataset } from './image-dataset.js'
import { checkFoldersOptions, type KnownFoldersOptions } from './known-folders.js'
import { decodeMask } from './mask.js'
import { addressesOf, folderOf, obtain } from './obtain.js'
import { type PetList, readPets } from './oxford-iiit-pet-list.js'

const SPLITS = ['trainval', 'test'] as const
const TARGET_TYPES = ['category', 'binary-category', 'segmentation'] as const

/** What a target of the pets can be. */
export type PetTargetType = (typeof TARGET_TYPES)[number]

type One<T> = T extends 'segmentation' ? Tensor : number

/** The target of a sample for the `targetTypes` `T`. */
export type PetTarget<T> = T extends PetTargetType
  ? One<T>
  : T extends readonly []
    ? null
    : T extends readonly [infer Only extends PetTargetType]
      ? One<Only>
      : T extends readonly PetTargetType[]
        ? { -readonly [K in keyof T]: One<T[K]> }
        : never

type PetTargetTypes = PetTargetType | readonly PetTargetType[]

/** Options of {@link oxfordIIITPet}. */
export interface OxfordIIITPetOptions<
  X = Tensor,
  T extends PetTargetTypes = 'category',
  Y = PetTarget<T>,
> extends KnownFoldersOptions<X, Y, PetTarget<T>> {
  /** Which pictures. Default 'trainval'. */
  split?: (typeof SPLITS)[number]
  /**
   * The target, or several in an array, of which a sample gets an array, or null for none: 'category', one
   * of 37 breeds; 'binary-category', 0 for cats and 1 for dogs; 'segmentation', a uint8 tensor
   * [height, width] with 1 for the animal, 2 for the background, 3 for neither. Default 'category'.
   */
  targetTypes?: T
  /** Applied to image and target together, in place of `transform` and `targetTransform`. */
  transforms?: (image: Tensor, target: PetTarget<T>) => readonly [X, Y] | Promise<readonly [X, Y]>
}

/** Made by {@link oxfordIIITPet}. */
export class OxfordIIITPet<
  X = Tensor,
  T extends PetTargetTypes = 'category',
  Y = PetTarget<T>,
> extends ImageDataset<X, Y, PetTarget<T>> {
  /** 'Cat' and 'Dog'. */
  readonly binClasses: readonly string[] = ['Cat', 'Dog']
  /** The index of each of `binClasses`. */
  readonly binClassToIdx: Readonly<Record<string, number>> = { Cat: 0, Dog: 1 }
  readonly #list: PetList
  readonly #types: readonly PetTargetType[]
  readonly #transforms: OxfordIIITPetOptions<X, T, Y>['transforms']
  readonly #ownsMasks: boolean

  /** Use {@link oxfordIIITPet}, which finds the pictures. */
  constructor(
    root: string,
    list: PetList,
    types: readonly PetTargetType[],
    { transforms, ...options }: OxfordIIITPetOptions<X, T, Y>,
  ) {
    const targets = types.join() === 'binary-category' ? list.species : list.breeds
    const samples = list.images.map((path, i) => [path, targets[i] as number] as const)
    super({ root, classes: list.classes, samples }, options)
    this.#list = list
    this.#types = types
    this.#transforms = transforms
    this.#ownsMasks = options.targetTransform === undefined
  }

  /** @throws ImageDecodeError or {@link DatasetError}, both with the path */
  override async getItem(index: number): Promise<Pair<X, Y>> {
    const item = await super.getItem(index)
    if (this.#transforms === undefined) return item
    try {
      // Without transforms of their own, image and target are as they were read.
      const read = item as unknown as Pair<Tensor, PetTarget<T>>
      return pair(...(await this.#transforms(read.x, read.y)))
    } catch (cause) {
      const path = this.#list.images[index] as string
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new DatasetError(`'${path}': ${reason}`, path, { cause })
    }
  }

  /** Frees image and masks that were copied into a batch, unless a function of the user's may hold them. */
  override release(item: Pair<X, Y>): void {
    if (this.#transforms !== undefined) return
    super.release(item)
    if (!this.#ownsMasks) return
    const targets: readonly unknown[] = Array.isArray(item.y) ? item.y : [item.y]
    for (const target of targets) if (target instanceof Tensor) target.dispose()
  }

  protected override async targetOf(index: number): Promise<PetTarget<T>> {
    const targets = await Promise.all(this.#types.map((type) => this.#target(type, index)))
    return (targets.length > 1 ? targets : (targets[0] ?? null)) as PetTarget<T>
  }

  #target(type: PetTargetType, index: number): number | Promise<Tensor> {
    const { breeds, species, masks } = this.#list
    if (type === 'segmentation') return decodeMask(masks[index] as string)
    return (type === 'category' ? breeds : species)[index] as number
  }
}

const FOLDER = 'https://www.robots.ox.ac.uk/~vgg/data/pets/data'

/**
 * 7,349 photos of 37 breeds of cats and dogs, with masks of the animals (torchvision `OxfordIIITPet`, R
 * torchvision `oxfordiiitpet_dataset`), in `root/oxford-iiit-pet`: classes, order and targets as in
 * Python. The downloads have 811 MB.
 *
 * @throws {@link DatasetError} with the path when a file is missing or damaged; DownloadError, ArchiveError
 */
export async function oxfordIIITPet<
  X = Tensor,
  const T extends PetTargetTypes = 'category',
  Y = PetTarget<T>,
>(root: string | URL, options?: OxfordIIITPetOptions<X, T, Y>): Promise<OxfordIIITPet<X, T, Y>> {
  const where = 'datasets.oxfordIIITPet'
  const base = folderOf(where, root)
  const settings = checkFoldersOptions(where, options, ['split', 'targetTypes', 'transforms'])
  const { split = 'trainval', targetTypes = 'category', transforms } = settings
  checkOneOf(where, 'split', split, SPLITS)
  const types: readonly PetTargetType[] =
    typeof targetTypes === 'string' ? [targetTypes] : targetTypes
  if (!Array.isArray(types)) fail(where, 'targetTypes', 'a string or an array of strings', types)
  for (const type of types) checkOneOf(where, 'targetTypes', type, TARGET_TYPES)
  if (transforms !== undefined) {
    checkFunction(where, 'transforms', transforms)
    if (settings.transform !== undefined || settings.targetTransform !== undefined) {
      throw new TypeError(`${where}: transforms excludes transform and targetTransform`)
    }
  }
  const folder = join(base, 'oxford-iiit-pet')
  const resources = [
    { name: 'images.tar.gz', md5: '5c4f3ee8e5d25df40f4fd59a7f44e54c' },
    { name: 'annotations.tar.gz', md5: '95a8c909bbe2e81eed6a22bccdf3f68f' },
  ].map((file) => ({
    ...file,
    urls: addressesOf(file.name, [FOLDER], settings),
    isArchive: true,
  }))
  await obtain(where, { folder, needed: ['images', 'annotations'], resources }, settings)
  return new OxfordIIITPet(base, await readPets(folder, split), types, settings)
}
