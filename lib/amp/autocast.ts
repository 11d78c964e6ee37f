// Autocast: operators that run in a low precision where that is safe, without a change of the model.

import { changedAutocast, type DeviceAutocast } from '../autograd/autocast-state.js'
import { type Mode, withMode } from '../autograd/mode-stack.js'
import { checkBoolean, checkOptions, fail, show } from '../check.js'
import { TorchError } from '../errors.js'
import { native } from '../native.js'
import { DTYPE_NUMBERS, DTYPES, type DType } from '../torch/types.js'
import { warnOnce } from '../warn.js'

/** Options of {@link autocast}. */
export interface AutocastOptions {
  /** What to cast to; by default {@link getAutocastDtype}: bfloat16 on CPU, float16 on CUDA. */
  dtype?: DType | null
  /** False runs the function without autocast, inside a region that has it. */
  enabled?: boolean
  /** Whether the casts of weights are kept until the outermost region ends; as around it by default. */
  cacheEnabled?: boolean
}

/** Kinds of devices, as in `'cuda:0'` before the colon. */
const TYPES = ['cpu', 'cuda', 'mps', 'xpu', 'hpu', 'mtia', 'meta', 'privateuseone']

const LOW_PRECISIONS: readonly DType[] = ['bfloat16', 'float16']

function checkType(where: string, deviceType: unknown): string {
  if (typeof deviceType === 'string' && TYPES.includes(deviceType)) return deviceType
  return fail(where, 'deviceType', "a kind of device such as 'cpu' or 'cuda'", deviceType)
}

/** @internal A kind of device that has autocast. */
export function checkAvailable(where: string, deviceType: unknown): string {
  const type = checkType(where, deviceType)
  if (native.autocastAvailable(type)) return type
  throw new TorchError(`${where}: there is no autocast for the device type '${type}'`)
}

const numberOf = (where: string, dtype: unknown): number =>
  DTYPE_NUMBERS.get(dtype as DType) ?? fail(where, 'dtype', "a dtype such as 'bfloat16'", dtype)

/** Whether autocast can be used there. PyTorch's `torch.amp.is_autocast_available`. */
export const isAutocastAvailable = (deviceType: string): boolean =>
  native.autocastAvailable(checkType('isAutocastAvailable', deviceType))

/** Whether this runs in an {@link autocast} for that kind of device. PyTorch's `torch.is_autocast_enabled`. */
export const isAutocastEnabled = (deviceType = 'cuda'): boolean =>
  native.autocastEnabled(checkAvailable('isAutocastEnabled', deviceType))

/** The dtype that {@link autocast} casts to, or would by default. PyTorch's `torch.get_autocast_dtype`. */
export const getAutocastDtype = (deviceType: string): DType =>
  DTYPES[native.autocastDtype(checkAvailable('getAutocastDtype', deviceType))] as DType

/** Whether autocast keeps casts of weights for reuse. PyTorch's `torch.is_autocast_cache_enabled`. */
export const isAutocastCacheEnabled = (): boolean => native.autocastCacheEnabled()

/** Forgets the casts of weights that autocast keeps for reuse. PyTorch's `torch.clear_autocast_cache`. */
export const clearAutocastCache = (): void => native.clearAutocastCache()

/** @internal Whether autocast can do what is asked; where Python warns and does without, so does this. */
export function isPossible(where: string, deviceType: string, dtype: DType): boolean {
  if (deviceType === 'cuda') {
    const reason = native.cudaReason()
    if (reason === '') return true
    warnOnce(`${where}: CUDA cannot be used (${reason}): nothing is cast`)
    return false
  }
  if (LOW_PRECISIONS.includes(dtype)) return true
  warnOnce(
    `${where}: on ${deviceType} it casts to ${LOW_PRECISIONS.join(' or ')}, not to ${dtype}: nothing is cast`,
  )
  return false
}

/** @internal The change of mode that {@link autocast} makes. */
export function autocastMode(
  where: string,
  deviceType: unknown,
  options: AutocastOptions,
): (mode: Mode) => Mode {
  const type = checkAvailable(where, deviceType)
  const { dtype, enabled = true, cacheEnabled } = options
  const number = numberOf(where, dtype ?? getAutocastDtype(type))
  checkBoolean(where, 'enabled', enabled)
  if (cacheEnabled !== undefined) checkBoolean(where, 'cacheEnabled', cacheEnabled)
  const choice: DeviceAutocast = {
    enabled: enabled && isPossible(where, type, DTYPES[number] as DType),
    dtype: number,
  }
  return (mode) => ({
    ...mode,
    autocast: changedAutocast(
      mode.autocast,
      type,
      choice,
      cacheEnabled ?? mode.autocast.cacheEnabled,
    ),
  })
}

/**
 * Runs `fn`, synchronous or not, with autocast: matrix products and convolutions cast their arguments to a low
 * precision, which is faster, operators that need the range or the digits cast theirs to float32, and all others take
 * what comes. Weights stay as they are. PyTorch's `torch.autocast`.
 *
 * It is for the forward and the loss; backward, outside, runs each operator in the dtype that its forward had. Regions
 * nest. An asynchronous `fn` keeps autocast through each `await`; other tasks that run meanwhile do not see it.
 *
 * @param deviceType the kind of device whose tensors are cast: 'cpu', 'cuda', …
 * @param dtype what to cast to; by default bfloat16 on CPU, float16 on CUDA
 * @param options {@link AutocastOptions}
 * @returns what `fn` returns
 * @throws TypeError for a device type or dtype that there is none of, TorchError for a device type without autocast
 * @example
 * const loss = torch.autocast('cpu', 'bfloat16', () => criterion(model(x), y))
 * loss.backward()
 */
export function autocast<T>(deviceType: string, fn: () => T): T
export function autocast<T>(
  deviceType: string,
  dtypeOrOptions: DType | AutocastOptions | null,
  fn: () => T,
): T
export function autocast<T>(
  deviceType: string,
  dtype: DType | null,
  options: Omit<AutocastOptions, 'dtype'>,
  fn: () => T,
): T
export function autocast<T>(deviceType: string, ...rest: unknown[]): T {
  const where = 'autocast'
  const fn = rest.pop() as () => T
  const isNamed = typeof rest[0] === 'string' || rest[0] === null
  const dtype = isNamed ? (rest.shift() as DType | null) : undefined
  if (rest.length > 1) throw new TypeError(`${where}: unexpected argument ${show(rest[1])}`)
  const options = checkOptions(where, rest[0] as AutocastOptions | undefined, [
    'dtype',
    'enabled',
    'cacheEnabled',
  ])
  if (isNamed && options.dtype !== undefined) {
    throw new TypeError(`${where}: dtype was given twice`)
  }
  const given = isNamed ? { ...options, dtype: dtype as DType | null } : options
  return withMode(where, autocastMode(where, deviceType, given), fn)
}
