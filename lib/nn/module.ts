// nn.Module: the base of every layer, and the node of libtorch's own module tree that stands behind it.

import { noGradSync } from '../autograd/modes.js'
import { checkOptions, fail, show } from '../check.js'
import { TorchError } from '../errors.js'
import { type ModuleHandle, native, onForward, type TensorHandle } from '../native.js'
import { DEVICE_EXPECTED, deviceName } from '../torch/device.js'
import { Parameter, Tensor } from '../torch/tensor.js'
import { access, handleOf } from '../torch/tensor-access.js'
import { type DeviceLike, DTYPE_NUMBERS, type DType } from '../torch/types.js'
import { Callable } from './callable.js'
import { formatModule } from './print.js'

/** Names and values of parameters and persistent buffers, in PyTorch's order. */
export type StateDict = Map<string, Tensor>

/** What {@link Module.loadStateDict} found. */
export interface LoadReport {
  /** Names that the module has and the state dict has not. */
  missingKeys: string[]
  /** Names that the state dict has and the module has not. */
  unexpectedKeys: string[]
}

/** Options of {@link Module.to}. */
export interface ModuleToOptions {
  device?: DeviceLike
  /** Floating-point dtype; integer buffers keep theirs. */
  dtype?: DType
}

/** A module from one tensor to one tensor, which is what containers hold. */
export type TensorModule = Module & { forward(input: Tensor): Tensor; (input: Tensor): Tensor }

interface Members {
  handle: ModuleHandle
  children: Map<string, Module>
  parameters: Map<string, Parameter | null>
  buffers: Map<string, Tensor | null>
  transient: Set<string>
}

/** The members of a module; undefined for anything else. The class, which alone can look, sets it. */
let membersOf: (value: unknown) => Members | undefined

/** State-dict names that older files lack: BatchNorm counted no batches before PyTorch 0.4.1. */
const isOptionalKey = (name: string): boolean => /(^|\.)num_batches_tracked$/.test(name)

export interface Module {
  /** Runs {@link Module.forward}. */
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
export class Module extends Callable {
  readonly #members: Members

  /** @internal `handle` is given by the views of native modules only. */
  constructor(handle?: ModuleHandle) {
    super(runForward, watcher)
    this.#members = {
      handle: handle ?? native.createScriptModule(this),
      children: new Map(),
      parameters: new Map(),
      buffers: new Map(),
      transient: new Set(),
    }
  }

  static {
    membersOf = (value) =>
      typeof value === 'function' && #members in value ? (value as Module).#members : undefined
  }

  /** Computes the module's output. Every subclass defines it, with inputs and outputs of its own. */
  forward(..._inputs: never[]): unknown {
    throw new TorchError(`${this.constructor.name}: forward is not defined`)
  }

  /** Whether the module is in training mode, which dropout and batch normalization heed. */
  get training(): boolean {
    return native.isTraining(this.#members.handle)
  }

  /** Switches to training mode (or, with false, to evaluation), children included; returns the module. */
  train(mode = true): this {
    if (typeof mode !== 'boolean') fail('train', 'mode', 'a boolean', mode)
    native.setTraining(this.#members.handle, mode)
    return this
  }

  /** Switches to evaluation mode; returns the module. */
  eval(): this {
    return this.train(false)
  }

  /** Direct children with their names. */
  namedChildren(): [name: string, module: Module][] {
    return [...this.#members.children]
  }

  /** Direct children. */
  children(): Module[] {
    return [...this.#members.children.values()]
  }

  /** This module (named '') and all below it, each once, parents first, with dotted names. */
  namedModules(): [name: string, module: Module][] {
    const seen = new Set<Module>()
    const found: [string, Module][] = []
    const visit = (name: string, module: Module): void => {
      if (seen.has(module)) return
      seen.add(module)
      found.push([name, module])
      for (const [child, value] of module.#members.children) visit(join(name, child), value)
    }
    visit('', this)
    return found
  }

  /** This module and all below it. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module)
  }

  /** Parameters of this module and all below it, each once, with dotted names. */
  namedParameters(): [name: string, parameter: Parameter][] {
    return this.#tensors((members) => members.parameters)
  }

  /** Parameters of this module and all below it: what an optimizer takes. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter)
  }

  /** Buffers (tensors that are state but not trained) of this module and all below it, with dotted names. */
  namedBuffers(): [name: string, buffer: Tensor][] {
    return this.#tensors((members) => members.buffers)
  }

  /** Buffers of this module and all below it. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer)
  }

  #tensors<T extends Tensor>(of: (members: Members) => Map<string, T | null>): [string, T][] {
    const seen = new Set<T>()
    const found: [string, T][] = []
    for (const [prefix, module] of this.namedModules()) {
      for (const [name, tensor] of of(module.#members)) {
        if (tensor === null || seen.has(tensor)) continue
        seen.add(tensor)
        found.push([join(prefix, name), tensor])
      }
    }
    return found
  }

  /** The module below this one with a dotted name, `'layer1.0.conv1'`. */
  getSubmodule(name: string): Module {
    let module: Module = this
    for (const part of name === '' ? [] : name.split('.')) {
      const child = module.#members.children.get(part)
      if (child === undefined) fail('getSubmodule', 'name', 'the name of a module', name)
      module = child
    }
    return module
  }

  /**
   * Makes a tensor part of the module's state without training it. Also sets it as a property.
   *
   * @param persistent whether it belongs to the state dict
   */
  registerBuffer(name: string, tensor: Tensor | null, { persistent = true } = {}): void {
    const members = this.#members
    if (name in this) {
      throw new TypeError(`registerBuffer: the module already has a property named ${show(name)}`)
    }
    native.setBuffer(
      members.handle,
      name,
      tensor === null ? null : handleOf('registerBuffer', 'tensor', tensor),
    )
    members.buffers.set(name, tensor)
    if (!persistent) members.transient.add(name)
    keep(tensor)
    defineMember(this, name, tensor)
  }

  /** Calls `fn` with each module of the tree, children first; returns this module. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.#members.children.values()) child.apply(fn)
    fn(this)
    return this
  }

  /**
   * Moves parameters and buffers to a device, or changes their floating-point dtype. In place: the tensors keep their
   * identity, so that an optimizer made before the move stays right. Returns the module.
   */
  to(target: DeviceLike | DType | ModuleToOptions): this {
    const { device, dtype } = moveTarget(target)
    native.moduleTo(this.#members.handle, device, dtype)
    access.reshaped()
    return this
  }

  /** Whether autograd records what is done with the parameters; false freezes them. Returns the module. */
  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(value)
    return this
  }

  /** Forgets the parameters' gradients. PyTorch's `zero_grad(set_to_none=True)`. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null
  }

  /** Parameters and persistent buffers by dotted name, as aliases outside the graph, in PyTorch's order. */
  stateDict(): StateDict {
    const state: StateDict = new Map()
    for (const [name, tensor] of this.#state()) state.set(name, tensor.detach())
    return state
  }

  #state(prefix = '', state = new Map<string, Tensor>()): Map<string, Tensor> {
    const { parameters, buffers, transient, children } = this.#members
    for (const [name, tensor] of parameters) {
      if (tensor !== null) state.set(join(prefix, name), tensor)
    }
    for (const [name, tensor] of buffers) {
      if (tensor !== null && !transient.has(name)) state.set(join(prefix, name), tensor)
    }
    for (const [name, child] of children) child.#state(join(prefix, name), state)
    return state
  }

  /**
   * Copies values into parameters and buffers. Nothing is changed unless everything fits.
   *
   * @param strict whether missing and unexpected names are errors; shapes must always agree. `num_batches_tracked`
   *   may be missing: files made before PyTorch 0.4.1, and torchvision's, lack it
   * @returns the missing and unexpected names
   * @throws TorchError that lists what does not fit
   */
  loadStateDict(
    stateDict: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
    options?: { strict?: boolean },
  ): LoadReport {
    const where = 'loadStateDict'
    const { strict = true } = checkOptions(where, options, ['strict'])
    const given = asMap(where, stateDict)
    const own = this.#state()
    const report: LoadReport = {
      missingKeys: [...own.keys()].filter((name) => !given.has(name) && !isOptionalKey(name)),
      unexpectedKeys: [...given.keys()].filter((name) => !own.has(name)),
    }
    const problems: string[] = []
    if (strict) {
      problems.push(...list('missing', report.missingKeys))
      problems.push(...list('unexpected', report.unexpectedKeys))
    }
    for (const [name, tensor] of own) {
      const source = given.get(name)
      if (source === undefined) continue
      if (String(source.shape) !== String(tensor.shape)) {
        problems.push(`${name} has shape [${source.shape}] there and [${tensor.shape}] here`)
      } else if (source.dtype.startsWith('complex') && !tensor.dtype.startsWith('complex')) {
        problems.push(`${name} is ${source.dtype} there and ${tensor.dtype} here`)
      }
    }
    if (problems.length > 0) {
      throw new TorchError(
        `${where}: the state dict does not fit ${this.constructor.name}: ${problems.join('; ')}`,
      )
    }
    noGradSync(() => {
      // All conversions before the first change, since each of them may fail.
      const values = [...own].flatMap(([name, tensor]) => {
        const source = given.get(name)
        return source === undefined ? [] : [{ tensor, value: source.to(tensor) }]
      })
      for (const { tensor, value } of values) tensor.copy_(value)
    })
    return report
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

/** The native node behind a module, or a TypeError that names the argument. */
export function moduleHandle(where: string, param: string, value: unknown): ModuleHandle {
  return membersOf(value)?.handle ?? fail(where, param, 'a module', value)
}

/** Registers what a native module already has, as properties of its view. */
export function adopt(view: Module, children: [string, Module][]): void {
  const members = membersOf(view) as Members
  for (const [name, handle] of native.moduleParameters(members.handle)) {
    const parameter = handle === null ? null : access.wrapParameter(handle)
    members.parameters.set(name, parameter)
    keep(parameter)
    defineMember(view, name, parameter)
  }
  for (const [name, handle] of native.moduleBuffers(members.handle)) {
    const buffer = handle === null ? null : access.wrap(handle)
    members.buffers.set(name, buffer)
    keep(buffer)
    defineMember(view, name, buffer)
  }
  for (const [name, child] of children) {
    members.children.set(name, child)
    defineMember(view, name, child)
  }
}

/** Sets a property under the member's own name, which is that of the state dict: `running_mean`. */
function defineMember(module: Module, name: string, value: unknown): void {
  Object.defineProperty(module, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: true,
  })
}

/** A tensor that belongs to a module is not freed by the scope it was made in. */
function keep(tensor: Tensor | null): void {
  if (tensor !== null) native.keepTensor(access.handleOf(tensor) as TensorHandle)
}

const join = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}.${name}`)

function runForward(self: object, inputs: unknown[]): unknown {
  return (self as Module).forward(...(inputs as never[]))
}

/** Keeps the native tree in step with the properties. */
const watcher = {
  set(self: object, name: string, value: unknown): void {
    const members = membersOf(self)
    if (members === undefined) return // the constructor of Module is still running
    const { handle, children, parameters, buffers } = members
    if (value instanceof Parameter || membersOf(value) !== undefined) {
      if (Object.hasOwn(Module.prototype, name)) {
        throw new TypeError(
          `a module cannot have a member named '${name}': it has a method of that name`,
        )
      }
    }
    if (value instanceof Parameter) {
      if (parameters.get(name) === value) return
      if (!parameters.has(name)) forget(members, name)
      native.setParameter(handle, name, handleOf(name, name, value))
      parameters.set(name, value)
      keep(value)
    } else if (membersOf(value) !== undefined) {
      if (children.get(name) === value) return
      if (!children.has(name)) forget(members, name)
      native.setChild(handle, name, moduleHandle(name, name, value))
      children.set(name, value as Module)
    } else if (parameters.has(name)) {
      if (parameters.get(name) === value) return
      if (value !== null)
        fail('Module', `the parameter '${name}'`, 'nn.parameter(…) or null', value)
      native.setParameter(handle, name, null)
      parameters.set(name, null)
    } else if (buffers.has(name)) {
      if (buffers.get(name) === value) return
      if (value !== null && !(value instanceof Tensor)) {
        fail('Module', `the buffer '${name}'`, 'a Tensor or null', value)
      }
      native.setBuffer(handle, name, value === null ? null : handleOf('Module', name, value))
      buffers.set(name, value)
      keep(value)
    } else {
      forget(members, name)
    }
  },
  remove(self: object, name: string): void {
    const members = membersOf(self)
    if (members !== undefined) forget(members, name)
  },
}

/** Unregisters whatever has the name. */
function forget({ handle, children, parameters, buffers, transient }: Members, name: string): void {
  // Native first: it may refuse.
  if (children.has(name)) native.removeChild(handle, name)
  if (parameters.has(name)) native.removeParameter(handle, name)
  if (buffers.has(name)) native.removeBuffer(handle, name)
  children.delete(name)
  parameters.delete(name)
  buffers.delete(name)
  transient.delete(name)
}

function moveTarget(target: unknown): { device: string | null; dtype: number | null } {
  const options: ModuleToOptions =
    typeof target === 'string'
      ? DTYPE_NUMBERS.has(target)
        ? { dtype: target as DType }
        : { device: target as DeviceLike }
      : typeof target === 'number'
        ? { device: target }
        : checkOptions('Module.to', target as ModuleToOptions, ['device', 'dtype'])
  const { device, dtype } = options
  if (dtype !== undefined && !(DTYPE_NUMBERS.has(dtype) && /float|complex/.test(dtype))) {
    fail('Module.to', 'dtype', 'a floating-point or complex dtype', dtype)
  }
  return {
    device:
      device === undefined
        ? null
        : (deviceName(device) ?? fail('Module.to', 'device', DEVICE_EXPECTED, device)),
    dtype: dtype === undefined ? null : (DTYPE_NUMBERS.get(dtype) as number),
  }
}

function asMap(where: string, stateDict: unknown): ReadonlyMap<string, Tensor> {
  const map =
    stateDict instanceof Map
      ? stateDict
      : typeof stateDict === 'object' && stateDict !== null
        ? new Map(Object.entries(stateDict))
        : fail(where, 'stateDict', 'a Map or an object of tensors', stateDict)
  for (const [name, value] of map) {
    if (access.handleOf(value) === undefined) fail(where, `the entry ${name}`, 'a Tensor', value)
  }
  return map
}

/** A few of many names, for a message. */
function list(word: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const shown = names.slice(0, 8).join(', ')
  return [
    `${names.length} ${word}: ${shown}${names.length > 8 ? `, … (${names.length - 8} more)` : ''}`,
  ]
}

onForward((module, handles) => {
  const output = (module as Module).forward(
    ...(handles.map((handle) => access.wrap(handle)) as never[]),
  )
  return handleOf(`${module.constructor.name}.forward`, 'its result', output)
})
