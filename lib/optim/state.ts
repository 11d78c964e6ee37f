// State dicts of optimizers: their format, and what is accepted as one.

import { fail } from '../check.js'
import { Tensor } from '../torch/tensor.js'

/** What a parameter's state may hold: tensors, and for a few optimizers numbers and lists. */
export type StateValue = Tensor | number | null | readonly StateValue[]

/** The state of one parameter by PyTorch's names. */
export type StateRecord = Readonly<Record<string, StateValue>>

/** A setting of a group, or the positions of its parameters. */
export type GroupValue = number | boolean | string | null | readonly (number | null)[] | string[]

/** State of an optimizer with PyTorch's own names, ready for a `.pth` file. */
export interface OptimizerStateDict<Value extends StateValue = StateValue> {
  /** State of each parameter, by its position over all groups. */
  state: Map<number, Record<string, Value>>
  param_groups: Record<string, GroupValue>[]
}

interface CheckedStateDict {
  state: ReadonlyMap<number, StateRecord>
  groups: { params: number[]; values: Record<string, unknown> }[]
}

/** Accepts a state dict with Maps or plain objects at any level: files give Maps. */
export function checkStateDict(where: string, stateDict: unknown): CheckedStateDict {
  const { state, param_groups } = plain(where, 'stateDict', stateDict)
  if (!Array.isArray(param_groups)) fail(where, 'param_groups', 'an array', param_groups)
  const byPosition = new Map<number, StateRecord>()
  const entries = state instanceof Map ? [...state] : Object.entries(plain(where, 'state', state))
  for (const [position, given] of entries) {
    const record: Record<string, StateValue> = {}
    for (const [name, value] of Object.entries(plain(where, `state[${String(position)}]`, given))) {
      // PyTorch writes None for a momentum that has not begun.
      if (value === null) continue
      if (!isStateValue(value)) fail(where, `state.${name}`, 'a Tensor', value)
      record[name] = value
    }
    byPosition.set(Number(position), record)
  }
  const groups = param_groups.map((group: unknown) => {
    const { params, ...settings } = plain(where, 'param_groups', group)
    if (!Array.isArray(params)) fail(where, 'param_groups.params', 'an array', params)
    const values = Object.fromEntries(
      // A learning rate may be a tensor in PyTorch.
      Object.entries(settings).map(([name, value]) => [
        name,
        value instanceof Tensor && value.numel() === 1 ? value.item() : value,
      ]),
    )
    return { params: params.map(Number), values }
  })
  return { state: byPosition, groups }
}

/**
 * A copy of a state value for a parameter, as PyTorch casts it: to its device and, if it is floating-point, its dtype.
 * The step stays as it is: low precisions cannot count far.
 */
export function castState(param: Tensor, name: string, value: StateValue): StateValue {
  if (Array.isArray(value)) return value.map((item: StateValue) => castState(param, name, item))
  if (!(value instanceof Tensor)) return value
  const copy = value.detach().clone()
  if (name === 'step') return copy
  return param.isFloatingPoint()
    ? copy.to({ device: param.device, dtype: param.dtype })
    : copy.to({ device: param.device })
}

/** A state dict with the same contents, which hooks may change. */
export const shallowCopy = (where: string, stateDict: unknown): OptimizerStateDict =>
  plain(where, 'stateDict', stateDict) as unknown as OptimizerStateDict

function isStateValue(value: unknown): value is StateValue {
  return (
    value instanceof Tensor ||
    value === null ||
    typeof value === 'number' ||
    (Array.isArray(value) && value.every(isStateValue))
  )
}

function plain(where: string, param: string, value: unknown): Record<string, unknown> {
  if (value instanceof Map) return Object.fromEntries(value)
  if (typeof value !== 'object' || value === null) fail(where, param, 'an object or a Map', value)
  return { ...value }
}
