// torch.aoti: models that Python has compiled ahead of time, with torch.export and AOTInductor.

import { checkInteger, checkOptions, checkString, fail } from '../check.js'
import { naming } from '../checkpoint/error.js'
import { FileSource } from '../checkpoint/source.js'
import { TorchError } from '../errors.js'
import { type AotiModelHandle, native, type TensorHandle } from '../native.js'
import { Callable } from '../nn/callable.js'
import { enqueue } from '../torch/compute.js'
import { DEVICE_EXPECTED, deviceName } from '../torch/device.js'
import type { Tensor } from '../torch/tensor.js'
import { access, handleOf } from '../torch/tensor-access.js'
import type { DeviceLike } from '../torch/types.js'
import { type AotiMetadata, checkMachine, readPackage } from './aoti-package.js'
import { flatten, parseSpec, type TreeSpec, unflatten } from './tree-spec.js'
import type { ScriptInput, ScriptOutput } from './values.js'

/** Options of {@link load}. */
export interface AotiLoadOptions {
  /** Which of several GPUs runs the model. The kind of device was chosen when it was compiled. */
  device?: DeviceLike
  /** How many calls can be under way at once, from several threads; 1 unless said otherwise. */
  numRunners?: number
  /** Which model of the package; `'model'` unless said otherwise. */
  modelName?: string
}

const NO_WATCHER = { set: () => {}, remove: () => {} }

export interface AotiModel<Output = Tensor> {
  // biome-ignore lint/style/useShorthandFunctionType: merged with the class
  (...inputs: ScriptInput[]): Output
}

/**
 * A model that was compiled ahead of time. It is called as the Python module that it was made from: with tensors, and
 * arrays and objects of them, by position or by name in a last plain object. Nothing is recorded for backward, and the
 * sizes must be those that were declared when it was exported.
 *
 * `Output` is what the model gives, which TypeScript cannot check; a tensor unless said otherwise.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds the call signature
export class AotiModel<Output = Tensor> extends Callable {
  readonly #handle: AotiModelHandle
  readonly #inputs: TreeSpec | undefined
  readonly #outputs: TreeSpec | undefined
  /** What the model was compiled for, and what its maker has added. */
  readonly metadata: AotiMetadata
  /** Names of the weights and other constants in the model that could be exchanged. */
  readonly constantNames: readonly string[]

  /** @internal Models come from `torch.aoti.load`. */
  constructor(handle: AotiModelHandle, metadata: AotiMetadata) {
    super((self, inputs) => (self as AotiModel<Output>).#call(inputs), NO_WATCHER)
    const { callSpec, constants } = native.aotiDescribe(handle)
    this.#handle = handle
    this.#inputs = parseSpec(callSpec[0] ?? '')
    this.#outputs = parseSpec(callSpec[1] ?? '')
    this.metadata = metadata
    this.constantNames = Object.freeze(constants.sort())
  }

  #call(inputs: readonly unknown[]): Output {
    return this.#result(native.aotiRun(this.#handle, ...this.#tensors('AotiModel', inputs)))
  }

  /** The call, off the JS thread: calls run one after the other, in order. */
  async callAsync(...inputs: ScriptInput[]): Promise<Output> {
    return await enqueue<TensorHandle[], Output>({
      job: native.aotiPrepare(this.#handle, ...this.#tensors('callAsync', inputs)),
      finish: (outputs) => this.#result(outputs),
      inJs: (tensors) =>
        this.#result(
          native.aotiRun(
            this.#handle,
            ...tensors.map((tensor) => handleOf('callAsync', 'input', tensor)),
          ),
        ),
    })
  }

  /** Runs the model on its tensors alone, all those of its arguments in order, and gives those of its result. */
  run(inputs: readonly Tensor[]): Tensor[] {
    if (!Array.isArray(inputs)) fail('run', 'inputs', 'an array of Tensors', inputs)
    const handles = inputs.map((input, i) => handleOf('run', `inputs[${i}]`, input))
    return native.aotiRun(this.#handle, ...handles).map(access.wrap)
  }

  #tensors(where: string, inputs: readonly unknown[]): TensorHandle[] {
    const [args, keywords] = this.#inputs?.children ?? []
    if (args === undefined || keywords === undefined) {
      throw new TorchError(`${where}: the model takes containers unknown here; use run()`)
    }
    const count = args.children.length
    if (inputs.length < count || inputs.length > count + 1) {
      throw new TypeError(`${where}: expected ${count} positional arguments, got ${inputs.length}`)
    }
    const tensors = [
      ...args.children.flatMap((child, i) => flatten(where, `argument ${i}`, child, inputs[i])),
      ...flatten(where, 'keyword argument', keywords, inputs[count] ?? {}),
    ]
    return tensors.map((tensor) => handleOf(where, 'input', tensor))
  }

  #result(handles: TensorHandle[]): Output {
    const tensors = handles.map(access.wrap)
    if (this.#outputs === undefined) {
      throw new TorchError('AotiModel: the model gives containers unknown here; use run()')
    }
    return unflatten('AotiModel', this.#outputs, tensors) as ScriptOutput as Output
  }

  override toString(): string {
    return `AotiModel(device=${this.metadata.AOTI_DEVICE_KEY ?? 'unknown'})`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/**
 * Loads a package that Python has made with `torch._inductor.aoti_compile_and_package`, and starts its code.
 *
 * **The package is native code**, which can do all that this process can: load only what you trust as you would trust
 * a program. It was compiled for one kind of machine and device, and for one minor version of libtorch; the machine is
 * checked here, the version cannot be. A package is unpacked into a temporary folder as long as the model lives.
 *
 * @throws CheckpointError that names the file, if it is no such package or one for another machine; TorchError if the
 *   code does not load
 * @example
 * const model = await torch.aoti.load('model.pt2')
 * const logits = model(images)
 */
export async function load<Output = Tensor>(
  path: string,
  options?: AotiLoadOptions,
): Promise<AotiModel<Output>> {
  const where = 'aoti.load'
  checkString(where, 'path', path)
  const {
    device,
    numRunners = 1,
    modelName = 'model',
  } = checkOptions(where, options, ['device', 'numRunners', 'modelName'])
  checkInteger(where, 'numRunners', numRunners, { min: 1, max: 1024 })
  checkString(where, 'modelName', modelName)
  const name =
    device === undefined
      ? undefined
      : (deviceName(device) ?? fail(where, 'device', DEVICE_EXPECTED, device))
  const metadata = await naming(where, path, async () => {
    const source = await FileSource.open(path)
    try {
      return readPackage(source, modelName)
    } finally {
      await source.close()
    }
  })
  await naming(where, path, async () => checkMachine(metadata))
  const [type, index = '-1'] = (name ?? '').split(':')
  const compiledFor = metadata.AOTI_DEVICE_KEY
  if (name !== undefined && compiledFor !== undefined && type !== compiledFor) {
    throw new TorchError(`${where}: ${path} was compiled for ${compiledFor}, not for ${name}`)
  }
  return new AotiModel(native.aotiLoad(path, modelName, numRunners, Number(index)), metadata)
}
