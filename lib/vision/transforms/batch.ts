// Transforms of whole batches: pictures and their labels.

import { fail } from '../../check.js'
import { type Collated, defaultCollate } from '../../data/collate.js'
import type { Pair } from '../../data/pair.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import type { Step } from './transform.js'

/** Images [N, C, H, W] and their labels: class numbers [N], or probabilities [N, classes]. */
export type Batch = readonly [x: Tensor, y: Tensor]

/** What a loader makes a batch of. */
export type BatchSample = readonly [x: Tensor, y: Tensor | number]

/** A transform of batches with its settings: a function of a batch, and of the samples of one. */
export interface BatchStep extends Step {
  /** Transforms a batch, such as a loader gives. */
  (batch: Batch): Pair<Tensor, Tensor>
  /** Makes a batch of samples and transforms it: the `collate` of a loader. */
  readonly collate: (samples: readonly BatchSample[]) => Pair<Tensor, Tensor>
}

/** A transform of batches in its two forms: a function of a batch and its settings, and a step. */
export interface BatchTransform<A extends unknown[]> {
  (batch: Batch, ...settings: A): Pair<Tensor, Tensor>
  /** Checks the settings and makes them a step. */
  readonly step: (...settings: A) => BatchStep
}

const steps = new WeakSet<object>()

/** Whether a value was made by {@link batchStep}. */
export const isBatchStep = (value: unknown): value is BatchStep =>
  typeof value === 'function' && steps.has(value)

/** Makes a {@link BatchStep}. */
export function batchStep(
  name: string,
  params: object,
  work: (batch: Batch) => Pair<Tensor, Tensor>,
): BatchStep {
  const run = (batch: Batch): Pair<Tensor, Tensor> => {
    checkBatch(`transforms.${name}`, batch)
    return work(batch)
  }
  const collate = (samples: readonly BatchSample[]): Pair<Tensor, Tensor> =>
    torch.scope(() => run(defaultCollate(samples) as Collated<BatchSample>))
  Object.defineProperty(run, 'name', { value: name, enumerable: true })
  const step = Object.assign(run, { params: Object.freeze(params), collate })
  steps.add(step)
  return step
}

/** Defines a transform of batches by a function that checks its settings, and one that does the work. */
export function defineBatchTransform<A extends unknown[], P extends object>(
  name: string,
  check: (...settings: A) => P,
  work: (batch: Batch, params: P) => Pair<Tensor, Tensor>,
): BatchTransform<A> {
  const step = (...settings: A): BatchStep => {
    const params = check(...settings)
    return batchStep(name, params, (batch) => work(batch, params))
  }
  const transform = (batch: Batch, ...settings: A): Pair<Tensor, Tensor> => step(...settings)(batch)
  Object.defineProperty(transform, 'name', { value: name })
  return Object.assign(transform, { step })
}

function checkBatch(where: string, batch: Batch): void {
  const isPair = Array.isArray(batch) && batch.length === 2
  if (!isPair) fail(where, 'batch', '[images, labels]', batch)
  const [x, y] = batch
  if (!(x instanceof Tensor) || x.dim() !== 4) {
    fail(where, 'the images', 'a tensor [N, C, H, W]', x instanceof Tensor ? x.shape : x)
  }
  if (!(y instanceof Tensor) || y.dim() < 1 || y.dim() > 2) {
    fail(where, 'the labels', 'a tensor [N] or [N, classes]', y instanceof Tensor ? y.shape : y)
  }
  if (x.size(0) !== y.size(0)) {
    fail(where, 'the labels', `${x.size(0)}, as many as images,`, y.shape)
  }
}
