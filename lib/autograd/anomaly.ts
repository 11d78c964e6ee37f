// Anomaly detection: which forward call is to blame for a failing backward.

import { checkBoolean, checkOptions } from '../check.js'
import { Bit, changeBase, changeBits, currentMode, type Mode, withMode } from './mode-stack.js'

/** Options of {@link detectAnomaly}. */
export interface AnomalyOptions {
  /** Let backward fail as soon as a gradient is NaN; true by default. */
  checkNan?: boolean
}

function detecting(where: string, options: AnomalyOptions | undefined): (mode: Mode) => Mode {
  const { checkNan = true } = checkOptions(where, options, ['checkNan'])
  checkBoolean(where, 'checkNan', checkNan)
  return checkNan
    ? changeBits(Bit.Anomaly | Bit.CheckNan, 0)
    : changeBits(Bit.Anomaly, Bit.CheckNan)
}

/**
 * Runs `fn`, synchronous or not, so that each operation that it records remembers the JavaScript stack of its call. A
 * backward in it that fails, or whose gradients become NaN, throws an error whose `cause` has the stack of the forward
 * call to blame. Some ten microseconds for each operation: for debugging. PyTorch's `torch.autograd.detect_anomaly`.
 *
 * As in PyTorch, gradients are checked in the whole process while any thread detects; stacks are kept only in this one.
 *
 * @returns what `fn` returns
 * @example
 * torch.autograd.detectAnomaly(() => loss(model(x), y).backward())
 * // TorchError: Function 'SqrtBackward0' returned nan values in its 0th output.
 * //   [cause]: ForwardCall: SqrtBackward0 was recorded by this forward call: at forward (net.ts:12:20) ...
 */
export function detectAnomaly<T>(fn: () => T, options?: AnomalyOptions): T {
  return withMode('detectAnomaly', detecting('detectAnomaly', options), fn)
}

/**
 * Turns {@link detectAnomaly} on or off for everything that this thread does outside it. PyTorch's
 * `torch.autograd.set_detect_anomaly`.
 */
export function setDetectAnomaly(enabled: boolean, options?: AnomalyOptions): void {
  const where = 'setDetectAnomaly'
  const on = detecting(where, options)
  const off = changeBits(0, Bit.Anomaly | Bit.CheckNan)
  changeBase(where, checkBoolean(where, 'enabled', enabled) ? on : off)
}

/** Whether operations remember their calls. PyTorch's `torch.is_anomaly_enabled`. */
export const isAnomalyEnabled = (): boolean => (currentMode().bits & Bit.Anomaly) !== 0
