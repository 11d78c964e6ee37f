// Base of the optimizers: typed views of a native one, which holds the numbers and does the arithmetic.

import { checkOptions, fail } from '../check.js'
import { TorchError } from '../errors.js'
import { native, type OptimizerHandle } from '../native.js'
import { Tensor } from '../torch/tensor.js'
import { access, handleOf } from '../torch/tensor-access.js'

/** One setting of a parameter group. */
export interface Setting {
  /** PyTorch's name, as in state dicts. */
  python: string
  kind: 'number' | 'flag'
  /** Throws if the value is not allowed. */
  check(where: string, value: unknown): void
}

/** Settings of an optimizer by their JavaScript names. */
export type Settings = Readonly<Record<string, Setting>>

/** A group of parameters with settings of its own; writing to a setting changes the next step. */
export type ParamGroup<Values extends object> = Values & {
  /** Its parameters. */
  readonly params: readonly Tensor[]
}

/** Parameters of one group, with the settings that differ from the optimizer's. */
export type GroupInput<Options extends object> = Partial<Options> & { params: Iterable<Tensor> }

/** What an optimizer takes: tensors, or groups of them. */
export type ParamsInput<Options extends object> = Iterable<Tensor> | readonly GroupInput<Options>[]

/** State of an optimizer with PyTorch's own names, ready for a `.pth` file. */
export interface OptimizerStateDict {
  /** Tensors of each parameter, by its position over all groups. */
  state: Map<number, Record<string, Tensor>>
  param_groups: Record<string, number | boolean | null | number[]>[]
}

/** Settings that PyTorch's groups also have; here they choose nothing, and are kept for its sake. */
const PYTHON_ONLY = ['foreach', 'differentiable', 'fused', 'capturable'] as const

/** The native side of an optimizer, or a TypeError. The class, which alone can look, sets it. */
export let optimizerHandle: (where: string, value: unknown) => OptimizerHandle

/** Base class of all optimizers. `Values` are the settings of its groups. */
export abstract class Optimizer<Values extends object = object> {
  readonly #handle: OptimizerHandle
  readonly #settings: Settings
  readonly #name: string
  readonly #defaults: Readonly<Record<string, unknown>>
  readonly #groups: ParamGroup<Values>[] = []

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
      setting.check(kind, this.#defaults[name])
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
  }

  /** The groups; their settings can be read and written. */
  get paramGroups(): readonly ParamGroup<Values>[] {
    return this.#groups
  }

  /** Adds a group; settings it does not name are the optimizer's own. */
  addParamGroup(group: GroupInput<Values>): void {
    const where = `${this.#name}.addParamGroup`
    const names = Object.keys(this.#settings)
    const input = checkOptions(where, group, ['params', ...names] as never[])
    const params = asTensors(where, input.params)
    const values: Record<string, number> = {}
    for (const [name, setting] of Object.entries(this.#settings)) {
      const given: unknown = (input as Record<string, unknown>)[name]
      const value = given === undefined ? this.#defaults[name] : given
      setting.check(where, value)
      values[setting.python] = Number(value)
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
    const handle = this.#handle
    const view = { params: Object.freeze(params) }
    for (const [name, setting] of Object.entries(this.#settings)) {
      Object.defineProperty(view, name, {
        enumerable: true,
        get: () => {
          const value = native.groupValue(handle, index, setting.python)
          return setting.kind === 'flag' ? value !== 0 : value
        },
        set: (value: unknown) => {
          setting.check(`paramGroups[${index}]`, value)
          native.setGroupValue(handle, index, setting.python, Number(value))
        },
      })
    }
    return Object.seal(view) as ParamGroup<Values>
  }

  /** Updates every parameter that has a gradient. */
  step(): void {
    native.stepOptimizer(this.#handle)
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

  /** Settings and per-parameter tensors, in PyTorch's format. The tensors are the live ones, not copies. */
  stateDict(): OptimizerStateDict {
    const state: OptimizerStateDict['state'] = new Map()
    const groups: OptimizerStateDict['param_groups'] = []
    let position = 0
    this.#groups.forEach((group, index) => {
      const positions: number[] = []
      for (const param of group.params) {
        const tensors = native.optimizerState(this.#handle, handleOf('stateDict', 'param', param))
        if (tensors.length > 0) {
          state.set(
            position,
            Object.fromEntries(tensors.map(([name, handle]) => [name, access.wrap(handle)])),
          )
        }
        positions.push(position++)
      }
      groups.push({ ...this.#groupValues(index), params: positions })
    })
    return { state, param_groups: groups }
  }

  #groupValues(index: number): Record<string, number | boolean | null> {
    const flags = new Set(
      Object.values(this.#settings)
        .filter((setting) => setting.kind === 'flag')
        .map((setting) => setting.python),
    )
    const values: Record<string, number | boolean | null> = {}
    for (const name of native.groupNames(this.#handle, index)) {
      const value = native.groupValue(this.#handle, index, name) as number
      values[name] = flags.has(name) ? value !== 0 : value
    }
    return { ...values, foreach: null, differentiable: false, fused: null }
  }

  /**
   * Takes over a state that {@link stateDict} of an optimizer with groups of the same sizes has given, PyTorch's
   * included. Tensors are copied to the parameters' dtype and device.
   */
  loadStateDict(stateDict: OptimizerStateDict): void {
    const where = `${this.#name}.loadStateDict`
    const { state, param_groups: groups } = checkStateDict(where, stateDict)
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
    groups.forEach((group, index) => {
      for (const [name, setting] of Object.entries(this.#settings)) {
        const value = group.values[setting.python]
        if (value !== undefined) {
          setting.check(`${where}: ${name}`, setting.kind === 'flag' ? value !== 0 : value)
        }
      }
      group.params.forEach((position, i) => {
        const param = this.#groups[index]?.params[i] as Tensor
        for (const [name, tensor] of Object.entries(state.get(position) ?? {})) {
          if (tensor.dim() > 0 && String(tensor.shape) !== String(param.shape)) {
            throw new TorchError(
              `${where}: ${name} of parameter ${position} has shape [${tensor.shape}], ` +
                `the parameter [${param.shape}]`,
            )
          }
        }
      })
    })
    native.clearOptimizerState(this.#handle)
    groups.forEach((group, index) => {
      for (const [name, value] of Object.entries(group.values)) {
        native.setGroupValue(this.#handle, index, name, value)
      }
      group.params.forEach((position, i) => {
        const param = this.#groups[index]?.params[i] as Tensor
        for (const [name, tensor] of Object.entries(state.get(position) ?? {})) {
          native.setOptimizerState(
            this.#handle,
            handleOf(where, 'param', param),
            name,
            handleOf(where, name, tensor.detach().to(param).clone()),
          )
        }
      })
    })
  }

  /** The settings as PyTorch prints them. */
  toString(): string {
    const groups = this.#groups.map((_, index) => {
      const lines = Object.entries(this.#groupValues(index))
        .filter(([name]) => !(PYTHON_ONLY as readonly string[]).includes(name))
        .map(([name, value]) => `    ${name}: ${String(value)}`)
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

interface CheckedStateDict {
  state: ReadonlyMap<number, Record<string, Tensor>>
  param_groups: { params: number[]; values: Record<string, number> }[]
}

/** Accepts a state dict with Maps or plain objects at any level: files give Maps. */
function checkStateDict(where: string, stateDict: unknown): CheckedStateDict {
  const { state, param_groups } = plain(where, 'stateDict', stateDict)
  if (!Array.isArray(param_groups)) fail(where, 'param_groups', 'an array', param_groups)
  const byPosition = new Map<number, Record<string, Tensor>>()
  const entries = state instanceof Map ? [...state] : Object.entries(plain(where, 'state', state))
  for (const [position, tensors] of entries) {
    const record = plain(where, `state[${String(position)}]`, tensors)
    for (const [name, tensor] of Object.entries(record)) {
      // PyTorch writes None for a momentum that has not begun.
      if (tensor === null) delete record[name]
      else if (!(tensor instanceof Tensor)) fail(where, `state.${name}`, 'a Tensor', tensor)
    }
    byPosition.set(Number(position), record as Record<string, Tensor>)
  }
  const groups = param_groups.map((group: unknown) => {
    const { params, ...settings } = plain(where, 'param_groups', group)
    if (!Array.isArray(params)) fail(where, 'param_groups.params', 'an array', params)
    const values: Record<string, number> = {}
    for (const [name, value] of Object.entries(settings)) {
      if ((PYTHON_ONLY as readonly string[]).includes(name)) continue
      if (typeof value === 'number' || typeof value === 'boolean') values[name] = Number(value)
    }
    return { params: params.map(Number), values }
  })
  return { state: byPosition, param_groups: groups }
}

function plain(where: string, param: string, value: unknown): Record<string, unknown> {
  if (value instanceof Map) return Object.fromEntries(value)
  if (typeof value !== 'object' || value === null) fail(where, param, 'an object or a Map', value)
  return { ...value }
}
