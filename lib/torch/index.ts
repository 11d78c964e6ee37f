// The `torch` object: what Python has in the module `torch`.

import { isPlainObject } from '../check.js'
import { native } from '../native.js'
import { fromBuffer, fromTypedArray, tensor } from './create.js'
import * as cuda from './cuda.js'
import { defaultDtypeName, setDefaultDtype } from './default-dtype.js'
import { makeFunction } from './dispatch.js'
import { isComplex } from './encode.js'
import { slice } from './indexing.js'
import { memory, scope } from './memory.js'
import { enableGrad, isGradEnabled, noGrad } from './modes.js'
import {
  type FftFunctions,
  type LinalgFunctions,
  type Namespace,
  type SpecialFunctions,
  type TorchFunctions,
  tables,
} from './ops.generated.js'
import { listOperators, ops } from './ops.js'
import { onConcatenate } from './print.js'
import { getRngState, manualSeed, setRngState } from './random.js'
import { Tensor } from './tensor.js'
import { getNumThreads, setNumThreads } from './threads.js'

/** The functions of one generated namespace. */
export function generated<T>(namespace: Namespace): T {
  const functions: Record<string, unknown> = {}
  for (const [name, candidates] of Object.entries(tables[namespace])) {
    functions[name] = makeFunction(name, candidates)
  }
  return functions as T
}

const functions = generated<TorchFunctions>('torch')

/** As ATen's, but a number makes a floating-point tensor: JavaScript cannot tell 2 from 2.0. */
const full = ((...values: unknown[]) => {
  const last = values.at(-1)
  const options = isPlainObject(last) && !isComplex(last) ? last : {}
  const given = options === last ? values.slice(0, -1) : values
  const value = given[1] ?? options.fillValue
  const dtype =
    typeof value === 'number' && options.out === undefined ? defaultDtypeName() : undefined
  return (functions.full as (...all: unknown[]) => Tensor)(...given, { dtype, ...options })
}) as TorchFunctions['full']

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor

const written = {
  /** Version of libtorch that is loaded. */
  version: native.versions().libtorch,
  tensor,
  fromTypedArray,
  fromBuffer,
  full,
  isTensor,
  slice,
  manualSeed,
  getRngState,
  setRngState,
  noGrad,
  enableGrad,
  isGradEnabled,
  scope,
  memory,
  getNumThreads,
  setNumThreads,
  getDefaultDtype: defaultDtypeName,
  setDefaultDtype,
  cuda,
  ops,
  listOperators,
  linalg: generated<LinalgFunctions>('linalg'),
  fft: generated<FftFunctions>('fft'),
  special: generated<SpecialFunctions>('special'),
}

/** PyTorch's module `torch`: every operator as a function, and what is written by hand. */
export type Torch = Omit<TorchFunctions, keyof typeof written> & typeof written

export const torch: Torch = { ...functions, ...written }

onConcatenate((tensors, dim) => torch.cat(tensors, dim))
