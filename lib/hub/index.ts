// Files from the net: downloads that can be trusted, and the caches they go to.

export { type Environment, torchHubCache, weightsCache } from './cache.js'
export { checkExpectation, checkFile, type Expectation } from './checksum.js'
export { type DownloadOptions, type DownloadProgress, download } from './download.js'
export { DiskFullError, DownloadError } from './errors.js'
export { type FetchFileOptions, fetchFile } from './fetch-file.js'
export { formatBytes, ProgressPrinter, type ProgressStream } from './progress.js'
export {
  type ResolveWeightsOptions,
  resolveWeights,
  WeightsError,
  type WeightsFile,
} from './weights.js'
