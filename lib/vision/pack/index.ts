// Packs: the pictures of a data set in one file.

export { type PackOptions, type PackProgress, type PackReport, pack } from './pack.js'
export {
  type DamagedPicture,
  PackedImages,
  type PackedOptions,
  packed,
  type VerifyPackOptions,
} from './packed.js'
