// The device of tensors made without one. libtorch has no such thing: as in Python, the functions that make tensors
// from nothing are given the device.

import { currentMode, withMode } from '../autograd/mode-stack.js'
import { fail } from '../check.js'
import { isKeywords } from './arguments.js'
import { DEVICE_EXPECTED, deviceName } from './device.js'
import type { Device, DeviceLike } from './types.js'

// Python's list (torch/utils/_device.py), by ATen's names. Those that follow another tensor (`zeros_like`,
// `new_zeros`) are on its device, as there.
const CONSTRUCTORS: ReadonlySet<string> = new Set([
  'empty',
  'empty_permuted',
  'empty_strided',
  'empty_quantized',
  'ones',
  'arange',
  'bartlett_window',
  'blackman_window',
  'eye',
  'fft_fftfreq',
  'fft_rfftfreq',
  'full',
  'hamming_window',
  'hann_window',
  'kaiser_window',
  'linspace',
  'logspace',
  'rand',
  'randn',
  'randint',
  'randperm',
  'range',
  'sparse_coo_tensor',
  'sparse_compressed_tensor',
  'sparse_csr_tensor',
  'sparse_csc_tensor',
  'sparse_bsr_tensor',
  'sparse_bsc_tensor',
  'tril_indices',
  'triu_indices',
  'zeros',
  'scalar_tensor',
])

let ofThread: Device = 'cpu'

/**
 * Device on which `torch.zeros`, `torch.tensor`, `torch.arange` and their kin make tensors where none is given, at
 * first the CPU. PyTorch's `torch.get_default_device`.
 */
export const currentDevice = (): Device => currentMode().device ?? ofThread

type Make = (...values: unknown[]) => unknown

/** The function `make` over the operators `candidates`, given the default device if it is one that follows it. */
export function onDefaultDevice(candidates: string, make: Make): Make {
  const [name = ''] = candidates.split(/[ .|]/, 1)
  if (!CONSTRUCTORS.has(name)) return make
  return (...values) => {
    const device = currentDevice()
    if (device === 'cpu') return make(...values)
    while (values.length > 0 && values.at(-1) === undefined) values.pop()
    const last = values.at(-1)
    const keywords = isKeywords(last) ? last : undefined
    const isGiven = [keywords?.device, keywords?.out].some(
      (one) => one !== undefined && one !== null,
    )
    if (isGiven) return make(...values)
    const positional = keywords === undefined ? values : values.slice(0, -1)
    return make(...positional, { ...keywords, device })
  }
}

/**
 * Sets {@link currentDevice} for this JavaScript thread; null stands for the CPU. Tensors made after another one
 * (`x.newZeros`, `torch.zerosLike`) stay on its device. PyTorch's `torch.set_default_device`.
 *
 * @throws TypeError for anything but a device, TorchError for a device that cannot be used
 */
export function setDefaultDevice(device: DeviceLike | null): void {
  ofThread = checked('setDefaultDevice', device ?? 'cpu')
}

/**
 * Runs `fn`, synchronous or not, with another {@link currentDevice}; other tasks keep theirs. R's
 * `with_device`, PyTorch's `with torch.device(...)`.
 *
 * @returns what `fn` returns
 * @example const { shape } = torch.withDevice('meta', () => torch.zeros([1e6, 1e6]).sum(0))
 */
export function withDevice<T>(device: DeviceLike, fn: () => T): T {
  const name = checked('withDevice', device)
  return withMode('withDevice', (mode) => ({ ...mode, device: name }), fn)
}

function checked(where: string, device: unknown): Device {
  return (deviceName(device) ?? fail(where, 'device', DEVICE_EXPECTED, device)) as Device
}
