// One argument of an operator into the call frame, by PyTorch's rules for what counts as what
// (torch/csrc/utils/python_arg_parser.cpp): false means "this overload does not take that value".

import { isPlainObject } from '../check.js'
import { type NativeArgument, native, type TensorHandle } from '../native.js'
import { DEVICE_EXPECTED, deviceName } from './device.js'
import { FloatNumber } from './float.js'
import { fits, put, putSlot, Tag } from './frame.js'
import type { Tensor } from './tensor.js'
import { access } from './tensor-access.js'
import {
  type Complex,
  DTYPE_NUMBERS,
  LAYOUT_NUMBERS,
  MEMORY_FORMAT_NUMBERS,
  REDUCTION_NUMBERS,
} from './types.js'

/** An argument with what the rules need to know beyond the schema. */
export interface Argument extends NativeArgument {
  /** Name in JavaScript. */
  camelName: string
  /** A Tensor argument that also takes a number (add, sub, mul, div and their kin). */
  numberFriendly: boolean
}

export const isComplex = (value: unknown): value is Complex =>
  isPlainObject(value) && typeof value.re === 'number' && typeof value.im === 'number'

/** A 0-dimensional tensor without gradient, which stands for its number where a number is due. */
function zeroDim(value: unknown): Tensor | undefined {
  if (typeof value !== 'object' || access.handleOf(value) === undefined) return undefined
  const tensor = value as Tensor
  return tensor.dim() === 0 && !tensor.requiresGrad ? tensor : undefined
}

const itemOf = (tensor: Tensor): unknown => native.item(access.handleOf(tensor) as TensorHandle)

/** The value of a 0-dimensional integer tensor; undefined for anything else. */
function integerItem(value: unknown): unknown {
  const tensor = zeroDim(value)
  return tensor !== undefined && /^u?int/.test(tensor.dtype) ? itemOf(tensor) : undefined
}

function putInteger(value: unknown): boolean {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) return false
    put(Tag.Integer)
    put(value)
    return true
  }
  if (typeof value === 'bigint') {
    putSlot(value)
    return true
  }
  const item = integerItem(value)
  return item !== undefined && putInteger(item)
}

function putDouble(value: unknown): boolean {
  if (typeof value === 'number') {
    put(Tag.Double)
    put(value)
    return true
  }
  if (typeof value === 'bigint') return putDouble(Number(value))
  if (value instanceof FloatNumber) return putDouble(value.value)
  const tensor = zeroDim(value)
  const item = tensor === undefined ? undefined : itemOf(tensor)
  return (typeof item === 'number' || typeof item === 'bigint') && putDouble(item)
}

function putBool(value: unknown): boolean {
  if (typeof value !== 'boolean') return false
  put(Tag.Bool)
  put(value ? 1 : 0)
  return true
}

/** An integral number is an integer to type promotion, as is a bigint; -0 would lose its sign. */
function putScalar(value: unknown): boolean {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && !Object.is(value, -0)
      ? putInteger(value)
      : putDouble(value)
  }
  if (typeof value === 'boolean') return putBool(value)
  if (typeof value === 'bigint') {
    putSlot(value)
    return true
  }
  if (isComplex(value)) {
    put(Tag.Complex)
    put(value.re)
    put(value.im)
    return true
  }
  if (value instanceof FloatNumber) return putDouble(value.value)
  const tensor = zeroDim(value)
  if (tensor === undefined) return false
  const item = itemOf(tensor)
  // A floating-point 2 stays one: as an integer it would promote otherwise.
  return /float/.test(tensor.dtype) ? putDouble(item) : putScalar(item)
}

function putTensor(argument: Argument, value: unknown): boolean {
  const handle = access.handleOf(value)
  if (handle !== undefined) {
    putSlot(handle)
    return true
  }
  if (!argument.numberFriendly) return false
  if (typeof value !== 'object' || isComplex(value) || value instanceof FloatNumber) {
    put(Tag.Wrapped)
    return putScalar(value)
  }
  return false
}

function putNamed(numbers: ReadonlyMap<string, number>, value: unknown): boolean {
  const number = typeof value === 'string' ? numbers.get(value) : undefined
  if (number === undefined) return false
  put(Tag.Integer)
  put(number)
  return true
}

function putDevice(value: unknown): boolean {
  return putString(deviceName(value))
}

function putString(value: unknown): boolean {
  if (typeof value !== 'string') return false
  putSlot(value)
  return true
}

function putSingle(argument: Argument, value: unknown): boolean {
  switch (argument.kind) {
    case 'Tensor':
      return putTensor(argument, value)
    case 'int':
      if (argument.name === 'reduction' && typeof value === 'string') {
        return putNamed(REDUCTION_NUMBERS, value)
      }
      return putInteger(value)
    case 'float':
      return putDouble(value)
    case 'Scalar':
      return putScalar(value)
    case 'bool':
      return putBool(value)
    case 'str':
      return putString(value)
    case 'ScalarType':
      return putNamed(DTYPE_NUMBERS, value)
    case 'Layout':
      return putNamed(LAYOUT_NUMBERS, value)
    case 'MemoryFormat':
      return putNamed(MEMORY_FORMAT_NUMBERS, value)
    case 'Device':
      return putDevice(value)
    case 'Generator':
      return putGenerator(value)
    default:
      return false
  }
}

function putGenerator(value: unknown): boolean {
  const handle = access.generatorOf(value)
  if (handle === undefined) return false
  putSlot(handle)
  return true
}

function putIntegers(values: readonly unknown[]): boolean {
  checkFits(values, 1)
  put(Tag.Integers)
  put(values.length)
  for (const value of values) {
    const number = typeof value === 'bigint' ? Number(value) : value
    if (typeof number === 'number' && Number.isSafeInteger(number)) {
      put(number)
      continue
    }
    const item = integerItem(value)
    if (typeof item !== 'number') return false
    put(item)
  }
  return true
}

/** Words that an element takes at most: a tag, and a slot or a complex number. */
const elementWords = (argument: Argument): number => (argument.kind === 'Scalar' ? 4 : 2)

function checkFits(values: readonly unknown[], words: number): void {
  if (!fits(values.length * words + 2)) {
    throw new RangeError(`an array of ${values.length} elements is too long for one call`)
  }
}

/** A single number for int[N] counts for each of the N dimensions. */
function putRepeated(argument: Argument, value: unknown): boolean {
  if (argument.length === 0 || (typeof value !== 'number' && typeof value !== 'bigint')) {
    return false
  }
  if (argument.kind === 'int' && Number.isSafeInteger(value)) {
    put(Tag.Integers)
    put(argument.length)
    for (let i = 0; i < argument.length; i++) put(value as number)
    return true
  }
  return putList(argument, new Array(argument.length).fill(value))
}

function putList(argument: Argument, value: unknown): boolean {
  if (!Array.isArray(value)) return putRepeated(argument, value)
  if (argument.kind === 'int') return putIntegers(value)
  checkFits(value, elementWords(argument))
  put(Tag.List)
  put(value.length)
  for (const element of value) {
    if (argument.optionalElement && (element === null || element === undefined)) put(Tag.None)
    else if (!putSingle(argument, element)) return false
  }
  return true
}

/** Writes `value` for `argument`; false if the argument does not take it (the frame is then half written). */
export function putArgument(argument: Argument, value: unknown): boolean {
  if (value === null) {
    // Python also takes None for a list whose default is empty.
    if (!argument.optional && !argument.emptyDefault) return false
    put(argument.optional ? Tag.None : Tag.Default)
    return true
  }
  return argument.list ? putList(argument, value) : putSingle(argument, value)
}

const EXPECTED: Readonly<Record<string, string>> = {
  Tensor: 'a Tensor',
  int: 'an integer',
  float: 'a number',
  Scalar: 'a number',
  bool: 'a boolean',
  str: 'a string',
  ScalarType: "a dtype such as 'float32'",
  Layout: "a layout such as 'strided'",
  MemoryFormat: "a memory format such as 'channels_last'",
  Device: DEVICE_EXPECTED,
  Generator: 'a Generator',
}

const PLURAL: Readonly<Record<string, string>> = {
  Tensor: 'an array of Tensors',
  int: 'an array of integers',
  float: 'an array of numbers',
  Scalar: 'an array of numbers',
  bool: 'an array of booleans',
  str: 'an array of strings',
}

/** What an argument takes, in words for an error message. */
export function expectation(argument: Argument): string {
  const words = argument.list ? PLURAL[argument.kind] : EXPECTED[argument.kind]
  const base = words ?? `a ${argument.kind} (which cannot be given from JavaScript)`
  const single = argument.list && argument.length > 0 ? ' or one integer' : ''
  const number = argument.numberFriendly ? ' or a number' : ''
  const none = argument.optional ? ' or null' : ''
  return base + single + number + none
}
