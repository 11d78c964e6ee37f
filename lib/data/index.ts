// Data sets, samplers and the loader: the part of the public API that reads data.

export { type Collated, defaultCollate } from './collate.js'
export { ConcatDataset, concat } from './concat.js'
export { DataLoader, type DataLoaderState, dataloader } from './dataloader.js'
export type { DataLoaderOptions } from './dataloader-options.js'
export { Dataset, type DatasetLike, type DatasetMembers, dataset } from './dataset.js'
export { DataLoaderError, DatasetError } from './errors.js'
export type { ErrorPolicy } from './failures.js'
export { DataLoaderIterator } from './iterator.js'
export { type Pair, pair } from './pair.js'
export { type RandomSplitOptions, randomSplit } from './random-split.js'
export type { LoaderReport, SampleError } from './report.js'
export type {
  BatchSampler,
  DistributedOptions,
  DistributedSampler,
  DrawOptions,
  RandomSamplerOptions,
  Sampler,
  WeightedRandomOptions,
} from './sampler.js'
export * as samplers from './sampler.js'
export { Subset, subset } from './subset.js'
export { TensorDataset, tensorDataset } from './tensor-dataset.js'
