import { type StorageDescriptor, TensorDescriptor } from './descriptor.js'
import { quote, refuse } from './error.js'
import { detectFormat } from './format.js'
import type { Unpickled } from './pickle.js'
import { parseLegacyCheckpoint } from './pth-legacy.js'
import { parseZipCheckpoint } from './pth-zip.js'
import { parseSafetensors } from './safetensors-header.js'
import type { ByteSource } from './source.js'

/** What a `.pth` file says, before any tensor data is read. */
export interface ParsedCheckpoint extends Unpickled {
  /** The storages that the value refers to. */
  readonly storages: Iterable<StorageDescriptor>
}

/** How {@link parsePth} treats what is not plain data. */
export interface ParseOptions {
  /**
   * Full names of classes and functions, such as `'argparse.Namespace'`, whose objects are handed out
   * as inert {@link PickledObject}s. None by default. Nothing of them is ever run.
   */
  readonly allow?: readonly string[]
}

/** Reads a `.pth` file of either format; tensors come as descriptors. */
export function parsePth(source: ByteSource, options: ParseOptions = {}): ParsedCheckpoint {
  const allow = new Set(options.allow)
  const format = detectFormat(source)
  if (format === 'zip') return parseZipCheckpoint(source, allow)
  if (format === 'legacy') return parseLegacyCheckpoint(source, allow)
  refuse('is a safetensors file; read it with loadSafetensors or loadTensors')
}

/** What of a checkpoint is its state dict. */
export interface StateDictOptions extends ParseOptions {
  /** Entry that holds the state dict, where the file holds more, as in `'state_dict'`. */
  readonly key?: string
}

/** Reads the state dict in a file of any of the three formats. */
export function parseStateDict(
  source: ByteSource,
  { key, ...options }: StateDictOptions = {},
): ReadonlyMap<string, TensorDescriptor> {
  if (detectFormat(source) === 'safetensors') {
    if (key !== undefined) refuse(`is a safetensors file, which has no entry ${quote(key)} to open`)
    return parseSafetensors(source).tensors
  }
  const { value } = parsePth(source, options)
  if (!(value instanceof Map)) refuse('does not hold a dict of tensors')
  const dict: unknown = key === undefined ? value : value.get(key)
  if (!(dict instanceof Map)) {
    refuse(`has no dict of tensors under ${quote(String(key))}; its entries are ${names(value)}`)
  }
  for (const [name, tensor] of dict) {
    if (typeof name !== 'string') refuse('holds a dict of tensors with a name that is not a text')
    if (tensor instanceof TensorDescriptor) continue
    refuse(
      `holds more than a dict of tensors: its entry ${quote(name)} is ${tensor instanceof Map ? 'a dict' : 'no tensor'}; ` +
        `name the dict that is meant with { key }, out of ${names(dict)}`,
    )
  }
  return dict as Map<string, TensorDescriptor>
}

function names(dict: ReadonlyMap<unknown, unknown>): string {
  const texts = [...dict.keys()].slice(0, 6).map((key) => quote(String(key)))
  return dict.size > 6 ? `${texts.join(', ')}, ...` : texts.join(', ')
}
