// Files from the net: downloads that can be trusted, and the caches they go to.

export { type Environment, torchHubCache, weightsCache } from './cache.js'
export { type DownloadOptions, type DownloadProgress, download } from './download.js'
export { DownloadError } from './errors.js'
export { formatBytes, ProgressPrinter, type ProgressStream } from './progress.js'
export {
  type ResolveWeightsOptions,
  resolveWeights,
  WeightsError,
  type WeightsFile,
} from './weights.js'
