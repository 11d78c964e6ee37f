// Scaling of losses, so that small gradients survive low precisions.

import { noGradSync } from '../autograd/modes.js'
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOptions,
  fail,
} from '../check.js'
import { TorchError } from '../errors.js'
import { native, type TensorHandle } from '../native.js'
import { type Optimizer, optimizerHandle, stepScaled } from '../optim/optimizer.js'
import { tensor } from '../torch/create.js'
import { makeFunction } from '../torch/dispatch.js'
import { Tensor } from '../torch/tensor.js'
import { access, handleOf } from '../torch/tensor-access.js'
import type { Device } from '../torch/types.js'
import { warnOnce } from '../warn.js'
import { checkAvailable } from './autocast.js'
import { checkScalerState, type GradScalerStateDict } from './scaler-state.js'

/** Options of {@link gradScaler}. */
export interface GradScalerOptions {
  /** The kind of device ('cuda'). */
  device?: string
  /** The scale at first (65536). */
  initScale?: number
  /** What the scale is multiplied by after `growthInterval` steps without overflow, above 1 (2). */
  growthFactor?: number
  /** What the scale is multiplied by after an overflow, below 1 (0.5). */
  backoffFactor?: number
  /** Steps without overflow until the scale grows (2000). */
  growthInterval?: number
  /** False: losses stay as they are, `step` is the optimizer's own (true). */
  enabled?: boolean
}

/** A tensor, or arrays of tensors to any depth. */
export type ScalerOutputs = Tensor | readonly ScalerOutputs[]

/** What has been done with an optimizer's gradients since the last `update`. */
interface Progress {
  stage: 'unscaled' | 'stepped'
  foundInf: Tensor
}

/** The scale, and how many steps in a row have had no overflow. */
interface Counters {
  readonly scale: Tensor
  readonly growthTracker: Tensor
}

/** What a step on another thread needs of a scaler. */
export interface ScalerState {
  readonly scale: TensorHandle
  readonly growthTracker: TensorHandle
  readonly growthFactor: number
  readonly backoffFactor: number
  readonly growthInterval: number
}

/** @internal The state of a scaler for a loss on that device; undefined if it is not enabled. */
export let scalerState: (scaler: unknown, device: Device) => ScalerState | undefined

const updateScale = makeFunction('_ampUpdateScale_', '_amp_update_scale_') as (
  scale: Tensor,
  growthTracker: Tensor,
  foundInf: Tensor,
  growthFactor: number,
  backoffFactor: number,
  growthInterval: number,
) => Tensor

/**
 * Multiplies losses by a scale, so that gradients in float16 are not lost for smallness, divides the gradients by it
 * before the optimizer's step, leaves out steps with infinite or NaN gradients, and finds the largest scale at which
 * these are rare. Made by {@link gradScaler}. PyTorch's `torch.amp.GradScaler`.
 */
export class GradScaler {
  readonly #device: string
  readonly #enabled: boolean
  #growthFactor: number
  #backoffFactor: number
  #growthInterval: number
  /** Until the first loss tells the device. */
  #initial: { scale: number; growthTracker: number }
  #counters: Counters | undefined
  readonly #progress = new Map<Optimizer, Progress>()

  /** @internal */
  constructor(device: string, options: Required<Omit<GradScalerOptions, 'device'>>) {
    this.#device = device
    this.#enabled = options.enabled
    this.#growthFactor = options.growthFactor
    this.#backoffFactor = options.backoffFactor
    this.#growthInterval = options.growthInterval
    this.#initial = { scale: options.initScale, growthTracker: 0 }
  }

  static {
    scalerState = (scaler, device) => {
      if (typeof scaler !== 'object' || scaler === null || !(#enabled in scaler)) {
        fail('trainStep', 'scaler', 'a GradScaler', scaler)
      }
      const one = scaler as GradScaler
      if (!one.#enabled) return undefined
      const { scale, growthTracker } = one.#begin(device)
      return {
        scale: handleOf('trainStep', 'scale', scale),
        growthTracker: handleOf('trainStep', 'growthTracker', growthTracker),
        growthFactor: one.#growthFactor,
        backoffFactor: one.#backoffFactor,
        growthInterval: one.#growthInterval,
      }
    }
  }

  #begin(device: Device): Counters {
    this.#counters ??= {
      scale: tensor(this.#initial.scale, { dtype: 'float32', device }),
      growthTracker: tensor(this.#initial.growthTracker, { dtype: 'int32', device }),
    }
    return this.#counters
  }

  #begun(member: string): Counters {
    if (this.#counters !== undefined) return this.#counters
    throw new TorchError(`gradScaler.${member}: call scale(loss) before, in the same iteration`)
  }

  /**
   * A loss, or several, times the scale: what `backward` is to be called on.
   *
   * @returns the same structure of tensors
   */
  scale<Outputs extends ScalerOutputs>(outputs: Outputs): Outputs {
    if (!this.#enabled) return outputs
    const multiplied = (value: unknown): unknown => {
      if (value instanceof Tensor) {
        const { scale } = this.#begin(value.device)
        return value.mul(scale.to({ device: value.device, nonBlocking: true }))
      }
      if (Array.isArray(value)) return value.map(multiplied)
      return fail('gradScaler.scale', 'outputs', 'a Tensor or an array of Tensors', value)
    }
    return multiplied(outputs) as Outputs
  }

  /**
   * Divides the optimizer's gradients by the scale, to look at or clip them before {@link step}, which does it
   * otherwise. Once in an iteration, when all gradients are there. Does not wait for the device.
   *
   * @throws TorchError the second time, after `step`, or for float16 gradients
   */
  unscale_(optimizer: Optimizer): void {
    const where = 'gradScaler.unscale_'
    const handle = optimizerHandle(where, optimizer)
    if (!this.#enabled) return
    const { scale } = this.#begun('unscale_')
    const progress = this.#progress.get(optimizer)
    if (progress?.stage === 'unscaled') {
      throw new TorchError(
        `${where}: has already been called on this optimizer since the last update()`,
      )
    }
    if (progress?.stage === 'stepped') {
      throw new TorchError(`${where}: must come before step(), and update() after it`)
    }
    const foundInf = access.wrap(native.unscaleGradients(handle, handleOf(where, 'scale', scale)))
    this.#progress.set(optimizer, { stage: 'unscaled', foundInf })
  }

  /**
   * Divides the gradients by the scale, unless {@link unscale_} has, and makes the optimizer's step if all of them are
   * finite. Kernels that can do all of that (`fused`) do not wait for the device.
   *
   * @throws TorchError the second time without `update`, and for closures, which take their steps themselves
   */
  step(optimizer: Optimizer, ...closures: (() => unknown)[]): void {
    const where = 'gradScaler.step'
    const handle = optimizerHandle(where, optimizer)
    for (const closure of closures) checkFunction(where, 'closure', closure)
    if (!this.#enabled) {
      const [closure] = closures
      if (closure === undefined) optimizer.step()
      else optimizer.step(closure)
      return
    }
    if (closures.length > 0) {
      throw new TorchError(`${where}: closures cannot be used with a scaler that is enabled`)
    }
    const { scale } = this.#begun('step')
    if (this.#progress.get(optimizer)?.stage === 'stepped') {
      throw new TorchError(`${where}: has already been called since the last update()`)
    }
    if (native.takesGradScale(handle)) {
      this.#stepScaled(optimizer, scale)
      return
    }
    if (!this.#progress.has(optimizer)) this.unscale_(optimizer)
    const progress = this.#progress.get(optimizer) as Progress
    if (progress.foundInf.item() === 0) optimizer.step()
    progress.stage = 'stepped'
  }

  #stepScaled(optimizer: Optimizer, scale: Tensor): void {
    const where = 'gradScaler.step'
    const factor = handleOf(where, 'scale', scale)
    const unscaled = this.#progress.get(optimizer)
    const foundInf =
      unscaled?.foundInf ??
      access.wrap(native.checkGradients(optimizerHandle(where, optimizer), factor))
    const found = handleOf(where, 'foundInf', foundInf)
    stepScaled(optimizer, unscaled === undefined ? factor : null, found)
    this.#progress.set(optimizer, { stage: 'stepped', foundInf })
  }

  /**
   * Ends an iteration, after {@link step} for all its optimizers: a smaller scale if a step was left out, a larger one
   * after `growthInterval` iterations in which none was.
   *
   * @param newScale a scale to go on with instead
   */
  update(newScale?: number | Tensor): void {
    const where = 'gradScaler.update'
    if (!this.#enabled) return
    const { scale, growthTracker } = this.#begun('update')
    if (newScale !== undefined) {
      this.#set(scale, newScale)
    } else {
      const found = [...this.#progress.values()].map(({ foundInf }) => foundInf)
      const [first, ...rest] = found
      if (first === undefined) {
        throw new TorchError(`${where}: call step(optimizer) before, in the same iteration`)
      }
      noGradSync(() =>
        updateScale(
          scale,
          growthTracker,
          rest.reduce((all, one) => all.maximum(one), first),
          this.#growthFactor,
          this.#backoffFactor,
          this.#growthInterval,
        ),
      )
    }
    this.#progress.clear()
  }

  #set(scale: Tensor, given: unknown): void {
    const where = 'gradScaler.update'
    if (given instanceof Tensor) {
      if (given.numel() !== 1 || given.requiresGrad) {
        fail(where, 'newScale', 'a number, or a tensor of one element without requiresGrad', given)
      }
      scale.copy_(given)
    } else {
      scale.fill_(checkNumber(where, 'newScale', given))
    }
  }

  /** The scale; 1 if not enabled. Waits for the device. */
  getScale(): number {
    if (!this.#enabled) return 1
    return (this.#counters?.scale.item() as number | undefined) ?? this.#initial.scale
  }

  /** Whether losses are scaled. */
  isEnabled(): boolean {
    return this.#enabled
  }

  /** What the scale is multiplied by when it grows. */
  getGrowthFactor(): number {
    return this.#growthFactor
  }

  setGrowthFactor(newFactor: number): void {
    this.#growthFactor = checkNumber('gradScaler.setGrowthFactor', 'newFactor', newFactor)
  }

  /** What the scale is multiplied by after an overflow. */
  getBackoffFactor(): number {
    return this.#backoffFactor
  }

  setBackoffFactor(newFactor: number): void {
    this.#backoffFactor = checkNumber('gradScaler.setBackoffFactor', 'newFactor', newFactor)
  }

  /** Iterations without overflow until the scale grows. */
  getGrowthInterval(): number {
    return this.#growthInterval
  }

  setGrowthInterval(newInterval: number): void {
    this.#growthInterval = checkInteger('gradScaler.setGrowthInterval', 'newInterval', newInterval)
  }

  #growthTracker(): number {
    return (
      (this.#counters?.growthTracker.item() as number | undefined) ?? this.#initial.growthTracker
    )
  }

  /** The scale and what governs it, in PyTorch's format; to be taken after {@link update}. */
  stateDict(): GradScalerStateDict | Record<string, never> {
    if (!this.#enabled) return {}
    return {
      scale: this.getScale(),
      growth_factor: this.#growthFactor,
      backoff_factor: this.#backoffFactor,
      growth_interval: this.#growthInterval,
      _growth_tracker: this.#growthTracker(),
    }
  }

  /**
   * Takes over what {@link stateDict} of a scaler has given, PyTorch's included. Nothing happens if this one is not
   * enabled.
   *
   * @throws TypeError if it does not fit, TorchError if it comes from a scaler that was not enabled
   */
  loadStateDict(stateDict: object): void {
    const where = 'gradScaler.loadStateDict'
    const state = checkScalerState(where, stateDict, this.#enabled)
    if (state === undefined) return
    this.#growthFactor = state.growth_factor
    this.#backoffFactor = state.backoff_factor
    this.#growthInterval = state.growth_interval
    this.#initial = { scale: state.scale, growthTracker: state._growth_tracker }
    this.#counters?.scale.fill_(state.scale)
    this.#counters?.growthTracker.fill_(state._growth_tracker)
  }

  toString(): string {
    return `GradScaler(${this.#device}${this.#enabled ? '' : ', not enabled'})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/**
 * A scaler of losses for training in float16. bfloat16 has the range of float32 and needs none. PyTorch's
 * `torch.amp.GradScaler`.
 *
 * @throws RangeError for a growth factor of 1 or less or a backoff factor of 1 or more
 * @example
 * const scaler = torch.amp.gradScaler({ device: 'cuda' })
 * for await (const [x, y] of batches) {
 *   optimizer.zeroGrad()
 *   const loss = torch.autocast('cuda', 'float16', () => criterion(model(x), y))
 *   scaler.scale(loss).backward()
 *   scaler.step(optimizer)
 *   scaler.update()
 * }
 */
export function gradScaler(options?: GradScalerOptions): GradScaler {
  const where = 'gradScaler'
  const {
    device = 'cuda',
    initScale = 2 ** 16,
    growthFactor = 2,
    backoffFactor = 0.5,
    growthInterval = 2000,
    enabled = true,
  } = checkOptions(where, options, [
    'device',
    'initScale',
    'growthFactor',
    'backoffFactor',
    'growthInterval',
    'enabled',
  ])
  checkAvailable(where, device)
  checkBoolean(where, 'enabled', enabled)
  const reason = enabled && device === 'cuda' ? native.cudaReason() : ''
  if (reason !== '') warnOnce(`${where}: CUDA cannot be used (${reason}): losses are not scaled`)
  if (checkNumber(where, 'backoffFactor', backoffFactor) >= 1) {
    throw new RangeError(
      `${where}: expected a number below 1 for backoffFactor, got ${backoffFactor}`,
    )
  }
  return new GradScaler(device, {
    initScale: checkNumber(where, 'initScale', initScale),
    growthFactor: checkNumber(where, 'growthFactor', growthFactor, { above: 1 }),
    backoffFactor,
    growthInterval: checkInteger(where, 'growthInterval', growthInterval),
    enabled: enabled && reason === '',
  })
}
