// How a compiled model's arguments and results are made of tensors: Python's pytree specifications, as JSON.

import { fail, isPlainObject } from '../check.js'
import { TorchError } from '../errors.js'
import { camelCase } from '../torch/camel.js'
import { Tensor } from '../torch/tensor.js'
import type { ScriptOutput } from './values.js'

/** A container of containers and leaves. Leaves are tensors, or constants that were compiled in. */
export interface TreeSpec {
  /** Python's name of the container; null for a leaf. */
  readonly type: string | null
  /** Keys of a dict. */
  readonly keys: readonly string[]
  readonly children: readonly TreeSpec[]
}

const LISTS = ['builtins.tuple', 'builtins.list']
const DICTS = ['builtins.dict', 'collections.OrderedDict', 'collections.defaultdict']

/** Reads `[1, { type, context, children_spec }]`; undefined for containers that have no form in JavaScript. */
export function parseSpec(text: string): TreeSpec | undefined {
  try {
    const [version, root]: unknown[] = JSON.parse(text)
    return version === 1 ? specOf(root) : undefined
  } catch {
    return undefined
  }
}

function specOf(value: unknown): TreeSpec | undefined {
  if (!isPlainObject(value) || !Array.isArray(value.children_spec)) return undefined
  const { type } = value
  if (type === null) return { type, keys: [], children: [] }
  const children = value.children_spec.map(specOf)
  if (typeof type !== 'string' || !children.every((child) => child !== undefined)) return undefined
  if (LISTS.includes(type)) return { type, keys: [], children }
  if (!DICTS.includes(type) || typeof value.context !== 'string') return undefined
  const keys: unknown = JSON.parse(value.context)
  const isFit = Array.isArray(keys) && keys.length === children.length
  return isFit && keys.every((key) => typeof key === 'string')
    ? { type, keys, children }
    : undefined
}

/** The tensors of a value that the specification describes, in order. */
export function flatten(where: string, param: string, spec: TreeSpec, value: unknown): Tensor[] {
  const { type, keys, children } = spec
  if (type === null) return value instanceof Tensor ? [value] : constant(where, param, value)
  if (LISTS.includes(type)) {
    if (!Array.isArray(value) || value.length !== children.length) {
      fail(where, param, `an array of length ${children.length}`, value)
    }
    return children.flatMap((child, i) => flatten(where, `${param}[${i}]`, child, value[i]))
  }
  const entries = value instanceof Map ? value : new Map(plainEntries(where, param, value))
  const unknown = [...entries.keys()].find(
    (name) => !keys.some((key) => key === name || camelCase(key) === name),
  )
  if (unknown !== undefined) {
    throw new TypeError(`${where}: unknown ${param} '${unknown}'; there are ${keys.join(', ')}`)
  }
  return children.flatMap((child, i) => {
    const key = keys[i] ?? ''
    return flatten(
      where,
      `${param} '${key}'`,
      child,
      entries.get(key) ?? entries.get(camelCase(key)),
    )
  })
}

const plainEntries = (where: string, param: string, value: unknown): [string, unknown][] =>
  isPlainObject(value) ? Object.entries(value) : fail(where, param, 'a Map or an object', value)

/** Numbers and None were compiled in as they were; what is given for them makes no difference. */
function constant(where: string, param: string, value: unknown): Tensor[] {
  if (
    value === undefined || typeof value === 'object' ? value !== null : typeof value === 'function'
  ) {
    fail(where, param, 'a Tensor', value)
  }
  return []
}

/** How many leaves a value has. */
export const leaves = ({ type, children }: TreeSpec): number =>
  type === null ? 1 : children.reduce((sum, child) => sum + leaves(child), 0)

/** The value that the specification describes, made of tensors: lists and tuples are arrays, dicts Maps. */
export function unflatten(where: string, spec: TreeSpec, tensors: readonly Tensor[]): ScriptOutput {
  if (leaves(spec) !== tensors.length) {
    throw new TorchError(
      `${where}: the model has given ${tensors.length} tensors for ${leaves(spec)} values; run() hands them out as they are`,
    )
  }
  const rest = tensors.values()
  const build = ({ type, keys, children }: TreeSpec): ScriptOutput => {
    if (type === null) return rest.next().value ?? null
    const values = children.map(build)
    if (type === 'builtins.tuple') return Object.freeze(values)
    return type === 'builtins.list'
      ? values
      : new Map(keys.map((key, i) => [key, values[i] ?? null]))
  }
  return build(spec)
}
