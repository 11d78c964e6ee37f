// What must be left alone while the compute thread works with it.

import { TorchError } from '../errors.js'
import type { TensorHandle } from '../native.js'
import { type ModuleHandle, type Native, native, type OptimizerHandle } from '../native.js'
import { access } from './tensor-access.js'

/** How many jobs of this thread are under way: 0 or 1. While it is 0 nothing below is asked. */
export const computing = { jobs: 0 }

type Kind = 'tensor' | 'module' | 'optimizer'

/** @internal Refuses what is in use by the running job: its values may be read, its structure may not be changed. */
export function checkIdle(
  where: string,
  kind: Kind,
  handle: TensorHandle | ModuleHandle | OptimizerHandle,
): void {
  if (computing.jobs !== 0 && native.inUse(handle)) throw busy(where, kind)
}

const busy = (where: string, kind: Kind): TorchError =>
  new TorchError(
    `${where}: the ${kind} is in use by work off the JS thread: await callAsync, backwardAsync or the step first`,
  )

/**
 * @internal Refuses an operator that may change the shape of tensors in use, or that may move memory which others,
 * a graph among them, refer to.
 */
export function checkReshaping(where: string, written: readonly unknown[]): void {
  for (const value of written.flat()) {
    const handle = access.handleOf(value)
    if (handle === undefined) continue
    checkIdle(where, 'tensor', handle)
    if (where.startsWith('resize') && native.sharesMemory(handle)) throw busy(where, 'tensor')
  }
}

/**
 * Native functions that change what a job relies on, or read it by way of pointers, and what the user knows them as; by
 * the kind of their first argument.
 */
const GUARDED: Record<Kind, Partial<Record<keyof Native, string>>> = {
  module: {
    // A program may assign its attributes while it runs.
    jitAttribute: 'ScriptModule.attribute',
    jitCall: 'ScriptModule',
    jitCopy: 'ScriptModule.clone',
    jitFreeze: 'jit.freeze',
    jitIdentities: 'ScriptModule',
    jitOptimizeForInference: 'jit.optimizeForInference',
    jitSave: 'ScriptModule.save',
    moduleTo: 'Module.to',
    removeBuffer: 'Module',
    removeChild: 'Module',
    removeParameter: 'Module',
    runInJs: 'Module',
    setBuffer: 'Module',
    setChild: 'Module',
    setParameter: 'Module',
    setTraining: 'Module.train',
    swapBatchNormMomentum: 'BatchNorm.momentum',
  },
  optimizer: {
    addParamGroup: 'Optimizer.addParamGroup',
    checkGradients: 'gradScaler.step',
    clearOptimizerState: 'Optimizer.loadStateDict',
    optimizerState: 'Optimizer.stateDict',
    setGroupValue: 'Optimizer.paramGroups',
    setOptimizerState: 'Optimizer.loadStateDict',
    stepOptimizer: 'Optimizer.step',
    unscaleGradients: 'gradScaler.unscale_',
    zeroGrad: 'Optimizer.zeroGrad',
  },
  tensor: {
    grad: 'Tensor.grad',
    registerHook: 'registerHook',
    registerPostAccumulateGradHook: 'registerPostAccumulateGradHook',
    retainGrad: 'retainGrad',
    setGrad: 'Tensor.grad',
    setRequiresGrad: 'requiresGrad_',
  },
}

/** Puts `check` before a native function. */
function guard(name: keyof Native, check: (values: unknown[]) => void): void {
  const entry = native[name] as (...values: unknown[]) => unknown
  Object.assign(native, {
    [name]: (...values: unknown[]) => {
      if (computing.jobs !== 0) check(values)
      return entry(...values)
    },
  })
}

for (const [kind, names] of Object.entries(GUARDED)) {
  for (const [name, where] of Object.entries(names)) {
    guard(name as keyof Native, ([handle]) => {
      checkIdle(where, kind as Kind, handle as TensorHandle)
    })
  }
}

guard('runBackward', ([, count, ...tensors]) => {
  const outputs = tensors.slice(0, count as number) as TensorHandle[]
  if (native.graphInUse(...outputs)) throw busy('backward', 'tensor')
})
