// What an optimizer takes: parameters, with or without names, in one group or several.

import { fail, isPlainObject } from '../check.js'
import { Tensor } from '../torch/tensor.js'

/** A parameter with its name, as `model.namedParameters()` gives them. */
export type NamedParam = readonly [name: string, param: Tensor]

/** Parameters of one group, with the settings that differ from the optimizer's. */
export type GroupInput<Options extends object> = Partial<Options> & {
  /** All with names, which state dicts then show, or all without. */
  params: Tensor | Iterable<Tensor | NamedParam>
  /** The learning rate that schedulers start from when they go on with a schedule; theirs to set otherwise. */
  initialLr?: number
}

/** What an optimizer takes: tensors, `model.namedParameters()`, or groups of either. */
export type ParamsInput<Options extends object> =
  | Iterable<Tensor | NamedParam>
  | readonly GroupInput<Options>[]

/** The parameters of a group, and their names if they have any. */
export interface GroupParams {
  readonly tensors: readonly Tensor[]
  readonly names: readonly string[] | undefined
}

const isNamed = (item: unknown): item is NamedParam =>
  Array.isArray(item) && item.length === 2 && typeof item[0] === 'string'

/** Checks the parameters of a group. */
export function groupParams(where: string, params: unknown): GroupParams {
  if (params instanceof Tensor) return { tensors: [params], names: undefined }
  if (typeof params !== 'object' || params === null || !(Symbol.iterator in params)) {
    fail(where, 'params', 'an iterable of Tensors', params)
  }
  const items = [...(params as Iterable<unknown>)]
  const named = items.filter(isNamed)
  if (named.length > 0 && named.length < items.length) {
    throw new TypeError(`${where}: expected names for all params or for none`)
  }
  const tensors = items.map((item) => {
    const param = isNamed(item) ? item[1] : item
    return param instanceof Tensor ? param : fail(where, 'params', 'Tensors', param)
  })
  return { tensors, names: named.length === 0 ? undefined : named.map(([name]) => name) }
}

/** What the maker of an optimizer was given, as groups. */
export function asGroups<Options extends object>(
  where: string,
  params: unknown,
): GroupInput<Options>[] {
  const isIterable = typeof params === 'object' && params !== null && Symbol.iterator in params
  if (params instanceof Tensor || !isIterable) {
    fail(where, 'params', 'an iterable of Tensors or an array of groups', params)
  }
  const items = [...(params as Iterable<unknown>)]
  if (items.length === 0) {
    throw new TypeError(`${where}: expected parameters, got an empty list`)
  }
  return isPlainObject(items[0])
    ? (items as GroupInput<Options>[])
    : [{ params: items } as unknown as GroupInput<Options>]
}
