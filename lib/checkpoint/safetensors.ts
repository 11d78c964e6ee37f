import { stat } from 'node:fs/promises'
import path from 'node:path'
import { checkOneOf, checkOptions, checkString, fail, isPlainObject } from '../check.js'
import { Tensor } from '../torch/tensor.js'
import { SAFETENSORS_DTYPES } from './dtypes.js'
import { naming } from './error.js'
import { memoryExtent } from './extent.js'
import { DEFAULT_NAME } from './safetensors-index.js'
import { byteCount, type NamedTensor, writeShards } from './safetensors-shards.js'

/** Options of {@link saveSafetensors}. */
export interface SaveSafetensorsOptions {
  /** Texts to keep in the header under `__metadata__`. */
  readonly metadata?: Readonly<Record<string, string>>
  /**
   * The most bytes of tensors in one file, as a number or as in `'5GB'` (10^9) and `'5GiB'` (2^30). More are split into
   * `model-00001-of-00003.safetensors` and so on, with an index `model.safetensors.index.json`. Unlimited by default.
   */
  readonly maxShardSize?: number | string
  /**
   * What becomes of tensors that share memory: `'refuse'` (the default, as in Python) or `'copy'`, which writes each
   * in full and loses that they are one.
   */
  readonly shared?: 'refuse' | 'copy'
}

const where = 'saveSafetensors'
const DTYPE_NAMES = new Map([...SAFETENSORS_DTYPES].map(([name, dtype]) => [dtype as string, name]))
const DTYPE_ORDER = [...SAFETENSORS_DTYPES.keys()]

/**
 * Writes tensors by name into a safetensors file, which Python's `safetensors.torch.load_file` reads. Element types
 * keep, views become contiguous. The file appears whole or not at all; of several files the index comes last, and is
 * gone while others are being replaced. Tensors must not be changed until the promise resolves.
 *
 * @param file the file, or a folder for a `model.safetensors` in it
 * @returns the files written, the index of several last
 * @throws TypeError that names the tensor; CheckpointError that names the file
 */
export async function saveSafetensors(
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  file: string,
  options?: SaveSafetensorsOptions,
): Promise<string[]> {
  checkString(where, 'file', file)
  const {
    metadata,
    maxShardSize,
    shared = 'refuse',
  } = checkOptions(where, options, ['metadata', 'maxShardSize', 'shared'])
  checkOneOf(where, 'shared', shared, ['refuse', 'copy'])
  const limit =
    maxShardSize === undefined
      ? Number.POSITIVE_INFINITY
      : byteCount(where, 'maxShardSize', maxShardSize)
  const entries = checkTensors(tensors)
  if (shared === 'refuse') refuseShared(entries)
  const texts = metadata === undefined ? undefined : checkMetadata(metadata)
  return naming(where, file, async () => {
    const isFolder = (await stat(file).catch(() => undefined))?.isDirectory() ?? false
    return writeShards(entries, isFolder ? path.join(file, DEFAULT_NAME) : file, limit, texts)
  })
}

function checkTensors(tensors: unknown): NamedTensor[] {
  if (!(tensors instanceof Map) && !isPlainObject(tensors)) {
    fail(where, 'tensors', 'a Map or a plain object of tensors', tensors)
  }
  const pairs: [unknown, unknown][] =
    tensors instanceof Map ? [...tensors] : Object.entries(tensors)
  return pairs.map(([name, tensor]) => checkEntry(name, tensor))
}

function checkEntry(name: unknown, tensor: unknown): NamedTensor {
  if (typeof name !== 'string' || name === '__metadata__' || /\p{Surrogate}/u.test(name)) {
    fail(where, 'the name of a tensor', 'a string of whole characters', name)
  }
  const param = `tensors[${JSON.stringify(name)}]`
  if (!(tensor instanceof Tensor)) fail(where, param, 'a Tensor', tensor)
  const dtype = DTYPE_NAMES.get(tensor.dtype)
  if (dtype === undefined) {
    fail(where, param, 'an element type of the safetensors format', tensor.dtype)
  }
  if (tensor.layout !== 'strided' || tensor.device === 'meta') {
    fail(where, param, 'a dense tensor with data', `a ${tensor.layout} tensor on ${tensor.device}`)
  }
  const byteLength = tensor.numel() * tensor.elementSize()
  return { name, tensor, dtype, order: DTYPE_ORDER.indexOf(dtype), byteLength }
}

/** The format cannot say that two tensors are one: Python refuses them too. Parts that lie apart are no trouble. */
function refuseShared(entries: readonly NamedTensor[]): void {
  const extents = entries
    .map(({ name, tensor }) => ({ name, ...memoryExtent(tensor) }))
    .filter(({ start, end }) => end > start)
    .sort((a, b) => a.storage - b.storage || a.start - b.start)
  for (const [i, extent] of extents.entries()) {
    const before = extents[i - 1]
    if (before?.storage !== extent.storage || before.end <= extent.start) continue
    throw new TypeError(
      `${where}: the tensors ${JSON.stringify(before.name)} and ${JSON.stringify(extent.name)} share memory, which ` +
        "a safetensors file cannot express: leave one out, give { shared: 'copy' } to write each in full, or use " +
        'save(), whose files keep the sharing',
    )
  }
}

function checkMetadata(metadata: unknown): Readonly<Record<string, string>> {
  if (!isPlainObject(metadata)) fail(where, 'metadata', 'a plain object of strings', metadata)
  for (const [key, value] of Object.entries(metadata))
    checkString(where, `metadata[${JSON.stringify(key)}]`, value)
  return metadata as Record<string, string>
}
