// Libraries of custom operators.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { checkString } from '../check.js'
import { TorchError } from '../errors.js'
import { native } from '../native.js'

/**
 * Opens a shared library that registers operators (`TORCH_LIBRARY` in C++), which `torch.ops.<namespace>.<name>` then
 * finds, on every thread and for the rest of the process. PyTorch's `torch.ops.load_library`.
 *
 * The library must have been built for this minor version of libtorch, which has no stable ABI, and must not need
 * Python (`libtorch_python`). It is native code and can do anything that this process can: open only what you trust.
 * One that throws while it registers, because another has defined its namespace, ends the process, as in Python: the
 * dynamic linker lets no exception pass.
 *
 * @param file path of the library, relative to the working directory
 * @throws TorchError if there is no such file, or if it does not load, with the linker's reason
 */
export function loadLibrary(file: string): void {
  const absolute = path.resolve(checkString('loadLibrary', 'file', file))
  if (!existsSync(absolute)) throw new TorchError(`loadLibrary: there is no file ${absolute}`)
  native.loadLibrary(absolute)
}
