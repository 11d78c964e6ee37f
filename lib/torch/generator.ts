// Streams of random numbers.

import { checkOptions, fail, failRange } from '../check.js'
import { type GeneratorHandle, native } from '../native.js'
import { DEVICE_EXPECTED, deviceName } from './device.js'
import { handleOf, type Tensor } from './tensor.js'
import { access } from './tensor-access.js'
import type { Device, DeviceLike, Int } from './types.js'

/** A seed as the 64 bits that libtorch takes; negative ones count from 2^64, as in Python. */
export function seedBits(where: string, seed: unknown): bigint {
  if (typeof seed === 'number' ? !Number.isSafeInteger(seed) : typeof seed !== 'bigint') {
    fail(where, 'seed', 'an integer', seed)
  }
  const value = BigInt(seed as Int)
  if (value < -(2n ** 63n) || value >= 2n ** 64n) {
    failRange(where, 'seed', 'an integer from -2^63 to 2^64 - 1', seed)
  }
  return BigInt.asUintN(64, value)
}

/** How a Generator comes by its handle other than by being new; only this file has it. */
const ADOPT = Symbol('the handle of a generator')

interface Adopted {
  readonly [ADOPT]: () => GeneratorHandle
}

/** Options of {@link Generator}. */
export interface GeneratorOptions {
  /** Device whose operators draw from it, `'cpu'` unless given. */
  device?: DeviceLike
}

/**
 * A stream of random numbers of its own, independent of `torch.manualSeed`. Every random operator takes one:
 * `torch.randn([3], { generator })`. PyTorch's `torch.Generator`.
 *
 * A new one starts from PyTorch's default seed, 67280421310721, always the same: call {@link manualSeed} or
 * {@link seed}. A generator belongs to the thread that made it; its numbers depend on nothing but its seed and on
 * what has been drawn from it.
 *
 * @example const generator = new torch.Generator().manualSeed(7)
 */
export class Generator {
  /** Kept by a generator of the user's, asked for anew by a default one, so that it counts as no live handle. */
  readonly #open: () => GeneratorHandle

  /** @throws TypeError for anything but a device, TorchError for a device that cannot be used */
  constructor(device?: DeviceLike | GeneratorOptions)
  /** @internal */
  constructor(adopted: Adopted)
  constructor(device: DeviceLike | GeneratorOptions | Adopted = 'cpu') {
    if (typeof device === 'object' && device !== null && ADOPT in device) {
      this.#open = device[ADOPT]
      return
    }
    const given =
      typeof device === 'object'
        ? (checkOptions('Generator', device, ['device']).device ?? 'cpu')
        : device
    const name = deviceName(given)
    if (name === undefined || name.startsWith('meta')) {
      fail('Generator', 'device', "a device with random numbers such as 'cpu' or 'cuda:0'", given)
    }
    const handle = native.createGenerator(name)
    this.#open = () => handle
  }

  static {
    access.generatorOf = (value) =>
      typeof value === 'object' && value !== null && #open in value
        ? (value as Generator).#open()
        : undefined
  }

  /** Device whose operators draw from this generator. */
  get device(): Device {
    return native.generatorDevice(this.#open()) as Device
  }

  /**
   * Starts the stream anew from a seed: the same numbers as in Python. PyTorch's `Generator.manual_seed`.
   *
   * @param seed a 64-bit integer; negative ones count from 2^64
   * @returns this generator
   */
  manualSeed(seed: Int): this {
    native.seedGenerator(this.#open(), seedBits('manualSeed', seed))
    return this
  }

  /** Starts the stream from a seed that the operating system chooses, and returns it. PyTorch's `Generator.seed`. */
  seed(): bigint {
    return native.reseedGenerator(this.#open())
  }

  /** The seed that the stream was last started from. PyTorch's `Generator.initial_seed`. */
  initialSeed(): bigint {
    return native.initialSeed(this.#open())
  }

  /** Where in its stream the generator is, as a uint8 tensor. PyTorch's `Generator.get_state`. */
  getState(): Tensor {
    return access.wrap(native.generatorState(this.#open()))
  }

  /**
   * Goes back to a state of {@link getState}, of this or of another generator of such a device; returns this
   * generator. PyTorch's `Generator.set_state`.
   *
   * @throws TypeError or TorchError for a tensor that is no such state
   */
  setState(state: Tensor): this {
    native.setGeneratorState(this.#open(), handleOf('setState', 'state', state))
    return this
  }

  /** A generator that will draw the same numbers from here on. PyTorch's `Generator.clone_state`. */
  cloneState(): Generator {
    const copy = native.cloneGenerator(this.#open())
    return new Generator({ [ADOPT]: () => copy })
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Generator(${this.device}, seed ${this.initialSeed()})`
  }
}

/**
 * The generator from which operators on a device draw when they are given none; `torch.manualSeed` restarts it. It
 * belongs to the process: all threads draw from it.
 */
export function defaultGeneratorOf(where: string, device: DeviceLike): Generator {
  const name = deviceName(device) ?? fail(where, 'device', DEVICE_EXPECTED, device)
  return new Generator({ [ADOPT]: () => native.defaultGenerator(name) })
}

/** A new {@link Generator}: `torch.generator({ device: 'cpu' })`. */
export const generator = (options?: GeneratorOptions): Generator => new Generator(options)
