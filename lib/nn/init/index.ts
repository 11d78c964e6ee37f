// nn.init: initial values of weights, in place and outside the graph. PyTorch's `torch.nn.init`.

export { calculateGain, type Nonlinearity } from './gain.js'
export { dirac_, eye_, orthogonal_, sparse_ } from './structured.js'
export { truncNormal_ } from './truncated.js'
export {
  constant_,
  type FanOptions,
  kaimingNormal_,
  kaimingUniform_,
  normal_,
  ones_,
  type RandomOptions,
  uniform_,
  xavierNormal_,
  xavierUniform_,
  zeros_,
} from './values.js'
