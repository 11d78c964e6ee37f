// torch.nn.utils.stateless: calls of modules with other parameters than their own.

import { checkOptions, fail, isThenable, show } from '../../check.js'
import { native } from '../../native.js'
import { Tensor } from '../../torch/tensor.js'
import { handleOf } from '../../torch/tensor-access.js'
import { ownMembers, splitName } from '../members.js'
import { Module } from '../module.js'
import { NativeModule } from '../native-module.js'

/** Options of {@link functionalCall}. */
export interface FunctionalCallOptions {
  /** Whether what shares a parameter shares what takes its place, true unless said otherwise. */
  tieWeights?: boolean
  /** Whether all parameters and buffers must be given, and nothing else. */
  strict?: boolean
}

/** One tensor of a module by its name there. */
interface Slot {
  readonly module: Module
  readonly name: string
  readonly own: Tensor
  readonly kind: 'parameter' | 'buffer'
}

function slotsOf(root: Module): Map<string, Slot> {
  const slots = new Map<string, Slot>()
  const add = (kind: Slot['kind'], path: string, own: Tensor): void => {
    const [parent, name] = splitName(path)
    slots.set(path, { module: root.getSubmodule(parent), name, own, kind })
  }
  const options = { removeDuplicate: false }
  for (const [path, own] of root.namedParameters(options)) add('parameter', path, own)
  for (const [path, own] of root.namedBuffers(options)) add('buffer', path, own)
  return slots
}

function put(slot: Slot, tensor: Tensor): void {
  const { module, name } = slot
  // An accessor: the property changes, and what JS has registered does not.
  Object.defineProperty(module, name, { configurable: true, enumerable: true, get: () => tensor })
  setNative(slot, tensor)
}

function restore(slot: Slot): void {
  const { module, name, own } = slot
  const property = { configurable: true, enumerable: true, writable: true, value: own }
  Object.defineProperty(module, name, property)
  setNative(slot, own)
}

/** What the native forward computes with. */
function setNative({ module, name, kind }: Slot, tensor: Tensor): void {
  if (!(module instanceof NativeModule)) return
  const set = kind === 'parameter' ? native.setParameter : native.setBuffer
  set(ownMembers(module).handle, name, handleOf('functionalCall', name, tensor))
}

/**
 * Calls a module with other tensors in the place of its parameters and buffers, which stay as they are: gradients go to
 * the tensors given. PyTorch's `torch.func.functional_call` and `nn.utils.stateless.functional_call`.
 *
 * @param tensors by the names of the state dict; those that are not given are the module's own
 * @param inputs what the module is called with, an array or a single input
 * @returns the module's output
 */
export function functionalCall<M extends Module>(
  module: M,
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  inputs: Parameters<M['forward']> | Parameters<M['forward']>[0],
  options?: FunctionalCallOptions,
): ReturnType<M['forward']> {
  const where = 'functionalCall'
  if (!(module instanceof Module)) fail(where, 'module', 'a module', module)
  if (typeof tensors !== 'object' || tensors === null) {
    fail(where, 'tensors', 'a Map or an object of tensors', tensors)
  }
  const { tieWeights = true, strict = false } = checkOptions(where, options, [
    'tieWeights',
    'strict',
  ])
  const slots = slotsOf(module)
  const given = new Map<string, unknown>(tensors instanceof Map ? tensors : Object.entries(tensors))
  if (strict) checkAll(where, slots, given)
  const changes = new Map<Slot, Tensor>()
  for (const [path, tensor] of given) {
    const slot = slots.get(path)
    if (slot === undefined) {
      if (strict) continue
      throw new RangeError(
        `${where}: expected the names of parameters and buffers of ${module.constructor.name}, got ${show(path)}`,
      )
    }
    if (!(tensor instanceof Tensor)) fail(where, path, 'a Tensor', tensor)
    changes.set(slot, tensor)
    if (!tieWeights) continue
    for (const [other, tied] of slots) {
      if (tied.own === slot.own && !given.has(other)) changes.set(tied, tensor)
    }
  }
  const done: Slot[] = []
  try {
    for (const [slot, tensor] of changes) {
      done.push(slot)
      put(slot, tensor)
    }
    const values: unknown[] = Array.isArray(inputs) ? inputs : [inputs]
    const call = module as unknown as (...values: unknown[]) => ReturnType<M['forward']>
    const output = call(...values)
    if (isThenable(output)) {
      throw new TypeError(`${where}: the module's forward must not be async`)
    }
    return output
  } finally {
    for (const slot of done) restore(slot)
  }
}

function checkAll(
  where: string,
  slots: ReadonlyMap<string, Slot>,
  given: ReadonlyMap<string, unknown>,
): void {
  const missing = [...slots.keys()].filter((name) => !given.has(name))
  const unexpected = [...given.keys()].filter((name) => !slots.has(name))
  if (missing.length + unexpected.length === 0) return
  throw new RangeError(
    `${where}: expected all names, missing: ${missing.join(', ') || 'none'}; unexpected: ${unexpected.join(', ') || 'none'}`,
  )
}
