import { checkOptions, checkString, fail, isPlainObject } from '../check.js'
import { Tensor } from '../torch/tensor.js'
import { writeAtomically } from './atomic.js'
import { SAFETENSORS_DTYPES } from './dtypes.js'
import { naming } from './error.js'

export { loadSafetensors, safetensorsMetadata } from './load.js'

/** Options of {@link saveSafetensors}. */
export interface SaveSafetensorsOptions {
  /** Texts to keep in the header under `__metadata__`. */
  readonly metadata?: Readonly<Record<string, string>>
}

const where = 'saveSafetensors'
const DTYPE_NAMES = new Map([...SAFETENSORS_DTYPES].map(([name, dtype]) => [dtype as string, name]))

/**
 * Writes tensors by name into a safetensors file, which Python's `safetensors.torch.load_file` reads. Tensors
 * that share memory are written once each; element types keep, views become contiguous. The file appears whole
 * or not at all. Tensors must not be changed until the promise resolves.
 *
 * @throws TypeError that names the tensor; CheckpointError that names the file
 */
export async function saveSafetensors(
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  path: string,
  options?: SaveSafetensorsOptions,
): Promise<void> {
  checkString(where, 'path', path)
  const { metadata } = checkOptions(where, options, ['metadata'])
  const entries = checkTensors(tensors)
  const header = headerOf(entries, metadata)
  await naming(where, path, () =>
    writeAtomically(path, async (file) => {
      await file.write(header)
      for (const { tensor } of entries) await file.write(tensor.toBytes())
    }),
  )
}

interface Entry {
  readonly name: string
  readonly tensor: Tensor
  readonly dtype: string
  readonly order: number
  readonly byteLength: number
}

const DTYPE_ORDER = [...SAFETENSORS_DTYPES.keys()]

/** The tensors in the order of the file: by element type, then by name. */
function checkTensors(tensors: unknown): Entry[] {
  if (!(tensors instanceof Map) && !isPlainObject(tensors)) {
    fail(where, 'tensors', 'a Map or a plain object of tensors', tensors)
  }
  const pairs: [unknown, unknown][] =
    tensors instanceof Map ? [...tensors] : Object.entries(tensors)
  return pairs
    .map(([name, tensor]) => checkEntry(name, tensor))
    .sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : Number(a.name > b.name)))
}

function checkEntry(name: unknown, tensor: unknown): Entry {
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

/** The header's length and the header, filled up with spaces so that the data begin at a multiple of 8. */
function headerOf(entries: readonly Entry[], metadata: unknown): Uint8Array {
  const parts: string[] = []
  if (metadata !== undefined) parts.push(`"__metadata__":${metadataText(metadata)}`)
  let begin = 0
  for (const { name, tensor, dtype, byteLength } of entries) {
    const end = begin + byteLength
    const fields = { dtype, shape: tensor.shape, data_offsets: [begin, end] }
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(fields)}`)
    begin = end
  }
  const text = Buffer.from(`{${parts.join(',')}}`)
  const header = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' ')
  header.writeBigUInt64LE(BigInt(header.length - 8))
  text.copy(header, 8)
  return header
}

function metadataText(metadata: unknown): string {
  if (!isPlainObject(metadata)) fail(where, 'metadata', 'a plain object of strings', metadata)
  for (const [key, value] of Object.entries(metadata))
    checkString(where, `metadata[${JSON.stringify(key)}]`, value)
  return JSON.stringify(metadata)
}
