// nn.Module: the base of every layer, and the node of libtorch's own module tree that stands behind it.

import type { RemovableHandle } from '../autograd/removable-handle.js'
import { checkBoolean, checkOptions } from '../check.js'
import { TorchError } from '../errors.js'
import { native } from '../native.js'
import type { Tensor } from '../torch/tensor.js'
import type { DeviceLike, DType } from '../torch/types.js'
import { callAsync } from './call-async.js'
import {
  addCallHook,
  addForwardHook,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardPreHook,
  type FullBackwardHook,
  type FullBackwardPreHook,
  type HookOptions,
} from './hooks.js'
import { ownMembers } from './members.js'
import { ModuleTree } from './module-tree.js'
import { castModule, emptyModule, type ModuleToOptions, moveModule } from './moving.js'
import { formatModule } from './print.js'
import {
  addStateHook,
  type LoadOptions,
  loadStateDict,
  type StateDictOptions,
  stateDict,
} from './state-dict.js'
import type {
  LoadPostHook,
  LoadPreHook,
  LoadReport,
  StateDict,
  StatePostHook,
  StatePreHook,
} from './state-hooks.js'

export { adopt } from './adopt.js'
export { moduleHandle } from './members.js'
export type { LoadReport, ModuleToOptions, StateDict }

/** A module from one tensor to one tensor, which is what containers hold. */
export type TensorModule = Module & { forward(input: Tensor): Tensor; (input: Tensor): Tensor }

/** Set by lib/nn/clone.ts, which knows the views of native modules. */
let copy: (module: Module) => Module

export function onClone(fn: (module: Module) => Module): void {
  copy = fn
}

export interface Module {
  /** Runs {@link Module.forward}, and the hooks around it. */
  // biome-ignore lint/style/useShorthandFunctionType: merged with the class
  (...inputs: Parameters<this['forward']>): ReturnType<this['forward']>
}

/**
 * Base class of all neural network modules, libtorch's `torch::nn::Module`.
 *
 * Subclasses set layers as properties and define `forward`; an instance is called like a function. Assigning a
 * module, a parameter or (to a registered name) a buffer registers it, and replaces what had the name before.
 *
 * @example
 * class Net extends nn.Module {
 *   fc = nn.linear(4, 2)
 *   forward(x: Tensor) { return this.fc(x).relu() }
 * }
 * const y = new Net()(x)
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds the call signature
export class Module extends ModuleTree {
  /** Computes the module's output. Every subclass defines it, with inputs and outputs of its own. */
  forward(..._inputs: never[]): unknown {
    throw new TorchError(`${this.constructor.name}: forward is not defined`)
  }

  /**
   * Calls the module off the JS thread: timers and requests are served meanwhile. Calls run one after the other, in
   * order. Where the tree holds a module written in TypeScript, hooks or the like, the call runs on this thread when its
   * turn comes, with the same result. The inputs are held from the call on: they may be disposed meanwhile.
   *
   * Until the promise settles, the module is in use: its members, its mode and its parameters' gradients cannot be
   * changed, and values written into its parameters meanwhile may or may not be seen.
   *
   * @returns what the call would return
   * @throws (by rejection) what the call would throw
   */
  callAsync(...inputs: Parameters<this['forward']>): Promise<Awaited<ReturnType<this['forward']>>> {
    return callAsync(this, inputs) as Promise<Awaited<ReturnType<this['forward']>>>
  }

  /** Whether this module is in training mode, which dropout and batch normalization heed. Setting it leaves others. */
  get training(): boolean {
    return native.isTraining(ownMembers(this).handle)
  }

  set training(mode: boolean) {
    checkBoolean('Module', 'training', mode)
    native.setTraining(ownMembers(this).handle, mode)
  }

  /** Switches to training mode (or, with false, to evaluation), children included; returns the module. */
  train(mode = true): this {
    checkBoolean('train', 'mode', mode)
    this.training = mode
    for (const child of this.children()) child.train(mode)
    return this
  }

  /** Switches to evaluation mode; returns the module. */
  eval(): this {
    return this.train(false)
  }

  /**
   * Moves parameters and buffers to a device, or changes their floating-point dtype or memory format. In place: the
   * tensors keep their identity, so that an optimizer made before the move stays right. Only to `'meta'` new ones,
   * without memory, take their place. Returns the module.
   *
   * @param target a device, a dtype, a tensor that has both, or `{ device, dtype, memoryFormat }`
   */
  to(target: DeviceLike | DType | Tensor | ModuleToOptions): this {
    moveModule(this, target)
    return this
  }

  /** Moves parameters and buffers to the CPU; returns the module. */
  cpu(): this {
    return this.to('cpu')
  }

  /** Moves parameters and buffers to a GPU, the first unless said otherwise; returns the module. */
  cuda(device: DeviceLike = 'cuda'): this {
    return this.to({ device })
  }

  /** Makes floating-point parameters and buffers float32; returns the module. */
  float(): this {
    castModule(this, 'float32')
    return this
  }

  /** Makes floating-point parameters and buffers float64; returns the module. */
  double(): this {
    castModule(this, 'float64')
    return this
  }

  /** Makes floating-point parameters and buffers float16; returns the module. */
  half(): this {
    castModule(this, 'float16')
    return this
  }

  /** Makes floating-point parameters and buffers bfloat16; returns the module. */
  bfloat16(): this {
    castModule(this, 'bfloat16')
    return this
  }

  /**
   * Moves the module to a device without its values, which are undefined afterwards: what gives memory to a module
   * made on `'meta'`. Returns the module. PyTorch's `to_empty`.
   */
  toEmpty(options: { device: DeviceLike }): this {
    emptyModule(this, options)
    return this
  }

  /** Whether autograd records what is done with the parameters; false freezes them. Returns the module. */
  requiresGrad_(value = true): this {
    checkBoolean('requiresGrad_', 'value', value)
    for (const parameter of this.parameters()) parameter.requiresGrad_(value)
    return this
  }

  /**
   * Forgets the parameters' gradients, or with `setToNone: false` fills them with zeros.
   * PyTorch's `zero_grad`.
   */
  zeroGrad(options?: { setToNone?: boolean }): void {
    const { setToNone = true } = checkOptions('zeroGrad', options, ['setToNone'])
    checkBoolean('zeroGrad', 'setToNone', setToNone)
    for (const parameter of this.parameters()) {
      if (setToNone) parameter.grad = null
      else if (parameter.grad !== null) parameter.grad = parameter.grad.detach().zero_()
    }
  }

  /**
   * A copy that shares no memory with this module: modules, parameters, buffers, hooks, modes and plain values. What is
   * shared within the module is shared within the copy. Gradients are not copied; functions, and objects of other
   * classes than Module, Tensor, Array, Map, Set and Date, are the same in both. PyTorch's `copy.deepcopy(module)`.
   *
   * @throws TypeError for a class with `#private` fields, which only its constructor could make: give it a `clone()`
   *   of its own, which the copy of a module around it uses too
   */
  clone(): this {
    return copy(this) as this
  }

  /**
   * Parameters and persistent buffers by dotted name, as aliases outside the graph, in PyTorch's order.
   *
   * @param options `prefix` for the names, `keepVars` for the tensors themselves, `destination` for a map to fill
   */
  stateDict(options?: StateDictOptions): StateDict {
    return stateDict(this, options)
  }

  /**
   * Copies values into parameters and buffers, or with `assign` puts the given tensors in their place. Nothing is
   * changed unless everything fits (with post-hooks, which may forgive missing names, unless the shapes fit).
   *
   * @param options `strict`: whether missing and unexpected names are errors, true unless said otherwise; shapes must
   *   always agree. `num_batches_tracked` may be missing: files made before PyTorch 0.4.1, and torchvision's, lack it
   * @returns the missing and unexpected names
   * @throws TorchError that lists all that does not fit
   */
  loadStateDict(
    stateDict: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
    options?: LoadOptions,
  ): LoadReport {
    return loadStateDict(this, stateDict, options)
  }

  /**
   * Runs `hook(module, inputs)` before forward whenever the module is called (not when `forward` itself is), also where
   * a native module calls it. What it returns, an array or a single input, takes the place of the inputs.
   *
   * @param options `prepend`: before the hooks there are
   * @returns its `remove()` ends the hook. PyTorch's `register_forward_pre_hook`
   */
  registerForwardPreHook<Inputs extends unknown[] = Parameters<this['forward']>>(
    hook: ForwardPreHook<this, Inputs>,
    options?: HookOptions,
  ): RemovableHandle {
    return addCallHook(this, 'registerForwardPreHook', 'forwardPre', hook, options)
  }

  /**
   * Runs `hook(module, inputs, output)` after forward whenever the module is called. What it returns takes the place of
   * the output.
   *
   * @param options `prepend`: before the hooks there are; `alwaysCall`: also if forward throws
   * @returns its `remove()` ends the hook. PyTorch's `register_forward_hook`
   */
  registerForwardHook<
    Inputs extends unknown[] = Parameters<this['forward']>,
    Output = ReturnType<this['forward']>,
  >(hook: ForwardHook<this, Inputs, Output>, options?: ForwardHookOptions): RemovableHandle {
    return addForwardHook(this, hook, options)
  }

  /**
   * Runs `hook(module, gradInput, gradOutput)` whenever a backward has passed the module, both being arrays with a
   * gradient for each input and output of forward, null for what is no tensor. What it returns takes the place of the
   * gradients of the inputs. Where no input requires grad it runs with those of the outputs alone.
   *
   * Inputs and outputs must not be changed in place, as by `nn.relu({ inplace: true })` after the module. A module with
   * backward hooks should not keep its own outputs, see {@link customFunction}.
   *
   * @param options `prepend`: before the hooks there are
   * @returns its `remove()` ends the hook. PyTorch's `register_full_backward_hook`
   */
  registerFullBackwardHook(hook: FullBackwardHook<this>, options?: HookOptions): RemovableHandle {
    return addCallHook(this, 'registerFullBackwardHook', 'backward', hook, options)
  }

  /**
   * Runs `hook(module, gradOutput)` whenever a backward comes to the module. What it returns takes the place of the
   * gradients of the outputs.
   *
   * @param options `prepend`: before the hooks there are
   * @returns its `remove()` ends the hook. PyTorch's `register_full_backward_pre_hook`
   */
  registerFullBackwardPreHook(
    hook: FullBackwardPreHook<this>,
    options?: HookOptions,
  ): RemovableHandle {
    return addCallHook(this, 'registerFullBackwardPreHook', 'backwardPre', hook, options)
  }

  /** Runs `hook(module, prefix, keepVars)` before {@link stateDict} collects the module's own entries. */
  registerStateDictPreHook(hook: StatePreHook<this>): RemovableHandle {
    return addStateHook(this, 'registerStateDictPreHook', 'statePre', hook)
  }

  /** Runs `hook(module, stateDict, prefix)` when {@link stateDict} has the module's entries, and may change them. */
  registerStateDictPostHook(hook: StatePostHook<this>): RemovableHandle {
    return addStateHook(this, 'registerStateDictPostHook', 'statePost', hook)
  }

  /**
   * Runs `hook(module, stateDict, prefix, context)` before {@link loadStateDict} looks up the module's own names: to
   * rename entries of older files, say. The state dict is a copy.
   */
  registerLoadStateDictPreHook(hook: LoadPreHook<this>): RemovableHandle {
    return addStateHook(this, 'registerLoadStateDictPreHook', 'loadPre', hook)
  }

  /** Runs `hook(module, report)` after {@link loadStateDict}; a name it takes out of the report is no error. */
  registerLoadStateDictPostHook(hook: LoadPostHook<this>): RemovableHandle {
    return addStateHook(this, 'registerLoadStateDictPostHook', 'loadPost', hook)
  }

  /** What {@link toString} prints between the parentheses: the layer's settings. */
  extraRepr(): string {
    return ''
  }

  /** The tree as PyTorch prints it. */
  override toString(): string {
    return formatModule(this)
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
