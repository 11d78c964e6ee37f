// Values that TorchScript programs take and give, and the form in which native code reads and writes them
// (native/jit/values.h).

import { types } from 'node:util'
import { fail, isPlainObject } from '../check.js'
import { FloatNumber } from '../float-number.js'
import type { GeneratorHandle, JitValue, TensorHandle } from '../native.js'
import { isComplex } from '../torch/encode.js'
import type { FloatNumber as Float } from '../torch/float.js'
import type { Generator } from '../torch/generator.js'
import { namedTuple } from '../torch/named.js'
import type { Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'
import type { Complex } from '../torch/types.js'

/**
 * What a TorchScript program can be given. Arrays are lists and tuples, Maps and plain objects dicts, plain objects
 * also named tuples; null is None, a device a string. What each argument takes, its declaration says.
 */
export type ScriptInput =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Complex
  | Float
  | Tensor
  | Generator
  | readonly ScriptInput[]
  | ReadonlyMap<ScriptKey, ScriptInput>
  | { readonly [name: string]: ScriptInput }

/** What a TorchScript program gives. A list is an array, a tuple a frozen one, a dict a Map, None null. */
export type ScriptOutput =
  | null
  | boolean
  | number
  | bigint
  | string
  | Complex
  | Tensor
  | readonly ScriptOutput[]
  | Map<ScriptKey, ScriptOutput>

/** What can be the key of a dict in TorchScript. */
export type ScriptKey = boolean | number | bigint | string | Tensor

/** Types bound the depth of all arguments but those of type Any. */
const MAX_DEPTH = 64

/** A value as native code reads it. */
export function lower(where: string, param: string, value: unknown, depth = 0): JitValue {
  const handle = access.handleOf(value)
  if (handle !== undefined) return handle
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'function' || typeof value === 'symbol') {
      fail(where, param, 'a value that TorchScript knows', value)
    }
    return value as JitValue
  }
  if (depth > MAX_DEPTH) fail(where, param, `at most ${MAX_DEPTH} levels`, value)
  const inner = (element: unknown, key: number): JitValue =>
    lower(where, `${param}[${key}]`, element, depth + 1)
  if (Array.isArray(value)) return Array.from(value, inner)
  if (value instanceof Map) {
    return { keys: Array.from(value.keys(), inner), values: Array.from(value.values(), inner) }
  }
  if (value instanceof FloatNumber) return { float: value.value }
  if (isComplex(value)) return { re: value.re, im: value.im }
  if (isPlainObject(value)) {
    return { keys: Object.keys(value), values: Object.values(value).map(inner) }
  }
  const generator: GeneratorHandle | undefined = access.generatorOf(value)
  if (generator !== undefined) return generator
  return fail(where, param, 'a value that TorchScript knows', value)
}

/** What native code has written. */
export function raise(value: JitValue): ScriptOutput {
  if (typeof value !== 'object' || value === null) return value as ScriptOutput
  if (types.isExternal(value)) return access.wrap(value as unknown as TensorHandle)
  if (Array.isArray(value)) return value.map(raise)
  if ('tuple' in value) {
    const elements = value.tuple.map(raise)
    if (value.names === undefined) return Object.freeze(elements)
    const fields = Object.fromEntries(value.names.map((name, i) => [name, elements[i]]))
    return namedTuple<object, readonly ScriptOutput[]>(fields)
  }
  if ('keys' in value) {
    const values = value.values.map(raise)
    return new Map(value.keys.map((key, i) => [raise(key) as ScriptKey, values[i] ?? null]))
  }
  return value as Complex
}
