import { checkInteger, checkOptions, fail } from '../../check.js'
import { dataloader } from '../../data/dataloader.js'
import type { DatasetLike } from '../../data/dataset.js'
import { permutation } from '../../data/drawing.js'
import type { Pair } from '../../data/pair.js'
import type { LoaderReport } from '../../data/report.js'
import { Generator } from '../../torch/generator.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import type { Pipeline } from '../transforms/pipeline.js'
import { drawLabels } from './draw-labels.js'
import { makeGrid } from './make-grid.js'

/** Options of {@link contactSheet}. */
export interface ContactSheetOptions {
  /** The number of pictures. Default 16. */
  count?: number
  /** Pictures in a row. Default: as many as there are rows. */
  columns?: number
  /** Chooses the pictures, and the random numbers of their transforms. Default 0. */
  seed?: number
  /** The pipeline of the data set: its `normalize` is undone for the eye. */
  transform?: Pipeline
  /** The number of threads of the loader; 0 for samples by `getItem`. Default: the number of cores. */
  numWorkers?: number
}

/** What {@link contactSheet} makes. */
export interface ContactSheet {
  /** uint8 [3, H, W], for `saveImage`. */
  readonly image: Tensor
  /** The number of pictures on it, and their shape as the model gets them. */
  readonly count: number
  readonly shape: readonly number[]
  /** What the loader tells of them: times for each stage, and what could not be read. */
  readonly report: LoaderReport
}

/** Pictures below this height are enlarged, so that names can be read. */
const SMALLEST = 96

/**
 * Puts what a loader really makes of some pictures of a data set on one sheet, with the names of their
 * classes: an addition of this library, behind `npx node-libtorch show`. Pictures that cannot be read
 * are left out and stand in the report.
 *
 * @param dataset - with samples (image, class index); its transform must give images of one size
 * @throws RangeError when no picture can be read
 */
export async function contactSheet(
  dataset: DatasetLike<Pair<Tensor, number>>,
  options?: ContactSheetOptions,
): Promise<ContactSheet> {
  const where = 'utils.contactSheet'
  const {
    count = 16,
    columns,
    seed = 0,
    transform,
    numWorkers,
  } = checkOptions(where, options, ['count', 'columns', 'seed', 'transform', 'numWorkers'])
  checkInteger(where, 'count', count, { min: 1 })
  checkInteger(where, 'seed', seed, { min: 0 })
  if (columns !== undefined) checkInteger(where, 'columns', columns, { min: 1 })
  const order = permutation(dataset.length, new Generator().manualSeed(seed))
  const sampler = order.slice(0, count)
  const loader = dataloader(dataset, {
    sampler,
    batchSize: Math.max(sampler.length, 1),
    seed,
    onError: 'skip',
    ...(numWorkers === undefined ? {} : { numWorkers }),
  })
  for await (const [images, targets] of loader) {
    checkBatch(where, images)
    const names = namesOf(targets, dataset.classes)
    const nrow = columns ?? Math.ceil(Math.sqrt(names.length))
    const image = torch.scope(() =>
      makeGrid(drawLabels(visible(images, transform), names, { place: 'below' }), { nrow }),
    )
    const shape = [...images.shape.slice(1)]
    images.dispose()
    return { image, count: names.length, shape, report: loader.report }
  }
  const [error] = loader.report.errors
  const reason = error === undefined ? 'the data set is empty' : `${error.path}: ${error.reason}`
  throw new RangeError(`${where}: there is no picture to show: ${reason}`)
}

function checkBatch(where: string, images: unknown): asserts images is Tensor {
  const isBatch = images instanceof Tensor && images.dim() === 4
  if (!isBatch || ![1, 3].includes(images.size(1))) {
    const got = images instanceof Tensor ? `[${images.shape.join(', ')}]` : images
    fail(where, 'the batches of dataset', 'images [N, 3, H, W] or [N, 1, H, W]', got)
  }
}

function namesOf(targets: unknown, classes: readonly string[] | undefined): string[] {
  const indices = (targets instanceof Tensor ? targets.toArray() : targets) as unknown[]
  if (targets instanceof Tensor) targets.dispose()
  return indices.map((index) => classes?.[Number(index)] ?? String(index))
}

/** The pictures as uint8, as they were before `normalize`, and large enough for the eye. */
function visible(images: Tensor, transform: Pipeline | undefined): Tensor {
  const zoom = Math.ceil(SMALLEST / images.size(2))
  const bytes =
    images.dtype === 'uint8' ? images : toBytes(images.to('float32').to('cpu'), transform)
  if (zoom === 1) return bytes
  return bytes.repeatInterleave(zoom, 2).repeatInterleave(zoom, 3)
}

function toBytes(images: Tensor, transform: Pipeline | undefined): Tensor {
  const normalized = transform?.steps.findLast(({ name }) => name === 'normalize')
  const values = normalized === undefined ? images : undoNormalize(images, normalized.params)
  return values.mul(255).add(0.5).clamp(0, 255).to('uint8')
}

function undoNormalize(images: Tensor, params: object): Tensor {
  const { mean, std } = params as Record<'mean' | 'std', number | readonly number[]>
  const column = (values: number | readonly number[]) =>
    torch.tensor([values].flat()).reshape([-1, 1, 1])
  return images.mul(column(std)).add(column(mean))
}
