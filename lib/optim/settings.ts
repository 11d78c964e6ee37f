// Settings of parameter groups: how they are checked, kept as numbers in the native group, and named in state dicts.

import { type Bounds, checkBoolean, checkInteger, checkNumber, fail, failRange } from '../check.js'
import { TorchError } from '../errors.js'
import { Tensor } from '../torch/tensor.js'

/** A setting as state dicts have it. */
export type SettingValue = number | boolean | string | null | readonly (number | null)[]

/** One setting of a parameter group. */
export interface Setting {
  /** PyTorch's name, as in state dicts. */
  readonly python: string
  /** The numbers that hold it in the native group; NaN is Python's None. */
  readonly natives: readonly string[]
  /** Whether users may give it; some are there for PyTorch's sake only. */
  readonly isOption: boolean
  /** Throws if the value is not allowed; `param` is the name that the message gives. */
  check(where: string, param: string, value: unknown): void
  /** Whether a state dict may have the value: its kind counts only, as in PyTorch. */
  fits(value: unknown): boolean
  /** One number for each of `natives`, of a checked value. */
  encode(value: unknown): number[]
  decode(numbers: readonly number[]): SettingValue
}

/** Settings of an optimizer by their JavaScript names, in the order of PyTorch's groups. */
export type Settings = Readonly<Record<string, Setting>>

/** Which implementation an optimizer uses that has several. */
export interface ForeachChoice {
  /**
   * Whether each operation runs over all parameters before the next one (one kernel launch on a GPU), or all
   * operations on one parameter after the other. By default (null) the latter on CPU, where the parameter then stays
   * in the cache, and the former elsewhere. The numbers are the same.
   */
  foreach: boolean | null
}

/** As {@link ForeachChoice}, for optimizers with a fused kernel. */
export interface FusedChoice extends ForeachChoice {
  /**
   * Whether one kernel does all the arithmetic in one pass over the memory. By default (null) it does wherever it can
   * and `foreach` is not set, being several times faster; its results are those of the other implementations, and
   * so of PyTorch's default, to round-off. `false` gives PyTorch's default bit for bit.
   */
  fused: boolean | null
}

interface Range extends Bounds {
  /** Exclusive upper bound. */
  below?: number
}

function checkRange(where: string, param: string, value: unknown, range: Range): void {
  const { below, ...bounds } = range
  const number = checkNumber(where, param, value, bounds)
  if (below !== undefined && number >= below) {
    failRange(where, param, `a number of at least ${range.min} and below ${below}`, value)
  }
}

/** A finite number. */
export const number = (python: string, range: Range = {}): Setting => ({
  python,
  natives: [python],
  isOption: true,
  check: (where, param, value) => checkRange(where, param, value, range),
  fits: (value) => typeof value === 'number',
  encode: (value) => [Number(value)],
  decode: ([value]) => value as number,
})

/** A whole number. */
export const integer = (python: string, bounds: Bounds): Setting => ({
  ...number(python),
  check: (where, param, value) => {
    checkInteger(where, param, value, bounds)
  },
})

/** A boolean. */
export const flag = (python: string): Setting => ({
  python,
  natives: [python],
  isOption: true,
  check: (where, param, value) => {
    checkBoolean(where, param, value)
  },
  // PyTorch has written None where it now writes False.
  fits: (value) => typeof value === 'boolean' || value === null,
  encode: (value) => [Number(value)],
  decode: ([value]) => value !== 0,
})

/** A boolean, or null for a choice left to the optimizer. */
export const choice = (python: string): Setting => ({
  ...flag(python),
  check: (where, param, value) => {
    if (value !== null && typeof value !== 'boolean') fail(where, param, 'a boolean or null', value)
  },
  encode: (value) => [value === null ? Number.NaN : Number(value)],
  decode: ([value]) => (Number.isNaN(value) ? null : value !== 0),
})

/** One of a few strings, or null. */
export const text = (python: string, choices: readonly string[]): Setting => ({
  python,
  natives: [python],
  isOption: true,
  check: (where, param, value) => {
    if (value !== null && !choices.includes(value as string)) {
      fail(where, param, `${choices.map((name) => `'${name}'`).join(', ')} or null`, value)
    }
  },
  fits: (value) => value === null || choices.includes(value as string),
  encode: (value) => [value === null ? Number.NaN : choices.indexOf(value as string)],
  decode: ([value]) => choices[value as number] ?? null,
})

/** A fixed number of numbers, each with a name in the native group; a nullable one may be null. */
export const tuple = (
  python: string,
  natives: readonly string[],
  ranges: readonly (Range & { nullable?: boolean })[],
): Setting => ({
  python,
  natives,
  isOption: true,
  check: (where, param, value) => {
    if (!Array.isArray(value) || value.length !== ranges.length) {
      fail(where, param, `${ranges.length} numbers`, value)
    }
    ranges.forEach(({ nullable, ...range }, i) => {
      if (nullable && value[i] === null) return
      checkRange(where, `${param}[${i}]`, value[i], range)
    })
  },
  fits: (value) =>
    Array.isArray(value) &&
    value.length === ranges.length &&
    value.every((item, i) => typeof item === 'number' || (item === null && ranges[i]?.nullable)),
  encode: (value) =>
    (value as readonly unknown[]).map((item) => (item === null ? Number.NaN : Number(item))),
  decode: (numbers) =>
    Object.freeze(numbers.map((item) => (Number.isNaN(item) ? null : item))) as readonly number[],
})

/** Refuses tensors for lr and betas where PyTorch's Adam does. */
export function checkTensorRates(where: string, options: object): void {
  const {
    lr,
    betas = [],
    foreach,
  } = options as Record<'lr' | 'foreach', unknown> & {
    betas?: unknown
  }
  const pair: readonly unknown[] = Array.isArray(betas) ? betas : []
  const tensors = pair.filter((beta) => beta instanceof Tensor).length
  if (tensors > 0 && tensors < pair.length) {
    fail(where, 'betas', 'two numbers or two tensors', betas)
  }
  if (foreach === true && (tensors > 0 || lr instanceof Tensor)) {
    throw new TypeError(`${where}: tensors for lr or betas do not go with foreach`)
  }
}

/** What PyTorch's groups have and ours cannot change. */
export const fixed = (python: string, value: boolean): Setting => ({
  ...flag(python),
  isOption: false,
  check: () => {},
  fits: () => true,
  encode: () => [Number(value)],
})

/** A flag of PyTorch's that can only be false here; a state dict may have it. */
const unsupported = (python: string, reason: string): Setting => ({
  ...flag(python),
  check: (where, param, value) => {
    if (value === undefined) return
    if (checkBoolean(where, param, value)) {
      throw new TorchError(`${where}: ${param} is not supported: ${reason}`)
    }
  },
  encode: (value) => [Number(value === true)],
})

/** A setting with plain numbers for tensors of one element, which PyTorch takes too: they give their value now. */
export function withoutTensors(where: string, param: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutTensors(where, param, item))
  if (!(value instanceof Tensor)) return value
  return value.numel() === 1
    ? value.item()
    : fail(where, param, 'a number or a tensor of one element', value)
}

/** Settings that many optimizers have. */
export const common = {
  lr: number('lr', { min: 0 }),
  betas: tuple(
    'betas',
    ['beta1', 'beta2'],
    [
      { min: 0, below: 1 },
      { min: 0, below: 1 },
    ],
  ),
  eps: number('eps', { min: 0 }),
  momentum: number('momentum', { min: 0 }),
  weightDecay: number('weight_decay', { min: 0 }),
  decoupledWeightDecay: flag('decoupled_weight_decay'),
  maximize: flag('maximize'),
  foreach: choice('foreach'),
  fused: choice('fused'),
  capturable: unsupported('capturable', 'steps cannot be recorded into CUDA graphs'),
  differentiable: unsupported('differentiable', 'the kernels of a step have no derivatives'),
} satisfies Settings

/** The names that users may give. */
export const optionNames = (settings: Settings): string[] =>
  Object.keys(settings).filter((name) => settings[name]?.isOption)
