// Modes around a function: whether autograd records what it does.

import { checkBoolean, checkOptions } from '../check.js'
import { Bit, changeBits, currentMode, withMode, withModeSync } from './mode-stack.js'

const recording = changeBits(Bit.Grad, 0)
const notRecording = changeBits(0, Bit.Grad)
const inferring = changeBits(Bit.Inference, Bit.Grad)
const notInferring = changeBits(Bit.Grad, Bit.Inference)

/**
 * Runs `fn` without recording for autograd: less memory, no gradients. PyTorch's `torch.no_grad()`.
 *
 * `fn` may be asynchronous. The mode then follows it through each `await` until its promise settles, and other tasks
 * that run meanwhile do not see it.
 *
 * @returns what `fn` returns
 * @example const accuracy = await torch.noGrad(async () => evaluate(model, await loadTestSet()))
 */
export const noGrad = <T>(fn: () => T): T => withMode('noGrad', notRecording, fn)

/** Runs `fn`, synchronous or not, with recording, inside a {@link noGrad}. PyTorch's `torch.enable_grad()`. */
export const enableGrad = <T>(fn: () => T): T => withMode('enableGrad', recording, fn)

/** {@link enableGrad} or {@link noGrad}, as `enabled` says. PyTorch's `torch.set_grad_enabled(mode)`. */
export function setGradEnabled<T>(enabled: boolean, fn: () => T): T {
  checkBoolean('setGradEnabled', 'enabled', enabled)
  return withMode('setGradEnabled', enabled ? recording : notRecording, fn)
}

/**
 * Runs `fn`, synchronous or not, in inference mode: as {@link noGrad}, and the tensors made in it are marked so that
 * autograd can never use them, which saves the bookkeeping of views and versions. PyTorch's `torch.inference_mode`.
 *
 * @param options `mode: false` leaves an inference mode around it for the time of `fn`
 * @returns what `fn` returns
 */
export function inferenceMode<T>(fn: () => T, options?: { mode?: boolean }): T {
  const { mode = true } = checkOptions('inferenceMode', options, ['mode'])
  checkBoolean('inferenceMode', 'mode', mode)
  return withMode('inferenceMode', mode ? inferring : notInferring, fn)
}

/** Whether operations are being recorded. PyTorch's `torch.is_grad_enabled`. */
export const isGradEnabled = (): boolean => (currentMode().bits & Bit.Grad) !== 0

/** Whether this runs in an {@link inferenceMode}. PyTorch's `torch.is_inference_mode_enabled`. */
export const isInferenceModeEnabled = (): boolean => (currentMode().bits & Bit.Inference) !== 0

/** @internal {@link noGrad} for a function that is known to be synchronous: cheaper. */
export const noGradSync = <T>(fn: () => T): T => withModeSync(notRecording, fn)

/** @internal {@link enableGrad} for a function that is known to be synchronous: cheaper. */
export const enableGradSync = <T>(fn: () => T): T => withModeSync(recording, fn)
