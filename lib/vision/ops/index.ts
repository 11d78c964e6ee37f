// `ops`: building blocks of networks for images. torchvision's `torchvision.ops`.

export {
  type ActivationLayer,
  Conv2dNormActivation,
  type Conv2dNormActivationOptions,
  conv2dNormActivation,
  type NormLayer,
} from './conv-norm-activation.js'
export { MLP, type MLPOptions, mlp } from './mlp.js'
export { Permute, permute } from './permute.js'
export {
  SqueezeExcitation,
  type SqueezeExcitationOptions,
  squeezeExcitation,
} from './squeeze-excitation.js'
export { StochasticDepth, stochasticDepth } from './stochastic-depth.js'
