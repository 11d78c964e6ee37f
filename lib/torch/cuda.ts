// CUDA devices. Without one, everything but the first three throws a TorchError that says why.

import { fail } from '../check.js'
import { TorchError } from '../errors.js'
import { type CudaMemory, native } from '../native.js'
import { deviceName } from './device.js'
import { defaultGeneratorOf, type Generator, seedBits } from './generator.js'
import type { Tensor } from './tensor.js'
import type { Device, Int } from './types.js'

export type { CudaMemory }

/** A CUDA device: its name, `'cuda:1'`, or its index; the thread's current one where it is left out. */
export type CudaDevice = Device | number

/** Whether tensors can be put on a CUDA device. PyTorch's `torch.cuda.is_available`. */
export const isAvailable = (): boolean => native.cudaReason() === ''

/** Why {@link isAvailable} says no: a CPU build of libtorch, no driver, no device; `''` if it says yes. */
export const whyNot = (): string => native.cudaReason()

/** Number of CUDA devices. PyTorch's `torch.cuda.device_count`. */
export const deviceCount = (): number => native.cudaDeviceCount()

function need(where: string): void {
  const reason = whyNot()
  if (reason !== '') throw new TorchError(`cuda.${where}: CUDA cannot be used: ${reason}`)
}

/** The index of a device argument; undefined, for the current device, if it is left out. */
function indexOf(where: string, device: unknown): number | undefined {
  need(where)
  if (device === undefined || device === 'cuda') return undefined
  const name = deviceName(device)
  if (name === undefined || !name.startsWith('cuda')) {
    fail(`cuda.${where}`, 'device', "a CUDA device such as 0 or 'cuda:0'", device)
  }
  return Number(name.split(':')[1])
}

/** Index of the device that `'cuda'` stands for on this thread. PyTorch's `torch.cuda.current_device`. */
export function currentDevice(): number {
  need('currentDevice')
  return native.cudaCurrentDevice()
}

/** Sets {@link currentDevice}. PyTorch's `torch.cuda.set_device`. */
export const setDevice = (device: CudaDevice): void =>
  native.cudaSetDevice(indexOf('setDevice', device) ?? currentDevice())

/** Waits until the device has done all that was asked of it. PyTorch's `torch.cuda.synchronize`. */
export const synchronize = (device?: CudaDevice): void =>
  native.cudaSynchronize(indexOf('synchronize', device))

/** Name of a device, `'NVIDIA H100 PCIe'`. PyTorch's `torch.cuda.get_device_name`. */
export const getDeviceName = (device?: CudaDevice): string =>
  native.cudaProperties(indexOf('getDeviceName', device)).name

/** Compute capability of a device, `[9, 0]`. PyTorch's `torch.cuda.get_device_capability`. */
export const getDeviceCapability = (device?: CudaDevice): [major: number, minor: number] =>
  native.cudaProperties(indexOf('getDeviceCapability', device)).capability

/** All figures on the memory of a device, in bytes. */
export const memory = (device?: CudaDevice): CudaMemory =>
  native.cudaMemory(indexOf('memory', device))

/** Bytes of the tensors on a device. PyTorch's `torch.cuda.memory_allocated`. */
export const memoryAllocated = (device?: CudaDevice): number => memory(device).allocated

/** The most that {@link memoryAllocated} has been. PyTorch's `torch.cuda.max_memory_allocated`. */
export const maxMemoryAllocated = (device?: CudaDevice): number => memory(device).maxAllocated

/** Bytes that libtorch holds on a device, its cache included. PyTorch's `torch.cuda.memory_reserved`. */
export const memoryReserved = (device?: CudaDevice): number => memory(device).reserved

/** The most that {@link memoryReserved} has been. PyTorch's `torch.cuda.max_memory_reserved`. */
export const maxMemoryReserved = (device?: CudaDevice): number => memory(device).maxReserved

/** Free and total bytes of a device. PyTorch's `torch.cuda.mem_get_info`. */
export function memGetInfo(device?: CudaDevice): [free: number, total: number] {
  const { free, total } = memory(device)
  return [free, total]
}

/** Starts {@link maxMemoryAllocated} and {@link maxMemoryReserved} anew. PyTorch's `torch.cuda.reset_peak_memory_stats`. */
export const resetPeakMemoryStats = (device?: CudaDevice): void =>
  native.cudaResetPeakMemory(indexOf('resetPeakMemoryStats', device))

/** Gives the memory that libtorch keeps for later back to the driver. PyTorch's `torch.cuda.empty_cache`. */
export function emptyCache(): void {
  need('emptyCache')
  native.cudaEmptyCache()
}

/** The default generator of a device. */
const generatorOf = (where: string, device?: CudaDevice): Generator =>
  defaultGeneratorOf(where, indexOf(where, device) ?? currentDevice())

/** Seeds the default generator of the current device. PyTorch's `torch.cuda.manual_seed`. */
export function manualSeed(seed: Int): void {
  const bits = seedBits('cuda.manualSeed', seed)
  if (isAvailable()) generatorOf('manualSeed').manualSeed(bits)
}

/** Seeds the default generators of all devices; does nothing where there are none. PyTorch's `torch.cuda.manual_seed_all`. */
export function manualSeedAll(seed: Int): void {
  const bits = seedBits('cuda.manualSeedAll', seed)
  for (let device = 0; device < deviceCount(); device++) {
    generatorOf('manualSeedAll', device).manualSeed(bits)
  }
}

/** Seed from which the generator of the current device was last started. PyTorch's `torch.cuda.initial_seed`. */
export const initialSeed = (): bigint => generatorOf('initialSeed').initialSeed()

/** State of a device's default generator. PyTorch's `torch.cuda.get_rng_state`. */
export const getRngState = (device?: CudaDevice): Tensor =>
  generatorOf('getRngState', device).getState()

/** Puts a state of {@link getRngState} back. PyTorch's `torch.cuda.set_rng_state`. */
export function setRngState(state: Tensor, device?: CudaDevice): void {
  generatorOf('setRngState', device).setState(state)
}
