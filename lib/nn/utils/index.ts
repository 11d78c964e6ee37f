// The `nn.utils` namespace.

export * from './clip-grad.js'
