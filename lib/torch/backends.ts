// Switches of the libraries below libtorch, as properties. They belong to the process, and are there whether or not
// the library is: a CPU build keeps those of CUDA too.

import { checkBoolean } from '../check.js'
import { native } from '../native.js'

/** An object whose properties are the switches `prefix.name`, read and written where libtorch keeps them. */
function switches<Name extends string>(
  prefix: string,
  names: readonly Name[],
): Record<Name, boolean> {
  const result = {} as Record<Name, boolean>
  for (const name of names) {
    Object.defineProperty(result, name, {
      enumerable: true,
      get: () => native.getSwitch(prefix + name),
      set: (value: unknown) => {
        native.setSwitch(prefix + name, checkBoolean(`backends.${prefix}${name}`, 'value', value))
      },
    })
  }
  return result
}

/** Matrix products on CUDA. */
const matmul = switches('cuda.matmul.', [
  'allowTf32',
  'allowFp16ReducedPrecisionReduction',
  'allowBf16ReducedPrecisionReduction',
])

/** One of the ways to compute scaled dot-product attention: asked and told by functions, as in Python. */
function attention(name: string): [enabled: () => boolean, enable: (on: boolean) => void] {
  return [
    () => native.getSwitch(`cuda.${name}`),
    (on) => native.setSwitch(`cuda.${name}`, checkBoolean(`enable ${name}`, 'enabled', on)),
  ]
}

const [flashSdpEnabled, enableFlashSdp] = attention('flashSdp')
const [memEfficientSdpEnabled, enableMemEfficientSdp] = attention('memEfficientSdp')
const [mathSdpEnabled, enableMathSdp] = attention('mathSdp')
const [cudnnSdpEnabled, enableCudnnSdp] = attention('cudnnSdp')

/** PyTorch's `torch.backends`. Process-wide. */
export const backends = {
  /** cuDNN: whether it is used, tries its algorithms for the fastest, only uses repeatable ones, may round to TF32. */
  cudnn: switches('cudnn.', ['enabled', 'benchmark', 'deterministic', 'allowTf32']),
  /** cuBLAS and the kernels of attention. */
  cuda: {
    matmul,
    flashSdpEnabled,
    enableFlashSdp,
    memEfficientSdpEnabled,
    enableMemEfficientSdp,
    mathSdpEnabled,
    enableMathSdp,
    cudnnSdpEnabled,
    enableCudnnSdp,
  },
  /** oneDNN: whether it is used, and only uses repeatable algorithms. */
  mkldnn: switches('mkldnn.', ['enabled', 'deterministic']),
  /** NNPACK: whether it is used. */
  nnpack: switches('nnpack.', ['enabled']),
}

/** PyTorch's `torch.utils`. */
export const utils = {
  /** `fillUninitializedMemory`: whether deterministic mode fills new memory with NaN or the largest integer. Process-wide. */
  deterministic: switches('deterministic.', ['fillUninitializedMemory']),
}
