// `datasets`: pictures on disk as data sets.

export {
  ImageFolder,
  type ImageFolderOptions,
  type ImageFolderSample,
  imageFolder,
} from './folder.js'
