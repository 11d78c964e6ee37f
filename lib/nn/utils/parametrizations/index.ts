// nn.utils.parametrizations: ready-made ones for registerParametrization.

export { type OrthogonalMap, type OrthogonalOptions, orthogonal } from './orthogonal.js'
export { type SpectralNormOptions, spectralNorm } from './spectral-norm.js'
export { type WeightNormOptions, weightNorm } from './weight-norm.js'
