import { noGradSync } from '../../autograd/modes.js'
import { checkBoolean, checkFunction, checkOptions, fail } from '../../check.js'
import { TorchError } from '../../errors.js'
import { cloneModule } from '../../nn/clone.js'
import { Module } from '../../nn/module.js'
import { tensor } from '../../torch/create.js'
import type { Tensor } from '../../torch/tensor.js'
import type { DeviceLike } from '../../torch/types.js'
import {
  type AverageFunction,
  getSwaAvgFn,
  getSwaMultiAvgFn,
  type MultiAverageFunction,
} from './averages.js'

/** Options of {@link averagedModel}. */
export interface AveragedModelOptions {
  /** Where the average is kept; where the model is, unless given. */
  device?: DeviceLike
  /** How one tensor enters the average; the plain average of all models unless this or `multiAvgFn` is given. */
  avgFn?: AverageFunction
  /** How all tensors of one dtype and device enter it: {@link getEmaMultiAvgFn}. */
  multiAvgFn?: MultiAverageFunction
  /** Whether buffers are averaged too, instead of being taken from the latest model (false). */
  useBuffers?: boolean
}

/** A running average of a model's parameters. Made by {@link averagedModel}. */
export class AveragedModel<M extends Module = Module> extends Module {
  /** The average itself: a copy of the model. */
  readonly module: M
  /** Number of models in the average. */
  declare readonly n_averaged: Tensor
  // No #private members: a clone is made without the constructor.
  private readonly avgFn: AverageFunction | undefined
  private readonly multiAvgFn: MultiAverageFunction | undefined
  private readonly useBuffers: boolean

  /** @internal */
  constructor(model: M, options: AveragedModelOptions) {
    super()
    const { device, avgFn, multiAvgFn, useBuffers = false } = options
    this.module = cloneModule(model)
    if (device !== undefined) this.module.to({ device })
    this.registerBuffer('n_averaged', tensor(0, { dtype: 'int64', ...(device && { device }) }))
    this.avgFn = avgFn
    this.multiAvgFn = multiAvgFn
    this.useBuffers = useBuffers
  }

  override forward(...inputs: Parameters<M['forward']>): ReturnType<M['forward']> {
    return (this.module as unknown as (...inputs: unknown[]) => ReturnType<M['forward']>)(...inputs)
  }

  /** Takes the model as it is now into the average; the first one is the average. PyTorch's `update_parameters`. */
  updateParameters(model: Module): void {
    if (!(model instanceof Module)) fail('updateParameters', 'model', 'a module', model)
    noGradSync(() => {
      const pairs = pairsOf(
        averagedOf(this.module, this.useBuffers),
        averagedOf(model, this.useBuffers),
      )
      if (this.n_averaged.item() === 0) {
        for (const [averaged, current] of pairs) averaged.copy_(current)
      } else {
        this.average(pairs)
      }
      if (!this.useBuffers) {
        for (const [averaged, current] of pairsOf(this.module.buffers(), model.buffers())) {
          averaged.copy_(current)
        }
      }
      this.n_averaged.add_(1)
    })
  }

  private average(pairs: readonly [averaged: Tensor, current: Tensor][]): void {
    if (this.avgFn !== undefined) {
      for (const [averaged, current] of pairs) {
        averaged.copy_(this.avgFn(averaged, current, this.n_averaged.to(averaged.device)))
      }
      return
    }
    for (const [device, averaged, current] of alike(pairs)) {
      const average = this.multiAvgFn ?? plainAverage(device)
      average(averaged, current, this.n_averaged.to(device))
    }
  }
}

/** Each tensor of the average with the model's, on the same device and outside the graph. */
function pairsOf(
  averaged: readonly Tensor[],
  current: readonly Tensor[],
): [averaged: Tensor, current: Tensor][] {
  if (averaged.length !== current.length) {
    throw new TorchError(
      `updateParameters: the average has ${averaged.length} tensors, the model ${current.length}`,
    )
  }
  return averaged.map((tensor, i) => [
    tensor.detach(),
    (current[i] as Tensor).detach().to(tensor.device),
  ])
}

const averagedOf = (model: Module, useBuffers: boolean): Tensor[] =>
  useBuffers ? [...model.parameters(), ...model.buffers()] : model.parameters()

/** The plain average as PyTorch takes it: for all tensors at once only where that is fewer kernels to launch. */
function plainAverage(device: DeviceLike): MultiAverageFunction {
  if (String(device).startsWith('cuda')) return getSwaMultiAvgFn()
  const average = getSwaAvgFn()
  return (averaged, current, count) => {
    averaged.forEach((tensor, i) => {
      tensor.copy_(average(tensor, current[i] as Tensor, count))
    })
  }
}

/** Pairs by device and dtype of the average. */
function alike(
  pairs: readonly [averaged: Tensor, current: Tensor][],
): Iterable<[device: DeviceLike, averaged: Tensor[], current: Tensor[]]> {
  const groups = new Map<string, [DeviceLike, Tensor[], Tensor[]]>()
  for (const [averaged, current] of pairs) {
    const key = `${averaged.device} ${averaged.dtype}`
    const group = groups.get(key) ?? [averaged.device, [], []]
    groups.set(key, group)
    group[1].push(averaged)
    group[2].push(current)
  }
  return groups.values()
}

/**
 * A copy of a model that keeps a running average of its parameters, called like the model itself: stochastic weight
 * averaging (the plain average, the default) or an exponential moving average. PyTorch's `swa_utils.AveragedModel`.
 *
 * @example
 * const ema = optim.swaUtils.averagedModel(model, { multiAvgFn: optim.swaUtils.getEmaMultiAvgFn(0.999) })
 * for await (const [x, y] of loader) {
 *   …
 *   optimizer.step()
 *   ema.updateParameters(model)
 * }
 * await optim.swaUtils.updateBn(loader, ema)
 */
export function averagedModel<M extends Module>(
  model: M,
  options?: AveragedModelOptions,
): AveragedModel<M> {
  const where = 'averagedModel'
  if (!(model instanceof Module)) fail(where, 'model', 'a module', model)
  const checked = checkOptions(where, options, ['device', 'avgFn', 'multiAvgFn', 'useBuffers'])
  const { avgFn, multiAvgFn, useBuffers } = checked
  if (avgFn !== undefined) checkFunction(where, 'avgFn', avgFn)
  if (multiAvgFn !== undefined) checkFunction(where, 'multiAvgFn', multiAvgFn)
  if (avgFn !== undefined && multiAvgFn !== undefined) {
    throw new TypeError(`${where}: expected only one of avgFn and multiAvgFn`)
  }
  if (useBuffers !== undefined) checkBoolean(where, 'useBuffers', useBuffers)
  return new AveragedModel(model, checked)
}
