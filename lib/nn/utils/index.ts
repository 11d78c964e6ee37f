// The `nn.utils` namespace.

export * from './clip-grad.js'
export * from './convert-parameters.js'
export * from './fusion.js'
export * as parametrizations from './parametrizations/index.js'
export * as parametrize from './parametrize/index.js'
export * as rnn from './rnn/index.js'
export * as stateless from './stateless.js'
