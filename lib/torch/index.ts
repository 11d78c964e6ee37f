// The `torch` object: what Python has in the module `torch`.

import {
  autocast,
  clearAutocastCache,
  getAutocastDtype,
  isAutocastCacheEnabled,
  isAutocastEnabled,
} from '../amp/autocast.js'
import * as amp from '../amp/index.js'
import * as autograd from '../autograd/index.js'
import {
  enableGrad,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  noGrad,
  setGradEnabled,
} from '../autograd/modes.js'
import * as aoti from '../jit/aoti.js'
import * as jit from '../jit/index.js'
import { native } from '../native.js'
import { backends } from './backends.js'
import { setMemoryBudget } from './budget.js'
import { fromBuffer, fromTypedArray, tensor } from './create.js'
import * as cuda from './cuda.js'
import { debug, liveTensors } from './debug.js'
import { currentDevice, setDefaultDevice, withDevice } from './default-device.js'
import { defaultDtypeName, setDefaultDtype } from './default-dtype.js'
import {
  areDeterministicAlgorithmsEnabled,
  getDeterministicDebugMode,
  getFloat32MatmulPrecision,
  isDeterministicAlgorithmsWarnOnlyEnabled,
  setDeterministicDebugMode,
  setFloat32MatmulPrecision,
  setFlushDenormal,
  useDeterministicAlgorithms,
} from './determinism.js'
import { constants } from './functions/constants.js'
import { aten, fft, linalg, special } from './functions/generated.js'
import * as functions from './functions/index.js'
import { Generator, generator } from './generator.js'
import { slice } from './indexing.js'
import { loadLibrary } from './load-library.js'
import { memory, scope } from './memory.js'
import type { TorchFunctions } from './ops.generated.js'
import { listOperators, ops } from './ops.js'
import { getPrintOptions, setPrintOptions } from './print-options.js'
import * as random from './random.js'
import { dropShared, fromShared } from './share.js'
import { sparse } from './sparse.js'
import { Tensor } from './tensor.js'
import {
  getNumInteropThreads,
  getNumThreads,
  setNumInteropThreads,
  setNumThreads,
} from './threads.js'
import { utils } from './utils.js'

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor

const written = {
  /** Version of libtorch that is loaded. */
  version: native.versions().libtorch,
  tensor,
  fromTypedArray,
  fromBuffer,
  isTensor,
  slice,
  fromShared,
  dropShared,
  Generator,
  generator,
  defaultGenerator: random.defaultGenerator,
  manualSeed: random.manualSeed,
  seed: random.seed,
  initialSeed: random.initialSeed,
  getRngState: random.getRngState,
  setRngState: random.setRngState,
  random,
  autograd,
  noGrad,
  enableGrad,
  setGradEnabled,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  amp,
  autocast,
  isAutocastEnabled,
  getAutocastDtype,
  isAutocastCacheEnabled,
  clearAutocastCache,
  scope,
  memory,
  setMemoryBudget,
  setPrintOptions,
  getPrintOptions,
  debug,
  liveTensors,
  getNumThreads,
  setNumThreads,
  getNumInteropThreads,
  setNumInteropThreads,
  getDefaultDevice: currentDevice,
  setDefaultDevice,
  withDevice,
  getDefaultDtype: defaultDtypeName,
  setDefaultDtype,
  useDeterministicAlgorithms,
  areDeterministicAlgorithmsEnabled,
  isDeterministicAlgorithmsWarnOnlyEnabled,
  setDeterministicDebugMode,
  getDeterministicDebugMode,
  getFloat32MatmulPrecision,
  setFloat32MatmulPrecision,
  setFlushDenormal,
  backends,
  utils,
  cuda,
  jit,
  aoti,
  loadLibrary,
  ops,
  listOperators,
  linalg,
  fft,
  special,
  sparse,
  ...constants,
  ...functions,
}

/** PyTorch's module `torch`: every operator as a function, and what is written by hand. */
export type Torch = Omit<TorchFunctions, keyof typeof written> & typeof written

export const torch: Torch = { ...aten, ...written }
