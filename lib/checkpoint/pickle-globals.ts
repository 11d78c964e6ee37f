import type { DType } from '../torch/types.js'
import { StorageReference, TensorDescriptor } from './descriptor.js'
import { isFileDType, STORAGE_CLASSES } from './dtypes.js'
import { quote, refuse } from './error.js'
import { OrderedDict } from './values.js'

/** What the functions below may ask of the reader that calls them. */
export interface BuildContext {
  /** Marks an array as a Python tuple. */
  tuple(values: unknown[]): unknown[]
}

type Build = (args: readonly unknown[], context: BuildContext) => unknown

/** A name of the allow-list, as it lies on the pickle's stack before it is called. */
export class GlobalReference {
  constructor(
    readonly name: string,
    /** Our own counterpart of the Python function; no code comes from the file. */
    readonly build: Build | undefined,
    /** Element type, for the storage classes. */
    readonly storage?: DType | 'untyped',
  ) {}
}

/**
 * Looks a global up in the allow-list: a {@link GlobalReference}, or the name of an element type.
 * `undefined` for anything else.
 */
export function findGlobal(name: string): GlobalReference | DType | undefined {
  const known = GLOBALS.get(name)
  if (known !== undefined) return known
  const short = name.startsWith('torch.') ? name.slice('torch.'.length) : ''
  return isFileDType(short) ? short : undefined
}

/** Modules through which files are made to run programs. */
const CODE_MODULES =
  /^(builtins|os|posix|nt|sys|subprocess|pty|runpy|importlib|operator|shutil|socket|torch\.(hub|load|serialization|storage))\b/

/** Why a refused global is refused, where there is more to say than its name. */
export function adviceFor(name: string): string {
  const last = name.slice(name.lastIndexOf('.') + 1)
  if (name.startsWith('torch._utils._rebuild_') || name.startsWith('torch.Q')) {
    return 'tensors of this kind (sparse, quantized, nested, ...) are not supported'
  }
  if (/^(torch|torchvision|timm)\..*\.[A-Z]/.test(name)) {
    return `the file holds an object of the class ${last}, perhaps a whole model: save its state_dict() instead`
  }
  if (CODE_MODULES.test(name))
    return 'it could run a program, and has no place in a file of weights'
  return `only data is read, never code; if the file is one you trust, { allow: [${quote(name)}] } hands it out as an inert PickledObject`
}

const hooksAreEmpty = (hooks: unknown): boolean =>
  hooks === null || hooks === undefined || (hooks instanceof Map && hooks.size === 0)

function flagsOf(metadata: unknown): { conj?: boolean; neg?: boolean } {
  if (metadata === null || metadata === undefined) return {}
  if (!(metadata instanceof Map)) refuse('a tensor has metadata that is not a dict')
  const flags: { conj?: boolean; neg?: boolean } = {}
  for (const [key, value] of metadata) {
    if ((key !== 'conj' && key !== 'neg') || typeof value !== 'boolean') {
      refuse(`a tensor has the metadata ${quote(String(key))}, which is not supported`)
    }
    flags[key as 'conj' | 'neg'] = value
  }
  return flags
}

/** `(storage, offset, size, stride, requires_grad, hooks)` and what follows, checked. */
function rebuildTensor(
  name: string,
  args: readonly unknown[],
  required: number,
  dtypeArg: number | undefined,
  metadataArg: number | undefined,
): TensorDescriptor {
  if (args.length < required) refuse(`${name} has ${args.length} arguments, ${required} are needed`)
  const [storage, offset, shape, stride, requiresGrad = false, hooks] = args
  if (!(storage instanceof StorageReference)) {
    refuse(`${name} was given no storage for its first argument`)
  }
  if (typeof offset !== 'number' || !Array.isArray(shape) || !Array.isArray(stride)) {
    refuse(`${name} was given an offset, a size or a stride of the wrong type`)
  }
  if (typeof requiresGrad !== 'boolean') refuse(`${name}: requires_grad is not a boolean`)
  if (!hooksAreEmpty(hooks)) refuse(`${name}: the tensor carries hooks`)
  const dtype = dtypeArg === undefined ? storage.dtype : args[dtypeArg]
  if (!isFileDType(dtype)) refuse(`${name}: its dtype argument is not an element type`)
  const flags = metadataArg === undefined ? {} : flagsOf(args[metadataArg])
  const { descriptor } = storage
  return new TensorDescriptor(
    descriptor,
    dtype,
    offset,
    [...shape],
    [...stride],
    requiresGrad,
    flags,
  )
}

function rebuildParameter(name: string, args: readonly unknown[]): TensorDescriptor {
  const [data, requiresGrad, hooks] = args
  if (!(data instanceof TensorDescriptor) || typeof requiresGrad !== 'boolean') {
    refuse(`${name} was given the wrong arguments`)
  }
  if (!hooksAreEmpty(hooks)) refuse(`${name}: the parameter carries hooks`)
  return data.withGrad(requiresGrad)
}

/** A tensor with Python attributes or of a subclass: its data, without either. */
function rebuildFromType(args: readonly unknown[], context: BuildContext): unknown {
  const [rebuild, type, inner] = args
  if (
    !(rebuild instanceof GlobalReference) ||
    rebuild.build === undefined ||
    !Array.isArray(inner)
  ) {
    refuse('_rebuild_from_type_v2 was given the wrong arguments')
  }
  if (!(type instanceof GlobalReference) || !TENSOR_CLASSES.has(type.name)) {
    refuse('_rebuild_from_type_v2 names a class that is not a tensor')
  }
  const tensor = rebuild.build(inner, context)
  if (!(tensor instanceof TensorDescriptor)) refuse('_rebuild_from_type_v2 does not make a tensor')
  return tensor
}

function orderedDict(args: readonly unknown[]): OrderedDict<unknown> {
  const [pairs = []] = args
  if (args.length > 1 || !Array.isArray(pairs)) refuse('OrderedDict has unusable arguments')
  const dict = new OrderedDict<unknown>()
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string') {
      refuse('OrderedDict is made from something other than pairs with text keys')
    }
    dict.set(pair[0], pair[1])
  }
  return dict
}

function counter(args: readonly unknown[]): Map<unknown, unknown> {
  const [counts = new Map()] = args
  if (args.length > 1 || !(counts instanceof Map)) refuse('Counter has unusable arguments')
  return new Map(counts)
}

function size(args: readonly unknown[], context: BuildContext): unknown {
  const [sizes] = args
  if (args.length !== 1 || !Array.isArray(sizes) || !sizes.every(Number.isSafeInteger)) {
    refuse('torch.Size has unusable arguments')
  }
  return context.tuple([...sizes])
}

function device(args: readonly unknown[]): string {
  const [type, index] = args
  const hasIndex = typeof index === 'number' && Number.isSafeInteger(index)
  if (typeof type !== 'string' || args.length > 2 || (args.length === 2 && !hasIndex)) {
    refuse('torch.device has unusable arguments')
  }
  return hasIndex ? `${type}:${index}` : type
}

/** Pickle protocol 2 has no bytes: it writes them as text of the first 256 characters. */
function latin1(name: string, text: unknown, encoding: unknown): Uint8Array {
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1')) {
    refuse(`${name} has unusable arguments`)
  }
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 255) refuse(`${name} was given a character that is not Latin-1`)
    bytes[i] = code
  }
  return bytes
}

function bytearray(args: readonly unknown[]): Uint8Array {
  const [data, encoding] = args
  if (args.length === 0) return new Uint8Array(0)
  if (args.length === 1 && data instanceof Uint8Array) return new Uint8Array(data)
  return latin1('bytearray', data, encoding)
}

function set(args: readonly unknown[]): Set<unknown> {
  const [values = []] = args
  const plain = (value: unknown) => value === null || typeof value !== 'object'
  if (args.length > 1 || !Array.isArray(values) || !values.every(plain)) {
    refuse('set has unusable arguments')
  }
  return new Set(values)
}

const TENSOR_CLASSES: ReadonlySet<string> = new Set([
  'torch.Tensor',
  'torch._tensor.Tensor',
  'torch.nn.parameter.Parameter',
])

const BUILDERS: Readonly<Record<string, Build>> = {
  'torch._utils._rebuild_tensor': (args) =>
    rebuildTensor('_rebuild_tensor', args.slice(0, 4), 4, undefined, undefined),
  'torch._utils._rebuild_tensor_v2': (args) =>
    rebuildTensor('_rebuild_tensor_v2', args, 6, undefined, 6),
  'torch._utils._rebuild_tensor_v3': (args) => rebuildTensor('_rebuild_tensor_v3', args, 7, 6, 7),
  'torch._utils._rebuild_parameter': (args) => rebuildParameter('_rebuild_parameter', args),
  'torch._utils._rebuild_parameter_with_state': (args) =>
    rebuildParameter('_rebuild_parameter_with_state', args),
  'torch._tensor._rebuild_from_type_v2': rebuildFromType,
  'torch.Size': size,
  'torch.device': device,
  'collections.OrderedDict': orderedDict,
  'collections.Counter': counter,
  '_codecs.encode': ([text, encoding]) => latin1('_codecs.encode', text, encoding),
  'builtins.bytearray': bytearray,
  'builtins.set': set,
}

const GLOBALS: ReadonlyMap<string, GlobalReference> = new Map(
  [
    ...Object.entries(BUILDERS).map(([name, build]) => new GlobalReference(name, build)),
    ...[...TENSOR_CLASSES].map((name) => new GlobalReference(name, undefined)),
    ...[...STORAGE_CLASSES].flatMap(([name, dtype]) => [
      new GlobalReference(`torch.${name}`, undefined, dtype),
      new GlobalReference(`torch.cuda.${name}`, undefined, dtype),
    ]),
    new GlobalReference('torch.storage.UntypedStorage', undefined, 'untyped'),
  ].map((global) => [global.name, global]),
)
