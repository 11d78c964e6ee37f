// Programs made smaller and faster for inference.

import { checkBoolean, checkOptions, checkString, fail } from '../check.js'
import { type ModuleHandle, native } from '../native.js'
import { moduleHandle } from '../nn/module.js'
import { ScriptModule, view } from './script-module.js'

/** Options of {@link freeze}. */
export interface FreezeOptions {
  /** Attributes and methods that stay, beside forward. */
  preservedAttrs?: readonly string[]
  /** Also applies what may change results in their last bits: folding batch normalization into convolutions. */
  optimizeNumerics?: boolean
}

function scriptHandle(where: string, module: unknown): ModuleHandle {
  if (!(module instanceof ScriptModule)) fail(where, 'module', 'a ScriptModule', module)
  return moduleHandle(where, 'module', module)
}

function checkNames(where: string, param: string, names: unknown): readonly string[] {
  if (!Array.isArray(names)) fail(where, param, 'an array of names', names)
  return names.map((name) => checkString(where, `an element of ${param}`, name))
}

/**
 * A copy of a program with its parameters, buffers and settings as constants in one forward, which libtorch can then
 * simplify. It has no parameters and no mode any more. PyTorch's `torch.jit.freeze`.
 *
 * @throws TorchError if the module is in training mode
 */
export function freeze<Output>(
  module: ScriptModule<Output>,
  options?: FreezeOptions,
): ScriptModule<Output> {
  const where = 'freeze'
  const handle = scriptHandle(where, module)
  const { preservedAttrs = [], optimizeNumerics = true } = checkOptions(where, options, [
    'preservedAttrs',
    'optimizeNumerics',
  ])
  checkBoolean(where, 'optimizeNumerics', optimizeNumerics)
  const names = checkNames(where, 'preservedAttrs', preservedAttrs)
  return view(native.jitFreeze(handle, optimizeNumerics, ...names))
}

/**
 * A copy of a program, frozen, with what makes inference faster on this kind of device, and perhaps nowhere else.
 * PyTorch's `torch.jit.optimize_for_inference`.
 *
 * @throws TorchError if the module is in training mode
 */
export function optimizeForInference<Output>(
  module: ScriptModule<Output>,
  options?: { otherMethods?: readonly string[] },
): ScriptModule<Output> {
  const where = 'optimizeForInference'
  const handle = scriptHandle(where, module)
  const { otherMethods = [] } = checkOptions(where, options, ['otherMethods'])
  const names = checkNames(where, 'otherMethods', otherMethods)
  return view(native.jitOptimizeForInference(handle, ...names))
}
