// Base of the optimizers: typed views of a native one, which holds the numbers and does the arithmetic.

import { enableGradSync } from '../autograd/modes.js'
import type { RemovableHandle } from '../autograd/removable-handle.js'
import { checkFunction, checkNumber, checkOptions, fail, isThenable } from '../check.js'
import { TorchError } from '../errors.js'
import { native, type OptimizerHandle, type TensorHandle } from '../native.js'
import { tensor } from '../torch/create.js'
import { Tensor } from '../torch/tensor.js'
import { access, handleOf } from '../torch/tensor-access.js'
import { Group, type ParamGroup } from './group.js'
import { asGroups, type GroupInput, groupParams, type ParamsInput } from './group-input.js'
import {
  addHook,
  type OptimizerHook,
  OptimizerHooks,
  type StateDictHook,
  type StateDictHookOptions,
  type StepArguments,
  type StepPostHook,
  type StepPreHook,
} from './hooks.js'
import { optionNames, type Settings, withoutTensors } from './settings.js'
import {
  castState,
  checkStateDict,
  type OptimizerStateDict,
  type StateRecord,
  type StateValue,
  shallowCopy,
} from './state.js'

export type { ParamGroup } from './group.js'
export type { GroupInput, NamedParam, ParamsInput } from './group-input.js'

/** The native side of an optimizer, or a TypeError. The class, which alone can look, sets it. */
export let optimizerHandle: (where: string, value: unknown) => OptimizerHandle

/** Whether an optimizer has made a step: schedulers warn if they come first. */
export let hasStepped: (optimizer: Optimizer) => boolean

/** Notes a step, without hooks, that was made elsewhere than in `step`. */
export let noteStep: (optimizer: Optimizer) => void

/** Whether a step of the optimizer is its native part alone, without hooks and methods that a subclass has replaced. */
export let stepsNatively: (optimizer: Optimizer) => boolean

/** A step by kernels that take the scale of the gradients, and do nothing if one is infinite or NaN. */
export let stepScaled: (
  optimizer: Optimizer,
  scale: TensorHandle | null,
  foundInf: TensorHandle,
) => void

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
  readonly #groups: Group[] = []
  readonly #views: ParamGroup<Values>[] = []
  readonly #hooks = new OptimizerHooks()
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
    this.#defaults = Object.fromEntries(
      Object.entries(defaults).map(([name, value]) => [name, withoutTensors(kind, name, value)]),
    )
    for (const [name, setting] of Object.entries(settings)) {
      setting.check(kind, name, this.#defaults[name])
    }
    for (const group of asGroups<Values>(kind, params)) this.addParamGroup(group)
  }

  static {
    optimizerHandle = (where, value) =>
      typeof value === 'object' && value !== null && #handle in value
        ? (value as Optimizer).#handle
        : fail(where, 'optimizer', 'an optimizer', value)
    hasStepped = (optimizer) => optimizer.#hasStepped
    noteStep = (optimizer) => {
      optimizer.#hasStepped = true
    }
    stepsNatively = (optimizer) => {
      const { step, update, zeroGrad } = Optimizer.prototype
      return (
        optimizer.step === step &&
        optimizer.update === update &&
        optimizer.zeroGrad === zeroGrad &&
        !optimizer.#hooks.watchSteps
      )
    }
    stepScaled = (optimizer, scale, foundInf) => {
      const args = optimizer.#begin([])
      native.stepOptimizer(optimizer.#handle, scale, foundInf)
      optimizer.#hooks.afterStep(optimizer, args)
    }
  }

  /** The groups; their settings can be read and written. */
  get paramGroups(): readonly ParamGroup<Values>[] {
    return this.#views
  }

  /** The settings that a group has where it does not say otherwise. */
  get defaults(): Readonly<Values> {
    return { ...this.#defaults } as Values
  }

  /**
   * Adds a group, such as layers that are no longer frozen; settings it does not name are the optimizer's own.
   *
   * @throws TypeError for what is no leaf, is in a group already, or has a name where the others have none
   */
  addParamGroup(group: GroupInput<Values>): void {
    const where = `${this.#name}.addParamGroup`
    const options = optionNames(this.#settings)
    const input = checkOptions(where, group, ['params', 'initialLr', ...options] as never[])
    const params = groupParams(where, input.params)
    const isNamed = params.names !== undefined
    if (this.#groups.some(({ names }) => (names !== undefined) !== isNamed)) {
      throw new TypeError(`${where}: expected names for the params of all groups or of none`)
    }
    const chosen: Record<string, unknown> = { ...this.#defaults }
    for (const name of options) {
      const given: unknown = (input as Record<string, unknown>)[name]
      if (given !== undefined) chosen[name] = withoutTensors(where, name, given)
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
      ...params.tensors.map((param) => handleOf(where, 'params', param)),
    )
    const added = new Group(this.#handle, this.#settings, this.#groups.length, params)
    this.#groups.push(added)
    this.#views.push(added.view())
  }

  /** Runs before each step: notes it, and lets hooks change its arguments. */
  #begin(args: StepArguments): StepArguments {
    this.#hasStepped = true
    return this.#hooks.beforeStep(`${this.#name}.step`, this, args)
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
    const args = this.#begin([closure])
    const result = this.update(args[0] as (() => T) | undefined)
    this.#hooks.afterStep(this, args)
    return result
  }

  /** The step itself. */
  protected update<T>(closure: (() => T) | undefined): T | undefined {
    const loss = closure === undefined ? undefined : this.evaluate(closure)
    native.stepOptimizer(this.#handle)
    return loss
  }

  /** Runs the closure of a step, with gradients on. */
  protected evaluate<T>(closure: () => T): T {
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

  /** Calls `hook(optimizer, args)` before each step; what it returns, if anything, are the arguments to go on with. */
  registerStepPreHook(hook: StepPreHook): RemovableHandle {
    return addHook('registerStepPreHook', this.#hooks.stepPre, hook)
  }

  /** Calls `hook(optimizer, args)` after each step. */
  registerStepPostHook(hook: StepPostHook): RemovableHandle {
    return addHook('registerStepPostHook', this.#hooks.stepPost, hook)
  }

  /** Calls `hook(optimizer)` before each {@link stateDict}. */
  registerStateDictPreHook(hook: OptimizerHook, options?: StateDictHookOptions): RemovableHandle {
    return addHook('registerStateDictPreHook', this.#hooks.stateDictPre, hook, options)
  }

  /** Calls `hook(optimizer, stateDict)` with each state dict, which it may change, or replace by what it returns. */
  registerStateDictPostHook(hook: StateDictHook, options?: StateDictHookOptions): RemovableHandle {
    return addHook('registerStateDictPostHook', this.#hooks.stateDictPost, hook, options)
  }

  /** Calls `hook(optimizer, stateDict)` with a copy of what is to be loaded, to change or replace it. */
  registerLoadStateDictPreHook(
    hook: StateDictHook,
    options?: StateDictHookOptions,
  ): RemovableHandle {
    return addHook('registerLoadStateDictPreHook', this.#hooks.loadPre, hook, options)
  }

  /** Calls `hook(optimizer)` after each {@link loadStateDict}. */
  registerLoadStateDictPostHook(
    hook: OptimizerHook,
    options?: StateDictHookOptions,
  ): RemovableHandle {
    return addHook('registerLoadStateDictPostHook', this.#hooks.loadPost, hook, options)
  }

  /** The state of each parameter that has one, by PyTorch's names. The tensors are the live ones. */
  get state(): Map<Tensor, Record<string, Value>> {
    const state = new Map<Tensor, Record<string, Value>>()
    for (const { params } of this.#groups) {
      for (const param of params) {
        const record = this.readState(param)
        if (Object.keys(record).length > 0) state.set(param, record)
      }
    }
    return state
  }

  /**
   * Settings and per-parameter state, in PyTorch's format: the same keys in the same order. The tensors are the live
   * ones, not copies.
   */
  stateDict(): OptimizerStateDict<Value> {
    for (const hook of this.#hooks.stateDictPre) hook(this)
    const state: OptimizerStateDict<Value>['state'] = new Map()
    const groups: OptimizerStateDict['param_groups'] = []
    const states = this.state
    let position = 0
    for (const group of this.#groups) {
      const positions: number[] = []
      for (const param of group.params) {
        const record = states.get(param)
        if (record !== undefined) state.set(position, record)
        positions.push(position++)
      }
      groups.push(group.save(positions))
    }
    const stateDict = { state, param_groups: groups }
    return OptimizerHooks.pass(
      this.#hooks.stateDictPost,
      this,
      stateDict,
    ) as OptimizerStateDict<Value>
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
    const given = OptimizerHooks.pass(this.#hooks.loadPre, this, shallowCopy(where, stateDict))
    const { state, groups } = checkStateDict(where, given)
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
    groups.forEach((saved, index) => {
      const group = this.#groups[index] as Group
      group.check(where, saved)
      saved.params.forEach((position, i) => {
        const param = group.params[i] as Tensor
        const record = state.get(position)
        if (record === undefined) return
        this.checkState(where, position, param, record)
        loaded.push([param, record])
      })
    })
    this.clearState()
    groups.forEach((saved, index) => {
      this.#groups[index]?.load(saved)
    })
    for (const [param, record] of loaded) {
      this.writeState(
        param,
        Object.fromEntries(
          Object.entries(record).map(([name, value]) => [name, castState(param, name, value)]),
        ),
      )
    }
    for (const hook of this.#hooks.loadPost) hook(this)
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
      const stored = value instanceof Tensor ? value : tensor(Number(value))
      native.setOptimizerState(
        this.#handle,
        handleOf('loadStateDict', 'param', param),
        name,
        handleOf('loadStateDict', name, stored),
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
    return `${this.#name} (\n${this.#groups.join('\n')}\n)`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
