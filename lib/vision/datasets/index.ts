// `datasets`: pictures on disk as data sets.

export {
  ArchiveError,
  type Extracted,
  type ExtractOptions,
  extractArchive,
  type UnpackLimits,
} from '../../archive/index.js'
export {
  DiskFullError,
  DownloadError,
  type Expectation,
  type FetchFileOptions,
  fetchFile,
} from '../../hub/index.js'
export { type Verification, type VerifyOptions, verify } from '../loader/verify.js'
export {
  type DamagedPicture,
  PackedImages,
  type PackedOptions,
  type PackOptions,
  type PackProgress,
  type PackReport,
  pack,
  packed,
  type VerifyPackOptions,
} from '../pack/index.js'
export { type BirdSpeciesOptions, birdSpecies } from './bird-species.js'
export type { BirdSource } from './bird-species-sources.js'
export { type Cifar10Options, type Cifar100Options, cifar10, cifar100 } from './cifar.js'
export { type EmnistOptions, type EmnistSplit, emnist } from './emnist.js'
export { type EurosatOptions, eurosat } from './eurosat.js'
export { type Flowers102Options, flowers102 } from './flowers102.js'
export { ImageFolder, type ImageFolderOptions, imageFolder } from './folder.js'
export { type Food101Options, food101 } from './food101.js'
export {
  type FromArraysOptions,
  fromArrays,
  type ImagesInArrays,
  type NestedNumbers,
} from './from-arrays.js'
export { ImageDataset, type ImageDatasetOptions, type ImageSample } from './image-dataset.js'
export { Imagenette, type ImagenetteOptions, imagenette } from './imagenette.js'
export type { KnownArraysOptions } from './known-arrays.js'
export type { KnownFoldersOptions } from './known-folders.js'
export { fashionMnist, kmnist, type MnistOptions, mnist } from './mnist.js'
export type { DownloadableOptions } from './obtain.js'
export {
  OxfordIIITPet,
  type OxfordIIITPetOptions,
  oxfordIIITPet,
  type PetTarget,
  type PetTargetType,
} from './oxford-iiit-pet.js'
export { type QmnistOptions, qmnist } from './qmnist.js'
export type { CacheOption, RawCacheOptions } from './raw-cache.js'
export { type ImageArrays, TensorImages, type TensorImagesOptions } from './tensor-images.js'
