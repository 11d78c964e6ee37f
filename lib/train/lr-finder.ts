import { checkInteger, checkNumber, checkOptions, fail } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import type { Device } from '../torch/types.js'
import { type Resumable, type Snapshot, takeSnapshot } from './snapshot.js'

/** What {@link lrFinder} trains: any model, loss, optimizer and loader that work together in a training loop. */
export interface LrFinderSubject {
  model: ((x: Tensor) => Tensor) & Resumable['model'] & { train(mode?: boolean): unknown }
  criterion: (output: Tensor, target: Tensor) => Tensor
  optimizer: Resumable['optimizer'] & {
    readonly paramGroups: readonly { lr: number }[]
    zeroGrad(): unknown
    step(): unknown
  }
  /** Batches of inputs and targets; it starts again when `steps` asks for more than one pass. */
  loader: AsyncIterable<readonly [Tensor, Tensor]> &
    Resumable['loader'] & { readonly length: number }
}

/** Options of {@link lrFinder}. */
export interface LrFinderOptions {
  /** Learning rate of the first step. Default 1e-8. */
  startLr?: number
  /** Learning rate that the step after the last would have. Default 10. */
  endLr?: number
  /** Number of steps; by default one pass over the loader. */
  steps?: number
  /** Share of the running mean that each step keeps, in [0, 1). Default 0.98. */
  beta?: number
  /** Stops once the smoothed loss is above this many times the best one. Default 4. */
  divergence?: number
  /** Where batches are moved to. Default: left where they are. */
  device?: Device
}

/** What {@link lrFinder} recorded: three arrays of the same length, one entry per step. */
export interface LrFinderResult {
  /** The learning rate of each step. */
  lrs: number[]
  /** The loss of each batch. */
  losses: number[]
  /** The losses' running mean, corrected for its start at zero: the curve to plot and to judge. */
  smoothed: number[]
  /**
   * A tenth of the largest learning rate that did no harm: the last one whose smoothed loss was at most 20 % above the
   * lowest. `null` when the loss never fell.
   */
  suggestion: number | null
  /** Why it ended: all steps taken, the loss diverged, or it was no longer finite. */
  ended: 'steps' | 'diverged' | 'not finite'
}

/**
 * Finds a learning rate: trains with one that rises exponentially from `startLr` to `endLr`, and records the loss
 * (L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", section 3.3; R's luz `lr_finder`).
 *
 * The loss that reveals divergence is not recorded, and no step is taken with it. Afterwards weights, buffers
 * (BatchNorm's statistics too), gradients, train or eval mode, optimizer, loader position and the CPU's generator
 * are as before, so that training can go on as if the finder had not run.
 *
 * @throws TypeError or RangeError for a bad option, or a loader without batches
 */
export async function lrFinder(
  { model, criterion, optimizer, loader }: LrFinderSubject,
  options?: LrFinderOptions,
): Promise<LrFinderResult> {
  const { startLr, endLr, steps, beta, divergence, device } = checked(loader.length, options)
  const factor = (endLr / startLr) ** (1 / steps)
  const curve = new LossCurve(beta, divergence)
  const snapshot: Snapshot = takeSnapshot({ model, optimizer, loader })
  try {
    model.train()
    for await (const [x, y] of batches(loader, steps)) {
      const lr = startLr * factor ** curve.length
      for (const group of optimizer.paramGroups) group.lr = lr
      optimizer.zeroGrad()
      const loss = criterion(model(x.to(device ?? x.device)), y.to(device ?? y.device))
      if (!curve.add(lr, Number(loss.item()))) break
      loss.backward()
      optimizer.step()
    }
  } finally {
    snapshot.restore()
  }
  return curve.result()
}

/** The recurrence of the smoothed loss, and when to stop. */
class LossCurve {
  readonly #lrs: number[] = []
  readonly #losses: number[] = []
  readonly #smoothed: number[] = []
  readonly #beta: number
  readonly #divergence: number
  #average = 0
  #best = Number.POSITIVE_INFINITY
  #ended: LrFinderResult['ended'] = 'steps'

  constructor(beta: number, divergence: number) {
    this.#beta = beta
    this.#divergence = divergence
  }

  get length(): number {
    return this.#lrs.length
  }

  /** Records a loss and returns true, or returns false when it says to stop. */
  add(lr: number, loss: number): boolean {
    this.#average = this.#beta * this.#average + (1 - this.#beta) * loss
    const smoothed = this.#average / (1 - this.#beta ** (this.length + 1))
    // NaN compares false with everything, so divergence alone would never notice it.
    if (!Number.isFinite(smoothed)) this.#ended = 'not finite'
    else if (smoothed > this.#divergence * this.#best) this.#ended = 'diverged'
    if (this.#ended !== 'steps') return false
    this.#best = Math.min(this.#best, smoothed)
    this.#lrs.push(lr)
    this.#losses.push(loss)
    this.#smoothed.push(smoothed)
    return true
  }

  result(): LrFinderResult {
    const fell = this.#smoothed.indexOf(this.#best) > 0
    // The place of the minimum itself is a matter of chance in a noisy curve; where it leaves for good is not.
    const harmless = this.#lrs.filter((_, i) => (this.#smoothed[i] as number) <= 1.2 * this.#best)
    return {
      lrs: this.#lrs,
      losses: this.#losses,
      smoothed: this.#smoothed,
      suggestion: fell ? (harmless.at(-1) as number) / 10 : null,
      ended: this.#ended,
    }
  }
}

async function* batches(
  loader: LrFinderSubject['loader'],
  count: number,
): AsyncGenerator<readonly [Tensor, Tensor]> {
  let left = count
  while (left > 0) {
    const before = left
    for await (const batch of loader) {
      yield batch
      if (--left === 0) return
    }
    if (left === before) fail('lrFinder', 'loader', 'at least one batch', 'none')
  }
}

function checked(loaderLength: number, options: LrFinderOptions | undefined) {
  const where = 'lrFinder'
  const given = checkOptions(where, options, [
    'startLr',
    'endLr',
    'steps',
    'beta',
    'divergence',
    'device',
  ])
  const startLr = checkNumber(where, 'startLr', given.startLr ?? 1e-8, { above: 0 })
  return {
    startLr,
    endLr: checkNumber(where, 'endLr', given.endLr ?? 10, { above: startLr }),
    steps: checkInteger(where, 'steps', given.steps ?? loaderLength, { min: 1 }),
    beta: checkNumber(where, 'beta', given.beta ?? 0.98, { min: 0, max: 1 - Number.EPSILON }),
    divergence: checkNumber(where, 'divergence', given.divergence ?? 4, { above: 1 }),
    device: given.device,
  }
}
