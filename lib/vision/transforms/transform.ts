import { fail } from '../../check.js'
import { inLoader } from '../../data/random.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'

/** One operation with its settings, as data: what a pipeline is a list of. */
export interface Step {
  /** The name of the transform, as in `transforms.<name>`. */
  readonly name: string
  /** The settings, checked and with defaults filled in. */
  readonly params: object
}

/** A step that can be run. */
export interface RunnableStep extends Step {
  /** Whether code of the user's runs in it, which may hold on to what it is given or what it makes. */
  readonly keeps: boolean
  apply(image: Tensor): Tensor
}

/** A step made of a transform. */
export class TransformStep<P extends object = object> implements RunnableStep {
  readonly #apply: (image: Tensor) => Tensor
  readonly #keeps: boolean

  constructor(
    readonly name: string,
    readonly params: Readonly<P>,
    apply: (image: Tensor) => Tensor,
    keeps = false,
  ) {
    this.#apply = apply
    this.#keeps = keeps
  }

  /** @internal */
  get keeps(): boolean {
    return this.#keeps
  }

  /** Runs the operation on an image [..., C, H, W]. */
  apply(image: Tensor): Tensor {
    return this.#apply(image)
  }
}

/** A transform in its two forms: a function of an image and its settings, and a step of a pipeline. */
export interface Transform<A extends unknown[], P extends object = object> {
  (image: Tensor, ...settings: A): Tensor
  /** Checks the settings and makes them a step of a pipeline. */
  readonly step: (...settings: A) => TransformStep<P>
}

const stepMakers = new WeakMap<object, () => TransformStep>()

/** The step of a transform that was given as it is, without settings; undefined for anything else. */
export const stepOf = (transform: object): TransformStep | undefined =>
  stepMakers.get(transform)?.()

/**
 * Defines a transform by a function that checks its settings, and one that does the work.
 *
 * @param name - its name in error messages and in a pipeline
 * @param keeps - whether with these settings code of the user's runs in it
 */
export function defineTransform<A extends unknown[], P extends object>(
  name: string,
  check: (...settings: A) => P,
  work: (image: Tensor, params: P) => Tensor,
  keeps: (params: P) => boolean = () => false,
): Transform<A, P> {
  const run = (image: Tensor, params: P): Tensor => {
    checkImage(`transforms.${name}`, image)
    return inLoader() ? onOneThread(() => work(image, params)) : work(image, params)
  }
  const step = (...settings: A): TransformStep<P> => {
    const params = Object.freeze(check(...settings))
    return new TransformStep(name, params, (image) => run(image, params), keeps(params))
  }
  const transform = (image: Tensor, ...settings: A): Tensor => {
    const params = check(...settings)
    // What is left behind is large, and memory that was just freed is faster than new one.
    return keeps(params) ? run(image, params) : torch.scope(() => run(image, params))
  }
  Object.defineProperty(transform, 'name', { value: name })
  stepMakers.set(transform, step as () => TransformStep)
  return Object.assign(transform, { step })
}

/**
 * Runs operators without threads of their own, as PyTorch's loader does in its workers: one picture is
 * too little to share, and the cores are busy with decoding the next ones. It also makes the last bit of
 * a mean independent of the number of cores.
 */
function onOneThread<T>(fn: () => T): T {
  const threads = torch.getNumThreads()
  if (threads === 1) return fn()
  torch.setNumThreads(1)
  try {
    return fn()
  } finally {
    torch.setNumThreads(threads)
  }
}

/** Height and width of an image [..., C, H, W]. */
export interface ImageSize {
  channels: number
  height: number
  width: number
}

/** @throws TypeError unless `image` is a tensor [..., C, H, W] */
export function checkImage(where: string, image: unknown): asserts image is Tensor {
  if (!(image instanceof Tensor)) fail(where, 'image', 'a Tensor of shape [..., C, H, W]', image)
  if (image.dim() < 3) {
    const got = `[${image.shape.join(', ')}]`
    throw new RangeError(`${where}: expected shape [..., C, H, W] for image, got ${got}`)
  }
}

/** The last three dimensions of an image. */
export function imageSize(image: Tensor): ImageSize {
  const [channels, height, width] = image.shape.slice(-3) as [number, number, number]
  return { channels, height, width }
}
