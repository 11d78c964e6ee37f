// One group of parameters, whose numbers are kept in the native optimizer.

import { fail } from '../check.js'
import { native, type OptimizerHandle } from '../native.js'
import type { Tensor } from '../torch/tensor.js'
import type { GroupParams } from './group-input.js'
import {
  optionNames,
  type Setting,
  type Settings,
  type SettingValue,
  withoutTensors,
} from './settings.js'
import type { GroupValue } from './state.js'

/** A group of parameters with settings of its own; writing to a setting changes the next step. */
export type ParamGroup<Values extends object> = Values & {
  /** Its parameters. */
  readonly params: readonly Tensor[]
  /** Their names, if they came with names. */
  readonly paramNames: readonly string[] | undefined
}

/** A group as a state dict has it. */
export interface SavedGroup {
  readonly params: readonly number[]
  readonly values: Readonly<Record<string, unknown>>
}

const isNames = (value: unknown, count: number): boolean =>
  Array.isArray(value) && value.length === count && value.every((name) => typeof name === 'string')

/** The TypeScript side of a native group. */
export class Group {
  readonly #handle: OptimizerHandle
  readonly #settings: Settings
  readonly #index: number
  readonly params: readonly Tensor[]
  names: readonly string[] | undefined
  /** What was loaded that is no number and no setting: kept for the next state dict. */
  #extras: Record<string, GroupValue> = {}

  constructor(
    handle: OptimizerHandle,
    settings: Settings,
    index: number,
    { tensors, names }: GroupParams,
  ) {
    this.#handle = handle
    this.#settings = settings
    this.#index = index
    this.params = Object.freeze([...tensors])
    this.names = names
  }

  /** An object whose properties read and write the native group. */
  view<Values extends object>(): ParamGroup<Values> {
    const view = { params: this.params }
    Object.defineProperty(view, 'paramNames', { enumerable: true, get: () => this.names })
    for (const name of optionNames(this.#settings)) {
      const setting = this.#settings[name] as Setting
      Object.defineProperty(view, name, {
        enumerable: true,
        get: () => this.#read(setting),
        set: (given: unknown) => {
          const where = `paramGroups[${this.#index}]`
          const value = withoutTensors(where, name, given)
          setting.check(where, name, value)
          this.#write(setting, value)
        },
      })
    }
    return Object.seal(view) as ParamGroup<Values>
  }

  #read(setting: Setting): SettingValue {
    return setting.decode(
      setting.natives.map((name) => native.groupValue(this.#handle, this.#index, name) as number),
    )
  }

  #write(setting: Setting, value: unknown): void {
    setting.encode(value).forEach((number, i) => {
      native.setGroupValue(this.#handle, this.#index, setting.natives[i] as string, number)
    })
  }

  /** The settings by PyTorch's names, then what schedulers keep there. */
  values(): Record<string, GroupValue> {
    const settings = Object.values(this.#settings)
    const values: Record<string, GroupValue> = {}
    for (const setting of settings) {
      // A frozen array, such as the betas, is a tuple to Python.
      values[setting.python] = this.#read(setting)
    }
    const known = new Set(settings.flatMap((setting) => setting.natives))
    for (const name of native.groupNames(this.#handle, this.#index)) {
      if (known.has(name)) continue
      values[name] = native.groupValue(this.#handle, this.#index, name) as number
    }
    return values
  }

  /** The group as a state dict has it, in PyTorch's order. */
  save(positions: number[]): Record<string, GroupValue> {
    const names = this.names && { param_names: [...this.names] }
    return { ...names, ...this.values(), ...this.#extras, params: positions }
  }

  /** Refuses what cannot be loaded. */
  check(where: string, { values }: SavedGroup): void {
    for (const [name, setting] of Object.entries(this.#settings)) {
      const value = values[setting.python]
      if (value === undefined || setting.fits(value)) continue
      fail(where, name, `what PyTorch keeps under ${setting.python}`, value)
    }
    const names = values.param_names
    if (names !== undefined && !isNames(names, this.params.length)) {
      fail(where, 'param_names', 'a name for each parameter', names)
    }
  }

  /** Takes over what {@link check} has passed. Names that were not saved stay. */
  load({ values }: SavedGroup): void {
    const rest: Record<string, unknown> = { ...values }
    delete rest.param_names
    if (values.param_names !== undefined) this.names = values.param_names as readonly string[]
    for (const setting of Object.values(this.#settings)) {
      const value = rest[setting.python]
      delete rest[setting.python]
      if (value !== undefined) this.#write(setting, value)
    }
    this.#extras = {}
    for (const [name, value] of Object.entries(rest)) {
      if (typeof value === 'number') native.setGroupValue(this.#handle, this.#index, name, value)
      else this.#extras[name] = value as GroupValue
    }
  }

  /** As PyTorch prints it. */
  toString(): string {
    const hidden = Object.values(this.#settings)
      .filter((setting) => !setting.isOption)
      .map((setting) => setting.python)
    const lines = Object.entries(this.values())
      .filter(([name]) => !hidden.includes(name))
      .map(([name, value]) => `    ${name}: ${JSON.stringify(value)}`)
    return [`Parameter Group ${this.#index}`, ...lines].join('\n')
  }
}
