// Base of the optimizers: typed views of a native one, which holds the numbers and does the arithmetic.

import { enableGradSync } from '../autograd/modes.js'
import { checkFunction, checkNumber, checkOptions, fail, isThenable } from '../check.js'
import { TorchError } from '../errors.js'
import { native, type OptimizerHandle } from '../native.js'
import { torch } from '../torch/index.js'
import { Tensor } from '../torch/tensor.js'
import { access, handleOf } from '../torch/tensor-access.js'
import { optionNames, type Setting, type Settings, type SettingValue } from './settings.js'
import {
  castState,
  checkStateDict,
  type GroupValue,
  type OptimizerStateDict,
  type StateRecord,
  type StateValue,
} from './state.js'

/** A group of parameters with settings of its own; writing to a setting changes the next step. */
export type ParamGroup<Values extends object> = Values & {
  /** Its parameters. */
  readonly params: readonly Tensor[]
}

/** Parameters of one group, with the settings that differ from the optimizer's. */
export type GroupInput<Options extends object> = Partial<Options> & {
  params: Iterable<Tensor>
  /** The learning rate that schedulers start from when they go on with a schedule; theirs to set otherwise. */
  initialLr?: number
}

/** What an optimizer takes: tensors, or groups of them. */
export type ParamsInput<Options extends object> = Iterable<Tensor> | readonly GroupInput<Options>[]

/** The native side of an optimizer, or a TypeError. The class, which alone can look, sets it. */
export let optimizerHandle: (where: string, value: unknown) => OptimizerHandle

/** Whether an optimizer has made a step: schedulers warn if they come first. */
export let hasStepped: (optimizer: Optimizer) => boolean

/**
 * Base class of all optimizers. `Values` are the settings of its groups, `Value` what its state is made of: tensors,
 * for all but a few.
 */
export abstract class Optimizer<
  Values extends object = object,
  Value extends StateValue = StateValue,
> {
  readonly #handle: OptimizerHandle
  readonly #settings: Settings
  readonly #name: string
  readonly #defaults: Readonly<Record<string, unknown>>
  readonly #groups: ParamGroup<Values>[] = []
  #hasStepped = false

  protected constructor(
    kind: string,
    settings: Settings,
    params: ParamsInput<Values>,
    defaults: Values,
  ) {
    this.#handle = native.createOptimizer(kind)
    this.#settings = settings
    this.#name = kind
    this.#defaults = { ...(defaults as Record<string, unknown>) }
    for (const [name, setting] of Object.entries(settings)) {
      setting.check(kind, name, this.#defaults[name])
    }
    const groups = asGroups<Values>(kind, params)
    if (groups.length === 0) {
      throw new TypeError(`${kind}: expected parameters, got an empty list`)
    }
    for (const group of groups) this.addParamGroup(group)
  }

  static {
    optimizerHandle = (where, value) =>
      typeof value === 'object' && value !== null && #handle in value
        ? (value as Optimizer).#handle
        : fail(where, 'optimizer', 'an optimizer', value)
    hasStepped = (optimizer) => optimizer.#hasStepped
  }

  /** The groups; their settings can be read and written. */
  get paramGroups(): readonly ParamGroup<Values>[] {
    return this.#groups
  }

  /** Adds a group; settings it does not name are the optimizer's own. */
  addParamGroup(group: GroupInput<Values>): void {
    const where = `${this.#name}.addParamGroup`
    const names = optionNames(this.#settings)
    const input = checkOptions(where, group, ['params', 'initialLr', ...names] as never[])
    const params = asTensors(where, input.params)
    const chosen: Record<string, unknown> = { ...this.#defaults }
    for (const name of names) {
      const given: unknown = (input as Record<string, unknown>)[name]
      if (given !== undefined) chosen[name] = given
    }
    if (chosen.foreach === true && chosen.fused === true) {
      throw new TypeError(`${where}: foreach and fused cannot both be true`)
    }
    const values: Record<string, number> = {}
    for (const [name, setting] of Object.entries(this.#settings)) {
      setting.check(where, name, chosen[name])
      setting.encode(chosen[name]).forEach((value, i) => {
        values[setting.natives[i] as string] = value
      })
    }
    if (input.initialLr !== undefined) {
      values.initial_lr = checkNumber(where, 'initialLr', input.initialLr, { min: 0 })
    }
    native.addParamGroup(
      this.#handle,
      values,
      ...params.map((param) => handleOf(where, 'params', param)),
    )
    this.#groups.push(this.#view(this.#groups.length, params))
  }

  /** An object whose properties read and write the native group. */
  #view(index: number, params: readonly Tensor[]): ParamGroup<Values> {
    const view = { params: Object.freeze(params) }
    for (const name of optionNames(this.#settings)) {
      const setting = this.#settings[name] as Setting
      Object.defineProperty(view, name, {
        enumerable: true,
        get: () => this.#read(index, setting),
        set: (value: unknown) => {
          setting.check(`paramGroups[${index}]`, name, value)
          this.#write(index, setting, value)
        },
      })
    }
    return Object.seal(view) as ParamGroup<Values>
  }

  #read(index: number, setting: Setting): SettingValue {
    return setting.decode(
      setting.natives.map((name) => native.groupValue(this.#handle, index, name) as number),
    )
  }

  #write(index: number, setting: Setting, value: unknown): void {
    setting.encode(value).forEach((number, i) => {
      native.setGroupValue(this.#handle, index, setting.natives[i] as string, number)
    })
  }

  /**
   * Updates every parameter that has a gradient.
   *
   * @param closure computes the loss anew (forward and backward) before the update; most optimizers need none
   * @returns what the closure returns
   */
  step(): void
  step<T>(closure: () => T): T
  step<T>(closure?: () => T): T | undefined {
    this.#hasStepped = true
    const loss = closure === undefined ? undefined : this.evaluate(closure)
    native.stepOptimizer(this.#handle)
    return loss
  }

  /** Runs the closure of a step, with gradients on. */
  protected evaluate<T>(closure: () => T): T {
    this.#hasStepped = true
    const where = `${this.#name}.step`
    checkFunction(where, 'closure', closure)
    const loss = enableGradSync(closure)
    if (isThenable(loss)) fail(where, 'closure', 'a synchronous function', loss)
    return loss
  }

  /**
   * Forgets the gradients of all parameters.
   *
   * @param setToNone whether `grad` becomes null (saves memory, the default) or zeros
   */
  zeroGrad(options?: { setToNone?: boolean }): void {
    const { setToNone = true } = checkOptions('zeroGrad', options, ['setToNone'])
    native.zeroGrad(this.#handle, setToNone)
  }

  /**
   * Settings and per-parameter state, in PyTorch's format: the same keys in the same order. The tensors are the live
   * ones, not copies.
   */
  stateDict(): OptimizerStateDict<Value> {
    const state: OptimizerStateDict<Value>['state'] = new Map()
    const groups: OptimizerStateDict['param_groups'] = []
    let position = 0
    this.#groups.forEach((group, index) => {
      const positions: number[] = []
      for (const param of group.params) {
        const record = this.readState(param)
        if (Object.keys(record).length > 0) state.set(position, record)
        positions.push(position++)
      }
      groups.push({ ...this.#groupValues(index), params: positions })
    })
    return { state, param_groups: groups }
  }

  /** The settings of a group by PyTorch's names, then what schedulers keep there. */
  #groupValues(index: number): Record<string, GroupValue> {
    const settings = Object.values(this.#settings)
    const values: Record<string, GroupValue> = {}
    for (const setting of settings) {
      const value = this.#read(index, setting)
      values[setting.python] = typeof value === 'object' && value !== null ? [...value] : value
    }
    const known = new Set(settings.flatMap((setting) => setting.natives))
    for (const name of native.groupNames(this.#handle, index)) {
      if (!known.has(name)) values[name] = native.groupValue(this.#handle, index, name) as number
    }
    return values
  }

  /**
   * Takes over a state that {@link stateDict} of an optimizer with groups of the same sizes has given, PyTorch's
   * included. Tensors are copied; they come to the parameter's device and, if it is floating-point, dtype, except the
   * step, which stays as it is.
   *
   * @throws TypeError, RangeError or TorchError if it does not fit; nothing has changed then
   */
  loadStateDict(stateDict: OptimizerStateDict): void {
    const where = `${this.#name}.loadStateDict`
    const { state, groups } = checkStateDict(where, stateDict)
    if (
      groups.length !== this.#groups.length ||
      groups.some((group, i) => group.params.length !== this.#groups[i]?.params.length)
    ) {
      const sizes = (all: readonly { params: readonly unknown[] }[]): string =>
        `[${all.map((group) => group.params.length).join(', ')}]`
      throw new TorchError(
        `${where}: the state dict has groups of ${sizes(groups)} parameters, the optimizer of ` +
          sizes(this.#groups),
      )
    }
    const loaded: [param: Tensor, record: StateRecord][] = []
    groups.forEach((group, index) => {
      for (const [name, setting] of Object.entries(this.#settings)) {
        const value = group.values[setting.python]
        if (value !== undefined) setting.check(where, name, value)
      }
      group.params.forEach((position, i) => {
        const param = this.#groups[index]?.params[i] as Tensor
        const record = state.get(position)
        if (record === undefined) return
        this.checkState(where, position, param, record)
        loaded.push([param, record])
      })
    })
    this.clearState()
    groups.forEach(({ values }, index) => {
      this.#loadGroup(index, values)
    })
    for (const [param, record] of loaded) {
      this.writeState(
        param,
        Object.fromEntries(
          Object.entries(record).map(([name, value]) => [name, castState(param, name, value)]),
        ),
      )
    }
  }

  #loadGroup(index: number, values: Readonly<Record<string, unknown>>): void {
    const rest = { ...values }
    for (const setting of Object.values(this.#settings)) {
      const value = rest[setting.python]
      delete rest[setting.python]
      if (value !== undefined) this.#write(index, setting, value)
    }
    for (const [name, value] of Object.entries(rest)) {
      if (typeof value === 'number') native.setGroupValue(this.#handle, index, name, value)
    }
  }

  /** The state of a parameter by PyTorch's names; empty before its first step. */
  protected readState(param: Tensor): Record<string, Value> {
    const tensors = native.optimizerState(this.#handle, handleOf('stateDict', 'param', param))
    return Object.fromEntries(tensors.map(([name, handle]) => [name, access.wrap(handle) as Value]))
  }

  /** Sets the state of a parameter that has none. The tensors are this optimizer's from now on. */
  protected writeState(param: Tensor, record: StateRecord): void {
    for (const [name, value] of Object.entries(record)) {
      // PyTorch before 1.12 kept the step as a number, and its SparseAdam still does.
      const tensor = value instanceof Tensor ? value : torch.tensor(Number(value))
      native.setOptimizerState(
        this.#handle,
        handleOf('loadStateDict', 'param', param),
        name,
        handleOf('loadStateDict', name, tensor),
      )
    }
  }

  /** Forgets the state of all parameters. */
  protected clearState(): void {
    native.clearOptimizerState(this.#handle)
  }

  /** Refuses a state that cannot be the parameter's. */
  protected checkState(where: string, position: number, param: Tensor, record: StateRecord): void {
    for (const [name, value] of Object.entries(record)) {
      const what = `${name} of parameter ${position}`
      if (typeof value === 'number') continue
      if (!(value instanceof Tensor)) fail(where, what, 'a Tensor or a number', value)
      const expected = value.dim() === 0 ? [] : this.stateShape(name, param)
      if (String(value.shape) !== String(expected)) {
        throw new TorchError(
          `${where}: ${what} has shape [${value.shape}], the parameter [${param.shape}]`,
        )
      }
    }
  }

  /** The shape of a state tensor that is not a single number. */
  protected stateShape(_name: string, param: Tensor): readonly number[] {
    return param.shape
  }

  /** The settings of all groups. */
  toString(): string {
    const hidden = Object.values(this.#settings)
      .filter((setting) => !setting.isOption)
      .map((setting) => setting.python)
    const groups = this.#groups.map((_, index) => {
      const lines = Object.entries(this.#groupValues(index))
        .filter(([name]) => !hidden.includes(name))
        .map(([name, value]) => `    ${name}: ${JSON.stringify(value)}`)
      return [`Parameter Group ${index}`, ...lines].join('\n')
    })
    return `${this.#name} (\n${groups.join('\n')}\n)`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

function asTensors(where: string, params: unknown): Tensor[] {
  if (params instanceof Tensor) return [params]
  if (typeof params !== 'object' || params === null || !(Symbol.iterator in params)) {
    fail(where, 'params', 'an iterable of Tensors', params)
  }
  return [...(params as Iterable<unknown>)].map((param) =>
    param instanceof Tensor ? param : fail(where, 'params', 'Tensors', param),
  )
}

function asGroups<Values extends object>(where: string, params: unknown): GroupInput<Values>[] {
  if (params instanceof Tensor || typeof params !== 'object' || params === null) {
    fail(where, 'params', 'an iterable of Tensors or an array of groups', params)
  }
  const items = [...(params as Iterable<unknown>)]
  if (items.length === 0) return []
  return items.every((item) => item instanceof Tensor)
    ? [{ params: items as Tensor[] } as unknown as GroupInput<Values>]
    : (items as GroupInput<Values>[])
}
