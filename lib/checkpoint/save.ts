import { checkString } from '../check.js'
import type { Tensor } from '../torch/tensor.js'
import { writeAtomically } from './atomic.js'
import { naming } from './error.js'
import type { CheckpointKey } from './load.js'
import { PthFile } from './pth-file.js'

/** What can be written into a `.pth` file. */
export type Savable =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Tensor
  | readonly Savable[]
  | ReadonlyMap<CheckpointKey, Savable>
  | ReadonlySet<CheckpointKey>
  | { readonly [key: string]: Savable }

/**
 * Writes a value that Python reads with `torch.load(path)`, whose default is `weights_only=True`. PyTorch's
 * `torch.save`, in its zip format.
 *
 * Maps and plain objects become dicts, an `OrderedDict` keeps its `metadata`; arrays become lists and frozen
 * arrays tuples; a safe integer becomes an int and any other number a float. Tensors that share memory share
 * it again when read; of a tensor on another device the CPU copy is written. The file appears whole or not at
 * all. Tensors must not be changed until the promise resolves.
 *
 * @throws TypeError that names the place of a value that cannot be written; CheckpointError that names the file
 */
export async function save(value: Savable, path: string): Promise<void> {
  checkString('save', 'path', path)
  const content = new PthFile('save', value)
  try {
    await naming('save', path, () =>
      writeAtomically(path, async (file) => {
        await content.write(file)
      }),
    )
  } finally {
    content.dispose()
  }
}
