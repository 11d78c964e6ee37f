// A TorchScript program with its weights, as a module like any other.

import { checkBoolean, checkOptions, checkString, fail, isPlainObject } from '../check.js'
import { writeAtomically } from '../checkpoint/atomic.js'
import { naming } from '../checkpoint/error.js'
import { type JitValue, type ModuleHandle, native } from '../native.js'
import { callModule } from '../nn/call-module.js'
import { adopt, Module, moduleHandle } from '../nn/module.js'
import type { Parameter } from '../nn/parameter.js'
import { runsNatively } from '../nn/run-in-js.js'
import { bindArguments, isKeywords } from '../torch/arguments.js'
import { camelCase } from '../torch/camel.js'
import { enqueue } from '../torch/compute.js'
import { Tensor } from '../torch/tensor.js'
import { handleOf } from '../torch/tensor-access.js'
import { lower, raise, type ScriptInput, type ScriptOutput } from './values.js'

/** Options of {@link ScriptModule.save}. */
export interface SaveOptions {
  /** Files that go into the archive beside the program, by name. */
  extraFiles?: Readonly<Record<string, string | Uint8Array>>
}

/**
 * A TorchScript program with its parameters and buffers, PyTorch's `torch.jit.ScriptModule`. Come from
 * `torch.jit.load` and `torch.jit.trace`.
 *
 * It is a module as others are: it is called, trained, moved, frozen, put into other modules; `stateDict` has Python's
 * names. Its submodules are ScriptModules too. What cannot be changed is the program.
 *
 * `Output` is what its forward gives, which the program decides and TypeScript cannot check; a tensor unless said
 * otherwise.
 *
 * @example
 * const model = await torch.jit.load<[boxes: Tensor, scores: Tensor]>('detector.pt')
 * const [boxes, scores] = model(image, 0.5, { maxDetections: 10 })
 */
export class ScriptModule<Output = Tensor> extends Module {
  /** Files that were in the archive beside the program, by name. */
  readonly extraFiles: ReadonlyMap<string, Uint8Array>

  /** @internal ScriptModules come from `torch.jit`. */
  constructor(handle: ModuleHandle, extraFiles: ReadonlyMap<string, Uint8Array> = new Map()) {
    super(handle)
    this.extraFiles = extraFiles
  }

  /** Name of the Python class that the program was made from. */
  get originalName(): string {
    return String(native.moduleOptions(handleOfScript(this)).originalName)
  }

  /**
   * Runs the program's forward. Arguments are given by position, or by name in a last plain object; a plain object
   * counts as an argument of its own where the program takes a dict or a named tuple there. Gradients flow through it.
   *
   * @throws TypeError that names the argument that does not fit; what the program raises: ValueError and IndexError as
   *   RangeError, TypeError, NotImplementedError, everything else as TorchError, with the lines of the program
   */
  override forward(...inputs: ScriptInput[]): Output {
    return this.runMethod<Output>('forward', ...inputs)
  }

  /**
   * Runs any method of the program, as {@link forward} does. libtorch's `run_method`.
   *
   * @example const codes = model.runMethod<Tensor>('encode', x)
   */
  runMethod<Result = ScriptOutput>(method: string, ...inputs: ScriptInput[]): Result {
    const handle = handleOfScript(this)
    checkString('runMethod', 'method', method)
    return raise(native.jitCall(handle, method, ...lowered(handle, method, inputs))) as Result
  }

  /** The call, off the JS thread: calls run one after the other, in order. With hooks it runs on the JS thread. */
  override callAsync(
    ...inputs: Parameters<this['forward']>
  ): Promise<Awaited<ReturnType<this['forward']>>> {
    return this.#enqueue(
      'forward',
      inputs,
      () => !runsNatively(this),
      (held) => callModule(this, held),
    ) as Promise<Awaited<ReturnType<this['forward']>>>
  }

  /** As {@link runMethod}, off the JS thread. */
  runMethodAsync<Result = ScriptOutput>(method: string, ...inputs: ScriptInput[]): Promise<Result> {
    const inJs = (held: unknown[]) => this.runMethod(method, ...(held as ScriptInput[]))
    return this.#enqueue(method, inputs, () => false, inJs) as Promise<Result>
  }

  async #enqueue(
    method: string,
    inputs: readonly unknown[],
    needsJs: () => boolean,
    inJs: (inputs: unknown[]) => unknown,
  ): Promise<unknown> {
    const handle = handleOfScript(this)
    checkString('runMethodAsync', 'method', method)
    const job = native.jitPrepare(handle, method, ...lowered(handle, method, inputs))
    const identity = (tensor: Tensor): number =>
      native.tensorIdentity(handleOf(method, 'argument', tensor))
    // As the arguments are now: the caller may dispose or change them.
    const identities = new Map<Tensor, number>()
    const given = inputs.map((input) =>
      mapTensors(input, (tensor) => {
        identities.set(tensor, identity(tensor))
        return tensor
      }),
    )
    return await enqueue<JitValue, unknown>({
      job,
      needsJs,
      finish: raise,
      inJs: (tensors) => {
        const held = new Map(tensors.map((tensor) => [identity(tensor), tensor]))
        const replace = (tensor: Tensor): Tensor =>
          held.get(identities.get(tensor) as number) ?? tensor
        return inJs(given.map((input) => mapTensors(input, replace)))
      },
    })
  }

  override get training(): boolean {
    return super.training
  }

  override set training(mode: boolean) {
    super.training = mode
    native.jitSetTraining(handleOfScript(this), mode)
  }

  /** Names of the program's methods. */
  methods(): string[] {
    return native.jitMethods(handleOfScript(this))
  }

  /** The declaration of a method: its arguments, with types and defaults, and its result. */
  schema(method = 'forward'): string {
    return native.jitSchema(handleOfScript(this), checkString('schema', 'method', method)).text
  }

  /** A method as TorchScript source. PyTorch's `module.code`. */
  code(method = 'forward'): string {
    return native.jitCode(handleOfScript(this), checkString('code', 'method', method))
  }

  /** The operators of a method as text, with the methods that it calls in their place if `inlined`. PyTorch's `module.graph`. */
  graph(method = 'forward', options?: { inlined?: boolean }): string {
    const { inlined = false } = checkOptions('graph', options, ['inlined'])
    checkString('graph', 'method', method)
    return native.jitGraph(handleOfScript(this), method, checkBoolean('graph', 'inlined', inlined))
  }

  /** Names of the program's attributes that are no tensors of its state and no modules: settings and constants. */
  attributes(): string[] {
    return native.jitAttributes(handleOfScript(this))
  }

  /** The value of an attribute, tensors included. */
  attribute(name: string): ScriptOutput {
    return raise(native.jitAttribute(handleOfScript(this), checkString('attribute', 'name', name)))
  }

  /**
   * Writes program and weights to a file that `torch.jit.load` reads, here, in Python and in C++. The file appears
   * whole or not at all.
   */
  async save(path: string, options?: SaveOptions): Promise<void> {
    checkString('save', 'path', path)
    const bytes = this.saveToBuffer(options)
    await naming('save', path, () => writeAtomically(path, (file) => file.write(bytes)))
  }

  /** What {@link save} writes, as bytes. */
  saveToBuffer(options?: SaveOptions): Uint8Array {
    const { extraFiles = {} } = checkOptions('save', options, ['extraFiles'])
    const files = Object.entries(extraFiles).flatMap(([name, content]) => {
      if (typeof content === 'string') return [name, Buffer.from(content)]
      if (content instanceof Uint8Array) return [name, content]
      return fail('save', `the extra file '${name}'`, 'a string or a Uint8Array', content)
    })
    return native.jitSave(handleOfScript(this), ...files)
  }

  override clone(): this {
    return view(native.jitCopy(handleOfScript(this)), this.extraFiles) as unknown as this
  }

  override extraRepr(): string {
    return `original_name=${this.originalName}`
  }
}

const handleOfScript = (module: unknown): ModuleHandle =>
  moduleHandle('ScriptModule', 'this', module)

/** The arguments of a call as native code takes them. */
const lowered = (handle: ModuleHandle, method: string, inputs: readonly unknown[]): JitValue[] =>
  bind(handle, method, inputs).map((value, i) => lower(method, `argument ${i}`, value))

/** A copy of an argument with other tensors. */
function mapTensors(value: unknown, replace: (tensor: Tensor) => Tensor): unknown {
  const inner = (element: unknown): unknown => mapTensors(element, replace)
  if (value instanceof Tensor) return replace(value)
  if (Array.isArray(value)) return value.map(inner)
  if (value instanceof Map) {
    return new Map(Array.from(value, ([key, element]) => [inner(key), inner(element)]))
  }
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, inner(element)]))
}

/** The arguments of a call in the method's order. */
function bind(
  handle: ModuleHandle,
  method: string,
  inputs: readonly unknown[],
): readonly unknown[] {
  const last = inputs.length - 1
  if (!isKeywords(inputs[last])) return inputs
  const { names, objects } = native.jitSchema(handle, method)
  if (objects[last] === true) return inputs
  const known = new Map(names.map((name) => [camelCase(name), name]))
  const keywords = Object.entries(inputs[last]).map(([name, value]) => [
    names.includes(name) ? name : (known.get(name) ?? name),
    value,
  ])
  const bound = bindArguments(
    method,
    [...inputs.slice(0, last), Object.fromEntries(keywords)],
    names,
  )
  return names.map((name) => bound[name])
}

/** The view of a TorchScript module, in which each module and each tensor is one object however often it occurs. */
export function view<Output>(
  handle: ModuleHandle,
  extraFiles?: ReadonlyMap<string, Uint8Array>,
): ScriptModule<Output> {
  const known = new Map<number, unknown>()
  const viewOf = (node: ModuleHandle, files?: ReadonlyMap<string, Uint8Array>): ScriptModule => {
    const { module: id, tensors } = native.jitIdentities(node)
    const seen = known.get(id)
    if (seen !== undefined) return seen as ScriptModule
    const module = new ScriptModule(node, files)
    known.set(id, module)
    const children = native.moduleChildren(node)
    adopt(
      module,
      children.map(([name, child]) => [name, viewOf(child)]),
    )
    for (const [name, tensor] of tensors) {
      const members = module as unknown as Record<string, Parameter | Tensor | undefined>
      if (known.has(tensor)) members[name] = known.get(tensor) as Tensor
      else known.set(tensor, members[name])
    }
    fixChildren(module, children)
    return module
  }
  return viewOf(handle, extraFiles) as unknown as ScriptModule<Output>
}

/** The program calls its submodules by what they are: another module in the place of one would not be called. */
function fixChildren(module: ScriptModule, children: readonly [name: string, unknown][]): void {
  for (const [name] of children) {
    const value: unknown = Reflect.get(module, name)
    Object.defineProperty(module, name, {
      enumerable: true,
      configurable: true,
      get: () => value,
      set: () => {
        throw new TypeError(`ScriptModule.${name} is part of a program and cannot be replaced`)
      },
    })
  }
}
