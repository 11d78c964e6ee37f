// Moving modules to a device, a dtype or a memory format.

import { noGradSync } from '../autograd/modes.js'
import { checkOneOf, checkOptions, fail } from '../check.js'
import { native } from '../native.js'
import { DEVICE_EXPECTED, deviceName } from '../torch/device.js'
import { makeFunction } from '../torch/dispatch.js'
import { Parameter, Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'
import {
  type Device,
  type DeviceLike,
  DTYPE_NUMBERS,
  type DType,
  MEMORY_FORMAT_NUMBERS,
  MEMORY_FORMATS,
  type MemoryFormat,
} from '../torch/types.js'
import { namedModules, ownMembers } from './members.js'
import type { Module } from './module.js'
import { parameter } from './parameter.js'

// Not `torch.emptyLike`: `torch` is above this layer, since `torch.jit` makes modules.
const emptyLike = makeFunction('emptyLike', 'empty_like') as (
  tensor: Tensor,
  options: { device: Device },
) => Tensor

/** Options of {@link Module.to}. */
export interface ModuleToOptions {
  device?: DeviceLike
  /** Floating-point or complex dtype; integer buffers keep theirs. */
  dtype?: DType
  /** For tensors of four dimensions, or five with `'channels_last_3d'`. */
  memoryFormat?: MemoryFormat
}

interface Target {
  device: Device | null
  dtype: DType | null
  memoryFormat: MemoryFormat | null
}

function checkDevice(where: string, device: unknown): Device {
  return (deviceName(device) ?? fail(where, 'device', DEVICE_EXPECTED, device)) as Device
}

function targetOf(target: unknown): Target {
  const where = 'Module.to'
  const { device, dtype, memoryFormat }: ModuleToOptions =
    target instanceof Tensor
      ? { device: target.device, dtype: target.dtype }
      : typeof target === 'string' && DTYPE_NUMBERS.has(target)
        ? { dtype: target as DType }
        : typeof target === 'string' || typeof target === 'number'
          ? { device: target as DeviceLike }
          : checkOptions(where, target as ModuleToOptions, ['device', 'dtype', 'memoryFormat'])
  if (dtype !== undefined && !(DTYPE_NUMBERS.has(dtype) && /float|complex/.test(dtype))) {
    fail(where, 'dtype', 'a floating-point or complex dtype', dtype)
  }
  if (memoryFormat !== undefined) {
    const formats = MEMORY_FORMATS.filter((format) => format !== 'preserve_format')
    checkOneOf(where, 'memoryFormat', memoryFormat, formats)
  }
  return {
    device: device === undefined ? null : checkDevice(where, device),
    dtype: dtype ?? null,
    memoryFormat: memoryFormat ?? null,
  }
}

/** Changes data in place: the tensors keep their identity, so that optimizers and users have the right ones. */
function moveInPlace(module: Module, { device, dtype, memoryFormat }: Target): void {
  native.moduleTo(
    ownMembers(module).handle,
    device,
    dtype === null ? null : (DTYPE_NUMBERS.get(dtype) as number),
    memoryFormat === null ? null : (MEMORY_FORMAT_NUMBERS.get(memoryFormat) as number),
  )
  access.reshaped()
}

/** Puts new tensors in the place of the module's: those without memory are of another kind than those with. */
function replaceAll(module: Module, change: (tensor: Tensor) => Tensor): void {
  const made = new Map<Tensor, Tensor>()
  const changed = (tensor: Tensor): Tensor => {
    const values = made.get(tensor) ?? noGradSync(() => change(tensor))
    const result =
      tensor instanceof Parameter && !made.has(tensor)
        ? parameter(values, tensor.requiresGrad)
        : values
    made.set(tensor, result)
    return result
  }
  for (const [, one] of namedModules(module)) {
    const { parameters, buffers } = ownMembers(one)
    for (const [name, tensor] of [...parameters, ...buffers]) {
      if (tensor !== null) Reflect.set(one, name, changed(tensor))
    }
  }
}

const isMeta = (device: string | null): boolean => device === 'meta'

/** Whether moving to `device` leads to or from tensors without memory. */
function crossesMeta(module: Module, device: string | null): boolean {
  if (device === null) return false
  return [...module.parameters(), ...module.buffers()].some(
    (tensor) => isMeta(tensor.device) !== isMeta(device),
  )
}

export function moveModule(module: Module, target: unknown): void {
  const options = targetOf(target)
  const { device, dtype, memoryFormat } = options
  if (!crossesMeta(module, device)) {
    if (!isMeta(device)) moveInPlace(module, options)
    return
  }
  if (!isMeta(device)) {
    throw new TypeError(
      `Module.to: the tensors of ${module.constructor.name} are on 'meta' and have no values to copy; use toEmpty`,
    )
  }
  replaceAll(module, (tensor) => {
    const casts = dtype !== null && (tensor.isFloatingPoint() || tensor.isComplex())
    return tensor.to({
      device: 'meta',
      dtype: casts ? dtype : tensor.dtype,
      ...(memoryFormat === null ? {} : { memoryFormat }),
    })
  })
}

/** Changes the dtype of floating-point tensors; complex ones keep theirs. */
export function castModule(module: Module, dtype: DType): void {
  native.moduleTo(
    ownMembers(module).handle,
    null,
    DTYPE_NUMBERS.get(dtype) as number,
    null,
    /* complex */ false,
  )
  access.reshaped()
}

export function emptyModule(module: Module, options: { device: DeviceLike }): void {
  const where = 'Module.toEmpty'
  const device = checkDevice(where, checkOptions(where, options, ['device']).device)
  // Where there are values to be had, they are as good as any.
  if (device === 'meta' || crossesMeta(module, device)) {
    replaceAll(module, (tensor) => emptyLike(tensor, { device }))
  } else {
    moveInPlace(module, { device, dtype: null, memoryFormat: null })
  }
}
