// Switches of the libraries below libtorch, as properties. They belong to the process, and are there whether or not
// the library is: a CPU build keeps those of CUDA too.

import { checkBoolean } from '../check.js'
import { native } from '../native.js'
import { switches } from './switches.js'

/** Matrix products on CUDA. */
const matmul = switches('backends', 'cuda.matmul.', [
  'allowTf32',
  'allowFp16ReducedPrecisionReduction',
  'allowBf16ReducedPrecisionReduction',
])

/** One of the ways to compute scaled dot-product attention: asked and told by functions, as in Python. */
function attention(
  name: string,
  setter: string,
): [enabled: () => boolean, enable: (enabled: boolean) => void] {
  return [
    () => native.getSwitch(`cuda.${name}`),
    (enabled) => {
      const where = `backends.cuda.${setter}`
      native.setSwitch(`cuda.${name}`, checkBoolean(where, 'enabled', enabled))
    },
  ]
}

const [flashSdpEnabled, enableFlashSdp] = attention('flashSdp', 'enableFlashSdp')
const [memEfficientSdpEnabled, enableMemEfficientSdp] = attention(
  'memEfficientSdp',
  'enableMemEfficientSdp',
)
const [mathSdpEnabled, enableMathSdp] = attention('mathSdp', 'enableMathSdp')
const [cudnnSdpEnabled, enableCudnnSdp] = attention('cudnnSdp', 'enableCudnnSdp')

/** PyTorch's `torch.backends`. Process-wide. */
export const backends = {
  /** cuDNN: whether it is used, tries its algorithms for the fastest, only uses repeatable ones, may round to TF32. */
  cudnn: switches('backends', 'cudnn.', ['enabled', 'benchmark', 'deterministic', 'allowTf32']),
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
  mkldnn: switches('backends', 'mkldnn.', ['enabled', 'deterministic']),
  /** NNPACK: whether it is used. */
  nnpack: switches('backends', 'nnpack.', ['enabled']),
}
