// Custom functions in autocast regions.

import type { FunctionContext } from '../autograd/function-context.js'
import { checkFunction, checkOptions, fail, isPlainObject } from '../check.js'
import { deviceType } from '../torch/device.js'
import { Tensor } from '../torch/tensor.js'
import { DTYPE_NUMBERS, type DType } from '../torch/types.js'
import { autocast, getAutocastDtype, isAutocastEnabled } from './autocast.js'

/** Autocast as the forward of a custom function has found it. */
interface Found {
  readonly enabled: boolean
  readonly dtype: DType
}

const found = new WeakMap<FunctionContext, Found>()

/** Options of {@link customFwd}. */
export interface CustomFwdOptions {
  /** The kind of device whose tensors and whose autocast are meant. */
  deviceType: string
  /** In an autocast region, cast the inputs to this dtype, and run the forward without autocast. */
  castInputs?: DType | null
}

/** `value` with the floating-point tensors in it cast, except float64, as PyTorch does. */
function cast(value: unknown, type: string, dtype: DType): unknown {
  if (value instanceof Tensor) {
    const fits =
      value.isFloatingPoint() && deviceType(value.device) === type && value.dtype !== 'float64'
    return fits ? value.to({ dtype }) : value
  }
  if (Array.isArray(value)) return value.map((item) => cast(item, type, dtype))
  if (!isPlainObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, cast(item, type, dtype)]),
  )
}

/**
 * The forward of a custom function for use in autocast regions. Its backward must be wrapped by {@link customBwd}.
 * PyTorch's `torch.amp.custom_fwd`.
 *
 * @returns a forward to give to `torch.autograd.function`
 */
export function customFwd<Context extends FunctionContext, Inputs extends readonly unknown[], R>(
  forward: (ctx: Context, ...inputs: Inputs) => R,
  options: CustomFwdOptions,
): (ctx: Context, ...inputs: Inputs) => R {
  const where = 'customFwd'
  checkFunction(where, 'forward', forward)
  const { deviceType, castInputs = null } = checkOptions(where, options, [
    'deviceType',
    'castInputs',
  ])
  if (castInputs !== null && !DTYPE_NUMBERS.has(castInputs)) {
    fail(where, 'castInputs', "a dtype such as 'float32'", castInputs)
  }
  return (ctx, ...inputs) => {
    const enabled = isAutocastEnabled(deviceType)
    found.set(ctx, { enabled: enabled && castInputs === null, dtype: getAutocastDtype(deviceType) })
    if (!enabled || castInputs === null) return forward(ctx, ...inputs)
    const values = inputs.map((input) => cast(input, deviceType, castInputs))
    return autocast(deviceType, { enabled: false }, () =>
      forward(ctx, ...(values as unknown as Inputs)),
    )
  }
}

/**
 * The backward of a custom function, run with the autocast that its forward had. PyTorch's `torch.amp.custom_bwd`.
 *
 * @returns a backward to give to `torch.autograd.function`
 */
export function customBwd<Context extends FunctionContext, Grads extends readonly unknown[], R>(
  backward: (ctx: Context, ...gradOutputs: Grads) => R,
  options: { deviceType: string },
): (ctx: Context, ...gradOutputs: Grads) => R {
  const where = 'customBwd'
  checkFunction(where, 'backward', backward)
  const { deviceType } = checkOptions(where, options, ['deviceType'])
  return (ctx, ...gradOutputs) => {
    const autocastOf = found.get(ctx)
    if (autocastOf === undefined) fail(where, 'ctx', 'a context that customFwd has seen', ctx)
    return autocast(deviceType, autocastOf, () => backward(ctx, ...gradOutputs))
  }
}
