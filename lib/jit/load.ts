import { checkOptions, fail } from '../check.js'
import { naming } from '../checkpoint/error.js'
import { type ByteSource, FileSource, MemorySource } from '../checkpoint/source.js'
import { native } from '../native.js'
import { DEVICE_EXPECTED, deviceName } from '../torch/device.js'
import type { Tensor } from '../torch/tensor.js'
import type { DeviceLike } from '../torch/types.js'
import { checkArchive } from './archive.js'
import { type ScriptModule, view } from './script-module.js'

/** Options of {@link load}. */
export interface LoadOptions {
  /** Where the tensors go; by default where they were when the program was saved. */
  device?: DeviceLike
}

/**
 * Reads a TorchScript program with its weights: a file, or its bytes. PyTorch's `torch.jit.load`; nothing of Python is
 * needed.
 *
 * **A TorchScript file is a program.** What it computes, and when it ends, is up to whoever wrote it, and libtorch's
 * reader of such files was made for files that can be trusted. The archive and the extent of every tensor in it are
 * checked first, so that damage is an error; that does not make a hostile file safe. Weights from strangers belong in
 * `.pth` or safetensors files, which `load` and `loadSafetensors` read without running anything.
 *
 * @throws CheckpointError that names the file, also for a file that is no TorchScript archive; TorchError for a program
 *   that this libtorch does not know how to run
 * @example
 * const model = await torch.jit.load('resnet18.pt', { device: 'cuda:0' })
 * const logits = model.eval()(images)
 */
export async function load<Output = Tensor>(
  source: string | Uint8Array,
  options?: LoadOptions,
): Promise<ScriptModule<Output>> {
  const where = 'jit.load'
  const { device } = checkOptions(where, options, ['device'])
  const target =
    device === undefined
      ? null
      : (deviceName(device) ?? fail(where, 'device', DEVICE_EXPECTED, device))
  if (source instanceof Uint8Array) {
    // What is checked must be what is read.
    const bytes = source.slice()
    const extra = await naming(where, 'the given bytes', () => checked(new MemorySource(bytes)))
    return view(native.jitLoad(bytes, target), extra)
  }
  if (typeof source !== 'string') fail(where, 'source', 'a path or a Uint8Array', source)
  const extra = await naming(where, source, async () => {
    const file = await FileSource.open(source)
    try {
      return await checked(file)
    } finally {
      await file.close()
    }
  })
  return view(native.jitLoad(source, target), extra)
}

const checked = async (source: ByteSource): Promise<Map<string, Uint8Array>> => checkArchive(source)
